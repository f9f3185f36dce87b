"""Rows of made-up names and marks, as behind people at press events."""

from __future__ import annotations

import string

import numpy as np

from facegen.assets.environment.backdrop_drawing import Canvas, Picture, paint, uneven
from facegen.assets.environment.backdrop_registry import BACKDROPS, Backdrop


def text_wall(rng: np.random.Generator, size: int) -> Picture:
    """See `Backdrop.draw`."""
    ground, ink = paint(rng, 1.5), paint(rng, 1.8)
    if abs(sum(ground) - sum(ink)) < 0.5:  # a wall that cannot be read is no wall
        ink = (0.85, 0.85, 0.85) if sum(ground) < 1.2 else (0.02, 0.02, 0.05)
    second_ink = ink if rng.random() < 0.6 else paint(rng, 2.0)
    canvas = Canvas(size, ground)
    words = ["".join(rng.choice(list(string.ascii_letters), rng.integers(2, 8))) for _ in range(3)]
    height = float(np.exp(rng.uniform(np.log(0.04), np.log(0.26))))
    y, row = -float(rng.uniform(0, height)), 0
    gap = rng.uniform(1.6, 3.2)
    while y < 1:
        x, k = -float(rng.uniform(0, 0.4)), row
        while x < 1:
            colour = ink if k % 2 else second_ink
            if k % 3 == 2:
                canvas.oval(x + height / 2, y + height / 2, height / 2, height / 2, colour)
                canvas.oval(x + height / 2, y + height / 2, height / 4, height / 4, ground)
                x += height
            else:
                x += canvas.text(x, y, words[k % 3], height, colour)
            x += height * rng.uniform(0.8, 1.8)
            k += 1
        y += height * gap
        row += 1
    return canvas.turned(rng.normal(0, 3)).light() * uneven(rng, size, 0.5)


BACKDROPS.add(Backdrop("text_wall", text_wall, order=6, weight=0.08))
