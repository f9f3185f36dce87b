"""Lace top: see-through cloth up to the neck over a low bodice."""

from __future__ import annotations

import numpy as np

from facegen.assets.meshes.mesh import Floats
from facegen.assets.wear.garment_registry import GARMENT_CUTS, GarmentCut, Layer
from facegen.assets.wear.necklines import frontness, neck_base
from facegen.assets.wear.prior_weights import by_gender


def neckline(a: Floats, depth: float) -> Floats:
    """See `garment_registry.Layer.neckline`; mm by eye."""
    return neck_base(a) + 2 - (6 + 40 * depth) * frontness(a) ** 0.8


def bodice(a: Floats, depth: float) -> Floats:
    """The upper edge of the closed cloth below; mm by eye."""
    return np.full_like(a, -232.0, dtype=float) + 14 * np.exp(-(((a - 80) / 40) ** 2))


LACE_TOP = GARMENT_CUTS.add(
    GarmentCut(
        "lace_top",
        over=Layer(neckline, lift_mm=4.0),
        under=Layer(bodice, lift_mm=1.5),
        layered=True,
        weight=by_gender(0.02, 0.0),
        order=220,
        pattern="lace",
        visible_area=0.014,
    )
)
