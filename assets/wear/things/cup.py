"""Cup in a hand: at the lips, or lower before the chin; a mug or a paper cup with a lid."""

import numpy as np

from facegen.assets.meshes.mesh import Floats, Mesh, tube
from facegen.assets.wear.hand_registry import HandPose
from facegen.assets.wear.prior_weights import same_for_all
from facegen.assets.wear.thing_registry import HARD_PART, THINGS, Front, Grip, Thing, ThingPiece
from facegen.assets.wear.thing_shapes import axes_of, cleared, turned

RADIUS, TALL = 0.037, 0.100  # metres at the rim
LOWER = (0.004, 0.042)  # of the rim under the lips, by `reach`
GAP, WALL = 0.002, 0.003
TAPER = 0.78  # of the radius, at the foot
PAPER = 0.6  # of cups are of paper with a lid
HELD = 0.55  # of the height, from the rim, where a hand holds it
LID = (0.65, 0.65, 0.63)  # linear RGB of white plastic
# Its section: distance from the cup's radius, and height over the rim; the last is its middle.
LID_EDGE = (
    (0.0012, -0.004), (0.0022, -0.002), (0.0015, 0.001), (-0.001, 0.0015), (-0.003, -0.0005),
    (-RADIUS, -0.0005),
)  # fmt: skip
COFFEE = (0.03, 0.014, 0.006)
SLEEVES = ((0.30, 0.17, 0.08), (0.5, 0.02, 0.02), (0.02, 0.12, 0.06))  # cardboard and two brands' colours
POSE = HandPose(
    "holding_cup",
    place=(0.0, 0.0),
    touch="fingers",
    fingers=(-0.75, -0.55, 0.12),
    palm=(-0.6, 0.7, 0.0),
    forearm=(0.75, -0.1, -1.0),
    bend=((0, 5, 10), (30, 35, 20), (32, 38, 20), (34, 40, 22), (36, 42, 24)),
    oppose=-10.0,
    wraps=True,
)


def _placed(front: Front) -> tuple[Floats, Floats]:
    """Middle of the rim (3,) and axes (3, 3), the first from the foot to the rim."""
    low, high = LOWER
    drinking = 1 - front.reach
    up = front.along(0, 0.12 + 0.42 * drinking, 1.0)
    axes = axes_of(up, front.along(1, 0, 0))
    ahead = front.along(0.12, -1, -0.05)
    rim = front.mouth - (low + (high - low) * front.reach) * front.along(0, 0, 1) + 0.6 * RADIUS * ahead
    return rim + cleared(_wall(rim, axes)[0], front.body, ahead, GAP), axes


def _wall(rim: Floats, axes: Floats) -> Mesh:
    """The outside with its foot."""
    foot = TAPER * RADIUS
    profile = [(0.0, -TALL), (foot - 0.003, -TALL), (foot, -TALL + 0.003)]
    profile += [(foot + (RADIUS - foot) * k, -TALL * (1 - k)) for k in (0.25, 0.5, 0.75, 0.97)]
    profile += [(RADIUS + 0.001, -0.001), (RADIUS, 0.0005)]
    return turned(np.array(profile), rim, axes)


def build(front: Front) -> list[ThingPiece]:
    """See `thing_registry.Thing.build`."""
    rim, axes = _placed(front)
    outside = _wall(rim, axes)
    if front.draws.uniform() < PAPER:
        lid = turned(np.array([(RADIUS + off, height) for off, height in LID_EDGE]), rim, axes)
        edge = np.array([0.2, 0.3, 0.45, 0.6, 0.72])
        sleeve = turned(
            np.stack([RADIUS * (TAPER + (1 - TAPER) * edge) + 0.0012, -TALL * (1 - edge)], 1), rim, axes
        )
        colour = SLEEVES[int(front.draws.integers(len(SLEEVES)))]
        return [
            ThingPiece(outside, HARD_PART),
            ThingPiece(lid, HARD_PART, LID),
            ThingPiece(sleeve, HARD_PART, colour),
        ]
    inner = np.array([(RADIUS, 0.0005), (RADIUS - WALL, 0.0), (RADIUS - WALL, -0.018), (0.0, -0.018)])
    inside = turned(inner[:3], rim, axes)
    drink = turned(inner[2:], rim, axes)
    # The handle is on the side away from the hand.
    bend = np.linspace(-1.25, 1.25, 14)
    off = -front.side * axes[:, 1] if axes[:, 1] @ front.along(1, 0, 0) * front.side > 0 else axes[:, 1]
    line = (
        rim
        - 0.5 * TALL * axes[:, 0]
        + (0.9 * RADIUS - 0.012 + 0.036 * np.cos(bend))[:, None] * off
        + (0.030 * np.sin(bend))[:, None] * axes[:, 0]
    )
    return [
        ThingPiece(outside, HARD_PART),
        ThingPiece(inside, HARD_PART),
        ThingPiece(drink, HARD_PART, COFFEE),
        ThingPiece(tube(line, np.array([0.005, 0.004]), 12), HARD_PART),
    ]


def grip(front: Front) -> Grip:
    """See `thing_registry.Thing.grip`."""
    rim, axes = _placed(front)
    out = front.along(0.62, -0.75, 0.0)
    out = out - axes[:, 0] * (out @ axes[:, 0])
    out = out / np.linalg.norm(out)
    width = RADIUS * (TAPER + (1 - TAPER) * (1 - HELD))
    return Grip(POSE, rim - HELD * TALL * axes[:, 0] + width * out, out)


# Of 700 photographs of CelebAMask-HQ one shows a drink at the lips, a carton with a straw; counted by eye.
CUP = THINGS.add(Thing("cup", build, weight=same_for_all(1.0), order=50, grip=grip))
