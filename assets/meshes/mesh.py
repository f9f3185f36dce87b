"""Small mesh tools: tubes, ribbons, clipping along a level line. Metres throughout."""

from __future__ import annotations

import numpy as np


def tube(line, radii, segments=10, closed=False):
    """A tube with elliptic cross-section along a polyline.

    Parameters
    ----------
    line : (K, 3) float
    radii : (2,) or (K, 2) float
        Half width across the polyline's plane normal, and half width in the plane.
    closed : bool

    Returns
    -------
    vertices (K*segments, 3) float32, faces (F, 4) int32
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
    # A rounded box rather than a circle: frames and straps are flat stock.
    c, s = np.cos(angle), np.sin(angle)
    c, s = np.sign(c) * np.abs(c) ** 0.7, np.sign(s) * np.abs(s) ** 0.7
    vertices = (
        line[:, None]
        + across[:, None] * (size[:, :1] * c)[..., None]
        + inner[:, None] * (size[:, 1:] * s)[..., None]
    )
    return vertices.reshape(-1, 3).astype(np.float32), grid_faces(k, segments, closed, True)


def grid_faces(rows, columns, wrap_rows=False, wrap_columns=False):
    """Quads (F, 4) int32 of a rows x columns vertex grid."""
    i, j = np.meshgrid(
        np.arange(rows - (not wrap_rows)), np.arange(columns - (not wrap_columns)), indexing="ij"
    )
    i2, j2 = (i + 1) % rows, (j + 1) % columns
    quad = np.stack([i * columns + j, i * columns + j2, i2 * columns + j2, i2 * columns + j], -1)
    return quad.reshape(-1, 4).astype(np.int32)


def merge(parts):
    """Join meshes: list of (vertices (V, 3), faces (F, n)) -> vertices, faces, part index per face."""
    offset, vertices, faces, part = 0, [], [], []
    for number, (v, f) in enumerate(parts):
        vertices.append(v)
        faces.append(f + offset)
        part.append(np.full(len(f), number))
        offset += len(v)
    return np.concatenate(vertices), np.concatenate(faces), np.concatenate(part)


def clip(triangles, values, *fields):
    """Keep the part of a triangle mesh where `values` is positive, cutting triangles on the zero line.

    Parameters
    ----------
    triangles : (T, 3) int
    values : (V,) float
    fields : arrays (V, n), interpolated onto the cut

    Returns
    -------
    triangles (T', 3) int32, fields..., on_cut (V',) bool
        Vertices are renumbered; `on_cut` marks those that lie on the zero line.
    """
    positive = values > 0
    inside = positive[triangles]
    count = inside.sum(1)
    mixed = (count == 1) | (count == 2)
    one = count[mixed] == 1  # corner that is kept, else one is lost
    lone = (inside[mixed] == one[:, None]).argmax(1)
    a, b, c = (np.take_along_axis(triangles[mixed], (lone[:, None] + i) % 3, 1)[:, 0] for i in range(3))
    edges = np.sort(np.stack([a, b, a, c], 1).reshape(-1, 2), 1)
    code = edges[:, 0].astype(np.int64) * len(values) + edges[:, 1]
    _, first, which = np.unique(code, return_index=True, return_inverse=True)
    # Points on the cut are numbered as they are met.
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
