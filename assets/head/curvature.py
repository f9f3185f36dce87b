"""Hollows and ridges of a posed head: where light that bounces between skin and skin gets lost.

A vertex lies below the smoothed surface around it in a hollow (the folds of the ear, the corners of mouth and
eyes, the groove under the lower lip) and above it on a ridge (cheekbone, jaw, bridge of the nose).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import sparse

Floats = npt.NDArray[np.floating]

# Steps of smoothing, and the depth in mm under the smoothed surface that counts as a hollow: the folds of an
# ear, then a cheek's width.
SCALES = ((3, 0.9), (30, 3.0))
LEVELLING = 60  # steps that take the roundness of the whole head out of the depths
STEEPNESS = 0.7  # of tanh, which bounds the depths; by eye
# Where the face ends on the chart, mm, and over how many mm hollows fade out there: aside, above, below.
FACE_ASIDE, FACE_ABOVE, FACE_BELOW = (95, 30), (34, 18), (-135, 15)


def smoother(faces: npt.NDArray[np.integer], count: int) -> sparse.csr_matrix:
    """Matrix that moves every vertex half way to the mean of its neighbours.

    Parameters
    ----------
    faces : (F, 4) int
    count : int
        Number of vertices.

    Returns
    -------
    sparse (count, count) float
    """
    a, b = faces.ravel(), np.roll(faces, -1, 1).ravel()
    ones = np.ones(2 * len(a), np.float32)
    links = sparse.csr_matrix((ones, (np.r_[a, b], np.r_[b, a])), shape=(count, count))
    links.data[:] = 1.0
    degree = np.maximum(np.asarray(links.sum(1)).ravel(), 1.0)
    return sparse.identity(count, np.float32, "csr") * 0.5 + sparse.diags(0.5 / degree) @ links


def hollows(
    vertices: Floats, normals: Floats, step: sparse.csr_matrix, chart: Floats, ear: Floats
) -> npt.NDArray[np.float32]:
    """How deep every vertex lies.

    Parameters
    ----------
    vertices, normals : (N, 3) float32, metres and unit
    step : sparse (N, N), of `smoother`
    chart : (N, 2) float, chart mm
    ear : (N,) float in [0, 1]
        Only face and ears have hollows: skull and neck have too few vertices.

    Returns
    -------
    (N,) float32 in [-1, 1]: 0 flat, 1 a deep hollow, -1 a sharp ridge
    """
    start = vertices - vertices.mean(0)
    moved, done, depth = start, 0, np.zeros(len(vertices), np.float32)
    s, t = np.abs(chart[:, 0]), chart[:, 1]
    face = np.clip((FACE_ASIDE[0] - s) / FACE_ASIDE[1], 0, 1)
    face = face * np.clip((FACE_ABOVE[0] - t) / FACE_ABOVE[1], 0, 1)
    face = face * np.clip((t - FACE_BELOW[0]) / FACE_BELOW[1], 0, 1)
    for (passes, deep), weight in zip(SCALES, (np.maximum(face, ear), face), strict=True):
        for _ in range(passes - done):
            moved = step @ moved
        done = passes
        here = around = ((moved - start) * normals).sum(1) * np.float32(1000 / deep)
        for _ in range(LEVELLING):
            around = step @ around
        depth += (weight * (here - around)).astype(np.float32)
    return np.tanh(STEEPNESS * depth).astype(np.float32)
