"""Facades with windows, a strip of sky or road, signs and cars."""

from __future__ import annotations

import numpy as np

from facegen.assets.environment.backdrop_drawing import Canvas, Picture, mottle, paint
from facegen.assets.environment.backdrop_registry import BACKDROPS, Backdrop


def street(rng: np.random.Generator, size: int) -> Picture:
    """See `Backdrop.draw`."""
    canvas = Canvas(size, (0.6, 0.7, 0.85) if rng.random() < 0.6 else (0.02, 0.03, 0.06))
    x = rng.uniform(-0.4, 0)
    while x < 1:
        w, top = rng.uniform(0.15, 0.7), rng.uniform(-0.4, 0.4)
        front = paint(rng, 0.9, 0.04, 0.5)
        canvas.box(x, top, w, 2, front)
        columns, rows = rng.uniform(0.06, 0.2), rng.uniform(0.08, 0.22)
        pane, lit = paint(rng, 0.5, 0.01, 0.3), rng.random() < 0.3
        for wx in np.arange(x + columns * 0.3, x + w - columns * 0.6, columns):
            for wy in np.arange(top + rows * 0.4, 0.9, rows):
                glow = 0.3 if lit and rng.random() < 0.4 else 0.0
                canvas.box(wx, wy, columns * 0.55, rows * 0.6, (1, 0.8, 0.5) if glow else pane, glow)
        x += w * rng.uniform(0.8, 1.1)
    ground = rng.uniform(0.6, 1.1)
    canvas.box(-0.1, ground, 1.2, 1, paint(rng, 0.3, 0.05, 0.35))
    for _ in range(int(rng.integers(0, 5))):
        x, w = rng.uniform(-0.2, 1), rng.uniform(0.1, 0.45)
        canvas.oval(x, ground, w / 2, w * 0.22, paint(rng, 1.8))
        canvas.oval(x + w / 3, ground, 0.02, 0.02, (1, 0.9, 0.7), 0.5)
    for _ in range(int(rng.integers(0, 4))):
        canvas.box(
            rng.uniform(0, 1),
            rng.uniform(0, 0.8),
            rng.uniform(0.03, 0.3),
            rng.uniform(0.03, 0.15),
            paint(rng, 2.2),
        )
    return canvas.turned(rng.normal(0, 1.5)).light() * (1 + 0.05 * mottle(rng, size))[..., None]


BACKDROPS.add(Backdrop("street", street, order=10, weight=0.08, least_blur=0.012))
