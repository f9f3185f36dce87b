"""Scoop: a wide, deep and round neckline."""

from __future__ import annotations

import numpy as np

from facegen.assets.meshes.mesh import Floats
from facegen.assets.wear.garment_registry import GARMENT_CUTS, GarmentCut, Layer
from facegen.assets.wear.necklines import neck_base
from facegen.assets.wear.prior_weights import by_gender


def neckline(a: Floats, depth: float) -> Floats:
    """See `garment_registry.Layer.neckline`; mm by eye."""
    bow = np.sqrt(np.clip(1 - (a / (70 + 25 * depth)) ** 2, 0, 1))
    return neck_base(a) - 4 - (25 + 55 * depth) * bow


SCOOP = GARMENT_CUTS.add(
    GarmentCut(
        "scoop",
        over=Layer(neckline),
        weight=by_gender(0.13, 0.02),
        order=30,
        visible_area=0.004,
        bare_weight=by_gender(0.1, 0.1),
    )
)
