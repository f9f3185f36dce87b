"""The solid that strands, hats and jewellery must stay out of."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

FEW = 4096  # points for which a second thread costs more than it saves


class Body:
    """What strands must not enter: signed clearance to a triangle mesh, through Open3D."""

    def __init__(self, vertices, triangles):
        import open3d as o3d

        self._tensor = o3d.core.Tensor
        self._triangles = triangles
        self._normals = _vertex_normals(vertices, triangles)
        self._rim = _rim_of(len(vertices), np.ascontiguousarray(triangles, np.int64).tobytes())
        self._scene = o3d.t.geometry.RaycastingScene(nthreads=2)
        self._scene.add_triangles(
            self._tensor(np.ascontiguousarray(vertices, np.float32)),
            self._tensor(np.ascontiguousarray(triangles, np.uint32)),
        )

    def clearance(self, points):
        """Distance outside the surface (N,) and outward unit normals (N, 3).

        The mesh is open at the cut, so the sign comes from a normal, not from parity: from vertex normals
        blended at the closest point, because beside a sharp rim (an ear) the face nearest by chance may look
        away (Baerentzen and Aanaes, Signed Distance Computation Using the Angle Weighted Pseudonormal, 2005).
        What lies nearest to the edge of the cut has passed it and is outside.
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

    def reach(self, origin, directions):
        """Distance (N,) metres from `origin` (3,) to the first surface along unit `directions` (N, 3).

        A ray that leaves through the open cut gets the median of the others.
        """
        rays = np.concatenate([np.broadcast_to(origin, directions.shape), directions], 1)
        hit = self._scene.cast_rays(self._tensor(np.ascontiguousarray(rays, np.float32)))["t_hit"].numpy()
        return np.where(np.isfinite(hit), hit, np.median(hit[np.isfinite(hit)])).astype(np.float64)


@lru_cache(maxsize=4)
def _rim_of(count, triangles):
    """`_on_rim` of triangles given as bytes: heads differ in their vertices only."""
    return _on_rim(count, np.frombuffer(triangles, np.int64).reshape(-1, 3))


def _on_rim(count, triangles):
    """Whether each of `count` vertices lies on an edge that only one triangle has: (count,) float, 0 or 1."""
    edges = np.sort(np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]]), 1)
    code, uses = np.unique(edges[:, 0].astype(np.int64) * count + edges[:, 1], return_counts=True)
    rim = np.zeros(count)
    rim[np.concatenate([code[uses == 1] // count, code[uses == 1] % count])] = 1
    return rim


def _vertex_normals(vertices, triangles):
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
