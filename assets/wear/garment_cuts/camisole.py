"""Camisole: a low edge on two thin straps."""

from __future__ import annotations

import numpy as np

from facegen.assets.meshes.mesh import Floats, merge
from facegen.assets.wear.garment_registry import GARMENT_CUTS, GarmentCut, Layer, NeckPart, Piece
from facegen.assets.wear.neck_parts import sheet
from facegen.assets.wear.prior_weights import by_gender
from facegen.assets.wear.torso_chart import BodyChart
from facegen.render.spec.face_spec import Garment

# The middle of a strap on the chart from the front over the shoulder to the back, (s, t) in mm; by eye.
STRAP_PATH = (
    (90, -245),
    (100, -222),
    (130, -192),
    (160, -173),
    (178, -166),
    (196, -172),
    (216, -192),
    (236, -222),
)
STRAP_HALF_MM, STRAP_WIDENS_MM = 1.4, 2.6  # half its width, and how much the least depth adds
STRAP_OFF_MM = 2.5
BACK_FROM_MM = 150  # behind the straps the edge is level


def neckline(a: Floats, depth: float) -> Floats:
    """See `garment_registry.Layer.neckline`: higher below the straps than between them; mm by eye."""
    front = -222 - 40 * depth + 14 * np.exp(-(((a - 92) / 30) ** 2)) - 12 * np.exp(-((a / 18) ** 2))
    return np.where(a > BACK_FROM_MM, -222.0, front)


def straps(body: BodyChart, worn: Garment, cloth: int) -> Piece:
    """Two narrow bands over the shoulders."""
    half = STRAP_HALF_MM + STRAP_WIDENS_MM * (1 - worn.depth)
    places = np.array(STRAP_PATH, float)
    along = np.linspace(0, len(places) - 1, 25)
    middle = np.stack([np.interp(along, np.arange(len(places)), axis) for axis in places.T], 1)
    ahead = np.gradient(middle, axis=0)
    aside = np.stack([-ahead[:, 1], ahead[:, 0]], 1) / np.linalg.norm(ahead, axis=1, keepdims=True)
    both = []
    for side in (1.0, -1.0):
        charts = [(middle + k * half * aside) * (side, 1) for k in np.linspace(-side, side, 3)]
        rows = [body.lifted(chart[:, 0], chart[:, 1], STRAP_OFF_MM) for chart in charts]
        both.append(sheet(np.stack(rows), np.stack(charts), cloth))
    vertices, faces, _ = merge([(strap.vertices, strap.faces) for strap in both])
    chart = np.concatenate([strap.chart for strap in both])
    return Piece(vertices.astype(np.float32), faces.astype(np.int32), chart, cloth)


CAMISOLE = GARMENT_CUTS.add(
    GarmentCut(
        "camisole",
        over=Layer(neckline),
        parts=(NeckPart(straps),),
        weight=by_gender(0.07, 0.002),
        order=170,
        visible_area=0.004,
        bare_weight=by_gender(0.3, 0.05),
        bares_neck=True,
    )
)
