"""Lights at night as discs of one size."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from facegen.assets.environment.backdrop_drawing import Canvas, Picture, coordinates, paint
from facegen.assets.environment.backdrop_registry import BACKDROPS, Backdrop


def bokeh(rng: np.random.Generator, size: int) -> Picture:
    """See `Backdrop.draw`."""
    canvas = Canvas(size, paint(rng, 1.0, 0.01, 0.12))
    for _ in range(int(rng.integers(2, 7))):
        x, y, w, h = rng.uniform(-0.2, 1, 2).tolist() + rng.uniform(0.1, 0.6, 2).tolist()
        canvas.box(x, y, w, h, paint(rng, 1.0, 0.01, 0.2))
    picture = ndimage.gaussian_filter(canvas.light(), (size / 18, size / 18, 0))
    y, x = coordinates(size)
    radius = rng.uniform(0.012, 0.05)
    for _ in range(int(rng.integers(12, 60))):
        cx, cy = rng.uniform(-0.05, 1.05, 2)
        disc = np.clip((radius - np.hypot(x - cx, y - cy)) * size / 2, 0, 1)
        colour = np.array([1.0, rng.uniform(0.5, 1), rng.uniform(0.2, 1)]) * rng.uniform(0.1, 1.2)
        picture = picture + disc[..., None] * colour
    return picture


BACKDROPS.add(Backdrop("bokeh", bokeh, order=4, weight=0.06, dark=True))
