"""The default prior of hands at the head.

The poses and their weights are the entries of `facegen.assets.wear.hand_registry.HANDS`. Of 700 photographs
of CelebAMask-HQ (those that fitting may use) 43 show a hand or a raised arm at the head that holds nothing,
counted by eye: 14 at the chin, 10 at the cheek, 7 raised arms, 5 at the mouth, 4 in the hair, 3 at temple or
brow; men hold their chins (7 of 14), raised arms and hands in the hair are women's (10 of 11).
"""

from __future__ import annotations

from facegen.assets.wear.garment_registry import GARMENT_CUTS
from facegen.assets.wear.hand_registry import HANDS
from facegen.datasets.keyed_random import Draw
from facegen.render.spec import face_spec as s

HAND_FRACTION = 43 / 700
# By eye.
LONG_SLEEVES = 0.5  # of arms in garments with sleeves; the others are bare
POLISHED = 0.45  # of women's nails
POLISH = {  # weight, linear RGB
    "red": (0.4, (0.36, 0.01, 0.02)),
    "rose": (0.3, (0.62, 0.25, 0.26)),
    "dark": (0.2, (0.05, 0.01, 0.02)),
    "white": (0.1, (0.75, 0.70, 0.66)),
}


def draw_hand(
    d: Draw, identity: s.Identity, garment: s.Garment, probability: float = HAND_FRACTION
) -> s.Hand:
    """A hand with a probability; when there is none, the other fields say how it would look.

    Parameters
    ----------
    d : Draw
    identity, garment : what the person is and wears
    probability : float in [0, 1]
    """
    there = d.chance("hand.there", probability)
    weights = {name: pose.weight(identity.gender) for name, pose in HANDS.items()}
    bare = GARMENT_CUTS[garment.cut].bares_neck or not d.chance("hand.sleeved", LONG_SLEEVES)
    polished = d.chance("hand.polished", POLISHED * (1 - identity.gender))
    return s.Hand(
        kind=d.choice("hand.kind", weights) if there else "none",
        side="left" if d.chance("hand.side", 0.5) else "right",
        shift_s=d.normal("hand.shift_s", 0, 4, -12, 12),
        shift_t=d.normal("hand.shift_t", 0, 4, -12, 12),
        turn=d.normal("hand.turn", 0, 6, -18, 18),
        spread=d.normal("hand.spread", -1.5, 2.5, -7, 6),
        sleeve=0.0 if bare else d.uniform("hand.sleeve", 0.6, 1),
        polish=1.0 if polished else 0.0,
        polish_colour=POLISH[d.choice("hand.polish_colour", {k: row[0] for k, row in POLISH.items()})][1],
    )
