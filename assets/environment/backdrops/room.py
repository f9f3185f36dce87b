"""An indoor wall with what stands at it: doors, pictures, shelves, a curtain, a lamp, a window."""

from __future__ import annotations

import numpy as np

from facegen.assets.environment.backdrop_drawing import Canvas, Picture, mottle, paint, uneven
from facegen.assets.environment.backdrop_registry import BACKDROPS, Backdrop


def room(rng: np.random.Generator, size: int) -> Picture:
    """See `Backdrop.draw`."""
    canvas = Canvas(size, paint(rng, 0.7, 0.15))
    for _ in range(int(rng.integers(1, 4))):  # door frames, cupboards, corners of the room
        x, w = rng.uniform(-0.3, 1), rng.uniform(0.1, 0.6)
        canvas.box(x, rng.choice([-0.1, rng.uniform(0.0, 0.7)]), w, 2, paint(rng, 0.9))
        canvas.box(x + w * 0.94, -0.1, w * 0.06, 2, paint(rng, 0.4))
    for _ in range(int(rng.integers(0, 3))):
        x, y, w, h = (
            rng.uniform(-0.1, 1),
            rng.uniform(-0.1, 0.7),
            rng.uniform(0.1, 0.4),
            rng.uniform(0.1, 0.4),
        )
        canvas.box(x, y, w, h, paint(rng, 0.4))
        canvas.box(x + 0.015, y + 0.015, w - 0.03, h - 0.03, paint(rng, 1.5))
    if rng.random() < 0.35:
        _shelves(rng, canvas)
    if rng.random() < 0.4:
        _window(rng, canvas)
    for _ in range(int(rng.integers(0, 3))):
        x, y, r = rng.uniform(0, 1), rng.uniform(0, 0.6), rng.uniform(0.01, 0.07)
        canvas.oval(x, y, r, r * rng.uniform(0.6, 1.5), (1.0, 0.85, 0.6), rng.uniform(0.1, 0.8))
    return canvas.light() * uneven(rng, size, 0.8) * (1 + 0.03 * mottle(rng, size))[..., None]


def _shelves(rng: np.random.Generator, canvas: Canvas) -> None:
    x0, x1 = np.sort(rng.uniform(-0.2, 1.2, 2))
    y, step = rng.uniform(-0.2, 0.1), rng.uniform(0.14, 0.35)
    while y < 1:
        canvas.box(x0, y, x1 - x0, step, paint(rng, 0.5, 0.01, 0.15))
        x = x0
        while x < x1:
            w, h = step * rng.uniform(0.05, 0.22), step * rng.uniform(0.5, 0.9)
            canvas.box(x, y + step - h, w, h, paint(rng, 1.6))
            x += w * rng.uniform(1, 1.4)
        y += step


def _window(rng: np.random.Generator, canvas: Canvas) -> None:
    x, y = rng.uniform(-0.2, 0.8), rng.uniform(-0.3, 0.3)
    w, h = rng.uniform(0.2, 0.7), rng.uniform(0.4, 1.2)
    canvas.box(x, y, w, h, (0.75, 0.85, 1.0), rng.uniform(0.0, 0.5))
    frame = paint(rng, 0.3)
    for k in range(int(rng.integers(1, 4)) + 1):
        canvas.box(x + w * k / 3, y, 0.02, h, frame)
    canvas.box(x, y + h * rng.uniform(0.3, 0.7), w, 0.02, frame)


BACKDROPS.add(Backdrop("room", room, order=9, weight=0.13, least_blur=0.005))
