"""Jumper: knitwear with a round neck over a shirt, whose collar lies outside."""

from __future__ import annotations

from facegen.assets.meshes.mesh import Floats
from facegen.assets.wear.garment_registry import GARMENT_CUTS, INNER, GarmentCut, Layer, NeckPart
from facegen.assets.wear.neck_parts import open_collar
from facegen.assets.wear.necklines import frontness, neck_base, shirt
from facegen.assets.wear.prior_weights import by_gender


def neckline(a: Floats, depth: float) -> Floats:
    """See `garment_registry.Layer.neckline`; mm by eye."""
    return neck_base(a) + 4 - (14 + 50 * depth) * frontness(a)


JUMPER = GARMENT_CUTS.add(
    GarmentCut(
        "jumper",
        over=Layer(neckline, lift_mm=12.0),
        under=Layer(shirt, lift_mm=3.0),
        layered=True,
        parts=(NeckPart(open_collar, INNER),),
        weight=by_gender(0.015, 0.04),
        order=160,
        visible_area=0.036,
    )
)
