"""Crew: a T-shirt or jumper with a round neck and a knitted band."""

from __future__ import annotations

from facegen.assets.wear.garment_registry import GARMENT_CUTS, GarmentCut, Layer, NeckPart
from facegen.assets.wear.neck_parts import rib
from facegen.assets.wear.necklines import crew
from facegen.assets.wear.prior_weights import by_gender

CREW = GARMENT_CUTS.add(
    GarmentCut(
        "crew",
        over=Layer(crew),
        parts=(NeckPart(rib),),
        weight=by_gender(0.12, 0.13),
        order=10,
        visible_area=0.009,
    )
)
