"""Turtleneck: thick knitwear up to the middle of the neck."""

from __future__ import annotations

import numpy as np

from facegen.assets.meshes.mesh import Floats
from facegen.assets.wear.garment_registry import GARMENT_CUTS, GarmentCut, Layer
from facegen.assets.wear.prior_weights import by_gender


def neckline(a: Floats, depth: float) -> Floats:
    """See `garment_registry.Layer.neckline`; mm by eye."""
    return np.interp(a, [0, 60, 120, 320], [-142, -134, -104, -92]) - 10 * depth


TURTLENECK = GARMENT_CUTS.add(
    GarmentCut(
        "turtleneck",
        over=Layer(neckline, lift_mm=8.0),
        weight=by_gender(0.04, 0.03),
        order=60,
        visible_area=0.030,
    )
)
