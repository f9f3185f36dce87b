"""Zipped: a short jacket with a standing collar, open at the neck over a T-shirt."""

from __future__ import annotations

import numpy as np

from facegen.assets.meshes.mesh import Floats
from facegen.assets.wear.garment_registry import GARMENT_CUTS, GarmentCut, Layer, NeckPart, Piece
from facegen.assets.wear.neck_parts import round_the_neck, sheet
from facegen.assets.wear.necklines import crew, neck_base
from facegen.assets.wear.prior_weights import by_gender
from facegen.assets.wear.torso_chart import BodyChart
from facegen.render.spec.face_spec import Garment

# Section through the collar: (height of the stand, distance from the skin, how far its corner leans
# outwards); by eye.
STAND_SECTION = (
    (-6, 9, 0.0),
    (8, 9, 0.1),
    (22, 11, 0.4),
    (36, 15, 1.0),
    (38, 13, 1.0),
    (22, 8, 0.4),
    (0, 6, 0.0),
)
CORNER_LEANS_MM = 18


def neckline(a: Floats, depth: float) -> Floats:
    """See `garment_registry.Layer.neckline`; mm by eye."""
    return neck_base(a) + 10 - (20 + 120 * depth) * np.clip(1 - a / (14 + 34 * depth), 0, 1)


OVER = Layer(neckline, lift_mm=12.0, padding_mm=4.0)


def stand(body: BodyChart, worn: Garment, cloth: int) -> Piece:
    """A standing collar whose front corners lean outwards."""
    s, front = round_the_neck(5.0 + 26 * worn.depth)
    base = OVER.edge(s, worn.depth)
    rows, charts = [], []
    for height, off, leans in STAND_SECTION:
        outward = CORNER_LEANS_MM * leans * front**2 * worn.depth
        here = s + np.where(s < s.mean(), outward, -outward)
        t = base + height
        rows.append(body.lifted(here, t, off + 10 * leans * front))
        charts.append(np.stack([here, t], 1))
    return sheet(np.stack(rows), np.stack(charts), cloth)


ZIPPED = GARMENT_CUTS.add(
    GarmentCut(
        "zipped",
        over=OVER,
        under=Layer(crew, lift_mm=3.0, closes=True),
        parts=(NeckPart(stand),),
        weight=by_gender(0.03, 0.06),
        order=190,
        visible_area=0.034,
    )
)
