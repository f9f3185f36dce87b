"""Catmull-Clark subdivision in numpy: the surface that the renderer draws, computed a second way.

Catmull and Clark, Recursively generated B-spline surfaces on arbitrary topological meshes, 1978; limit
positions by Halstead, Kass and DeRose, Efficient, fair interpolation using Catmull-Clark surfaces, 1993.
Vertices are (V, 3) float metres, faces (F, 4) int; border edges follow the cubic B-spline rules.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from facegen.assets.meshes.mesh import Floats, Ints, Mask


@dataclass(frozen=True)
class Edges:
    """Undirected edges of a quad mesh.

    Attributes
    ----------
    ends : (E, 2) int, vertices
    of_face : (F, 4) int, the edge of each side of each face
    border : (E,) bool, edges of one face only
    """

    ends: Ints
    of_face: Ints
    border: Mask


def edges_of(faces: Ints) -> Edges:
    """Edges of faces (F, 4); side i of a face runs from corner i to corner i + 1."""
    sides = np.stack([faces, np.roll(faces, -1, 1)], -1).reshape(-1, 2)
    ends, index, count = np.unique(np.sort(sides, 1), axis=0, return_inverse=True, return_counts=True)
    return Edges(ends, index.reshape(faces.shape), count == 1)


def subdivide(vertices: Floats, faces: Ints) -> tuple[Floats, npt.NDArray[np.int32]]:
    """One step.

    Parameters
    ----------
    vertices : (V, 3) float, metres
    faces : (F, 4) int

    Returns
    -------
    vertices (V + E + F, 3) float, faces (4F, 4) int32
        Child c of a face keeps its corner c, then goes round: corner, next edge, centre, previous edge.
    """
    count, edges = len(vertices), edges_of(faces)
    centre = vertices[faces].mean(1)
    middle = vertices[edges.ends].mean(1)
    side_centres, sides = np.zeros_like(middle), np.zeros(len(middle))
    np.add.at(side_centres, edges.of_face, centre[:, None])
    np.add.at(sides, edges.of_face, 1)
    inner = ~edges.border
    edge_point = middle.copy()
    edge_point[inner] = (middle[inner] + side_centres[inner] / sides[inner, None]) / 2

    n, edge_sum = _around(edges, middle, count)
    face_sum, face_count = np.zeros_like(vertices), np.zeros(count)
    np.add.at(face_sum, faces, centre[:, None])
    np.add.at(face_count, faces, 1)
    valence = np.maximum(n, 1)[:, None]
    moved = (
        face_sum / np.maximum(face_count, 1)[:, None]
        + 2 * edge_sum / valence
        + (valence - 3) * vertices
    ) / valence  # fmt: skip
    on_border, neighbours = _border(edges.ends[edges.border], vertices, count)
    moved[on_border] = 0.75 * vertices[on_border] + neighbours[on_border] / 8
    moved[face_count == 1] = vertices[face_count == 1]  # corners of the border stay

    centre_id = count + len(edges.ends) + np.arange(len(faces))
    edge_id = count + edges.of_face
    children = [np.stack([faces[:, c], edge_id[:, c], centre_id, edge_id[:, c - 1]], 1) for c in range(4)]
    return (
        np.concatenate([moved, edge_point, centre]),
        np.stack(children, 1).reshape(-1, 4).astype(np.int32),
    )


def subdivide_linear(values: Floats, faces: Ints) -> Floats:
    """Values (V, ...) at vertices -> those at the vertices of `subdivide`, interpolated without smoothing."""
    edges = edges_of(faces)
    return np.concatenate([values, values[edges.ends].mean(1), values[faces].mean(1)])


def subdivide_corners(corners: Floats) -> Floats:
    """Values at face corners (F, 4, K) -> those of the children (4F, 4, K), linear as texture coordinates."""
    edge = (corners + np.roll(corners, -1, 1)) / 2
    centre = corners.mean(1)
    children = [np.stack([corners[:, c], edge[:, c], centre, edge[:, c - 1]], 1) for c in range(4)]
    return np.stack(children, 1).reshape(-1, *corners.shape[1:])


def limit_positions(vertices: Floats, faces: Ints, which: Ints | None = None) -> Floats:
    """Where vertices end up after endless subdivision.

    Parameters
    ----------
    vertices : (V, 3) float, metres
    faces : (F, 4) int
    which : (N,) int or None
        The vertices that are wanted; None = all.

    Returns
    -------
    (N, 3) float
    """
    which = np.arange(len(vertices)) if which is None else np.asarray(which)
    around = faces[np.isin(faces, which).any(1)]
    edges, count = edges_of(around), len(vertices)
    other = np.zeros((count, vertices.shape[1]))
    n = np.bincount(edges.ends.ravel(), minlength=count)[:, None]
    np.add.at(other, edges.ends[:, 0], vertices[edges.ends[:, 1]])
    np.add.at(other, edges.ends[:, 1], vertices[edges.ends[:, 0]])
    opposite = np.zeros((count, vertices.shape[1]))
    np.add.at(opposite, around, vertices[np.roll(around, 2, 1)])
    limit = (n**2 * vertices + 4 * other + opposite) / np.maximum(n * (n + 5), 1)
    on_border, neighbours = _border(_border_ends(faces), vertices, count)
    limit[on_border] = (4 * vertices[on_border] + neighbours[on_border]) / 6
    corner = np.bincount(faces.ravel(), minlength=count) == 1
    limit[corner] = vertices[corner]
    return limit[which]


def _around(edges: Edges, middle: Floats, count: int) -> tuple[Ints, Floats]:
    """Edges at each vertex (V,) and the sum of their middles (V, 3)."""
    total = np.zeros((count, middle.shape[1]))
    for end in (0, 1):
        np.add.at(total, edges.ends[:, end], middle)
    return np.bincount(edges.ends.ravel(), minlength=count), total


def _border_ends(faces: Ints) -> Ints:
    """Ends (B, 2) of the border edges of faces (F, 4)."""
    return _known_border_ends(np.ascontiguousarray(faces, np.int64).tobytes())


@lru_cache(maxsize=4)
def _known_border_ends(faces: bytes) -> Ints:
    """`_border_ends` of faces given as bytes: heads differ in their vertices only."""
    edges = edges_of(np.frombuffer(faces, np.int64).reshape(-1, 4))
    return edges.ends[edges.border]


def _border(ends: Ints, vertices: Floats, count: int) -> tuple[Mask, Floats]:
    """Which vertices lie on the border (V,) bool, and the sum of their neighbours on it (V, 3).

    ends : (B, 2) int, of the border's edges
    """
    neighbours = np.zeros((count, vertices.shape[1]))
    np.add.at(neighbours, ends[:, 0], vertices[ends[:, 1]])
    np.add.at(neighbours, ends[:, 1], vertices[ends[:, 0]])
    on_border = np.zeros(count, bool)
    on_border[ends] = True
    return on_border, neighbours
