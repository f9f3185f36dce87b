"""Shirt: a folded collar, open at the top button."""

from __future__ import annotations

from facegen.assets.wear.garment_registry import GARMENT_CUTS, GarmentCut, Layer, NeckPart
from facegen.assets.wear.neck_parts import open_collar
from facegen.assets.wear.necklines import shirt
from facegen.assets.wear.prior_weights import by_gender

SHIRT = GARMENT_CUTS.add(
    GarmentCut(
        "shirt",
        over=Layer(shirt),
        parts=(NeckPart(open_collar),),
        weight=by_gender(0.07, 0.18),
        order=70,
        visible_area=0.026,
    )
)
