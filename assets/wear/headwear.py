"""Hats on a head: where a hat sits, how it is fitted to the skull, and the hair under it.

A hat has its own frame on the skull: origin inside the head, x to the subject's left, -y forward, z up out of
the brim's plane; millimetres. It is fitted by rays from the frame's origin to the skin. The kinds of hats are
the entries of `facegen.assets.wear.hat_registry.HATS`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter, grey_opening

from facegen.assets.hair import strands as st
from facegen.assets.head.head_model import PosedHead
from facegen.assets.meshes.collision import Body
from facegen.assets.meshes.mesh import Floats, Ints, Mask, merge
from facegen.assets.wear.hat_registry import Hat, HatPiece
from facegen.assets.wear.hat_shapes import azimuths, directions
from facegen.render.spec.face_spec import Headwear

PROFILE_ROWS = 16  # from the brim's plane to the crown: one every 6 degrees
CENTRE_DEPTH_MM = 92.0  # behind the eyes: the middle of the skull
FRONT_DEPTH_MM, BACK_DEPTH_MM = 5.0, 175.0  # behind the eyes: forehead and back of the head
# What flattened hair may take of PAD_MM just below the brim, and where a hat is tight.
HAIR_MM, PRESSED_MM = 4.2, 1.0
TIGHT_BELOW = 0.008  # metres below the brim, over which pressed hair gets that room
COVERED_MM = 5.0  # above the brim: hair ends here
BACK_MM = 2.0  # over that: pressed hair that comes to lie higher is cut again
FREE_MM = 2.0  # above the brim: hair that lies wholly higher is dropped
EAR_REACH = 25.0  # degrees above the brim's plane that an ear may stick out of it
EAR_SIDE = 0.6  # sine of the azimuth from which a ray may meet an ear
EAR_SEGMENTS = 9  # segments: no ear is as wide as this, 45 degrees
PROFILE_SMOOTHING = (1.0, 1.5)  # rows and segments (sd): cloth spans small hollows
PROFILE_SINKS_MM = 1.5  # by which smoothing may cut into the skin
UV_PER_RADIAN = 0.9  # of texture around the crown: a crown of about 90 mm radius
UV_INWARDS = 0.6  # of texture towards the middle of a flat top (by eye)
# Of a band over the head: its middle over the eyes and before that of the skull, the height of its top over
# that, and by how much that lies behind; by eye.
OVERHEAD_MM, OVERHEAD_FORWARD_MM, OVERHEAD_RISE_MM, OVERHEAD_BACK_MM = 15.0, 4.0, 100.0, 10.0
OVERHEAD_REACH = 100.0  # degrees from its top that a band presses hair
FAR = 0.2  # metres from the z axis, from where rays look for the outermost skin
BAND_MARGIN = 0.016  # metres on both sides of a band, so that hair between two points of a strand stays below
AHEAD = 0.22  # of its ease ahead of a band over the head, that it holds down hair to the forehead (by eye)
BAND_EASE = 0.03  # metres from a band over which pressed hair becomes free again (by eye)
BAND_ROOM_MM = 3.0  # between skin and band, which hair takes
EASE = 0.045  # metres below the brim, over which pressed hair becomes free again (by eye)
EASED_ROOM = 0.06  # metres that it may then stand off the head
EASING = 1.5  # exponent of that


@dataclass(frozen=True)
class HatFrame:
    """Where a hat sits in the world.

    Attributes
    ----------
    origin : (3,) float, metres
    axes : (3, 3) float
        Columns: the frame's x, y and z axis.
    """

    origin: Floats
    axes: Floats

    def to_world(self, mm: npt.ArrayLike) -> Floats:
        """Points (..., 3) of the hat's frame in mm -> points (..., 3) in the world in metres."""
        return np.asarray(mm) / 1000 @ self.axes.T + self.origin

    def height(self, points: Floats) -> Floats:
        """Height (...) in metres of world points (..., 3) above the brim's plane."""
        return (points - self.origin) @ self.axes[:, 2]


def hat_frame(head: PosedHead, worn: Headwear) -> HatFrame:
    """Where a hat sits on a posed head: its lower edge passes `front_mm` and `back_mm` above the eyes."""
    return _frame(head, worn.front_mm, worn.back_mm, worn.lean)


def level_frame(head: PosedHead, up_mm: float, lean: float) -> HatFrame:
    """A frame `up_mm` over the eyes that stands upright on the head."""
    return _frame(head, up_mm, up_mm, lean)


