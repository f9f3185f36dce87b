"""Hoodie: a thick sweatshirt with its hood on the shoulders."""

from __future__ import annotations

from facegen.assets.wear.garment_registry import GARMENT_CUTS, GarmentCut, Layer, NeckPart, Piece
from facegen.assets.wear.neck_parts import roll, round_the_neck
from facegen.assets.wear.necklines import crew
from facegen.assets.wear.prior_weights import by_gender
from facegen.assets.wear.torso_chart import BodyChart
from facegen.render.spec.face_spec import Garment

OVER = Layer(crew, lift_mm=11.0, padding_mm=3.0)


def hood(body: BodyChart, worn: Garment, cloth: int) -> Piece:
    """A hood that lies on the shoulders: a thick roll, thickest behind; mm by eye."""
    s, front = round_the_neck(6.0, 73)
    t = OVER.edge(s, worn.depth) - 2 - 10 * front
    return roll(body, s, t, 11.0 + 8 * (1 - front), 10 + 15 * (1 - front), cloth)


HOODIE = GARMENT_CUTS.add(
    GarmentCut(
        "hoodie",
        over=OVER,
        parts=(NeckPart(hood, is_hood=True),),
        weight=by_gender(0.03, 0.04),
        order=120,
        visible_area=0.052,
    )
)
