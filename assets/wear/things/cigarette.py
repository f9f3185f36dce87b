"""Cigarette between the lips: filter, paper and a tip of ash."""

import numpy as np

from facegen.assets.meshes.mesh import Mesh, tube
from facegen.assets.wear.prior_weights import by_gender
from facegen.assets.wear.thing_registry import CLOTH_PART, HARD_PART, THINGS, Front, Thing, ThingPiece
from facegen.assets.wear.thing_shapes import axes_of, turned

RADIUS, FILTER = 0.0039, 0.024  # metres, of common ones
LENGTH = (0.058, 0.084)  # by `reach`
HELD = 0.007  # metres between the lips
ASH = 0.006
ASIDE = 0.010  # metres from the middle of the mouth
PAPER, CORK, GREY, EMBER = (0.72, 0.71, 0.68), (0.55, 0.30, 0.12), (0.12, 0.12, 0.12), (0.5, 0.06, 0.01)


def build(front: Front) -> list[ThingPiece]:
    """See `thing_registry.Thing.build`."""
    start = front.mouth + ASIDE * front.along(1, 0, 0)
    way = front.along(0.35, -1.0, -0.28)
    length = LENGTH[0] + (LENGTH[1] - LENGTH[0]) * front.reach

    def part(low: float, high: float, radius: float) -> Mesh:
        line = start + np.linspace(low, high, 4)[:, None] * way
        return tube(line, np.full(2, radius), 14)

    end = start + (length - HELD) * way
    burnt = np.array([(RADIUS, 0.0), (RADIUS * 0.8, 0.002), (0.0, 0.003)])
    tip = turned(burnt, end, axes_of(way, front.along(0, 0, 1)), 14)
    return [
        ThingPiece(part(-HELD, FILTER - HELD, RADIUS + 0.0001), HARD_PART, CORK),
        ThingPiece(part(FILTER - HELD, length - HELD - ASH, RADIUS), CLOTH_PART, PAPER),
        ThingPiece(part(length - HELD - ASH, length - HELD - 0.6 * ASH, RADIUS), CLOTH_PART, EMBER),
        ThingPiece(part(length - HELD - 0.6 * ASH, length - HELD, RADIUS * 0.96), CLOTH_PART, GREY),
        ThingPiece(tip, CLOTH_PART, GREY),
    ]


# None is among 700 photographs of CelebAMask-HQ: half of one picture, by eye more often men's.
CIGARETTE = THINGS.add(Thing("cigarette", build, weight=by_gender(0.3, 0.7), order=60))