def overhead_frame(head: PosedHead, worn: Headwear) -> HatFrame:
    """The frame of a band from ear to ear: its front looks up, its z axis backwards.

    `worn.back_mm` is how far the band's top lies behind its ends.
    """
    level = _frame(head, OVERHEAD_MM, OVERHEAD_MM, worn.lean)
    tilt = np.arctan2(worn.back_mm + OVERHEAD_BACK_MM, OVERHEAD_RISE_MM)
    x, back, up = level.axes.T
    y = -(np.cos(tilt) * up + np.sin(tilt) * back)
    origin = level.origin - OVERHEAD_FORWARD_MM / 1000 * back
    return HatFrame(origin, np.stack([x, y, np.cross(x, y)], 1))


def _frame(head: PosedHead, front_mm: float, back_mm: float, lean_degrees: float) -> HatFrame:
    front = np.array([0.0, FRONT_DEPTH_MM, front_mm])
    back = np.array([0.0, BACK_DEPTH_MM, back_mm])
    y = (back - front) / np.linalg.norm(back - front)
    lean = np.radians(lean_degrees)
    x = np.array([np.cos(lean), 0.0, np.sin(lean)])
    z = np.cross(x, y) / np.linalg.norm(np.cross(x, y))
    x = np.cross(y, z)
    way = (CENTRE_DEPTH_MM - front[1]) / (back[1] - front[1])
    origin = head.eye_centres.mean(0) + head.head_rotation @ ((front + way * (back - front)) / 1000)
    return HatFrame(origin, head.head_rotation @ np.stack([x, y, z], 1))


def head_profile(body: Body, frame: HatFrame, rows: int = PROFILE_ROWS) -> Floats:
    """How far the skin is from the frame's origin.

    Parameters
    ----------
    body : Body
        Of the head's skin.
    frame : HatFrame
    rows : int

    Returns
    -------
    (rows, SEGMENTS) float64, mm
        Along `hat_shapes.directions`: row 0 in the brim's plane, the last row at the crown. Column 0 looks
        forward, columns run to the subject's left.
    """
    direction = directions(rows).reshape(-1, 3)
    distance = 1000 * body.reach(frame.origin, direction @ frame.axes.T).reshape(rows, -1)
    # An ear in the brim's plane sticks out of the ring: peaks narrower than EAR_SEGMENTS are levelled there.
    polar = np.linspace(0, np.pi / 2, rows)[:, None]
    at_ear = (np.abs(np.sin(azimuths()[None])) > EAR_SIDE) & (polar < np.radians(EAR_REACH))
    levelled = grey_opening(distance, size=(1, EAR_SEGMENTS), mode="wrap")
    distance = np.where(at_ear, levelled, distance)
    smooth = gaussian_filter(distance, PROFILE_SMOOTHING, mode=("nearest", "wrap"))
    return np.maximum(smooth, distance - PROFILE_SINKS_MM)


def front_profile(body: Body, frame: HatFrame, heights: Floats) -> Floats:
    """Distance (R, SEGMENTS) in mm of the outermost skin from the frame's z axis at heights (R,) in mm."""
    around = azimuths()
    out = np.stack([np.sin(around), -np.cos(around), 0 * around], 1)
    middle = np.stack([0 * heights, 0 * heights, heights], 1)
    start = frame.to_world(middle[:, None] + 1000 * FAR * out).reshape(-1, 3)
    inwards = np.broadcast_to(-out @ frame.axes.T, (len(heights), *out.shape)).reshape(-1, 3)
    hit = body.first_hit(start, inwards).reshape(len(heights), -1)
    return np.asarray(1000 * np.clip(FAR - hit, 0, FAR), float)


def in_world(pieces: list[HatPiece], frame: HatFrame) -> tuple[Floats, Ints, Ints, Floats]:
    """Pieces of a hat as one mesh in the world.

    Parameters
    ----------
    pieces : list of HatPiece
        What `build` of an entry of `hat_registry.HATS` makes; mm.
    frame : HatFrame

    Returns
    -------
    vertices : (V, 3) float32, metres
    faces : (F, 4) int32
    part : (F,) int
        SHELL_PART, BAND_PART or BRIM_PART of `hat_registry`.
    uv : (V, 2) float32
        Texture coordinates in units of about 100 mm of cloth.
    """
    v, f, index = merge([piece.mesh for piece in pieces])
    part = np.array([piece.part for piece in pieces])[index]
    uv = np.concatenate([_crown_uv(p.mesh[0]) if p.uv is None else p.uv for p in pieces])
    return frame.to_world(v).astype(np.float32), f, part, uv.astype(np.float32)


def _crown_uv(v: Floats) -> Floats:
    """Texture coordinates (V, 2) of a crown's vertices (V, 3), mm."""
    around = np.arctan2(v[:, 0], -v[:, 1]) * UV_PER_RADIAN
    along = v[:, 2] / 100 + UV_INWARDS * np.hypot(v[:, 0], v[:, 1]) / 100
    return np.stack([around, along], 1)


