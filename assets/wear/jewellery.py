"""Earrings at the lobes, and necklaces that lie on neck and cloth. Metres, world axes.

The kinds are the entries of `jewellery_registry.EARRINGS` and `NECKLACES`.
"""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter1d

from facegen.assets.head.head_model import HeadModel, PosedHead, triangles
from facegen.assets.meshes.collision import Body
from facegen.assets.meshes.mesh import Floats, Ints, clip, merge
from facegen.assets.wear.jewel_shapes import DOWN
from facegen.assets.wear.jewellery_registry import EARRINGS, NECKLACES, JewelPiece, Piercing
from facegen.assets.wear.necklines import neck_base

LOBE_MM = 4.0  # a piercing lies this far above the lobe's edge
LOBE_HEIGHT = 0.006  # metres above the lowest point of an ear that are its lobe
LOBE_MIDDLE = 0.003  # metres: mean height of the lobe's vertices over its edge
OUTER_NORMAL = 0.25  # cosine to the outward direction, from which a vertex is on the outside of the lobe
HANGING = 0.004  # metres below the piercing, from which a part may meet jaw or neck
CLEARANCE, MOST_SWUNG = 0.0008, 0.012  # metres: left between them, and the most that an earring swings out

TORSO_T = -85  # chart t in mm: a necklace lies on the skin below it
EAR_WEIGHT = 0.1  # above it a vertex belongs to an ear
LINE_POINTS = 180
# A line round the neck itself: chart t in mm at distances in mm from the front, and what `drop_mm` lowers it.
NECK_S, NECK_T, NECK_DROPS = (0, 70, 140, 314), (-152, -146, -128, -112), 0.5
# A line that hangs: half its width in front and the exponent of its bow; mm over the neck's base, and below.
HANG_HALF_MM, HANG_BOW, HANG_ABOVE_MM, HANG_LEAST_MM = 95, 0.85, 10, 8
OFF_SKIN, LEAST_OFF = 0.002, 0.0016  # metres from the skin at first, and at least
SMOOTH, SMOOTH_AGAIN = 3.0, 0.8  # points (sd): a chain spans the hollows of the neck
PUSHES = 3  # times that the line is pushed off the skin and smoothed


def piercing(head: PosedHead, model: HeadModel, sign: int, turn: float) -> Piercing:
    """Where one ear is pierced.

    Parameters
    ----------
    head : PosedHead
    model : HeadModel
    sign : int
        1 for the left ear, -1 for the right one.
    turn : float
        Degrees by which a flat earring is turned from across the head to along it.
    """
    local = (head.vertices - head.eye_centres.mean(0)) @ head.head_rotation
    ear = (model.ear > 0.5) & (local[:, 0] * sign > 0)
    lowest = local[ear, 2].min()
    rim = ear & (local[:, 2] < lowest + LOBE_HEIGHT)
    side = head.head_rotation[:, 0] * float(sign)
    outer = rim & ((head.normals @ side) > OUTER_NORMAL)
    chosen = outer if outer.any() else rim
    up = head.head_rotation[:, 2]
    place = head.vertices[chosen].mean(0) + up * (LOBE_MM / 1000 - LOBE_MIDDLE)
    return Piercing(place, side, -head.head_rotation[:, 1], turn)


def earring(kind: str, size_mm: float, where: Piercing, body: Body) -> tuple[Floats, Ints, Ints]:
    """One earring.

    Parameters
    ----------
    kind : str
        Name of an entry of EARRINGS.
    size_mm : float
        Diameter of a stud or of a hoop, length of a drop.
    where : Piercing
    body : Body
        Of the head's skin.

    Returns
    -------
    vertices : (V, 3) float32, metres
    faces : (F, 4) int32
    part : (F,) int
        METAL_PART or STONE_PART of `jewellery_registry`.

    Raises
    ------
    FacegenError : no entry of EARRINGS has the name `kind`.
    """
    entry = EARRINGS.get_or_fail(kind, "jewellery.earrings")
    v, f, part = _joined(entry.build(size_mm / 1000, where))
    # Where the jaw or the neck is in the way, the whole earring swings outwards.
    hanging = v[(v - where.place) @ DOWN > HANGING]
    if len(hanging):
        gap, _ = body.clearance(hanging)
        v = v + where.side * np.clip(CLEARANCE - gap.min(), 0, MOST_SWUNG)
    return v.astype(np.float32), f, part


