"""A dark hall with coloured light."""

from __future__ import annotations

import colorsys

import numpy as np

from facegen.assets.environment.backdrop_drawing import Picture, coordinates, paint
from facegen.assets.environment.backdrop_registry import BACKDROPS, Backdrop


def stage(rng: np.random.Generator, size: int) -> Picture:
    """See `Backdrop.draw`."""
    y, x = coordinates(size)
    picture = np.ones((size, size, 3)) * paint(rng, 1.0, 0.005, 0.04)
    for _ in range(int(rng.integers(1, 5))):
        tone = np.array(colorsys.hsv_to_rgb(rng.random(), rng.uniform(0.1, 0.9), 1.0))
        top, foot, width = rng.uniform(-0.2, 1.2), rng.uniform(-0.6, 1.6), rng.uniform(0.04, 0.3)
        beam = np.exp(-(((x - top - (foot - top) * y) / (width * (0.3 + y))) ** 2))
        picture = picture + (beam * rng.uniform(0.03, 0.5))[..., None] * tone
    for _ in range(int(rng.integers(0, 8))):
        cx, cy, r = rng.uniform(0, 1), rng.uniform(0, 0.6), rng.uniform(0.004, 0.03)
        picture = picture + (4 * np.exp(-((x - cx) ** 2 + (y - cy) ** 2) / r**2))[..., None]
    return picture


BACKDROPS.add(Backdrop("stage", stage, order=12, weight=0.04, least_blur=0.008, dark=True))
