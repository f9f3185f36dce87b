"""Halter: bare shoulders, two broad bands that meet behind the neck."""

from __future__ import annotations

import numpy as np

from facegen.assets.meshes.mesh import Floats
from facegen.assets.wear.garment_registry import GARMENT_CUTS, GarmentCut, Layer, NeckPart, Piece, wrapped
from facegen.assets.wear.neck_parts import round_the_neck, sheet
from facegen.assets.wear.necklines import neck_base
from facegen.assets.wear.prior_weights import by_gender
from facegen.assets.wear.torso_chart import BodyChart
from facegen.render.spec.face_spec import Garment

SHOULDER_FROM_MM = 96  # outside it shoulders are bare in front
BARE_T = -235  # edge of the cloth at sides and back
# The band behind the neck: where it leaves the front, half its width, its distance from the skin; mm.
BAND_FROM_MM, BAND_HALF_MM, BAND_OFF_MM = 74, 8.0, 3.5


def neckline(a: Floats, depth: float) -> Floats:
    """See `garment_registry.Layer.neckline`; mm by eye."""
    opening = neck_base(a) + 6 - (45 + 75 * depth) * np.clip(1 - a / 60, 0, 1)
    shoulder = np.clip((a - SHOULDER_FROM_MM) / 14, 0, 1)
    return opening * (1 - shoulder) + BARE_T * shoulder


def band(body: BodyChart, worn: Garment, cloth: int) -> Piece:
    """A band from one side of the front round the neck to the other."""
    s, _ = round_the_neck(BAND_FROM_MM)
    middle = neck_base(np.abs(wrapped(s))) + 2
    charts = [np.stack([s, middle + k * BAND_HALF_MM], 1) for k in (1.0, 0.0, -1.0)]
    rows = [body.lifted(chart[:, 0], chart[:, 1], BAND_OFF_MM) for chart in charts]
    return sheet(np.stack(rows), np.stack(charts), cloth)


HALTER = GARMENT_CUTS.add(
    GarmentCut(
        "halter",
        over=Layer(neckline),
        parts=(NeckPart(band),),
        weight=by_gender(0.035, 0.0),
        order=180,
        visible_area=0.008,
        bare_weight=by_gender(0.05, 0.0),
    )
)
