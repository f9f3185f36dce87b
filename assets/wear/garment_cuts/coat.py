"""Coat: thick cloth with a standing collar over a T-shirt."""

from __future__ import annotations

import numpy as np

from facegen.assets.meshes.mesh import Floats
from facegen.assets.wear.garment_registry import GARMENT_CUTS, GarmentCut, Layer, NeckPart, Piece
from facegen.assets.wear.neck_parts import round_the_neck, sheet
from facegen.assets.wear.necklines import crew, neck_base
from facegen.assets.wear.prior_weights import by_gender
from facegen.assets.wear.torso_chart import BodyChart
from facegen.render.spec.face_spec import Garment

# Section through the collar: (mm over the neckline, distance from the skin); by eye.
STAND_SECTION = ((-6, 16), (12, 16), (24, 17), (33, 20), (35, 15), (24, 11), (0, 9))
CORNER_MM = 30  # over which the front corners of the collar are cut round


def neckline(a: Floats, depth: float) -> Floats:
    """See `garment_registry.Layer.neckline`; mm by eye."""
    return neck_base(a) + 16 - (30 + 150 * depth) * np.clip(1 - a / (30 + 30 * depth), 0, 1)


OVER = Layer(neckline, lift_mm=17.0, padding_mm=8.0)


def stand(body: BodyChart, worn: Garment, cloth: int) -> Piece:
    """A standing collar with round front corners."""
    s, front = round_the_neck(20.0 + 30 * worn.depth)
    base = OVER.edge(s, worn.depth)
    corner = np.clip(np.minimum(s - s[0], s[-1] - s) / CORNER_MM, 0, 1)
    corner = np.sqrt(1 - (1 - corner) ** 2)
    rows, charts = [], []
    for height, off in STAND_SECTION:
        t = base + height * (1 - 0.25 * front) * (corner if height > 0 else 1)
        rows.append(body.lifted(s, t, off + 6 * front))
        charts.append(np.stack([s, t], 1))
    return sheet(np.stack(rows), np.stack(charts), cloth)


COAT = GARMENT_CUTS.add(
    GarmentCut(
        "coat",
        over=OVER,
        under=Layer(crew, lift_mm=3.0, closes=True),
        parts=(NeckPart(stand),),
        weight=by_gender(0.06, 0.08),
        order=110,
        visible_area=0.045,
    )
)
