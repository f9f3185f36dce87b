"""Open collar: a jacket over a shirt without a tie."""

from __future__ import annotations

from facegen.assets.wear.garment_registry import GARMENT_CUTS, INNER, GarmentCut, Layer, NeckPart
from facegen.assets.wear.neck_parts import lapel, open_collar
from facegen.assets.wear.necklines import jacket, shirt
from facegen.assets.wear.prior_weights import by_gender

OPEN_COLLAR = GARMENT_CUTS.add(
    GarmentCut(
        "open_collar",
        over=Layer(jacket, lift_mm=13.0, padding_mm=9.0),
        under=Layer(shirt, lift_mm=3.0),
        parts=(NeckPart(open_collar, INNER), NeckPart(lapel)),
        weight=by_gender(0.06, 0.19),
        order=100,
        visible_area=0.041,
    )
)
