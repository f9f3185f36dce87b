"""Spectacles fitted to a face's own landmarks: rims, bridge, temples and lenses.

Millimetres in the skull's frame, from the middle of the eyeballs: x to the subject's left, y backwards, z up.
The shapes are the entries of `facegen.assets.wear.glasses_registry.GLASSES_FRAMES`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from facegen.assets.meshes.mesh import Floats, Mesh, grid_faces, merge, tube
from facegen.assets.wear.glasses_registry import GLASSES_FRAMES, GlassesFrame, LensShape
from facegen.colour_science import LUMINANCE
from facegen.render.spec.face_spec import Glasses

VERTEX_DISTANCE_MM = 12.0  # cornea to lens, as opticians fit them
NOSE_MM = 5.5  # least distance from the bridge of the nose to the lenses' plane
BELOW_EYES_MM = (
    2.5  # middle of a lens below the pupil: frames are worn so that one looks through the upper half
)
HALF_BRIDGE_MM = 7.5  # least distance from the middle of the nose to a lens (eye size and bridge: ISO 8624)
DECENTRED_MM = 1.5  # lenses are centred this far outside the pupils
RIM_POINTS = 56
LENS_RINGS = 6
LENS_SAG_MM = 2.4  # of the middle before the edge: base curves of 4 to 6
METAL_FROM = 0.5  # of `metal`, from which temples end in thin wire

# By eye.
DROOP_INWARDS = 0.35  # of the droop, by which the lower half moves inwards
DROOP_DOWN = 0.3  # of the droop, by which the middle of the lower half hangs; twice that at the nose
# A rim bends around the face: mm backwards per mm outwards, and per square of that (a fraction of it).
WRAP_SLOPE, WRAP_CURVE, WRAP_FRACTION = 0.07, 0.0035, 0.3
RIM_WIDTH, RIM_DEPTH = 0.75, 0.5  # half of the rim's flat stock, of its thickness
TEMPLE_WIDTH, TEMPLE_HEIGHT, WIRE_HEIGHT = 0.45, 1.1, 0.5  # half of a temple, of the frame's thickness
BRIDGE_WIDTH, BRIDGE_DEPTH = 0.6, 0.55  # half of the bridge, of the frame's thickness
HINGE_HEIGHT, BRIDGE_HEIGHT = 0.45, 0.30  # of the lens's half height, above its middle
HINGE_INSIDE_MM, HINGE_BEHIND_MM = 1.0, 2.5  # from the outer edge of a lens to its hinge
END_PIECE_MM = 4  # outwards and backwards from the hinge to where a temple starts
BRIDGE_POINTS = 13
BRIDGE_OVERLAPS_MM = 0.5  # into each rim
BRIDGE_AHEAD_MM = 1.2  # its ends, before the lenses
BRIDGE_BOWS_AHEAD_MM, BRIDGE_BOWS_UP_MM = 1.5, 3.0  # its middle
BEHIND_EAR_MM = 52.0  # top of the ear behind the ends of the jaw line (landmarks 0 and 16)
ABOVE_EYES_MM = 7.0  # top of the ear over the eyes
BESIDE_HEAD_MM = 5.0  # a temple outside the ends of the jaw line
# Where temples bend outwards to pass beside the head, metres behind the eyes: from, wholly at, and before the
# ears, under which skin is no matter; how far they stay off skin, and how far they can be bent.
BENDS_FROM, BENT_AT, EARS_FROM = 0.0, 0.025, 0.06
BESIDE_SKIN, MOST_BENT = 0.0005, 0.012
FRONT_ENDS = -0.005  # metres behind the eyes: what lies ahead of it are rims, bridge and lenses
# Metres that these may lie in skin, as pads on a nose do, and that they are moved forwards at most.
TOUCHES_SKIN, MOST_AHEAD = -0.0003, 0.005
# Bend of a temple behind the ear, from its top: (inwards, backwards, up).
TEMPLE_TIP_MM = ((0.0, 9.0, -4.0), (2.0, 15.0, -14.0), (4.0, 18.0, -26.0))


class _Fit(NamedTuple):
    """Where the lenses sit: distance of their middles from the face's middle, depth and height, mm."""

    x: float
    depth: float
    height: float


def lens_transmittance(worn: Glasses) -> float:
    """Fraction in [0, 1] of the light from the eyes that the lenses let through; 1 without glasses."""
    if worn.kind == "none":
        return 1.0
    frame = GLASSES_FRAMES[worn.kind]
    up = min(0.5 - _lens_height(worn, frame) / (2 * frame.lens.half_height_mm * worn.height), 1.0)
    dark = worn.tint * (1 - worn.gradient * (1 - up))
    return float(1 - dark * (1 - np.array(worn.lens) @ LUMINANCE))


