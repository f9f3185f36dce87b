"""Suit: a jacket over a closed shirt, with a tie."""

from __future__ import annotations

import numpy as np

from facegen.assets.meshes.mesh import Floats
from facegen.assets.wear.garment_registry import GARMENT_CUTS, INNER, TIE, GarmentCut, Layer, NeckPart, Piece
from facegen.assets.wear.neck_parts import closed_collar, lapel, sheet
from facegen.assets.wear.necklines import frontness, jacket, neck_base
from facegen.assets.wear.prior_weights import by_gender
from facegen.assets.wear.torso_chart import BodyChart
from facegen.render.spec.face_spec import Garment

# Sections through a tie from the top of its knot: (mm down, half its width, distance from the skin); by eye.
TIE_SECTION = (
    (0, 13, 11),
    (4, 17, 17),
    (16, 13, 19),
    (24, 8.5, 17),
    (30, 9, 14),
    (70, 17, 15),
    (150, 26, 15),
)
TIE_COLUMNS = 7
TIE_BENDS_MM = 4  # by which the edges lie closer to the skin than the middle
BIAS = 0.7  # ties are cut on the bias: chart s and t are turned by about 45 degrees


def closed(a: Floats, depth: float) -> Floats:
    """Neckline under a buttoned collar, mm by eye; the same for every depth."""
    return neck_base(a) + 14.0 - 4 * frontness(a)


def tie(body: BodyChart, worn: Garment, cloth: int) -> Piece:
    """A tie: a knot between the collar's points and the blade below it."""
    top = float(neck_base(np.zeros(1))[0]) + 16
    across = np.linspace(-1, 1, TIE_COLUMNS)
    rows, charts = [], []
    for down, half, off in TIE_SECTION:
        s, t = across * half, np.full(TIE_COLUMNS, top - down)
        rows.append(body.lifted(s, t, off - TIE_BENDS_MM * across**2))
        charts.append(np.stack([s + BIAS * t, t - BIAS * s], 1))
    return sheet(np.stack(rows), np.stack(charts), cloth)


SUIT = GARMENT_CUTS.add(
    GarmentCut(
        "suit",
        over=Layer(jacket, lift_mm=13.0, padding_mm=9.0),
        under=Layer(closed, lift_mm=3.0),
        parts=(NeckPart(closed_collar, INNER), NeckPart(tie, TIE, mirrored=False), NeckPart(lapel)),
        weight=by_gender(0.01, 0.17),
        order=80,
        visible_area=0.035,
    )
)
