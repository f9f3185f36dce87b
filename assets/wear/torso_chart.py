"""The skin of neck and torso as a function of the face chart: where cloth that follows the body lies.

Chart coordinates (s, t) in mm are those of `facegen.assets.head.head_model`.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from facegen.assets.head.head_cut import PART_SKIN
from facegen.assets.head.head_model import PosedHead, head_model
from facegen.assets.meshes.mesh import Floats, Ints

PERIOD = 2 * np.pi * 100  # of s, mm
MARGIN = 80.0  # mm of s repeated on both sides of the seam, so that triangles cross it
NECK_T = -60  # chart t in mm: the skin below it is neck and torso
EAR_WEIGHT = 0.1  # above it a vertex belongs to an ear


@lru_cache(maxsize=1)
def _triangulation() -> tuple[Any, Ints]:
    """A Delaunay mesh of the chart places of neck and torso, seam repeated, and the points' vertices (N,)."""
    from scipy.spatial import Delaunay  # 0.1 s to import, not needed to list what is worn

    model = head_model()
    skin = np.unique(model.faces[model.face_part == PART_SKIN])
    keep = skin[(model.chart[skin, 1] < NECK_T) & (model.ear[skin] < EAR_WEIGHT)]
    s, t = model.chart[keep].astype(np.float64).T
    places, index = [np.stack([s, t], 1)], [keep]
    for shift in (PERIOD, -PERIOD):
        near = np.abs(s + shift) < PERIOD / 2 + MARGIN
        places.append(np.stack([s + shift, t], 1)[near])
        index.append(keep[near])
    return Delaunay(np.concatenate(places)), np.concatenate(index)


class BodyChart:
    """Positions and normals of one posed body by chart place."""

    def __init__(self, head: PosedHead) -> None:
        self.points, self.normals = head.vertices, head.normals

    def at(self, s: Floats, t: Floats) -> tuple[Floats, Floats]:
        """Skin at chart places.

        Parameters
        ----------
        s, t : (N,) float, mm
            s may pass any number of turns.

        Returns
        -------
        points : (N, 3) float, metres
        normals : (N, 3) float
            Unit length. A place outside the chart gets the nearest vertex.
        """
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

    def lifted(self, s: Floats, t: Floats, off: npt.ArrayLike) -> Floats:
        """Points (N, 3) in metres that lie `off` mm (float or (N,)) over the skin at chart places (N,)."""
        points, normals = self.at(s, t)
        return points + normals * np.broadcast_to(np.asarray(off, float), s.shape)[:, None] / 1000
