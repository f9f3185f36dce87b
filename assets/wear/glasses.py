"""Spectacles: rims, bridge, temples and lenses, fitted to a face's own landmarks."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from facegen.assets.meshes import mesh
from facegen.colour_science import LUMINANCE


class Shape(NamedTuple):
    """Of a lens: half width, half height (mm), superellipse exponent, droop of the outer lower corner,
    lift of the outer upper one (mm), and the share by which it narrows downwards.
    """

    a: float
    b: float
    n: float
    droop: float = 0.0
    lift: float = 0.0
    taper: float = 0.0


# Standard eye sizes run from 44 to 58 mm (ISO 8624 boxing system).
SHAPES = {
    "round": Shape(22.0, 20.5, 2.0),
    "oval": Shape(24.5, 15.5, 2.2),
    "rectangular": Shape(25.5, 14.5, 3.8, 0.5, 0.0, 0.06),
    "browline": Shape(24.5, 17.0, 3.0, 1.0, 0.0, 0.06),
    "aviator": Shape(27.0, 20.5, 2.6, 4.0),
    "wayfarer": Shape(26.0, 18.5, 2.9, 0.0, 1.5, 0.13),
    "cat_eye": Shape(26.0, 17.0, 2.5, 0.0, 4.5, 0.08),
    "rimless": Shape(25.0, 15.0, 3.2, 0.0, 0.0, 0.04),
}
NO_RIM_MM = 0.5  # edge of a lens without a rim
VERTEX_DISTANCE_MM = 12.0  # cornea to lens, as opticians fit them
RIM_POINTS = 56


def _outline(kind, width, height):
    a, b, n, droop, lift, taper = SHAPES[kind]
    angle = np.linspace(0, 2 * np.pi, RIM_POINTS, endpoint=False)
    c, s = np.cos(angle), np.sin(angle)
    x = a * width * np.sign(c) * np.abs(c) ** (2 / n)
    z = b * height * np.sign(s) * np.abs(s) ** (2 / n)
    x = x * (1 + taper * s) - droop * 0.35 * np.clip(-s, 0, 1)
    z = z + lift * np.clip(s, 0, 1) * np.clip(c, 0, 1)
    z = z - droop * np.clip(-s, 0, 1) * np.clip(0.3 - c * 0.3, 0, 1)
    return x, z


def passed(spec):
    """Share of the light from the eyes that a pair of lenses lets pass, in [0, 1].

    spec : any object with the fields of render.spec.Glasses
    """
    if spec.kind == "none":
        return 1.0
    up = min(0.5 - _height(spec) / (2 * SHAPES[spec.kind][1] * spec.height), 1.0)
    dark = spec.tint * (1 - spec.gradient * (1 - up))
    return float(1 - dark * (1 - np.array(spec.lens) @ LUMINANCE))


def _height(spec):
    """Of the middle of a lens above the eyes, mm."""
    return -2.5 - spec.slip_mm - (3.0 if spec.kind == "aviator" else 0.0)


def glasses(spec, landmarks_head):
    """Frame and lenses in the skull's frame.

    Parameters
    ----------
    spec : any object with the fields of render.spec.Glasses
    landmarks_head : (70, 3) float
        Landmarks in the skull's frame, metres from the middle of the eyeballs.

    Returns
    -------
    frame (vertices (V, 3) float32, faces (F, 4) int32), lenses (vertices, faces), metres; where the lenses'
    vertices lie (V, 2): 0, and 0 (bottom) to 1 (top)
    """
    mm = landmarks_head * 1000
    pupils = abs(mm[68, 0] - mm[69, 0])
    a, b = SHAPES[spec.kind][:2]
    centre_x = max(pupils / 2 + 1.5, a * spec.width + 7.5)
    cornea = mm[68:70, 1].mean()
    nose_depth = mm[27, 1]
    depth = min(cornea - VERTEX_DISTANCE_MM, nose_depth - 5.5)
    height = _height(spec)
    x, z = _outline(spec.kind, spec.width, spec.height)
    t = spec.thickness_mm
    parts, lenses = [], []
    for side in (1, -1):
        wrap = -0.0035 * (x) ** 2 * 0.3 - 0.07 * x
        rim = np.stack([side * (centre_x + x), depth - wrap, height + z], 1)
        top = np.clip(z / (b * spec.height), 0, 1)
        bulk = 1 + (1.6 * top if spec.kind == "browline" else 0.25 * top)
        thick = NO_RIM_MM if spec.kind == "rimless" else t
        radii = np.stack([np.full(RIM_POINTS, thick * 0.75), thick * 0.5 * bulk], 1)
        parts.append(mesh.tube(rim, radii, closed=True))
        lenses.append(_lens(rim, side))
        hinge = np.array(
            [side * (centre_x + a * spec.width - 1.0), depth + 2.5, height + 0.45 * b * spec.height]
        )
        ear_x = side * (abs(mm[[0, 16], 0]).mean() + 5.0)
        ear_top = np.array([ear_x, mm[[0, 16], 1].mean() + 52.0, 7.0])
        line = [hinge, [side * (abs(hinge[0]) + 4), hinge[1] + 4, hinge[2]]]
        line += [np.array(line[1]) * (1 - u) + ear_top * u for u in np.linspace(0.1, 1, 10)]
        tail = ear_top + np.array([[0, 9, -4], [-2 * side, 15, -14], [-4 * side, 18, -26]])
        line = np.array([*line, *tail], float)
        parts.append(mesh.tube(line, np.array([t * 0.45, t * (1.1 if spec.metal < 0.5 else 0.5)])))
    inner = centre_x - a * spec.width
    arc = np.linspace(-1, 1, 13)
    bridge = np.stack(
        [
            arc * (inner + 0.5),
            np.full(13, depth - 1.2) - 1.5 * (1 - arc**2),
            height + 0.30 * b * spec.height + 3.0 * (1 - arc**2),
        ],
        1,
    )
    parts.append(mesh.tube(bridge, np.array([t * 0.6, t * 0.55])))
    frame_v, frame_f, _ = mesh.merge(parts)
    lens_v, lens_f, _ = mesh.merge(lenses)
    up = np.clip((lens_v[:, 2] - lens_v[:, 2].min()) / np.ptp(lens_v[:, 2]), 0, 1)
    place = np.stack([np.zeros_like(up), up], 1).astype(np.float32)
    return ((frame_v / 1000).astype(np.float32), frame_f), ((lens_v / 1000).astype(np.float32), lens_f), place


def _lens(rim, side, rings=6):
    """A shallow bowl inside a rim (K, 3): one radius for all lenses of a frame (base curve 4 to 6).

    side : 1 or -1; its rim runs the other way round
    """
    centre = rim.mean(0)
    share = np.linspace(1, 0.02, rings)[:, None, None]
    v = centre + share * (rim - centre)[None]
    v[..., 1] -= 2.4 * (1 - share[..., 0] ** 2)
    faces = mesh.grid_faces(rings, len(rim), False, True)
    return v.reshape(-1, 3), faces[:, ::side]
