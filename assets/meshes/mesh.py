"""Small mesh tools: tubes, balls, grids, and clipping along a level line.

A mesh is a pair (vertices (V, 3), faces (F, n)): n is 4 for quads and 3 for triangles. Units are the caller's
(metres in the world, mm in the frames of hats and glasses).

`trimesh.creation` has no replacement that keeps what is drawn: `sweep_polygon` triangulates and caps the tube
and places its cross-section by another rule, `uv_sphere` and `icosphere` place other vertices.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.floating[Any]]
Ints: TypeAlias = npt.NDArray[np.integer[Any]]
Mask: TypeAlias = npt.NDArray[np.bool_]
Mesh: TypeAlias = tuple[Floats, Ints]

# Exponent of a tube's cross-section: 1 is an ellipse, towards 0 a box. Frames and straps are flat stock with
# rounded edges (by eye).
CROSS_SECTION_ROUNDNESS = 0.7
POLE_GAP = 0.02  # radians by which a ball's first and last ring stay off its poles: no face has zero area


def tube(line: Floats, radii: Floats, segments: int = 10, closed: bool = False) -> Mesh:
    """A tube with a rounded-box cross-section along a polyline.

    Parameters
    ----------
    line : (K, 3) float
    radii : (2,) or (K, 2) float, in the unit of `line`
        Half the width along the normal of the polyline's plane, and half the width in that plane.
    segments : int
        Vertices around the tube.
    closed : bool
        Whether the last point is joined to the first. The ends of an open tube have no caps.

    Returns
    -------
    vertices : (K * segments, 3) float32
    faces : (F, 4) int32
    """
    k = len(line)
    tangent = np.roll(line, -1, 0) - np.roll(line, 1, 0) if closed else np.gradient(line, axis=0)
    tangent /= np.maximum(np.linalg.norm(tangent, axis=1, keepdims=True), 1e-12)
    centred = line - line.mean(0)
    plane = np.linalg.svd(centred, full_matrices=False)[2][2] if k > 2 else np.array([0.0, 0, 1])
    inner = np.cross(tangent, plane)
    inner /= np.maximum(np.linalg.norm(inner, axis=1, keepdims=True), 1e-12)
    across = np.cross(inner, tangent)
    size = np.broadcast_to(radii, (k, 2))
    angle = np.arange(segments) / segments * 2 * np.pi
    c, s = np.cos(angle), np.sin(angle)
    c = np.sign(c) * np.abs(c) ** CROSS_SECTION_ROUNDNESS
    s = np.sign(s) * np.abs(s) ** CROSS_SECTION_ROUNDNESS
    vertices = (
        line[:, None]
        + across[:, None] * (size[:, :1] * c)[..., None]
        + inner[:, None] * (size[:, 1:] * s)[..., None]
    )
    return vertices.reshape(-1, 3).astype(np.float32), grid_faces(k, segments, closed, True)


def ball(centre: npt.ArrayLike, radii: npt.ArrayLike, segments: int = 12, rings: int = 8) -> Mesh:
    """An ellipsoid.

    Parameters
    ----------
    centre : (3,) float
    radii : (3,) float
        Half axes along x, y and z.
    segments, rings : int
        Vertices around the z axis, and rings from pole to pole.

    Returns
    -------
    vertices : (rings * segments, 3) float64
    faces : (F, 4) int32
    """
    polar = np.linspace(POLE_GAP, np.pi - POLE_GAP, rings)
    turn = np.arange(segments) / segments * 2 * np.pi
    unit = np.stack(
        [
            np.sin(polar)[:, None] * np.cos(turn),
            np.sin(polar)[:, None] * np.sin(turn),
            np.repeat(np.cos(polar)[:, None], segments, 1),
        ],
        -1,
    )
    vertices = (np.asarray(centre) + unit * np.asarray(radii)).reshape(-1, 3)
    return vertices, grid_faces(rings, segments, False, True)


def grid_faces(rows: int, columns: int, wrap_rows: bool = False, wrap_columns: bool = False) -> Ints:
    """Quads (F, 4) int32 of a grid of rows x columns vertices, stored row by row.

    Parameters
    ----------
    rows, columns : int
    wrap_rows, wrap_columns : bool
        Whether the last row (column) is joined to the first.
    """
    i, j = np.meshgrid(
        np.arange(rows - (not wrap_rows)), np.arange(columns - (not wrap_columns)), indexing="ij"
    )
    i2, j2 = (i + 1) % rows, (j + 1) % columns
    quad = np.stack([i * columns + j, i * columns + j2, i2 * columns + j2, i2 * columns + j], -1)
    return quad.reshape(-1, 4).astype(np.int32)


def merge(parts: Sequence[Mesh]) -> tuple[Floats, Ints, Ints]:
    """Join meshes whose faces have the same number of corners.

    Returns
    -------
    vertices : (V, 3) float
    faces : (F, n) int
    part : (F,) int
        Index in `parts` of the mesh that a face comes from.
    """
    offset, vertices, faces, part = 0, [], [], []
    for number, (v, f) in enumerate(parts):
        vertices.append(v)
        faces.append(f + offset)
        part.append(np.full(len(f), number))
        offset += len(v)
    return np.concatenate(vertices), np.concatenate(faces), np.concatenate(part)


def clip(triangles: Ints, values: Floats, *fields: Floats) -> tuple[Any, ...]:
    """Keep the part of a triangle mesh where `values` is positive, cutting triangles on the zero line.

    Parameters
    ----------
    triangles : (T, 3) int
    values : (V,) float
    fields : arrays (V, n) of float
        Interpolated linearly onto the cut.

    Returns
    -------
    triangles : (T', 3) int32
        Vertices are renumbered.
    *fields : (V', n) float, one for each of `fields`
    on_cut : (V',) bool
        Whether a vertex lies on the zero line.
    """
    positive = values > 0
    inside = positive[triangles]
    count = inside.sum(1)
    mixed = (count == 1) | (count == 2)
    one = count[mixed] == 1  # one corner is kept; otherwise one corner is lost
    lone = (inside[mixed] == one[:, None]).argmax(1)
    a, b, c = (np.take_along_axis(triangles[mixed], (lone[:, None] + i) % 3, 1)[:, 0] for i in range(3))
    edges = np.sort(np.stack([a, b, a, c], 1).reshape(-1, 2), 1)
    code = edges[:, 0].astype(np.int64) * len(values) + edges[:, 1]
    _, first, which = np.unique(code, return_index=True, return_inverse=True)
    # Points on the cut are numbered in the order in which triangles reach them.
    order = np.argsort(first)
    edges, place = edges[first[order]], np.argsort(order)
    ab, ac = (len(values) + place[which]).reshape(-1, 2).T
    halves = np.stack([ab, b, c, ab, c, ac], 1).reshape(-1, 2, 3)
    halves[one, 0] = np.stack([a, ab, ac], 1)[one]
    kept = np.stack([np.ones_like(one), ~one], 1)
    out = np.concatenate([triangles[count == 3], halves[kept]])
    i, j = edges.T
    w = (values[i] / (values[i] - values[j]))[:, None]
    fields = tuple(np.concatenate([f, f[i] * (1 - w) + f[j] * w]) for f in fields)
    used = np.unique(out)
    new_index = np.zeros(len(values) + len(edges), np.int32)
    new_index[used] = np.arange(len(used))
    return (new_index[out].astype(np.int32), *(f[used] for f in fields), used >= len(values))
