"""Solids of which things in front of a face are made. Metres, in the world; a mesh is (vertices, quads)."""

from __future__ import annotations

import numpy as np

from facegen.assets.meshes.collision import Body
from facegen.assets.meshes.mesh import Floats, Mesh, grid_faces

CORNER_STEPS = 4  # points of a quarter of a rounded edge
STEP, FARTHEST = 0.003, 0.25  # metres at a time, and in all, by which a thing is moved until it is clear


def axes_of(along: Floats, up: Floats) -> Floats:
    """Axes (3, 3), columns: `along` (3,), what of `up` (3,) is square to it, and their cross product."""
    first = along / np.linalg.norm(along)
    second = up - first * (up @ first)
    second = second / np.linalg.norm(second)
    return np.stack([first, second, np.cross(first, second)], 1)


def rounded_box(centre: Floats, axes: Floats, half: Floats, radius: float) -> Mesh:
    """A box with rounded edges.

    Parameters
    ----------
    centre : (3,) float
    axes : (3, 3) float, columns
    half : (3,) float
        Half its length along each axis.
    radius : float
        Of its edges, at most the smallest of `half`.

    Returns
    -------
    vertices (V, 3) float, quads (F, 4) int32
    """
    quarter = np.linspace(0.02, np.pi / 2 - 0.02, CORNER_STEPS)
    polar = np.concatenate([quarter, np.pi - quarter[::-1]])
    turn = np.concatenate([quarter + k * np.pi / 2 for k in range(4)])
    normal = np.stack(
        [
            np.sin(polar)[:, None] * np.cos(turn),
            np.sin(polar)[:, None] * np.sin(turn),
            np.repeat(np.cos(polar)[:, None], len(turn), 1),
        ],
        -1,
    )
    grid = np.sign(normal) * (np.asarray(half) - radius) + radius * normal
    ends = np.zeros((1, len(turn), 3))
    ends[..., 2] = half[2]
    grid = np.concatenate([ends, grid, -ends])
    points = centre + grid.reshape(-1, 3) @ axes.T
    return points, grid_faces(len(grid), len(turn), False, True)[:, ::-1]


def turned(profile: Floats, centre: Floats, axes: Floats, segments: int = 40) -> Mesh:
    """A body of revolution about the first of `axes`.

    Parameters
    ----------
    profile : (K, 2) float
        Distance from the axis, and place along it from `centre`.
    centre : (3,) float
    axes : (3, 3) float, columns
    segments : int
        Vertices around.
    """
    angle = np.arange(segments) / segments * 2 * np.pi
    radius, place = np.asarray(profile, float).T
    local = np.stack(
        [
            np.repeat(place[:, None], segments, 1),
            np.maximum(radius, 1e-5)[:, None] * np.cos(angle),
            np.maximum(radius, 1e-5)[:, None] * np.sin(angle),
        ],
        -1,
    )
    return centre + local.reshape(-1, 3) @ axes.T, grid_faces(len(local), segments, False, True)


def cleared(points: Floats, body: Body, way: Floats, gap: float, most: float = FARTHEST) -> Floats:
    """The vector (3,) along `way` (3,) by which points (N, 3) are moved until all are `gap` off a body.

    It is `most` metres long where they never are.

    A large thing may also reach into the body where none of its points lies: STEP is smaller than what it
    is to keep clear of.
    """
    for moved in np.arange(0.0, most, STEP):
        if body.clearance(points + moved * way)[0].min() >= gap:
            return np.asarray(moved * way)
    return np.asarray(most * way)
