"""Strands: roots scattered on a mesh, guides grown against a body, children between guides.

Strands are (N, K, 3) float32 metres, root first; radii (N, K) float32 metres.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree


@dataclass(frozen=True)
class Roots:
    """Points on a mesh: positions (N, 3), unit normals (N, 3), chart coordinates (N, 2) in mm."""

    position: np.ndarray
    normal: np.ndarray
    chart: np.ndarray

    def __len__(self):
        return len(self.position)

    def take(self, index):
        return Roots(self.position[index], self.normal[index], self.chart[index])


def scatter(vertices, normals, chart, faces, count, rng, density=1.0):
    """`count` roots spread over quads by area times density.

    Parameters
    ----------
    vertices, normals : (V, 3) float; chart : (V, 2) float, mm; faces : (F, 4) int
    rng : np.random.Generator
    density : float or (F,) float
    """
    a, b, c, d = (vertices[faces[:, i]] for i in range(4))
    area = np.linalg.norm(np.cross(c - a, d - b), axis=1) * density
    face = np.searchsorted(np.cumsum(area) / area.sum(), rng.random(count))
    face = np.minimum(face, len(faces) - 1)
    u, v = rng.random((2, count, 1))
    corner = faces[face]
    weights = ((1 - u) * (1 - v), u * (1 - v), u * v, (1 - u) * v)

    def blend(values):
        return sum(w * values[corner[:, i]] for i, w in enumerate(weights))

    normal = blend(normals)
    # The chart's seam runs down the back of the head: bring all corners of a face to one side of it.
    charts = chart[corner].copy()
    turn = 2 * np.pi * 100.0
    charts[..., 0] -= turn * np.round((charts[..., 0] - charts[:, :1, 0]) / turn)
    flat = sum(w * charts[:, i] for i, w in enumerate(weights))
    return Roots(
        blend(vertices).astype(np.float32),
        (normal / np.linalg.norm(normal, axis=1, keepdims=True)).astype(np.float32),
        flat.astype(np.float32),
    )


class Body:
    """What strands must not enter: signed clearance to a triangle mesh, through Open3D."""

    def __init__(self, vertices, triangles):
        import open3d as o3d

        self._tensor = o3d.core.Tensor
        self._scene = o3d.t.geometry.RaycastingScene(nthreads=2)
        self._scene.add_triangles(
            self._tensor(np.ascontiguousarray(vertices, np.float32)),
            self._tensor(np.ascontiguousarray(triangles, np.uint32)),
        )

    def clearance(self, points):
        """Distance outside the surface (N,) and outward unit normals (N, 3).

        The mesh is open at the cut, so the sign comes from the nearest face's normal, not from parity.
        """
        flat = np.ascontiguousarray(points.reshape(-1, 3), np.float32)
        hit = self._scene.compute_closest_points(self._tensor(flat))
        normal = hit["primitive_normals"].numpy()
        away = flat - hit["points"].numpy()
        distance = np.linalg.norm(away, axis=1)
        sign = np.where((away * normal).sum(1) < 0, -1.0, 1.0)
        # Near an edge the face normal can be oblique: push along the true separation where it is known.
        out = np.where(
            (distance > 1e-5)[:, None], sign[:, None] * away / np.maximum(distance, 1e-9)[:, None], normal
        )
        return sign * distance, out

    def reach(self, origin, directions):
        """Distance (N,) metres from `origin` (3,) to the first surface along unit `directions` (N, 3).

        A ray that leaves through the open cut gets the median of the others.
        """
        rays = np.concatenate([np.broadcast_to(origin, directions.shape), directions], 1)
        hit = self._scene.cast_rays(self._tensor(np.ascontiguousarray(rays, np.float32)))["t_hit"].numpy()
        return np.where(np.isfinite(hit), hit, np.median(hit[np.isfinite(hit)])).astype(np.float64)


def grow(roots, direction, length, points, gravity, stiffness, clearance, body, pull=None):
    """Grow guides step by step: bend towards gravity, slide along the body.

    Parameters
    ----------
    roots : Roots (N)
    direction : (N, 3) float, unit, where the hair leaves the skin
    length : (N,) float, metres
    points : int K
    gravity : (3,) float, unit vector
    stiffness : (N,) float in [0, 1], share of its direction that a step keeps
    clearance : (N, K) float, metres kept free above the body at each point
    body : Body
    pull : (N, 3) float or None, where combed hair keeps being drawn, on top of gravity

    Returns
    -------
    (N, K, 3) float32
    """
    step = (length / (points - 1))[:, None]
    strand = np.empty((len(roots), points, 3), np.float32)
    strand[:, 0] = position = roots.position
    heading = direction / np.linalg.norm(direction, axis=1, keepdims=True)
    keep = stiffness[:, None]
    target = gravity[None] if pull is None else gravity[None] + pull
    for k in range(1, points):
        heading = keep * heading + (1 - keep) * target
        heading /= np.maximum(np.linalg.norm(heading, axis=1, keepdims=True), 1e-9)
        moved = position + step * heading
        gap, normal = body.clearance(moved)
        short = np.maximum(clearance[:, k] - gap, 0)[:, None]
        moved = moved + normal * short
        heading = moved - position
        heading /= np.maximum(np.linalg.norm(heading, axis=1, keepdims=True), 1e-9)
        position = position + step * heading
        strand[:, k] = position
    return strand


def interpolate(roots, guides, guide_roots, rng, neighbours=3, part=None, guide_part=None):
    """Children that follow their nearest guides, offset to their own root.

    Parameters
    ----------
    part, guide_part : (N,), (G,) int or None
        Children never mix guides of another part (the two sides of a parting).

    Returns
    -------
    strands (N, K, 3) float32, guide index (N,) of the nearest guide
    """
    label = np.zeros(len(roots), int) if part is None else part
    guide_label = np.zeros(len(guides), int) if guide_part is None else guide_part
    out = np.empty((len(roots), *guides.shape[1:]), np.float32)
    nearest = np.zeros(len(roots), int)
    shapes = guides - guides[:, :1]
    for value in np.unique(label):
        mine = np.flatnonzero(label == value)
        theirs = np.flatnonzero(guide_label == value)
        if len(theirs) == 0:
            theirs = np.arange(len(guides))
        tree = cKDTree(guide_roots.position[theirs])
        k = min(neighbours, len(theirs))
        distance, index = tree.query(roots.position[mine], k=k)
        distance, index = distance.reshape(len(mine), k), theirs[index.reshape(len(mine), k)]
        weight = 1 / (distance + 1e-3) ** 2
        weight /= weight.sum(1, keepdims=True)
        shape = (weight[..., None, None] * shapes[index]).sum(1)
        out[mine] = roots.position[mine][:, None] + shape
        nearest[mine] = index[:, 0]
    return out, nearest


def clump(strands, groups, strength, profile=1.6):
    """Draw the strands of a group together towards their tips.

    Parameters
    ----------
    groups : (N,) int
    strength : float in [0, 1], how far the tips meet
    """
    points = strands.shape[1]
    count = np.bincount(groups)
    centre = np.zeros((len(count), *strands.shape[1:]))
    np.add.at(centre, groups, strands)
    centre /= np.maximum(count, 1)[:, None, None]
    along = (np.linspace(0, 1, points) ** profile * strength)[None, :, None]
    return (strands + along * (centre[groups] - strands)).astype(np.float32)


def frames(strands):
    """Two unit vectors across each strand at each point: (N, K, 3) twice."""
    tangent = np.gradient(strands, axis=1)
    tangent /= np.maximum(np.linalg.norm(tangent, axis=2, keepdims=True), 1e-12)
    helper = np.where(np.abs(tangent[..., 2:]) < 0.9, [0.0, 0.0, 1.0], [1.0, 0.0, 0.0])
    side = np.cross(tangent, helper)
    side /= np.maximum(np.linalg.norm(side, axis=2, keepdims=True), 1e-12)
    return side, np.cross(tangent, side)


def curl(strands, radius, turns, phase, onset=0.15):
    """Wind strands into helices.

    Parameters
    ----------
    radius : (N,) float, metres
    turns : (N,) float, windings from root to tip
    phase : (N,) float, radians
    onset : float, share of the length before the full radius is reached
    """
    u = np.linspace(0, 1, strands.shape[1])
    side, up = frames(strands)
    angle = phase[:, None] + 2 * np.pi * turns[:, None] * u[None]
    grown = radius[:, None] * np.clip(u / onset, 0, 1)[None]
    offset = np.cos(angle)[..., None] * side + np.sin(angle)[..., None] * up
    return (strands + grown[..., None] * offset).astype(np.float32)


def frizz(strands, amplitude, rng):
    """Smooth random wander across the strand: amplitude (N,) float metres at the tip."""
    n, k, _ = strands.shape
    side, up = frames(strands)
    knots = max(3, k // 3)
    x = np.linspace(0, knots - 1, k)
    low, share = np.minimum(x.astype(int), knots - 2), (x % 1)[None]
    share = np.where(np.arange(k)[None] == k - 1, 1.0, share)
    wander = []
    for _ in range(2):
        noise = rng.normal(size=(n, knots))
        wander.append(noise[:, low] * (1 - share) + noise[:, low + 1] * share)
    along = np.linspace(0, 1, k)[None]
    scale = (amplitude[:, None] * along)[..., None]
    return (strands + scale * (wander[0][..., None] * side + wander[1][..., None] * up)).astype(np.float32)


def push_out(strands, body, clearance):
    """Lift every point that lies closer than `clearance` metres to the body (roots excepted)."""
    inner = strands[:, 1:]
    gap, normal = body.clearance(inner)
    short = np.maximum(clearance - gap, 0)[:, None]
    out = strands.copy()
    out[:, 1:] = (inner.reshape(-1, 3) + normal * short).reshape(inner.shape)
    return out


def taper(radius, points, tip=0.25, onset=0.6):
    """(N,) root radii -> (N, K): constant, then thinning to `tip` of the root radius."""
    u = np.linspace(0, 1, points)
    profile = 1 - (1 - tip) * np.clip((u - onset) / (1 - onset), 0, 1)
    return (radius[:, None] * profile[None]).astype(np.float32)
