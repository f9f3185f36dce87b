"""The default prior of clothes: cuts, patterns, fabrics and dyes.

The cuts and their weights are the entries of `facegen.assets.wear.garment_registry.GARMENT_CUTS`.
"""

from __future__ import annotations

import colorsys
from dataclasses import replace

import numpy as np

from facegen.assets.wear.dyes import CLOTHES_DYES, Dyes
from facegen.assets.wear.garment_registry import GARMENT_CUTS
from facegen.assets.wear.hat_registry import HATS
from facegen.datasets.keyed_random import Draw
from facegen.render.spec import face_spec as s

# Weights after 48 training photographs that show clothes (CelebAMask-HQ), counted by eye: 36 plain, most of
# them dark, hardly any of a texture that is seen at 256 pixels.
PATTERNS = {
    "plain": 0.58,
    "melange": 0.05,
    "tweed": 0.03,
    "stripes": 0.06,
    "pinstripes": 0.03,
    "hoops": 0.03,
    "checks": 0.04,
    "plaid": 0.05,
    "dots": 0.02,
    "print": 0.04,
    "floral": 0.04,
    "camouflage": 0.01,
    "lettering": 0.02,
}
JACKET_PATTERNS = {
    "plain": 0.72,
    "melange": 0.07,
    "tweed": 0.05,
    "herringbone": 0.03,
    "pinstripes": 0.07,
    "checks": 0.03,
    "plaid": 0.03,
}
FABRICS = {"woven": 0.57, "knit": 0.2, "fleece": 0.04, "satin": 0.1, "leather": 0.03, "denim": 0.06}
JACKET_FABRICS = {"woven": 0.74, "knit": 0.05, "fleece": 0.05, "satin": 0.04, "leather": 0.07, "denim": 0.05}
JACKET_DARKER = 0.35  # of a dye's value: jackets are darker than what is worn under them
# How many shirts under jackets are white (10 of 25 jackets in those photographs had a white or pale shirt
# that was seen, 6 none), and their linear RGB.
WHITE_SHIRTS, WHITE = 0.55, (0.78, 0.78, 0.78)
LEAST_FOLDS, SMOOTH, JACKET_FOLDS = 0.05, 1.6, 0.6  # most clothes hang smooth, jackets more so (by eye)
# How many clothes have the backdrop's colour, besides those that have it by chance: among 350 training
# photographs the mean colour of the clothes lies within 12 of the backdrop's beside them in .117, of pairs
# shuffled among them in .103.
LIKE_BACKDROP = 0.03
LIKE_SPREAD = 0.15  # standard deviation of the logarithm of its lightness against the backdrop's


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
    jacket, own = GARMENT_CUTS[cut].jacket, GARMENT_CUTS[cut].pattern
    if own == "lace":
        return own, "woven"
    return (
        own or d.choice("garment.pattern", JACKET_PATTERNS if jacket else PATTERNS),
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
    folds = LEAST_FOLDS + (1 - LEAST_FOLDS) * d.uniform("garment.folds", 0, 1) ** SMOOTH
    return s.Garment(
        cut=cut,
        depth=d.uniform("garment.depth", 0, 1),
        colour=colour,
        second=draw_dye(d, "garment.second"),
        inner=WHITE if white else draw_dye(d, "garment.inner"),
        roughness=d.uniform("garment.roughness", 0.5, 0.95),
        folds=folds * (JACKET_FOLDS if GARMENT_CUTS[cut].jacket else 1.0),
        pattern=pattern,
        fabric=fabric,
    )


def like_backdrop(d: Draw, worn: s.Garment, behind: s.Background) -> s.Garment:
    """Clothes that now and then have one of the backdrop's two colours."""
    if not d.chance("garment.like_backdrop", LIKE_BACKDROP):
        return worn
    tone = behind.first if d.chance("garment.like_first", 0.5) else behind.second
    scale = float(np.exp(d.normal("garment.like_scale", 0, LIKE_SPREAD)))
    red, green, blue = (float(np.clip(scale * c, 0.002, 0.9)) for c in tone)
    return replace(worn, colour=(red, green, blue))
