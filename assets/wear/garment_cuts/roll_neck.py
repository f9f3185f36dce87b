"""Roll neck: a jacket over thick knitwear that covers the neck."""

from __future__ import annotations

from facegen.assets.wear.garment_cuts.turtleneck import neckline
from facegen.assets.wear.garment_registry import GARMENT_CUTS, GarmentCut, Layer, NeckPart
from facegen.assets.wear.neck_parts import lapel
from facegen.assets.wear.necklines import jacket
from facegen.assets.wear.prior_weights import by_gender

ROLL_NECK = GARMENT_CUTS.add(
    GarmentCut(
        "roll_neck",
        over=Layer(jacket, lift_mm=14.0, padding_mm=9.0),
        under=Layer(neckline, lift_mm=7.0),
        parts=(NeckPart(lapel),),
        weight=by_gender(0.02, 0.025),
        order=150,
        visible_area=0.044,
    )
)
