"""The skin of neck and torso as a function of the face chart: where cloth that follows the body lies."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

PERIOD = 2 * np.pi * 100  # of s, mm
MARGIN = 80.0  # mm of s repeated on both sides of the seam


@lru_cache(maxsize=1)
def _triangulation():
    """Vertices of neck and torso (N,) and a Delaunay mesh of their chart places, seam repeated."""
    from scipy.spatial import Delaunay

    from facegen.assets.head.head_cut import PART_SKIN
    from facegen.assets.head.head_model import head_model

    model = head_model()
    skin = np.unique(model.faces[model.face_part == PART_SKIN])
    keep = skin[(model.chart[skin, 1] < -60) & (model.ear[skin] < 0.1)]
    s, t = model.chart[keep].astype(np.float64).T
    places, index = [np.stack([s, t], 1)], [keep]
    for shift in (PERIOD, -PERIOD):
        near = np.abs(s + shift) < PERIOD / 2 + MARGIN
        places.append(np.stack([s + shift, t], 1)[near])
        index.append(keep[near])
    return Delaunay(np.concatenate(places)), np.concatenate(index)


class BodyChart:
    """Positions and normals of one posed body by chart place."""

    def __init__(self, head):
        self.points, self.normals = head.vertices, head.normals

    def at(self, s, t):
        """Points and unit normals, each (N, 3) metres, of chart places s, t (N,) mm; outside: the nearest."""
        mesh, index = _triangulation()
        s = s - PERIOD * np.round(s / PERIOD)
        place = np.stack([s, t], 1)
        simplex = mesh.find_simplex(place)
        corner = mesh.simplices[simplex]
        frame = mesh.transform[simplex]
        weight = np.einsum("nij,nj->ni", frame[:, :2], place - frame[:, 2])
        weight = np.concatenate([weight, 1 - weight.sum(1, keepdims=True)], 1)
        outside = (simplex < 0) | ~np.isfinite(weight).all(1)
        if outside.any():
            far = ((place[outside, None] - mesh.points[None]) ** 2).sum(-1).argmin(1)
            corner[outside], weight[outside] = far[:, None], 1 / 3
        vertices = index[corner]
        points = (self.points[vertices] * weight[..., None]).sum(1)
        normals = (self.normals[vertices] * weight[..., None]).sum(1)
        return points, normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-9)

    def lifted(self, s, t, off):
        """Points (N, 3) metres that lie `off` mm (float or (N,)) over the skin."""
        points, normals = self.at(s, t)
        return points + normals * np.broadcast_to(np.asarray(off, float), s.shape)[:, None] / 1000
