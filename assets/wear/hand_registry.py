"""The registry of hands at a head: where a hand lies and how its fingers are bent.

Each file of `facegen.assets.wear.hand_poses` adds one. Directions are those of a left hand on the left side
of a head, in the head's axes: x to the subject's left, y backwards, z up. A right hand is the mirror image.
"""

from __future__ import annotations

from dataclasses import dataclass

from facegen.assets.wear.prior_weights import Weight, never
from facegen.registry import LAST, Registry

Direction = tuple[float, float, float]
Bend = tuple[float, float, float]

# What of the hand comes to lie at the place: the middle of the palm, the inside of the fingers, the backs of
# their first bones, the tip of the index finger.
TOUCHES = ("palm", "fingers", "knuckles", "index_tip")


@dataclass(frozen=True)
class HandPose:
    """One way of holding a hand to the head.

    Attributes
    ----------
    name : str
        The value of `hand.kind`.
    place : (s, t) float
        Where it touches, mm on the face chart.
    touch : str, one of TOUCHES
    fingers : Direction
        From the wrist to the fingers.
    palm : Direction
        Out of the palm; what of it lies along the fingers is left out.
    forearm : Direction
        From the wrist to the elbow.
    bend : five triples of degrees
        Of each digit's joints towards the palm, thumb first.
    oppose : float, degrees
        By which the thumb stands across the palm.
    wraps : bool
        Whether the fingers bend until they lie on the head.
    weight : function of gender (0 women, 1 men) -> float
        Relative frequency among hands in the default prior.
    order : int
        Place among the hands. Part of what a seed means: never change it.
    """

    name: str
    place: tuple[float, float]
    touch: str
    fingers: Direction
    palm: Direction
    forearm: Direction
    bend: tuple[Bend, Bend, Bend, Bend, Bend]
    oppose: float = 0.0
    wraps: bool = False
    weight: Weight = never
    order: int = LAST


FIST: tuple[Bend, Bend, Bend, Bend, Bend] = (
    (20, 25, 30),
    (75, 95, 50),
    (78, 95, 50),
    (80, 95, 50),
    (82, 95, 50),
)

HANDS: Registry[HandPose] = Registry("hand", "facegen.assets.wear.hand_poses", "facegen.hands")
