"""Studio paper or a painted wall: one colour, light that falls off, a little texture."""

from __future__ import annotations

import numpy as np

from facegen.assets.environment.backdrop_drawing import Picture, mottle, paint, uneven
from facegen.assets.environment.backdrop_registry import BACKDROPS, Backdrop


def plain(rng: np.random.Generator, size: int) -> Picture:
    """See `Backdrop.draw`."""
    colour = np.array(paint(rng, 1.1, 0.1))
    return colour * uneven(rng, size, rng.uniform(0.1, 1.4)) * (1 + 0.02 * mottle(rng, size, 1.2))[..., None]


BACKDROPS.add(Backdrop("plain", plain, order=1, weight=0.15, uniform=True, flat=0.6))
