"""Cloth that lies over a head and hangs down its sides: hoods, head scarves, veils.

A drape is a grid of rows from the crown down to the shoulders. Its upper rows are cones of rays from the
middle of the skull, as those of hats; its lower rows lie across a spine that runs from the skull into the
torso, so that the cloth follows a turned or bent neck. A row runs once around, from the one edge of the
opening for the face to the other.

Lengths are millimetres, heights are over the eyes along the head's own upward axis. Azimuths are 0 in front
and grow to the subject's left.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter

from facegen.assets.head.head_model import HeadModel, PosedHead
from facegen.assets.meshes.collision import Body
from facegen.assets.meshes.mesh import Floats, grid_faces
from facegen.assets.wear.cloth_shapes import knot, tail
from facegen.assets.wear.hat_registry import SHELL_PART, DrapeShape, HatPiece
from facegen.assets.wear.hat_shapes import SEGMENTS, azimuths
from facegen.assets.wear.headwear import CENTRE_DEPTH_MM, HatFrame, level_frame

UPPER_ROWS, LOWER_ROW_MM = 30, 7.0  # cones of 3 degrees, and the distance of the rows below them
LEVEL_MM = 25.0  # over the eyes: where cones end and rows across the spine begin
COLUMNS = 91
CHIN = 8  # iBUG's landmark
# Chart t in mm of the rings of skin whose middles are the spine: under the jaw, at the foot of the neck.
SPINE_T = ((-150.0, -135.0), (-200.0, -185.0))
SPINE_ENDS_MM = 80.0  # below the foot of the neck
FAR = 0.18  # metres from the middle, from where rays look for the outermost skin
SMOOTHING = (1.2, 1.5)  # rows and segments (sd): cloth spans hollows
LINING_TURN, LINING_MM = 9.0, 1.0  # degrees that the folded edge reaches back inside, and how much deeper
SAFE_MM = 1.5  # cloth over the skin of the head, whatever smoothing did
SAFE_BELOW_CHIN_MM = 25.0  # down to there; below it, cloth may pass into what is worn
FOLD_WAVES = (5, 8, 13)  # folds around the head
# Of a knot under the chin, by eye: where it lies on the way from the eyes (0) to the chin (1), and its ends.
KNOT_WAY, KNOT_MM = 1.24, 30.0
TAIL_MM, TAIL_WIDE_MM, TAIL_SPREADS_MM, TAIL_AHEAD_MM = 80.0, 52.0, 34.0, 58.0
FOLDS_FROM, FOLDS_FULL = 60.0, -120.0  # height over the eyes where folds begin, and where they are deepest


@dataclass(frozen=True)
class DrapeFrame(HatFrame):
    """Where a drape lies.

    Attributes
    ----------
    shape : DrapeShape
    chin : float
        Height of the chin, mm, negative.
    spine : (3, 3) float, metres
        Below the frame's origin: under the jaw, at the foot of the neck, in the torso.
    """

    shape: DrapeShape
    chin: float
    spine: Floats

    def height(self, points: Floats) -> Floats:
        """How deep (...) in metres world points (..., 3) lie under the cloth; negative in the opening."""
        local = (points - self.origin) @ self.axes * 1000
        up = local[..., 2] + LEVEL_MM
        around = np.abs(np.arctan2(local[..., 0], -local[..., 1]))
        beside = (around - self.half_angle(up)) * np.hypot(local[..., 0], local[..., 1])
        depth = np.maximum(beside, up - self.shape.top_mm)
        if self.shape.hem_mm is not None:
            depth = np.minimum(depth, up - self.shape.hem_mm)
        return (depth - self.shape.shows_mm) / 1000

    def half_angle(self, up: Floats) -> Floats:
        """Half the width of the opening in radians at heights `up` (...) over the eyes, mm."""
        way = np.where(up > 0, up / self.shape.top_mm, -up / self.chin)
        heights, degrees = np.array(self.shape.opening).T
        return np.radians(np.interp(-way, -heights, degrees))


def drape_frame(head: PosedHead, model: HeadModel, shape: DrapeShape, lean: float) -> DrapeFrame:
    """Where a drape lies on a posed head."""
    frame = level_frame(head, LEVEL_MM, lean)
    t = model.chart[:, 1]
    rings = [head.vertices[(t > low) & (t < high)].mean(0, dtype=float) for low, high in SPINE_T]
    down = rings[1] - rings[0]
    end = rings[1] + down / np.linalg.norm(down) * SPINE_ENDS_MM / 1000
    chin = float(frame.height(head.landmarks[CHIN]) * 1000 + LEVEL_MM)
    return DrapeFrame(frame.origin, frame.axes, shape, chin, np.stack([*rings, end]))


@dataclass(frozen=True)
class _Rows:
    """The rows of a drape.

    Attributes
    ----------
    centres : (R, 3) float, metres
    axes : (R, 3, 3) float
        Columns: to the left, backwards, up.
    polar : (R,) float, radians over the row's plane
    up : (R,) float, mm
        Height over the eyes; of cones where their radius is that of the skull in front.
    """

    centres: Floats
    axes: Floats
    polar: Floats
    up: Floats

    def points(self, azimuth: Floats, radius: Floats) -> Floats:
        """World points (R, C, 3) in metres at azimuths (R, C) and distances (R, C) in mm."""
        polar = self.polar[:, None]
        local = np.stack(
            [np.cos(polar) * np.sin(azimuth), -np.cos(polar) * np.cos(azimuth), np.sin(polar) + 0 * azimuth],
            -1,
        )
        return self.centres[:, None] + np.einsum("rij,rcj->rci", self.axes, local * radius[..., None]) / 1000


def _rows(frame: DrapeFrame) -> _Rows:
    polar = np.linspace(np.pi / 2, 0, UPPER_ROWS)
    line = np.concatenate([frame.origin[None], frame.spine])
    step = np.linalg.norm(np.diff(line, axis=0), axis=1)
    travelled = np.concatenate([[0], np.cumsum(step)]) * 1000
    low = frame.shape.hem_mm if frame.shape.hem_mm is not None else frame.shape.reach_mm
    length = min(LEVEL_MM - low, travelled[-1])
    below = np.arange(LOWER_ROW_MM, length, LOWER_ROW_MM)
    # A polyline with rounded corners: sampled finely, then smoothed.
    fine = np.arange(0, travelled[-1])
    path = np.stack([np.interp(fine, travelled, line[:, i]) for i in range(3)], 1)
    path = gaussian_filter(path, (18, 0), mode="nearest")
    path += (line[0] - path[0]) * np.exp(-fine / 40)[:, None]
    at = np.minimum(below.astype(int), len(path) - 2)
    upwards = path[at] - path[at + 1]
    # Just below the skull rows still lie across the head, further down across the neck.
    weight = np.clip(below / (LEVEL_MM - frame.chin), 0, 1)[:, None]
    upwards = (1 - weight) * frame.axes[:, 2] + weight * upwards / np.linalg.norm(upwards, axis=1)[:, None]
    upwards /= np.linalg.norm(upwards, axis=1, keepdims=True)
    left = frame.axes[:, 0] - upwards * (upwards @ frame.axes[:, 0])[:, None]
    left /= np.linalg.norm(left, axis=1, keepdims=True)
    axes = np.stack([left, np.cross(upwards, left), upwards], 2)
    return _Rows(
        np.concatenate([np.broadcast_to(frame.origin, (UPPER_ROWS, 3)), path[at]]),
        np.concatenate([np.broadcast_to(frame.axes, (UPPER_ROWS, 3, 3)), axes]),
        np.concatenate([polar, np.zeros(len(below))]),
        np.concatenate([LEVEL_MM + CENTRE_DEPTH_MM * np.sin(polar), LEVEL_MM - below]),
    )


def _outermost(rows: _Rows, body: Body, shape: DrapeShape) -> Floats:
    """Distance (R, SEGMENTS) in mm of the outermost skin, smooth as cloth that lies on it."""
    around = np.broadcast_to(azimuths(), (len(rows.polar), SEGMENTS))
    outside = rows.points(around, np.full(around.shape, 1000 * FAR))
    towards = rows.centres[:, None] - outside
    hit = body.first_hit(outside.reshape(-1, 3), towards.reshape(-1, 3) / FAR).reshape(around.shape)
    radius = 1000 * np.clip(FAR - hit, 0.02, FAR)
    for row in range(UPPER_ROWS, len(radius)):
        before = radius[row - 1]
        radius[row] = np.clip(
            radius[row], before - shape.taper * LOWER_ROW_MM, before + shape.flare * LOWER_ROW_MM
        )
    return np.maximum(gaussian_filter(radius, SMOOTHING, mode=("nearest", "wrap")), radius - 1.0)


def drape(frame: DrapeFrame, body: Body, rng: np.random.Generator) -> list[HatPiece]:
    """The cloth, in the frame's millimetres.

    Parameters
    ----------
    frame : DrapeFrame
    body : Body
        Of the head's skin.
    rng : numpy Generator
        Of the folds.
    """
    shape, rows = frame.shape, _rows(frame)
    skin = _outermost(rows, body, shape)
    heights = _heights(rows, skin)
    front = frame.half_angle(heights)[:, None]
    across = np.linspace(0, 1, COLUMNS)[None]
    azimuth = front + (2 * np.pi - 2 * front) * across
    beside = np.minimum(azimuth - front, 2 * np.pi - front - azimuth)
    radius = _around(skin, azimuth)
    from_edge = np.maximum(beside * radius, (heights - shape.top_mm)[:, None])
    behind = 0.5 - 0.5 * np.cos(azimuth)
    crown = np.clip((rows.up - 40.0) / 90.0, 0, 1)[:, None]
    off = shape.off_mm + shape.behind_mm * behind * (0.4 + 0.6 * crown)
    off = off + shape.gap_mm * np.exp(-np.maximum(from_edge, 0) / shape.gap_reaches_mm)
    growing = np.clip((FOLDS_FROM - rows.up) / (FOLDS_FROM - FOLDS_FULL), 0, 1)[:, None]
    off = off + shape.folds_mm * growing * _folds(azimuth, rows.up[:, None], rng)
    outer = rows.points(azimuth, radius + np.maximum(off, shape.thickness_mm + SAFE_MM))
    turn = np.radians(LINING_TURN)
    ends = []
    for side, column in ((1, 0), (-1, -1)):
        at, r = azimuth[:, [column]], (radius + off)[:, [column]]
        inner = np.maximum(r - shape.thickness_mm, radius[:, [column]] + SAFE_MM)
        deeper = at + side * turn
        back = np.maximum(inner - LINING_MM, _around(skin, deeper) + SAFE_MM)
        ends.append((rows.points(at, inner), rows.points(deeper, np.minimum(back, inner + 6.0))))
    (left, left_back), (right, right_back) = ends
    points = np.concatenate([left_back, left, outer, right, right_back], 1)
    points = _off_the_head(points, frame, body)
    columns = np.concatenate([across[0, [0, 0]] - [0.04, 0.02], across[0], [1.02, 1.04]])
    uv = np.stack(np.broadcast_arrays(columns[None] * 6.0, rows.up[:, None] / 100), -1)
    local = (points - frame.origin) @ frame.axes * 1000
    mesh = local.reshape(-1, 3), grid_faces(len(points), points.shape[1])
    pieces = [HatPiece(mesh, SHELL_PART, uv.reshape(-1, 2))]
    return pieces + _knot(local, rows, frame) if shape.knot else pieces


def _knot(local: Floats, rows: _Rows, frame: DrapeFrame) -> list[HatPiece]:
    """The knot in front where the edges meet below the chin, and its two ends; `local`: (R, C, 3) mm."""
    row = int(np.abs(rows.up - KNOT_WAY * frame.chin).argmin())
    centre = (local[row, 2] + local[row, -3]) / 2 + [0.0, -KNOT_MM / 3, 0.0]
    pieces = [HatPiece(knot(centre, KNOT_MM), SHELL_PART)]
    for side in (-1.0, 1.0):
        way = np.array([side * TAIL_SPREADS_MM, -TAIL_AHEAD_MM, -TAIL_MM])
        across = np.array([1.0, 0.0, 0.3 * side])
        pieces.append(HatPiece(tail(centre, way, across, TAIL_WIDE_MM), SHELL_PART))
    return pieces


def _heights(rows: _Rows, skin: Floats) -> Floats:
    """Height (R,) of the rows over the eyes in front, where the opening is."""
    return np.where(rows.polar > 0, LEVEL_MM + skin[:, 0] * np.sin(rows.polar), rows.up)


def _around(radius: Floats, azimuth: Floats) -> Floats:
    """Radii (R, C) at azimuths (R, C), from those (R, SEGMENTS) of the segments."""
    place = azimuth / (2 * np.pi) * SEGMENTS
    low = np.floor(place).astype(int)
    rest, row = place - low, np.arange(len(radius))[:, None]
    return radius[row, low % SEGMENTS] * (1 - rest) + radius[row, (low + 1) % SEGMENTS] * rest


def _folds(azimuth: Floats, up: Floats, rng: np.random.Generator) -> Floats:
    """Folds in about [-1, 1] that hang down and lean a little."""
    out = np.zeros(np.broadcast_shapes(azimuth.shape, up.shape))
    for waves in FOLD_WAVES:
        phase, lean, weight = rng.uniform(0, 2 * np.pi), rng.uniform(-0.012, 0.012), rng.uniform(0.3, 1)
        out += weight * np.sin(waves * azimuth + lean * up + phase)
    return out / 1.6


def _off_the_head(points: Floats, frame: DrapeFrame, body: Body) -> Floats:
    """Cloth that would lie in the head is lifted off its skin."""
    flat = points.reshape(-1, 3)
    gap, normal = body.clearance(flat)
    low = HatFrame.height(frame, flat) * 1000 + LEVEL_MM < frame.chin - SAFE_BELOW_CHIN_MM
    short = np.where(low, 0.0, np.clip(SAFE_MM / 1000 - gap, 0, None))
    return (flat + normal * short[:, None]).reshape(points.shape)
