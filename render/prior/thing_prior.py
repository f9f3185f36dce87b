"""The default prior of things in front of the face.

Of 700 photographs of CelebAMask-HQ (those that fitting may use) 9 show a microphone, 2 a lollipop, one a
drink at the lips and 4 something else that leaves the picture, counted by eye; weights of the entries of
`facegen.assets.wear.thing_registry.THINGS` are these counts. What is in none of them has a weight under 1.
"""

from __future__ import annotations

from facegen.assets.wear.thing_registry import THINGS
from facegen.datasets.keyed_random import Draw
from facegen.render.spec import face_spec as s

THING_FRACTION = 16 / 700
COLOURS = {  # weight, linear RGB, by eye
    "black": (0.6, (0.015, 0.015, 0.016)),
    "red": (0.15, (0.35, 0.02, 0.03)),
    "white": (0.15, (0.7, 0.72, 0.74)),
    "blue": (0.1, (0.12, 0.25, 0.42)),
}


def draw_thing(d: Draw, identity: s.Identity, probability: float = THING_FRACTION) -> s.Thing:
    """A thing with a probability; when there is none, the other fields say how it would look.

    Parameters
    ----------
    d : Draw
    identity : Identity
    probability : float in [0, 1]
    """
    there = d.chance("thing.there", probability)
    weights = {name: kind.weight(identity.gender) for name, kind in THINGS.items()}
    return s.Thing(
        kind=d.choice("thing.kind", weights) if there else "none",
        side="left" if d.chance("thing.side", 0.5) else "right",
        reach=d.uniform("thing.reach", 0, 1),
        colour=COLOURS[d.choice("thing.colour", {k: row[0] for k, row in COLOURS.items()})][1],
    )
