"""Tuxedo: a jacket over a closed white shirt, with a bow tie."""

from __future__ import annotations

import numpy as np

from facegen.assets.wear.garment_cuts.suit import closed
from facegen.assets.wear.garment_registry import GARMENT_CUTS, INNER, TIE, GarmentCut, Layer, NeckPart, Piece
from facegen.assets.wear.neck_parts import closed_collar, lapel, sheet
from facegen.assets.wear.necklines import jacket, neck_base
from facegen.assets.wear.prior_weights import by_gender
from facegen.assets.wear.torso_chart import BodyChart
from facegen.render.spec.face_spec import Garment

# Sections through a bow from the wearer's right to the left: (mm aside, half its height, distance from the
# skin); by eye.
BOW_SECTION = (
    (-52, 15, 15),
    (-46, 19, 19),
    (-26, 16, 23),
    (-9, 9, 21),
    (-7, 10, 26),
    (7, 10, 26),
    (9, 9, 21),
    (26, 16, 23),
    (46, 19, 19),
    (52, 15, 15),
)
BOW_ROWS = 7
BOW_BENDS_MM = 5  # by which the upper and lower edges lie closer to the skin than the middle
BOW_OVER_BASE_MM = 6  # height of its middle over the base of the neck


def bow(body: BodyChart, worn: Garment, cloth: int) -> Piece:
    """A bow tie between the points of the collar."""
    middle = float(neck_base(np.zeros(1))[0]) + BOW_OVER_BASE_MM
    aside, half, off = np.array(BOW_SECTION, float).T
    rows, charts = [], []
    for up in np.linspace(1, -1, BOW_ROWS):
        t = middle + up * half
        rows.append(body.lifted(aside, t, off - BOW_BENDS_MM * up**2))
        charts.append(np.stack([aside, t], 1))
    return sheet(np.stack(rows), np.stack(charts), cloth)


TUXEDO = GARMENT_CUTS.add(
    GarmentCut(
        "tuxedo",
        over=Layer(jacket, lift_mm=13.0, padding_mm=9.0),
        under=Layer(closed, lift_mm=3.0),
        parts=(NeckPart(closed_collar, INNER), NeckPart(bow, TIE, mirrored=False), NeckPart(lapel)),
        weight=by_gender(0.002, 0.03),
        order=130,
        pattern="plain",
        visible_area=0.037,
    )
)
