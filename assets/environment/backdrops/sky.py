"""Sky with clouds, now and then land or sea below."""

from __future__ import annotations

import colorsys

import numpy as np

from facegen.assets.environment.backdrop_drawing import Picture, coordinates, mottle, paint
from facegen.assets.environment.backdrop_registry import BACKDROPS, Backdrop


def sky(rng: np.random.Generator, size: int) -> Picture:
    """See `Backdrop.draw`."""
    y, _ = coordinates(size)
    deep = np.array(
        colorsys.hsv_to_rgb(rng.normal(0.58, 0.03), rng.uniform(0.05, 0.75), rng.uniform(0.3, 0.9))
    )
    picture = deep + (y * rng.uniform(0.3, 0.9))[..., None] * (np.array([0.95, 0.93, 0.9]) - deep)
    cloud = np.clip(mottle(rng, size, 1.6) - rng.uniform(-0.5, 1.5), 0, 1)[..., None]
    picture = picture + 0.9 * cloud * (np.array([1.0, 0.99, 0.97]) - picture)
    if rng.random() < 0.6:
        line = rng.uniform(0.35, 1.0) + 0.02 * mottle(rng, size, 1.5)[:1] * rng.integers(0, 2)
        land = np.array(paint(rng, 1.0, 0.03, 0.35)) * (1 + 0.25 * mottle(rng, size, 0.8))[..., None]
        picture = np.where((y > line)[..., None], land, picture)
    return picture


BACKDROPS.add(Backdrop("sky", sky, order=8, weight=0.04, uniform=True))
