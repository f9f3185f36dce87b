"""Uniform: a tunic closed up to a stiff standing collar, with shoulder straps."""

from __future__ import annotations

import numpy as np

from facegen.assets.meshes.mesh import Floats, merge
from facegen.assets.wear.garment_registry import GARMENT_CUTS, TIE, GarmentCut, Layer, NeckPart, Piece
from facegen.assets.wear.neck_parts import round_the_neck, sheet
from facegen.assets.wear.necklines import frontness, neck_base
from facegen.assets.wear.prior_weights import by_gender
from facegen.assets.wear.torso_chart import BodyChart
from facegen.render.spec.face_spec import Garment

STAND_SECTION = ((-4, 7), (16, 7), (36, 9), (37, 7), (10, 4))  # (mm over the neckline, from the skin); by eye
# A shoulder strap on the chart: from the collar outwards, its half width and distance from the skin; mm.
STRAP_FROM, STRAP_TO, STRAP_HALF_MM, STRAP_OFF_MM = (175, -160), (151, -203), 6.0, 25.0


def neckline(a: Floats, depth: float) -> Floats:
    """See `garment_registry.Layer.neckline`; mm by eye."""
    return neck_base(a) + 10 - (2 + 14 * depth) * frontness(a)


OVER = Layer(neckline, lift_mm=10.0, padding_mm=7.0)


def collar(body: BodyChart, worn: Garment, cloth: int) -> Piece:
    """A stiff standing collar that closes in front."""
    s, front = round_the_neck(1.5)
    base = OVER.edge(s, worn.depth)
    rows, charts = [], []
    for height, off in STAND_SECTION:
        t = base + height * (1 - 0.35 * front)
        rows.append(body.lifted(s, t, off))
        charts.append(np.stack([s, t], 1))
    return sheet(np.stack(rows), np.stack(charts), cloth)


def shoulder_straps(body: BodyChart, worn: Garment, cloth: int) -> Piece:
    """A stiff band on each shoulder, of the second colour."""
    middle = np.linspace(STRAP_FROM, STRAP_TO, 9)
    both = []
    for side in (1.0, -1.0):
        charts = [
            np.stack([side * (middle[:, 0] + k * STRAP_HALF_MM), middle[:, 1]], 1)
            for k in np.linspace(-side, side, 5)
        ]
        rows = [body.lifted(chart[:, 0], chart[:, 1], STRAP_OFF_MM) for chart in charts]
        both.append(sheet(np.stack(rows), np.stack(charts), cloth))
    vertices, faces, _ = merge([(strap.vertices, strap.faces) for strap in both])
    chart = np.concatenate([strap.chart for strap in both])
    return Piece(vertices.astype(np.float32), faces.astype(np.int32), chart, cloth)


UNIFORM = GARMENT_CUTS.add(
    GarmentCut(
        "uniform",
        over=OVER,
        parts=(NeckPart(collar), NeckPart(shoulder_straps, TIE)),
        weight=by_gender(0.006, 0.015),
        order=200,
        pattern="plain",
        visible_area=0.037,
    )
)
