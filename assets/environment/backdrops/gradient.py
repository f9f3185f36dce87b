"""Two colours that run into each other."""

from __future__ import annotations

import numpy as np

from facegen.assets.environment.backdrop_drawing import Picture, coordinates, paint
from facegen.assets.environment.backdrop_registry import BACKDROPS, Backdrop


def gradient(rng: np.random.Generator, size: int) -> Picture:
    """See `Backdrop.draw`."""
    y, x = coordinates(size)
    a = rng.uniform(0, 2 * np.pi)
    fraction = np.clip(((x - 0.5) * np.cos(a) + (y - 0.5) * np.sin(a)) * rng.uniform(0.7, 2.5) + 0.5, 0, 1)
    first, second = np.array(paint(rng)), np.array(paint(rng))
    return first + fraction[..., None] * (second - first)


BACKDROPS.add(Backdrop("gradient", gradient, order=2, weight=0.06, uniform=True, flat=0.4))
