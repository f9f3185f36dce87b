"""Fur: short hairs that stand on a surface, in tufts."""

from __future__ import annotations

import numpy as np

from facegen.assets.meshes.mesh import Floats, Ints

# By eye.
HAIRS_PER_CM2, MOST = 14.0, 9000
POINTS = 5  # of a hair
RADIUS = 0.00035  # metres at the root: hairs stand for tufts
TUFTS_CM2 = 0.5  # tufts a square centimetre
TUFTED = 0.55  # of the way that hairs lean towards the tip of their tuft
LEAN, DROOP = 0.55, 0.5  # sideways and downwards, of the length
TIP = 0.15  # radius at the tip, of that at the root
TONE = 1.2  # sd of lightness from tuft to tuft


def fur(
    vertices: Floats, faces: Ints, length_mm: tuple[float, float], rng: np.random.Generator
) -> tuple[Floats, Floats, Floats]:
    """Hairs on a mesh of quads.

    Parameters
    ----------
    vertices : (V, 3) float, metres
    faces : (F, 4) int, turned outwards
    length_mm : (low, high)
    rng : numpy Generator

    Returns
    -------
    strands : (N, POINTS, 3) float32, metres
    radii : (N, POINTS) float32, metres
    tone : (N,) float32
    """
    a, b, c, d = (vertices[faces[:, i]].astype(float) for i in range(4))
    cross = np.cross(c - a, d - b)
    area = np.linalg.norm(cross, axis=1) / 2
    count = int(min(MOST, HAIRS_PER_CM2 * area.sum() * 1e4))
    face = rng.choice(len(faces), count, p=area / area.sum())
    u, v = rng.random((2, count, 1))
    root = (1 - v) * ((1 - u) * a[face] + u * b[face]) + v * ((1 - u) * d[face] + u * c[face])
    normal = cross[face] / np.maximum(2 * area[face, None], 1e-12)
    length = rng.uniform(*length_mm, (count, 1)) / 1000
    tip = root + length * (normal + LEAN * rng.normal(0, 0.6, (count, 3)))
    heads = rng.choice(count, max(1, min(count, int(TUFTS_CM2 * area.sum() * 1e4))), replace=False)
    nearest = _nearest(root, root[heads])
    tip += TUFTED * (tip[heads][nearest] - tip)
    tip[:, 2] -= DROOP * length[:, 0]
    way = np.linspace(0, 1, POINTS)[None, :, None]
    straight = root[:, None] + way * (length * normal)[:, None]
    strands = (1 - way) * straight + way * (root[:, None] + way * (tip - root)[:, None])
    radii = RADIUS * (1 - (1 - TIP) * np.linspace(0, 1, POINTS) ** 1.5)
    tone = rng.normal(0, TONE, len(heads))[nearest]
    return (
        strands.astype(np.float32),
        np.broadcast_to(radii, strands.shape[:2]).astype(np.float32),
        tone.astype(np.float32),
    )


def _nearest(points: Floats, heads: Floats) -> Ints:
    """Number (N,) of the head next to each point."""
    from scipy.spatial import cKDTree  # not needed to list what is worn

    return np.asarray(cKDTree(heads).query(points)[1])
