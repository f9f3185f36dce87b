"""The default prior of clothes: cuts, patterns and dyes."""

from __future__ import annotations

import colorsys

from facegen.assets.wear.garments import CUTS
from facegen.render.spec import face_spec as s

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
# What cuts are made of; jackets and coats: JACKET_FABRICS.
FABRICS = {"woven": 0.52, "knit": 0.26, "fleece": 0.06, "satin": 0.12, "leather": 0.04}
JACKET_FABRICS = {"woven": 0.6, "knit": 0.06, "fleece": 0.1, "satin": 0.06, "leather": 0.18}
JACKETS = tuple(cut for cut, (under, *_) in CUTS.items() if under is not None)
GARMENT_WEIGHTS = {
    # cut: (women, men)
    "crew": (0.16, 0.17),
    "v_neck": (0.14, 0.06),
    "scoop": (0.13, 0.02),
    "tank": (0.12, 0.03),
    "strapless": (0.11, 0.005),
    "turtleneck": (0.06, 0.05),
    "shirt": (0.07, 0.18),
    "suit": (0.01, 0.16),
    "blazer": (0.08, 0.07),
    "open_collar": (0.03, 0.12),
    "coat": (0.06, 0.08),
    "hoodie": (0.04, 0.07),
}


# Dyes of clothes: chance, then ranges of hue (turns), saturation and value of linear HSV.
DYED = {
    "black": (0.27, (0.0, 1.0), (0.0, 0.25), (0.003, 0.014)),
    "grey": (0.12, (0.0, 1.0), (0.0, 0.12), (0.04, 0.3)),
    "white": (0.15, (0.05, 0.15), (0.0, 0.1), (0.6, 0.88)),
    "navy": (0.12, (0.58, 0.66), (0.5, 0.9), (0.012, 0.09)),
    "denim": (0.08, (0.57, 0.62), (0.35, 0.7), (0.08, 0.35)),
    "red": (0.08, (0.94, 1.03), (0.75, 0.97), (0.08, 0.6)),
    "earth": (0.09, (0.04, 0.12), (0.3, 0.8), (0.05, 0.45)),
    "pastel": (0.06, (0.0, 1.0), (0.12, 0.4), (0.5, 0.85)),
    "bright": (0.05, (0.0, 1.0), (0.5, 0.95), (0.15, 0.7)),
}


def draw_dye(d, name, dyes=DYED) -> tuple[float, float, float]:
    """Linear RGB of a cloth.

    d : render.draws.Draw
    name : of the draw
    dyes : rows as in DYED
    """
    family = d.choice(f"{name}.dye", {k: row[0] for k, row in dyes.items()})
    _, *ranges = dyes[family]
    shade, vivid, value = (float(d(f"{name}.tone.{i}").uniform(*r)) for i, r in enumerate(ranges))
    r, g, b = colorsys.hsv_to_rgb(shade % 1, vivid, value)
    return (float(r), float(g), float(b))


def draw_cloth(d, cut) -> tuple[str, str]:
    """Pattern and fabric of a cut. d : render.draws.Draw"""
    jacket = cut in JACKETS
    return (
        d.choice("garment.pattern", JACKET_PATTERNS if jacket else PATTERNS),
        d.choice("garment.fabric", JACKET_FABRICS if jacket else FABRICS),
    )


def draw_garment(d, identity) -> s.Garment:
    """Clothes that follow gender.

    d : render.draws.Draw
    identity : render.spec.Identity
    """
    man = identity.gender
    cut = d.choice("garment.cut", {k: (1 - man) * w + man * m for k, (w, m) in GARMENT_WEIGHTS.items()})
    colour = draw_dye(d, "garment.colour")
    if cut in JACKETS:  # darker than what is worn under them
        colour = (0.45 * colour[0], 0.45 * colour[1], 0.45 * colour[2])
    white = d.chance("garment.white_shirt", 0.45)
    pattern, fabric = draw_cloth(d, cut)
    return s.Garment(
        cut=cut,
        depth=d.uniform("garment.depth", 0, 1),
        colour=colour,
        second=draw_dye(d, "garment.second"),
        inner=(0.78, 0.78, 0.78) if white else draw_dye(d, "garment.inner"),
        roughness=d.uniform("garment.roughness", 0.5, 0.95),
        folds=d.uniform("garment.folds", 0.15, 1.0),
        pattern=pattern,
        fabric=fabric,
    )
