"""Other people some metres behind."""

from __future__ import annotations

import numpy as np

from facegen.assets.environment.backdrop_drawing import Canvas, Picture, paint, uneven
from facegen.assets.environment.backdrop_registry import BACKDROPS, Backdrop


def crowd(rng: np.random.Generator, size: int) -> Picture:
    """See `Backdrop.draw`."""
    canvas = Canvas(size, paint(rng, 0.8, 0.02, 0.5))
    canvas.box(-0.1, rng.uniform(0.2, 0.6), 1.2, 1, paint(rng, 0.8, 0.02, 0.4))
    for _ in range(int(rng.integers(2, 8))):
        x, y, r = rng.uniform(-0.1, 1.1), rng.uniform(0.25, 0.95), rng.uniform(0.05, 0.16)
        tan = np.array([0.55, 0.34, 0.25]) * rng.uniform(0.2, 1.1)
        canvas.oval(x, y + 2.6 * r, 2.0 * r, 1.5 * r, paint(rng, 1.4))
        canvas.box(x - 0.4 * r, y, 0.8 * r, 1.6 * r, tan)
        canvas.oval(x, y - 0.15 * r, 0.85 * r, 1.1 * r, paint(rng, 0.8, 0.01, 0.2))
        canvas.oval(x + rng.normal(0, 0.1) * r, y + 0.15 * r, 0.68 * r, 0.9 * r, tan)
    return canvas.light() * uneven(rng, size, 0.7)


BACKDROPS.add(Backdrop("crowd", crowd, order=11, weight=0.06, least_blur=0.02))
