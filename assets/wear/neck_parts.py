"""Parts at the neck that several garments share, and the tools from which parts are made.

Rows of (height, distance from the skin ...) are sections through a part, in mm, by eye.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from facegen.assets.meshes.mesh import Floats, grid_faces, merge
from facegen.assets.wear.garment_registry import Layer, Piece, wrapped
from facegen.assets.wear.necklines import crew, jacket, neck_base
from facegen.assets.wear.torso_chart import PERIOD, BodyChart
from facegen.render.spec.face_spec import Garment

FRONT_MM = 110  # from the middle, over which a part at the neck is its front
BACK_MM = 314  # the seam of the chart: parts run from the left front round the back to the right
ROLL_SIDES = 9  # vertices around a tube of cloth, the first one twice

CLOSED_GAP_MM = 4.0  # from the middle to a buttoned collar
OPEN_GAP_MM, OPEN_GROWS_MM = 8.0, 20.0  # to an open one, and how much `depth` adds
COLLAR_STAND_MM = 30  # height of the stand behind
# (height over the base in stands, distance from the skin, how far the leaf's end swings outwards)
COLLAR_SECTION = (
    (0.0, 4.0, 0.0),
    (0.55, 5.0, 0.0),
    (1.0, 6.0, 0.0),
    (1.08, 9.0, 0.0),
    (0.85, 13.0, 0.15),
    (0.30, 16.0, 0.45),
    (-0.25, 18.0, 0.8),
    (-0.45, 17.0, 1.0),
)
COLLAR_POINT_FALLS_MM, COLLAR_POINT_TURNS_MM = 26, 22  # of the leaf's points in front: down, and outwards
# (fraction of the width outwards, rise over the opening, distance from the skin)
LAPEL_SECTION = ((0.0, -4, 9), (0.0, 8, 14), (0.12, 10, 19), (0.5, 4, 21), (1.0, -3, 18))
LAPEL_MM, LAPEL_WIDENS_MM = 30, 26  # width behind, and how much is added in front
LAPEL_ENDS_T = -330  # chart t below which a lapel does not widen
NOTCH_T, NOTCH_HALF_MM, NOTCH_LEAVES = -196, 5, 0.55  # the notch: its place, half its height, the width left
RIB_MM = 4.5  # radius of a knitted neck band


def round_the_neck(gap: float, count: int = 61) -> tuple[Floats, Floats]:
    """Places around the neck from the left front round the back to the right front.

    Parameters
    ----------
    gap : float
        mm from the middle of the front to the first and the last place.
    count : int

    Returns
    -------
    s : (count,) float, chart mm, rising from `gap` to a full turn less `gap`
    front : (count,) float in [0, 1]
        1 in the middle of the front, 0 from FRONT_MM on.
    """
    s = np.linspace(gap, PERIOD - gap, count)
    return s, np.clip(1 - np.minimum(s, PERIOD - s) / FRONT_MM, 0, 1)


def sheet(rows: Floats, charts: Floats, cloth: int) -> Piece:
    """A piece of cloth from a grid of points.

    Parameters
    ----------
    rows : (R, C, 3) float, metres
    charts : (R, C, 2) float, mm
        Places on the cloth.
    cloth : int, MAIN, INNER or TIE
    """
    quads = grid_faces(rows.shape[0], rows.shape[1])
    faces = np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])
    return Piece(
        rows.reshape(-1, 3).astype(np.float32), faces, charts.reshape(-1, 2).astype(np.float32), cloth
    )


def roll(
    body: BodyChart, s: Floats, t: Floats, off: npt.ArrayLike, radius: npt.ArrayLike, cloth: int
) -> Piece:
    """A tube of cloth along chart places, as ribs and hoods are.

    Parameters
    ----------
    body : BodyChart
    s, t : (N,) float, mm
    off, radius : float or (N,) float, mm
        Distance of the tube's middle from the skin, and its radius.
    cloth : int, MAIN, INNER or TIE
    """
    line = body.lifted(s, t, off)
    radius = np.broadcast_to(np.asarray(radius, float), s.shape) / 1000
    angle = np.linspace(0, 2 * np.pi, ROLL_SIDES)
    ahead = np.gradient(line, axis=0)
    ahead /= np.linalg.norm(ahead, axis=1, keepdims=True)
    out = body.at(s, t)[1]
    side = np.cross(ahead, out)
    side /= np.maximum(np.linalg.norm(side, axis=1, keepdims=True), 1e-9)
    rows = [line + radius[:, None] * (np.cos(x) * out + np.sin(x) * side) for x in angle]
    charts = [np.stack([s, t + 30 * x], 1) for x in angle]
    return sheet(np.stack(rows), np.stack(charts), cloth)


def joined(pieces: Sequence[Piece], cloth: int) -> Piece:
    """Pieces as one, of one cloth."""
    vertices, faces, _ = merge([(piece.vertices, piece.faces) for piece in pieces])
    chart = np.concatenate([piece.chart for piece in pieces])
    return Piece(vertices.astype(np.float32), faces.astype(np.int32), chart.astype(np.float32), cloth)


def closed_collar(body: BodyChart, worn: Garment, cloth: int) -> Piece:
    """A shirt's collar, buttoned."""
    return _collar(body, CLOSED_GAP_MM, cloth)