def glasses(worn: Glasses, landmarks_head: Floats) -> tuple[Mesh, Mesh, Floats]:
    """Frame and lenses in the skull's frame.

    Parameters
    ----------
    worn : Glasses
        Of a kind that stands in `glasses_registry.GLASSES_FRAMES`.
    landmarks_head : (70, 3) float
        Landmarks in the skull's frame, metres from the middle of the eyeballs.

    Returns
    -------
    frame : (vertices (V, 3) float32, faces (F, 4) int32), metres
    lenses : (vertices (V, 3) float32, faces (F, 4) int32), metres
    place : (V, 2) float32
        Of the lenses' vertices: 0, and the height from 0 (bottom) to 1 (top).

    Raises
    ------
    FacegenError : no entry of GLASSES_FRAMES has the name `worn.kind`.
    """
    frame = GLASSES_FRAMES.get_or_fail(worn.kind, "glasses.kind")
    mm = landmarks_head * 1000
    fit = _fit(worn, frame, mm)
    x, z = _outline(frame.lens, worn.width, worn.height)
    parts, lenses = [], []
    for side in (1, -1):
        bend = -WRAP_CURVE * x**2 * WRAP_FRACTION - WRAP_SLOPE * x
        rim = np.stack([side * (fit.x + x), fit.depth - bend, fit.height + z], 1)
        parts.append(_rim(worn, frame, rim, z))
        lenses.append(_lens(rim, side))
        parts.append(_temple(worn, frame, fit, mm, side))
    parts.append(_bridge(worn, frame, fit))
    frame_v, frame_f, _ = merge(parts)
    lens_v, lens_f, _ = merge(lenses)
    up = np.clip((lens_v[:, 2] - lens_v[:, 2].min()) / np.ptp(lens_v[:, 2]), 0, 1)
    place = np.stack([np.zeros_like(up), up], 1).astype(np.float32)
    return ((frame_v / 1000).astype(np.float32), frame_f), ((lens_v / 1000).astype(np.float32), lens_f), place


def ahead_of_face(points: Floats, clearance: Callable[[Floats], Floats]) -> float:
    """How far glasses are to be moved forwards so that raised cheeks touch them and do not come through.

    Parameters
    ----------
    points : (N, 3) float, metres, in the skull's frame
        Of rims and lenses.
    clearance : as of `beside_head`

    Returns
    -------
    float, metres, in [0, MOST_AHEAD]
    """
    return float(np.clip(TOUCHES_SKIN - clearance(points).min(), 0, MOST_AHEAD))


def beside_head(frame: Floats, clearance: Callable[[Floats], Floats]) -> Floats:
    """A frame whose temples are bent outwards to where they pass beside the head.

    Parameters
    ----------
    frame : (V, 3) float, metres, in the skull's frame
    clearance : function of points (N, 3) in the skull's frame
        Their distance (N,) from the skin in metres, negative inside.

    Returns
    -------
    (V, 3) float32, metres
    """
    out = frame.astype(np.float64)
    for side in (1, -1):
        mine = out[:, 0] * side > 0
        beside = mine & (out[:, 1] > BENDS_FROM) & (out[:, 1] < EARS_FROM)
        if not beside.any():
            continue
        sunk = BESIDE_SKIN - clearance(out[beside]).min()
        u = np.clip((out[mine, 1] - BENDS_FROM) / (BENT_AT - BENDS_FROM), 0, 1)
        out[mine, 0] += side * np.clip(sunk, 0, MOST_BENT) * u * u * (3 - 2 * u)
    return out.astype(np.float32)


def _lens_height(worn: Glasses, frame: GlassesFrame) -> float:
    """Of the middle of a lens above the eyes, mm."""
    return -BELOW_EYES_MM - worn.slip_mm - frame.sits_lower_mm


def _fit(worn: Glasses, frame: GlassesFrame, mm: Floats) -> _Fit:
    """How glasses sit on a face. mm: (70, 3) landmarks."""
    pupils = abs(mm[68, 0] - mm[69, 0])
    x = max(pupils / 2 + DECENTRED_MM, frame.lens.half_width_mm * worn.width + HALF_BRIDGE_MM)
    cornea = mm[68:70, 1].mean()
    nose_depth = mm[27, 1]
    depth = min(cornea - VERTEX_DISTANCE_MM, nose_depth - NOSE_MM)
    return _Fit(x, depth, _lens_height(worn, frame))


