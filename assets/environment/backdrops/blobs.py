"""Surroundings far out of focus: soft patches of several colours."""

from __future__ import annotations

import numpy as np

from facegen.assets.environment.backdrop_drawing import Picture, mottle, paint
from facegen.assets.environment.backdrop_registry import BACKDROPS, Backdrop


def blobs(rng: np.random.Generator, size: int) -> Picture:
    """See `Backdrop.draw`."""
    picture = np.ones((size, size, 3)) * paint(rng, 0.8)
    for _ in range(int(rng.integers(3, 9))):
        fraction = np.clip(mottle(rng, size, rng.uniform(1.4, 2.2)) - rng.uniform(0.2, 1.2), 0, 1)[..., None]
        picture = picture + fraction * (np.array(paint(rng, 1.4)) - picture)
    return picture


BACKDROPS.add(Backdrop("blobs", blobs, order=3, weight=0.1, least_blur=0.02))
