"""The face chart as a picture: its extent, the chart place of every pixel, texture coordinates.

Pictures have row 0 at the top of the head and column 0 at the seam behind the head. Chart coordinates are mm:
s around the head (positive to the subject's left), t upwards (see `head_model`).
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from facegen.assets.skin.painted_borders import Floats

S_RANGE = (-314.16, 314.16)  # mm: one turn of a cylinder of 100 mm radius
T_RANGE = (-250.0, 120.0)  # mm: from the shoulders to above the skull


def chart_uv(chart: Floats) -> Floats:
    """Texture coordinates of chart places.

    Parameters
    ----------
    chart : (..., 2) float, chart mm
        s may leave S_RANGE: the texture repeats.

    Returns
    -------
    (..., 2) float: [0, 1] over the chart's extent, v upwards
    """
    s = (chart[..., 0] - S_RANGE[0]) / (S_RANGE[1] - S_RANGE[0])
    t = (chart[..., 1] - T_RANGE[0]) / (T_RANGE[1] - T_RANGE[0])
    return np.stack([s, t], -1)


@lru_cache(maxsize=2)
def pixel_grid(width: int, height: int) -> tuple[Floats, Floats]:
    """Chart places (s, t) of the pixels' middles: two (height, width) float32, mm, read-only.

    Pictures of skin are computed in single precision: half the time of double, and they are stored so anyway.
    """
    s = S_RANGE[0] + (np.arange(width) + 0.5) / width * (S_RANGE[1] - S_RANGE[0])
    t = T_RANGE[1] - (np.arange(height) + 0.5) / height * (T_RANGE[1] - T_RANGE[0])
    grid_s, grid_t = np.meshgrid(s.astype(np.float32), t.astype(np.float32))
    grid_s.flags.writeable = grid_t.flags.writeable = False
    return grid_s, grid_t


def window(s: Floats, t: Floats, middle_t: float, half_t: float, half_s: float) -> tuple[np.ndarray, ...]:
    """Index of the pixels with |t - middle_t| < half_t and |s| < half_s.

    Parameters
    ----------
    s, t : (H, W) float, chart mm
        A regular grid: s depends on the column only, t on the row only.

    Returns
    -------
    tuple
        Open index (`numpy.ix_`) into arrays of the grid's shape.
    """
    rows = np.flatnonzero(np.abs(t[:, 0] - middle_t) < half_t)
    return np.ix_(rows, np.flatnonzero(np.abs(s[0]) < half_s))
