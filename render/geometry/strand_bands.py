"""Strands as flat bands that face the camera, as Cycles draws hair with ribbons."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from facegen.assets.meshes.mesh import Floats


def bands(
    lines: Floats, half_width: float | Floats, eye: Floats
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    """Two triangles for each piece of a line, turned to the eye.

    Parameters
    ----------
    lines : (N, K, 3) float, metres
    half_width : float or (N, K, 1) float, metres
    eye : (3,) float, metres

    Returns
    -------
    vertices (2 N K, 3) float64, triangles (2 N (K - 1), 3) int64
    """
    count, points, _ = lines.shape
    across = np.cross(np.gradient(lines, axis=1), lines - eye)
    across *= half_width / np.maximum(np.linalg.norm(across, axis=2, keepdims=True), 1e-12)
    vertices = np.stack([lines - across, lines + across], 2).reshape(-1, 3)
    start = (np.arange(count)[:, None] * points + np.arange(points - 1)).ravel() * 2
    one = np.stack([start, start + 1, start + 3], 1)
    other = np.stack([start, start + 3, start + 2], 1)
    return vertices, np.concatenate([one, other])
