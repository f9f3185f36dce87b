"""V-neck: a pointed neckline."""

from __future__ import annotations

import numpy as np

from facegen.assets.meshes.mesh import Floats
from facegen.assets.wear.garment_registry import GARMENT_CUTS, GarmentCut, Layer
from facegen.assets.wear.necklines import neck_base
from facegen.assets.wear.prior_weights import by_gender


def neckline(a: Floats, depth: float) -> Floats:
    """See `garment_registry.Layer.neckline`; mm by eye."""
    return neck_base(a) + 5 - (35 + 65 * depth) * np.clip(1 - a / 62, 0, 1)


V_NECK = GARMENT_CUTS.add(
    GarmentCut(
        "v_neck",
        over=Layer(neckline),
        weight=by_gender(0.14, 0.06),
        order=20,
        visible_area=0.007,
        bares_neck=True,
        shows=("depth",),
    )
)
