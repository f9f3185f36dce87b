"""Label maps drawn as polygons: a pixel belongs to a polygon when its middle lies inside (even-odd rule)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def filled(ring: npt.NDArray[np.float64], shape: tuple[int, int]) -> npt.NDArray[np.bool_]:
    """Pixels whose middles lie inside a polygon.

    Parameters
    ----------
    ring : (K, 2) float
        Corners x, y in pixels from the picture's corner; the last one is joined to the first one.
    shape : (H, W)

    Returns
    -------
    (H, W) bool
    """
    height, width = shape
    start, end = ring, np.roll(ring, -1, axis=0)
    turns = np.zeros((height, width + 1), np.int64)
    low = np.ceil(np.minimum(start[:, 1], end[:, 1]) - 0.5).clip(0, height).astype(int)
    high = np.ceil(np.maximum(start[:, 1], end[:, 1]) - 0.5).clip(0, height).astype(int)
    for edge in np.flatnonzero(low < high):
        rows = np.arange(low[edge], high[edge])
        (x, y), (x2, y2) = start[edge], end[edge]
        crossing = x + (rows + 0.5 - y) * (x2 - x) / (y2 - y)
        first = np.ceil(crossing - 0.5).clip(0, width).astype(int)  # of the pixels right of the crossing
        np.add.at(turns, (rows, first), 1)
    inside: npt.NDArray[np.bool_] = np.cumsum(turns, axis=1)[:, :width] % 2 == 1
    return inside