def _stretch_below(height: Floats, limit: float) -> tuple[Floats, Floats]:
    """Where strands lie below a height.

    height : (N, K) of the points of strands. Returns fractional point numbers (N,) at which the strands first
    pass below `limit`, and at which they rise over it again or end.
    """
    n, k = height.shape
    rows, low = np.arange(n), height < limit

    def crossing(out: Ints, into: Ints) -> Floats:
        """Where the line from a point `out` above the limit to one `into` it passes the limit."""
        way = (height[rows, out] - limit) / np.maximum(height[rows, out] - height[rows, into], 1e-9)
        return out + (into - out) * np.clip(way, 0, 1)

    first = low.argmax(1)
    again = ~low & (np.arange(k) > first[:, None])
    end = np.where(again.any(1), again.argmax(1), k - 1)
    start = np.where(first > 0, crossing(np.maximum(first - 1, 0), first), 0.0)
    return start, np.where(again.any(1), crossing(end, end - 1), k - 1.0)


def flatten_hair(strands: Floats, frame: HatFrame, body: Body, ease: float = EASE) -> tuple[Floats, Mask]:
    """Hair under a hat: what the hat covers is cut away, the rest is pressed to the head at the brim's plane.

    Parameters
    ----------
    strands : (N, K, 3) float32, metres
    frame : HatFrame
    body : Body
        Of the head's skin.
    ease : float, metres
        Distance below the brim, over which hair becomes free again.

    Returns
    -------
    strands : (M, K, 3) float32
    kept : (N,) bool
        Which of the given strands the M are.
    """
    # Hair above the brim is not fitted into the crown: it is cut away, since only what comes out is seen.
    height = frame.height(strands)
    kept = (height < FREE_MM / 1000).any(1)
    strands, height = strands[kept], height[kept]
    if not len(strands):
        return strands, kept
    strands = st.stretch(strands, *_stretch_below(height, COVERED_MM / 1000))
    height = frame.height(strands)
    below = np.clip(-height / ease, 0, 1)
    room = np.interp(-height, (0, TIGHT_BELOW), (PRESSED_MM / 1000, HAIR_MM / 1000))
    room = room + EASED_ROOM * below**EASING
    points = strands.reshape(-1, 3)
    for _ in range(2):  # a point far out may come to lie over another part of the head
        gap, normal = body.clearance(points)
        excess = np.maximum(gap - room.ravel(), 0) * (below.ravel() < 1)
        points = points - normal * excess[:, None]
    return _cut_again(points.reshape(strands.shape), kept, frame)


def _cut_again(strands: Floats, kept: Mask, frame: HatFrame) -> tuple[Floats, Mask]:
    """Pressed hair (M, K, 3) of which some came to lie under the cover again, cut; and `kept` (N,) for it."""
    number, kept = np.flatnonzero(kept), kept.copy()
    for _ in range(2):  # edges of cloth are bent between two points of a strand
        height = frame.height(strands)
        seen = (height < FREE_MM / 1000).any(1)
        kept[number[~seen]] = False
        strands, height, number = strands[seen], height[seen], number[seen]
        again = height.max(1) > (COVERED_MM + BACK_MM) / 1000
        strands[again] = st.stretch(strands[again], *_stretch_below(height[again], COVERED_MM / 1000))
    return strands.astype(np.float32), kept


def press_under_band(strands: Floats, frame: HatFrame, body: Body, kind: Hat) -> Floats:
    """Hair under a band: pressed to the head there, free again on both sides of it.

    Parameters
    ----------
    strands : (N, K, 3) float32, metres
    frame : HatFrame
    body : Body
        Of the head's skin.
    kind : Hat
        Of which `band_mm`, `pressed` and `overhead` count.
    """
    low, high = np.array(kind.band_mm) / 1000
    points = strands.reshape(-1, 3)
    for _ in range(2):  # as in `flatten_hair`
        height = frame.height(points)
        ahead = np.maximum(low - height - BAND_MARGIN, 0) * (AHEAD if kind.overhead else 1.0)
        away = np.maximum(height - high - BAND_MARGIN, ahead)
        local = (points - frame.origin) @ frame.axes
        angle = np.abs(np.arctan2(local[:, 0], -local[:, 1]))
        start, end = np.radians((kind.pressed[0], min(kind.pressed[1], OVERHEAD_REACH)))
        if kind.overhead:
            beside = np.maximum(np.maximum(start - angle, angle - end), 0)
            away = away + beside * np.linalg.norm(local[:, :2], axis=1)
        free = np.clip(away / BAND_EASE, 0, 1)
        room = BAND_ROOM_MM / 1000 + EASED_ROOM * free**EASING
        gap, normal = body.clearance(points)
        points = points - normal * (np.maximum(gap - room, 0) * (free < 1))[:, None]
    return points.reshape(strands.shape).astype(np.float32)
