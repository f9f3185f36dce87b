"""Fur collar: a coat with a broad collar of fur."""

from __future__ import annotations

import numpy as np

from facegen.assets.meshes.mesh import Floats
from facegen.assets.wear.garment_cuts.coat import OVER
from facegen.assets.wear.garment_registry import (
    GARMENT_CUTS,
    TIE,
    GarmentCut,
    Layer,
    NeckPart,
    Piece,
    wrapped,
)
from facegen.assets.wear.neck_parts import joined, roll, round_the_neck
from facegen.assets.wear.necklines import crew, neck_base
from facegen.assets.wear.prior_weights import by_gender
from facegen.assets.wear.torso_chart import BodyChart
from facegen.render.spec.face_spec import Garment

GAP_MM, OPENS_MM = 10.0, 30.0  # from the middle of the front to the collar, and how much depth adds
FALLS_MM = 22.0  # how much lower the collar lies in front
# The rolls under the fur: (mm over the neckline, distance of the middle from the skin, radius); by eye.
ROLLS = ((10.0, 20.0, 17.0), (-14.0, 22.0, 17.0))
TUFTS = 10000
# Of a tuft, the standard deviation of its logarithm, and how many of these it lies from it at most.
LENGTH_MM, LENGTH_SPREAD, LENGTH_CUT = 15.0, 0.35, 1.5
HALF_MM = 1.3  # half its width at the root; tufts much narrower than a pixel are lost in noise
TO_SKIN = -0.2  # cosine to the skin's normal, under which no tufts grow: they would stand in the neck
LEAN = 0.8  # how much tufts turn from the skin of the fur, by random directions and by their weight


def collar(body: BodyChart, worn: Garment, cloth: int) -> Piece:
    """Thick rolls, on which the fur stands."""
    s, front = round_the_neck(GAP_MM + OPENS_MM * worn.depth, 73)
    base = neck_base(np.abs(wrapped(s))) - FALLS_MM * front
    rolls = [roll(body, s, base + up, off, radius * (1 - 0.3 * front), cloth) for up, off, radius in ROLLS]
    return joined(rolls, cloth)


def furred(body: BodyChart, rolls: Piece, rng: np.random.Generator) -> Piece:
    """The rolls with tufts on them."""
    places = rolls.chart[rolls.faces].mean(1)
    around = places[:, 0].astype(float)
    skin = body.at(around, neck_base(np.abs(wrapped(around))))[1]
    points, places = _tufts(rolls.vertices[rolls.faces].astype(float), places, skin, rng)
    blades = np.arange(len(points), dtype=np.int32).reshape(-1, 3)
    return joined([rolls, Piece(points, blades, places, rolls.cloth)], rolls.cloth)


def _tufts(corners: Floats, chart: Floats, skin: Floats, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Blades on triangles (T, 3, 3) that do not face the skin, whose normals there are (T, 3).

    Returns corners (3 TUFTS, 3) in metres and chart places (3 TUFTS, 2) in mm.
    """
    across = np.cross(corners[:, 2] - corners[:, 0], corners[:, 1] - corners[:, 0])  # rolls are wound inwards
    area = np.linalg.norm(across, axis=1)
    free = area * (np.einsum("ij,ij->i", across, skin) > TO_SKIN * area)
    chosen = rng.choice(len(corners), TUFTS, p=free / free.sum())
    weight = rng.dirichlet(np.ones(3), TUFTS)
    root = (corners[chosen] * weight[..., None]).sum(1)
    out = across[chosen] / area[chosen, None]
    lean = rng.standard_normal((TUFTS, 3)) * 0.5 * LEAN + np.array([0, 0, -0.5 * LEAN])
    ahead = out + lean
    ahead /= np.linalg.norm(ahead, axis=1, keepdims=True)
    aside = np.cross(ahead, rng.standard_normal((TUFTS, 3)))
    aside *= HALF_MM / 1000 / np.maximum(np.linalg.norm(aside, axis=1, keepdims=True), 1e-9)
    long = (
        LENGTH_MM
        / 1000
        * np.exp(LENGTH_SPREAD * rng.standard_normal((TUFTS, 1)).clip(-LENGTH_CUT, LENGTH_CUT))
    )
    points = np.stack([root - aside, root + aside, root + ahead * long], 1)
    return points.reshape(-1, 3), np.repeat(chart[chosen], 3, 0)


FUR_COLLAR = GARMENT_CUTS.add(
    GarmentCut(
        "fur_collar",
        over=OVER,
        under=Layer(crew, lift_mm=3.0, closes=True),
        parts=(NeckPart(collar, TIE, finish=furred),),
        weight=by_gender(0.02, 0.006),
        order=210,
        visible_area=0.068,
    )
)
