"""Other people some metres behind."""

from __future__ import annotations

import numpy as np

from facegen.assets.environment.backdrop_drawing import Canvas, Picture, paint, uneven
from facegen.assets.environment.backdrop_registry import BACKDROPS, Backdrop
from facegen.assets.environment.people_drawing import figure


def crowd(rng: np.random.Generator, size: int) -> Picture:
    """See `Backdrop.draw`."""
    canvas = Canvas(size, paint(rng, 0.8, 0.02, 0.5))
    canvas.box(-0.1, rng.uniform(0.2, 0.6), 1.2, 1, paint(rng, 0.8, 0.02, 0.4))
    picture = np.ascontiguousarray(canvas.light())
    # Those who are nearer stand lower and hide the others.
    for nearness in np.sort(rng.random(int(rng.integers(3, 12)))):
        half = 0.04 + 0.1 * nearness * rng.uniform(0.7, 1.1)
        figure(picture, rng, rng.uniform(-0.1, 1.1), 0.25 + 0.45 * nearness + rng.normal(0, 0.05), half)
    return picture * uneven(rng, size, 0.7)


BACKDROPS.add(Backdrop("crowd", crowd, order=11, weight=0.05, least_blur=0.01))
