"""The solid that strands, hats and jewellery must stay out of.

Open3D answers both questions (closest points, rays) from one structure. trimesh needs two more packages
(rtree, embreex) for the same, and finds other last digits.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from facegen.assets.meshes.mesh import Floats, Ints

FEW = 4096  # points for which a second thread costs more than it saves


class Body:
    """A triangle mesh that may be open at a cut: signed clearance to it, and rays that meet it.

    Parameters
    ----------
    vertices : (V, 3) float, metres
    triangles : (T, 3) int
        Turned outwards.
    """

    def __init__(self, vertices: Floats, triangles: Ints) -> None:
        import open3d as o3d

        self._tensor = cast(Any, o3d.core.Tensor)
        self._triangles = triangles
        self._normals = _vertex_normals(vertices, triangles)
        self._rim = _rim_of(len(vertices), np.ascontiguousarray(triangles, np.int64).tobytes())
        self._scene = o3d.t.geometry.RaycastingScene(nthreads=2)
        self._scene.add_triangles(
            self._tensor(np.ascontiguousarray(vertices, np.float32)),
            self._tensor(np.ascontiguousarray(triangles, np.uint32)),
        )

    def clearance(self, points: Floats) -> tuple[Floats, Floats]:
        """How far points are from the surface.

        Parameters
        ----------
        points : (..., 3) float, metres; N in all

        Returns
        -------
        distance : (N,) float, metres, negative inside
        outwards : (N, 3) float
            Unit vectors along which the distance grows.

        Notes
        -----
        The mesh is open at the cut, so the sign comes from a normal, not from parity: from vertex normals
        blended at the closest point, because next to a sharp rim (an ear) the nearest face may look away
        (Baerentzen and Aanaes, Signed Distance Computation Using the Angle Weighted Pseudonormal, 2005).
        A point whose closest point lies on the edge of the cut has passed the cut and is outside.
        """
        flat = np.ascontiguousarray(points.reshape(-1, 3), np.float32)
        threads = 1 if len(flat) < FEW else 0
        hit = self._scene.compute_closest_points(self._tensor(flat), nthreads=threads)
        u, v = hit["primitive_uvs"].numpy().T[..., None]
        a, b, c = self._triangles[hit["primitive_ids"].numpy()].T
        n, rim = self._normals, self._rim
        w = 1 - u - v
        normal = w * n[a] + u * n[b] + v * n[c]
        beyond = w[:, 0] * rim[a] + u[:, 0] * rim[b] + v[:, 0] * rim[c] > 0.999
        away = flat - hit["points"].numpy()
        distance = np.sqrt((away * away).sum(1))
        sign = np.where(((away * normal).sum(1) < 0) & ~beyond, -1.0, 1.0)
        # On the surface itself there is no separation: push along the normal.
        normal /= np.maximum(np.sqrt((normal * normal).sum(1, keepdims=True)), 1e-9)
        far = (distance > 1e-5)[:, None]
        out = np.where(far, sign[:, None] * away / np.maximum(distance, 1e-9)[:, None], normal)
        return sign * distance, out

    def reach(self, origin: Floats, directions: Floats) -> Floats:
        """How far the first surface is along rays.

        Parameters
        ----------
        origin : (3,) float, metres
        directions : (N, 3) float, unit length

        Returns
        -------
        (N,) float64, metres
            A ray that leaves through the open cut gets the median of the others.
        """
        rays = np.concatenate([np.broadcast_to(origin, directions.shape), directions], 1)
        hit = self._scene.cast_rays(self._tensor(np.ascontiguousarray(rays, np.float32)))["t_hit"].numpy()
        return np.where(np.isfinite(hit), hit, np.median(hit[np.isfinite(hit)])).astype(np.float64)

    def first_hit(self, origins: Floats, directions: Floats) -> Floats:
        """How far the first surface is along rays from different places.

        Parameters
        ----------
        origins : (N, 3) float, metres
        directions : (N, 3) float, unit length

        Returns
        -------
        (N,) float64, metres; infinite where a ray meets nothing
        """
        rays = np.concatenate([origins, directions], 1)
        hit = self._scene.cast_rays(self._tensor(np.ascontiguousarray(rays, np.float32)))
        return hit["t_hit"].numpy().astype(np.float64)

    def encloses(self, points: Floats, direction: Floats) -> npt.NDArray[np.bool_]:
        """Whether points (N, 3), metres, lie inside: whether a ray in a direction (3,) passes the skin an odd
        number of times.

        Where the surface folds over itself, the sign of `clearance` is wrong however far a point is from it;
        this is not. The direction must not lead out of the open cut.
        """
        rays = np.concatenate([points, np.broadcast_to(direction, points.shape)], 1)
        count = self._scene.count_intersections(self._tensor(np.ascontiguousarray(rays, np.float32)))
        return cast(npt.NDArray[np.bool_], count.numpy() % 2 == 1)

    def hides(self, origin: Floats, points: Floats) -> npt.NDArray[np.bool_]:
        """Whether the surface lies between `origin` (3,) and points (..., 3), metres: (...) bool."""
        rays = np.empty((points.size // 3, 6), np.float32)
        rays[:, :3] = origin
        rays[:, 3:] = points.reshape(-1, 3) - origin
        hit = self._scene.test_occlusions(self._tensor(rays), tfar=1.0)
        return cast(npt.NDArray[np.bool_], hit.numpy()).reshape(points.shape[:-1])


@lru_cache(maxsize=4)
def _rim_of(count: int, triangles: bytes) -> Floats:
    """`_on_rim` of triangles given as bytes: heads differ in their vertices only."""
    return _on_rim(count, np.frombuffer(triangles, np.int64).reshape(-1, 3))


def _on_rim(count: int, triangles: Ints) -> Floats:
    """Whether each of `count` vertices lies on an edge that only one triangle has: (count,) float, 0 or 1."""
    edges = np.sort(np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]]), 1)
    code, uses = np.unique(edges[:, 0].astype(np.int64) * count + edges[:, 1], return_counts=True)
    rim = np.zeros(count)
    rim[np.concatenate([code[uses == 1] // count, code[uses == 1] % count])] = 1
    return rim


def _vertex_normals(vertices: Floats, triangles: Ints) -> Floats:
    """Angle-weighted vertex normals (V, 3) float32, not normalised."""
    corners = [vertices[triangles[:, i]].astype(float) for i in range(3)]
    edges = [corners[(i + 1) % 3] - corners[i] for i in range(3)]  # from each corner to the next
    face = np.cross(edges[0], edges[1])
    face /= np.maximum(np.sqrt(np.einsum("ij,ij->i", face, face)), 1e-20)[:, None]
    edges = [e / np.maximum(np.sqrt(np.einsum("ij,ij->i", e, e)), 1e-20)[:, None] for e in edges]
    turn = np.stack([-np.einsum("ij,ij->i", edges[i], edges[i - 1]) for i in range(3)], 1)
    angle = np.arccos(np.clip(turn, -1, 1))
    corner = triangles.ravel()
    normals = np.stack(
        [np.bincount(corner, (angle * axis[:, None]).ravel(), len(vertices)) for axis in face.T], 1
    )
    return normals.astype(np.float32)
