"""Tank top: straps over the shoulders, a low edge in front and behind."""

from __future__ import annotations

import numpy as np

from facegen.assets.meshes.mesh import Floats
from facegen.assets.wear.garment_registry import GARMENT_CUTS, GarmentCut, Layer
from facegen.assets.wear.necklines import neck_base
from facegen.assets.wear.prior_weights import by_gender

STRAP_MM = 112  # middle of a strap, from the front (by eye)
BACK_FROM_MM = 150  # behind the straps the edge is level


def neckline(a: Floats, depth: float) -> Floats:
    """See `garment_registry.Layer.neckline`; mm by eye."""
    strap = np.exp(-(((a - STRAP_MM) / (11 + 14 * depth)) ** 4))
    low = np.where(a > BACK_FROM_MM, -200.0, -205 - 45 * depth)
    return low * (1 - strap) + (neck_base(a) + 4) * strap


TANK = GARMENT_CUTS.add(
    GarmentCut(
        "tank",
        over=Layer(neckline),
        weight=by_gender(0.12, 0.03),
        order=40,
        visible_area=0.002,
        bare_weight=by_gender(0.2, 0.5),
        bares_neck=True,
    )
)
