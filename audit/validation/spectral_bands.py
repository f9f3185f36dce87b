"""How much of a region's light varies at each scale: its spectrum, in octaves.

A region of any outline has no Fourier spectrum of its own; differences of Gaussians, averaged over the pixels
far enough from its rim, are the same bands without a window.
"""

from __future__ import annotations

import itertools

import numpy as np
from scipy import ndimage

SIGMAS = (0.5, 1.0, 2.0, 4.0)  # pixels: a band lies between two of them
MIN_PIXELS = 64


def band_energy(light: np.ndarray, region: np.ndarray) -> np.ndarray | None:
    """Mean squared variation of each octave inside a region, finest first.

    Parameters
    ----------
    light : (H, W) float, in any unit
    region : (H, W) bool

    Returns
    -------
    (3,) float64 in the unit squared, or None where less than MIN_PIXELS lie 4 pixels inside the region
    """
    inner = ndimage.binary_erosion(region, iterations=int(SIGMAS[-1]), border_value=1)
    if np.count_nonzero(inner) < MIN_PIXELS:
        return None
    light = np.asarray(light, np.float64)
    levels = [ndimage.gaussian_filter(light, sigma, mode="nearest") for sigma in SIGMAS]
    bands = [fine - coarse for fine, coarse in itertools.pairwise(levels)]
    return np.array([float(np.mean(band[inner] ** 2)) for band in bands])
