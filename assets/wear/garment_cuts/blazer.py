"""Blazer: a jacket over a T-shirt."""

from __future__ import annotations

from facegen.assets.wear.garment_registry import GARMENT_CUTS, GarmentCut, Layer, NeckPart
from facegen.assets.wear.neck_parts import lapel
from facegen.assets.wear.necklines import crew, jacket
from facegen.assets.wear.prior_weights import by_gender

BLAZER = GARMENT_CUTS.add(
    GarmentCut(
        "blazer",
        over=Layer(jacket, lift_mm=13.0, padding_mm=9.0),
        under=Layer(crew, lift_mm=3.0, closes=True),
        parts=(NeckPart(lapel),),
        weight=by_gender(0.12, 0.10),
        order=90,
        visible_area=0.027,
    )
)