def _outline(lens: LensShape, width: float, height: float) -> tuple[Floats, Floats]:
    """Points of a lens's edge, x outwards and z up from its middle, (RIM_POINTS,) mm each."""
    angle = np.linspace(0, 2 * np.pi, RIM_POINTS, endpoint=False)
    c, s = np.cos(angle), np.sin(angle)
    x = lens.half_width_mm * width * np.sign(c) * np.abs(c) ** (2 / lens.exponent)
    z = lens.half_height_mm * height * np.sign(s) * np.abs(s) ** (2 / lens.exponent)
    x = x * (1 + lens.taper * s) - lens.droop_mm * DROOP_INWARDS * np.clip(-s, 0, 1)
    z = z + lens.lift_mm * np.clip(s, 0, 1) * np.clip(c, 0, 1)
    z = z - lens.droop_mm * np.clip(-s, 0, 1) * np.clip(DROOP_DOWN - c * DROOP_DOWN, 0, 1)
    return x, z


def _rim(worn: Glasses, frame: GlassesFrame, rim: Floats, z: Floats) -> Mesh:
    """The rim around a lens whose edge is `rim` (RIM_POINTS, 3), at heights z over its middle."""
    top = np.clip(z / (frame.lens.half_height_mm * worn.height), 0, 1)
    bulk = 1 + frame.brow_bulk * top
    thick = worn.thickness_mm if frame.rim_mm is None else frame.rim_mm
    radii = np.stack([np.full(RIM_POINTS, thick * RIM_WIDTH), thick * RIM_DEPTH * bulk], 1)
    return tube(rim, radii, closed=True)


def _temple(worn: Glasses, frame: GlassesFrame, fit: _Fit, mm: Floats, side: int) -> Mesh:
    """The temple of one side: from the hinge over the ear and down behind it."""
    a, b, t = frame.lens.half_width_mm, frame.lens.half_height_mm, worn.thickness_mm
    hinge = np.array(
        [
            side * (fit.x + a * worn.width - HINGE_INSIDE_MM),
            fit.depth + HINGE_BEHIND_MM,
            fit.height + HINGE_HEIGHT * b * worn.height,
        ]
    )
    corner = np.array([side * (abs(hinge[0]) + END_PIECE_MM), hinge[1] + END_PIECE_MM, hinge[2]])
    ear_x = side * (abs(mm[[0, 16], 0]).mean() + BESIDE_HEAD_MM)
    ear_top = np.array([ear_x, mm[[0, 16], 1].mean() + BEHIND_EAR_MM, ABOVE_EYES_MM])
    straight = [corner * (1 - u) + ear_top * u for u in np.linspace(0.1, 1, 10)]
    tip = ear_top + np.array(TEMPLE_TIP_MM) * (-side, 1, 1)
    line = np.array([hinge, corner, *straight, *tip], float)
    height = TEMPLE_HEIGHT if worn.metal < METAL_FROM else WIRE_HEIGHT
    return tube(line, np.array([t * TEMPLE_WIDTH, t * height]))


def _bridge(worn: Glasses, frame: GlassesFrame, fit: _Fit) -> Mesh:
    """The arc over the nose that joins the rims."""
    t = worn.thickness_mm
    inner = fit.x - frame.lens.half_width_mm * worn.width
    arc = np.linspace(-1, 1, BRIDGE_POINTS)
    bow = 1 - arc**2
    line = np.stack(
        [
            arc * (inner + BRIDGE_OVERLAPS_MM),
            np.full(BRIDGE_POINTS, fit.depth - BRIDGE_AHEAD_MM) - BRIDGE_BOWS_AHEAD_MM * bow,
            fit.height + BRIDGE_HEIGHT * frame.lens.half_height_mm * worn.height + BRIDGE_BOWS_UP_MM * bow,
        ],
        1,
    )
    return tube(line, np.array([t * BRIDGE_WIDTH, t * BRIDGE_DEPTH]))


def _lens(rim: Floats, side: int) -> Mesh:
    """A shallow bowl inside a rim (K, 3).

    side : 1 or -1; the rim of the right lens runs the other way round
    """
    centre = rim.mean(0)
    outwards = np.linspace(1, 0.02, LENS_RINGS)[:, None, None]
    v = centre + outwards * (rim - centre)[None]
    v[..., 1] -= LENS_SAG_MM * (1 - outwards[..., 0] ** 2)
    faces = grid_faces(LENS_RINGS, len(rim), False, True)
    return v.reshape(-1, 3), faces[:, ::side]
