"""Scarf: wound round the neck up to the chin, over a coat."""

from __future__ import annotations

import numpy as np

from facegen.assets.wear.garment_cuts.coat import OVER, stand
from facegen.assets.wear.garment_registry import (
    GARMENT_CUTS,
    TIE,
    GarmentCut,
    Layer,
    NeckPart,
    Piece,
    wrapped,
)
from facegen.assets.wear.neck_parts import joined, roll, round_the_neck, sheet
from facegen.assets.wear.necklines import crew, neck_base
from facegen.assets.wear.prior_weights import by_gender
from facegen.assets.wear.torso_chart import BodyChart
from facegen.render.spec.face_spec import Garment

# The turns from below, by eye: (mm over the base of the neck, distance of its middle from the skin, radius,
# waves around the neck, their phase).
TURNS = ((-6.0, 25.0, 17.0, 5, 0.4), (18.0, 21.0, 15.0, 4, 2.1), (40.0, 15.0, 12.0, 6, 4.0))
WAVE_MM = 4  # by which a turn goes up and down: the folds of a scarf are never level
LOOSE_MM = 22  # by which the loosest scarf lies lower in front
# Sections through the hanging end from the top: (mm below the base of the neck, distance from the skin).
END_SECTION = ((-10, 40), (15, 41), (40, 34), (90, 28), (170, 27))
END_S, END_HALF_MM, END_COLUMNS, END_BENDS_MM = 24.0, 30.0, 7, 6.0  # its place, half width and shape


def wound(body: BodyChart, worn: Garment, cloth: int) -> Piece:
    """Three turns and a hanging end."""
    s, front = round_the_neck(0.0, 73)
    base = neck_base(np.abs(wrapped(s))) - LOOSE_MM * worn.depth * front
    turns = []
    for up, off, radius, waves, phase in TURNS:
        wave = np.sin(waves * s / 100 + phase + 6 * worn.depth)
        turns.append(roll(body, s, base + up + WAVE_MM * wave, off, radius * (1 + 0.15 * wave), cloth))
    turns.append(_end(body, worn, cloth))
    return joined(turns, cloth)


def _end(body: BodyChart, worn: Garment, cloth: int) -> Piece:
    base = float(neck_base(np.zeros(1))[0]) - LOOSE_MM * worn.depth
    across = np.linspace(-1, 1, END_COLUMNS)
    rows, charts = [], []
    for down, off in END_SECTION:
        s, t = END_S + across * END_HALF_MM, np.full(END_COLUMNS, base - down)
        rows.append(body.lifted(s, t, off - END_BENDS_MM * np.abs(across)))
        charts.append(np.stack([s, t], 1))
    return sheet(np.stack(rows), np.stack(charts), cloth)


SCARF = GARMENT_CUTS.add(
    GarmentCut(
        "scarf",
        over=OVER,
        under=Layer(crew, lift_mm=3.0, closes=True),
        parts=(NeckPart(stand), NeckPart(wound, TIE, mirrored=False)),
        weight=by_gender(0.025, 0.02),
        order=140,
        visible_area=0.064,
    )
)
