"""Leaves in sun and shade, gaps of sky."""

from __future__ import annotations

import colorsys

import numpy as np

from facegen.assets.environment.backdrop_drawing import Canvas, Picture, mottle, paint
from facegen.assets.environment.backdrop_registry import BACKDROPS, Backdrop


def foliage(rng: np.random.Generator, size: int) -> Picture:
    """See `Backdrop.draw`."""
    canvas = Canvas(size, paint(rng, 0.8, 0.02, 0.12))
    green, scale = rng.uniform(0.16, 0.36), float(np.exp(rng.uniform(np.log(0.008), np.log(0.05))))
    light = mottle(rng, 64, 1.6)
    count = int(min(900, 0.9 / scale**1.5))
    for _ in range(count):
        x, y = rng.uniform(-0.05, 1.05, 2)
        lit = light[int(np.clip(y * 63, 0, 63)), int(np.clip(x * 63, 0, 63))]
        value = np.clip(0.10 + 0.09 * lit + rng.normal(0, 0.04), 0.01, 0.6)
        colour = colorsys.hsv_to_rgb(green + rng.normal(0, 0.03), rng.uniform(0.3, 0.8), value)
        canvas.oval(x, y, scale * rng.uniform(0.4, 1.4), scale * rng.uniform(0.4, 1.2), colour)
    for _ in range(int(rng.integers(0, 40))):
        x, y = rng.uniform(0, 1), rng.uniform(0, 1) ** 1.7
        canvas.oval(x, y, scale * rng.uniform(0.2, 1), scale * rng.uniform(0.2, 1), (0.8, 0.9, 1.0), 0.1)
    for _ in range(int(rng.integers(0, 4))):
        x = rng.uniform(0, 1)
        lean = rng.normal(0, 0.1)
        width = rng.uniform(0.01, 0.08)
        bark = paint(rng, 0.5, 0.02, 0.15)
        canvas.polygon([(x, 1.1), (x + width, 1.1), (x + width + lean, -0.1), (x + lean, -0.1)], bark)
    return canvas.light()


BACKDROPS.add(Backdrop("foliage", foliage, order=7, weight=0.1, least_blur=0.006))