def necklace_line(
    head: PosedHead,
    model: HeadModel,
    drop_mm: float,
    around_neck: bool,
    body: Body,
    points: int = LINE_POINTS,
) -> Floats:
    """The closed line of a necklace on the skin or the cloth.

    Parameters
    ----------
    head : PosedHead
    model : HeadModel
    drop_mm : float
        How far its lowest point hangs under the pit of the neck.
    around_neck : bool
        Whether it lies round the neck itself.
    body : Body
        Of skin and clothes, see `solid`.
    points : int

    Returns
    -------
    (points, 3) float64, metres
        The first point is in front.
    """
    s, t = model.chart.T
    near = (t < TORSO_T) & (model.ear < EAR_WEIGHT)
    faces = model.faces[near[model.faces].all(1) & (model.face_part == 0)]
    _, vertices, normals, chart, cut = clip(
        triangles(faces),
        _chart_height(s, drop_mm, around_neck) - t,
        head.vertices,
        head.normals,
        model.chart.astype(np.float64),
    )
    on = np.flatnonzero(cut)
    on = on[np.argsort(chart[on, 0])]
    place, normal = vertices[on].astype(float), normals[on].astype(float)
    # Evenly along the azimuth, then smooth.
    grid = np.linspace(-np.pi * 100, np.pi * 100, points, endpoint=False)
    line = np.stack([np.interp(grid, chart[on, 0], place[:, i], period=200 * np.pi) for i in range(3)], 1)
    out = np.stack([np.interp(grid, chart[on, 0], normal[:, i], period=200 * np.pi) for i in range(3)], 1)
    line = gaussian_filter1d(line + OFF_SKIN * out, SMOOTH, axis=0, mode="wrap")
    for _ in range(PUSHES):
        gap, away = body.clearance(line)
        line = line + away * np.maximum(LEAST_OFF - gap, 0)[:, None]
        line = gaussian_filter1d(line, SMOOTH_AGAIN, axis=0, mode="wrap")
    gap, away = body.clearance(line)  # smoothing drew it into the edges of collars again
    line = line + away * np.maximum(-gap, 0)[:, None]
    return np.roll(line, -(points // 2), axis=0)


def necklace(kind: str, size_mm: float, line: Floats) -> tuple[Floats, Ints, Ints]:
    """A necklace along a line.

    Parameters
    ----------
    kind : str
        Name of an entry of NECKLACES.
    size_mm : float
        Of a pendant, of a bead, of a band; a chain's links are thicker for a larger size.
    line : (K, 3) float, metres, of `necklace_line`

    Returns
    -------
    vertices : (V, 3) float32, metres
    faces : (F, 4) int32
    part : (F,) int
        METAL_PART or STONE_PART of `jewellery_registry`.

    Raises
    ------
    FacegenError : no entry of NECKLACES has the name `kind`.
    """
    v, f, part = _joined(NECKLACES.get_or_fail(kind, "jewellery.necklace").build(size_mm / 1000, line))
    return v.astype(np.float32), f, part


def solid(head: PosedHead, model: HeadModel, cloth_vertices: Floats, cloth_triangles: Ints) -> Body:
    """What a necklace lies on: skin and clothes as one body."""
    skin = triangles(model.faces)
    v = np.concatenate([head.vertices, cloth_vertices])
    return Body(v, np.concatenate([skin, cloth_triangles + len(head.vertices)]))


def _chart_height(s: Floats, drop_mm: float, around_neck: bool) -> Floats:
    """Chart t (N,) in mm of a necklace's line at s (N,)."""
    a = np.abs(s)
    if around_neck:
        return np.interp(a, NECK_S, NECK_T) - NECK_DROPS * drop_mm
    front = np.clip(1 - a / HANG_HALF_MM, 0, 1) ** HANG_BOW
    return neck_base(a) + HANG_ABOVE_MM - (HANG_LEAST_MM + drop_mm) * front


def _joined(pieces: list[JewelPiece]) -> tuple[Floats, Ints, Ints]:
    """Pieces as one mesh: vertices (V, 3), faces (F, 4), part (F,)."""
    v, f, index = merge([piece.mesh for piece in pieces])
    return v, f, np.array([piece.part for piece in pieces])[index]
