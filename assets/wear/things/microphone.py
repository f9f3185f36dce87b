"""Microphone in front of the chin: a round basket of wire on a tapered handle that leaves the picture."""

import numpy as np

from facegen.assets.meshes.mesh import ball, tube
from facegen.assets.wear.prior_weights import same_for_all
from facegen.assets.wear.thing_registry import HARD_PART, METAL_PART, THINGS, Front, Thing, ThingPiece

HEAD_RADIUS, NECK_RADIUS, END_RADIUS, LENGTH = 0.025, 0.016, 0.011, 0.26  # metres, as of common ones
GAP = (0.012, 0.07)  # metres between lips and basket


def build(front: Front) -> list[ThingPiece]:
    """See `thing_registry.Thing.build`."""
    low, high = GAP
    off = HEAD_RADIUS + low + (high - low) * front.reach
    middle = front.mouth + off * front.along(0.35, -1.0, -0.45)
    nearest = float(front.body.clearance(middle[None])[0][0])
    middle = middle + max(HEAD_RADIUS + low / 2 - nearest, 0.0) * front.along(0, -1, 0)
    way = front.along(0.45, -0.35, -1.0)
    steps = np.linspace(0.7 * HEAD_RADIUS, LENGTH, 10)
    radii = np.interp(steps, [steps[0], 0.06, LENGTH], [1.25 * NECK_RADIUS, NECK_RADIUS, END_RADIUS])
    handle = tube(middle + steps[:, None] * way, np.stack([radii, radii], 1), 20)
    return [
        ThingPiece(ball(middle, np.full(3, HEAD_RADIUS), 28, 18), METAL_PART),
        ThingPiece(handle, HARD_PART),
    ]


MICROPHONE = THINGS.add(Thing("microphone", build, weight=same_for_all(9.0), order=10))
