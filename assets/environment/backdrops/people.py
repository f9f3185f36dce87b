"""One to three people close behind or beside, cut off by the picture's edge."""

from __future__ import annotations

import numpy as np

from facegen.assets.environment.backdrop_drawing import Picture
from facegen.assets.environment.backdrop_registry import BACKDROPS, Backdrop
from facegen.assets.environment.backdrops.room import room
from facegen.assets.environment.backdrops.street import street
from facegen.assets.environment.people_drawing import figure

HALF_LOW, HALF_HIGH = 0.14, 0.33  # half height of a head; the portrayed one has about 0.33


def people(rng: np.random.Generator, size: int) -> Picture:
    """See `Backdrop.draw`."""
    picture = np.ascontiguousarray((room if rng.random() < 0.6 else street)(rng, size))
    for _ in range(int(rng.integers(0, 5))):  # more of them farther away, in front of nobody
        figure(picture, rng, rng.uniform(-0.1, 1.1), rng.uniform(0.3, 0.6), rng.uniform(0.05, 0.11))
    near = int(rng.integers(1, 4))
    side = 1 if rng.random() < 0.5 else -1
    for number in range(near):
        half = rng.uniform(HALF_LOW, HALF_HIGH)
        aside = rng.uniform(0.32, 0.58) * (side if number % 2 == 0 else -side)
        figure(picture, rng, 0.5 + aside, rng.uniform(0.2, 0.75), half)
    return picture


# Five of 99 training photographs (CelebAMask-HQ) show somebody else's face, counted by eye.
BACKDROPS.add(Backdrop("people", people, order=13, weight=0.06, least_blur=0.01))