def open_collar(body: BodyChart, worn: Garment, cloth: int) -> Piece:
    """A shirt's collar, open at the top button."""
    return _collar(body, OPEN_GAP_MM + OPEN_GROWS_MM * worn.depth, cloth)


def _collar(body: BodyChart, gap: float, cloth: int) -> Piece:
    """A stand round the neck and a leaf folded over it whose points fall to the front."""
    s, front = round_the_neck(gap)
    base = neck_base(np.abs(wrapped(s))) + 6 - 4 * front
    stand = COLLAR_STAND_MM - 8 * front
    rows, charts = [], []
    for height, off, swing in COLLAR_SECTION:
        fall = np.where(height < 0.9, swing * COLLAR_POINT_FALLS_MM * front**2, 0.0)
        turn = swing * COLLAR_POINT_TURNS_MM * front**3
        here = s + np.where(s < BACK_MM, turn, -turn)
        t = base + stand * height - fall
        rows.append(body.lifted(here, t, off))
        charts.append(np.stack([here * 0.4, t], 1))
    return sheet(np.stack(rows), np.stack(charts), cloth)


def lapel(body: BodyChart, worn: Garment, cloth: int) -> Piece:
    """Collar and lapels of a jacket: a strip folded out along its opening, notched."""
    s, front = round_the_neck(6.0, 81)
    a = np.abs(wrapped(s))
    edge = jacket(a, worn.depth)
    width = LAPEL_MM + LAPEL_WIDENS_MM * np.clip(front - 0.3, 0, 1) * (edge > LAPEL_ENDS_T)
    width = width * np.where(np.abs(edge - NOTCH_T) < NOTCH_HALF_MM, NOTCH_LEAVES, 1.0)
    rows, charts = [], []
    for fraction, rise, off in LAPEL_SECTION:
        outward = fraction * width
        here = s + np.where(s < BACK_MM, outward, -outward) * np.clip(1.3 - a / 110, 0, 1)
        t = edge + rise - outward * np.clip(a / 90 - 0.2, 0, 0.9)
        rows.append(body.lifted(here, t, off))
        charts.append(np.stack([here, t], 1))
    return sheet(np.stack(rows), np.stack(charts), cloth)


def rib(body: BodyChart, worn: Garment, cloth: int) -> Piece:
    """The knitted band of a crew neck."""
    s, _ = round_the_neck(0.0, 73)
    t = Layer(crew).edge(s, worn.depth) - 3
    return roll(body, s, t, 3.0, RIB_MM, cloth)
