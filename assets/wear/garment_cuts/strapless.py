"""Strapless: a level edge below the shoulders."""

from __future__ import annotations

import numpy as np

from facegen.assets.meshes.mesh import Floats
from facegen.assets.wear.garment_registry import GARMENT_CUTS, GarmentCut, Layer
from facegen.assets.wear.prior_weights import by_gender


def neckline(a: Floats, depth: float) -> Floats:
    """See `garment_registry.Layer.neckline`; mm by eye."""
    return np.full_like(a, -235.0, dtype=float) - 30 * depth


STRAPLESS = GARMENT_CUTS.add(
    GarmentCut(
        "strapless",
        over=Layer(neckline),
        weight=by_gender(0.11, 0.005),
        order=50,
        bare_weight=by_gender(0.7, 0.4),
        bares_neck=True,
    )
)
