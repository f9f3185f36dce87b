"""The default prior of clothes: cuts, patterns, fabrics and dyes.

The cuts and their weights are the entries of `facegen.assets.wear.garment_registry.GARMENT_CUTS`.
"""

from __future__ import annotations

import colorsys
from dataclasses import replace

from facegen.assets.wear.dyes import CLOTHES_DYES, Dyes
from facegen.assets.wear.garment_registry import GARMENT_CUTS
from facegen.assets.wear.hat_registry import HATS
from facegen.datasets.keyed_random import Draw
from facegen.render.spec import face_spec as s

# Weights by eye, after photographs of faces.
PATTERNS = {
    "plain": 0.46,
    "melange": 0.08,
    "tweed": 0.08,
    "stripes": 0.06,
    "pinstripes": 0.03,
    "hoops": 0.05,
    "checks": 0.04,
    "plaid": 0.05,
    "dots": 0.03,
    "print": 0.05,
    "floral": 0.05,
    "camouflage": 0.02,
}
JACKET_PATTERNS = {
    "plain": 0.56,
    "melange": 0.1,
    "tweed": 0.12,
    "herringbone": 0.06,
    "pinstripes": 0.08,
    "checks": 0.03,
    "plaid": 0.05,
}
FABRICS = {"woven": 0.52, "knit": 0.26, "fleece": 0.06, "satin": 0.12, "leather": 0.04}
JACKET_FABRICS = {"woven": 0.6, "knit": 0.06, "fleece": 0.1, "satin": 0.06, "leather": 0.18}
JACKET_DARKER = 0.45  # of a dye's value: jackets are darker than what is worn under them
WHITE_SHIRTS, WHITE = (
    0.45,
    (0.78, 0.78, 0.78),
)  # how many shirts under jackets are white, and their linear RGB


def draw_dye(d: Draw, name: str, dyes: Dyes = CLOTHES_DYES) -> tuple[float, float, float]:
    """Linear RGB of a cloth.

    Parameters
    ----------
    d : Draw
    name : str
        Of the draw: the same name gives the same colour again.
    dyes : table of Dye
    """
    chosen = d.choice(f"{name}.dye", {dye.name: dye.weight for dye in dyes})
    family = next(dye for dye in dyes if dye.name == chosen)
    ranges = (family.hue, family.saturation, family.value)
    hue, saturation, value = (float(d(f"{name}.tone.{i}").uniform(*r)) for i, r in enumerate(ranges))
    r, g, b = colorsys.hsv_to_rgb(hue % 1, saturation, value)
    return (float(r), float(g), float(b))


def draw_cloth(d: Draw, cut: str) -> tuple[str, str]:
    """Pattern and fabric of a cut."""
    jacket = GARMENT_CUTS[cut].jacket
    return (
        d.choice("garment.pattern", JACKET_PATTERNS if jacket else PATTERNS),
        d.choice("garment.fabric", JACKET_FABRICS if jacket else FABRICS),
    )


def under_headwear(d: Draw, headwear: s.Headwear, garment: s.Garment) -> s.Garment:
    """The garment, cut anew where the headwear is a part of another one, as a hood is."""
    cuts = HATS[headwear.kind].garment_cuts if headwear.kind in HATS else ()
    if not cuts or garment.cut in cuts:
        return garment
    cut = d.choice("headwear.garment", {name: GARMENT_CUTS[name].weight(0.5) for name in cuts})
    pattern, fabric = draw_cloth(d, cut)
    return replace(garment, cut=cut, pattern=pattern, fabric=fabric)


def draw_garment(d: Draw, identity: s.Identity) -> s.Garment:
    """Clothes, whose cut depends on gender."""
    cut = d.choice(
        "garment.cut", {name: entry.weight(identity.gender) for name, entry in GARMENT_CUTS.items()}
    )
    colour = draw_dye(d, "garment.colour")
    if GARMENT_CUTS[cut].jacket:
        red, green, blue = colour
        colour = (JACKET_DARKER * red, JACKET_DARKER * green, JACKET_DARKER * blue)
    white = d.chance("garment.white_shirt", WHITE_SHIRTS)
    pattern, fabric = draw_cloth(d, cut)
    return s.Garment(
        cut=cut,
        depth=d.uniform("garment.depth", 0, 1),
        colour=colour,
        second=draw_dye(d, "garment.second"),
        inner=WHITE if white else draw_dye(d, "garment.inner"),
        roughness=d.uniform("garment.roughness", 0.5, 0.95),
        folds=d.uniform("garment.folds", 0.15, 1.0),
        pattern=pattern,
        fabric=fabric,
    )
