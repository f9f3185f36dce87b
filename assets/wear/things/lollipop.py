"""Lollipop at the lips: a ball on a stick that leads down and forward."""

import numpy as np

from facegen.assets.meshes.mesh import ball, tube
from facegen.assets.wear.prior_weights import same_for_all
from facegen.assets.wear.thing_registry import HARD_PART, METAL_PART, THINGS, Front, Thing, ThingPiece

RADIUS, STICK, LENGTH = 0.012, 0.0022, (0.05, 0.11)  # metres


def build(front: Front) -> list[ThingPiece]:
    """See `thing_registry.Thing.build`."""
    middle = front.mouth + 0.9 * RADIUS * front.along(0.2, -1.0, -0.3)
    way = front.along(0.35, -0.7, -0.8)
    length = LENGTH[0] + (LENGTH[1] - LENGTH[0]) * front.reach
    line = middle + np.linspace(0.5 * RADIUS, length, 6)[:, None] * way
    return [
        ThingPiece(ball(middle, np.full(3, RADIUS), 20, 14), HARD_PART),
        ThingPiece(tube(line, np.array([STICK, STICK]), 10), METAL_PART),
    ]


LOLLIPOP = THINGS.add(Thing("lollipop", build, weight=same_for_all(2.0), order=20))
