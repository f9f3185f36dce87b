"""The registry of things in front of a face: microphones, cups, telephones, flowers, solids, face masks.

Each file of `facegen.assets.wear.things` adds one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from facegen.assets.wear.prior_weights import Weight, never
from facegen.datasets.conventions.native_labels import Native
from facegen.registry import LAST, Registry

if TYPE_CHECKING:
    import numpy as np

    from facegen.assets.head.head_model import HeadModel, PosedHead
    from facegen.assets.meshes.collision import Body
    from facegen.assets.meshes.mesh import Floats, Mesh
    from facegen.assets.wear.hand_registry import HandPose

HARD_PART, METAL_PART, CLOTH_PART = 0, 1, 2


class ThingPiece(NamedTuple):
    """One mesh of a thing.

    Attributes
    ----------
    mesh : (vertices (V, 3) float, quads (F, 4) int), metres, world axes
    part : int
        HARD_PART (plastic), METAL_PART or CLOTH_PART: decides the material.
    colour : (r, g, b) linear RGB, or None
        None is the thing's own colour, of metal that of wire.
    pattern : str, one of `cloth_patterns.PATTERNS`
        What is printed on cloth in a second colour.
    """

    mesh: Mesh
    part: int
    colour: tuple[float, ...] | None = None
    pattern: str = "plain"


@dataclass(frozen=True)
class Front:
    """The face that a thing stands in front of.

    Attributes
    ----------
    head : PosedHead; model : HeadModel; body : Body of the head's skin
    mouth : (3,) float, metres, where the lips meet in the middle
    side : 1 on the subject's left, -1 on the right
    reach : float in [0, 1], of the thing's own range: how far it stands off, or how long it is
    draws : numpy Generator
        From which a builder draws what no attribute says: colours of petals, sizes of solids.
    """

    head: PosedHead
    model: HeadModel
    body: Body
    mouth: Floats
    side: float
    reach: float
    draws: np.random.Generator

    def along(self, x: float, y: float, z: float) -> Floats:
        """Unit vector (3,) in the world: x to the thing's side, y backwards, z up in the head's axes."""
        out: Floats = self.head.head_rotation @ [self.side * x, y, z]
        return out / (x * x + y * y + z * z) ** 0.5


@dataclass(frozen=True)
class Grip:
    """How a hand holds a thing.

    Attributes
    ----------
    pose : HandPose
        Its `place` means nothing.
    spot : (3,) float, metres, on the thing's surface, where the hand touches it
    outwards : (3,) float, unit, out of the thing there
    """

    pose: HandPose
    spot: Floats
    outwards: Floats


ThingBuilder: TypeAlias = "Callable[[Front], list[ThingPiece]]"


@dataclass(frozen=True)
class Thing:
    """One kind of thing.

    Attributes
    ----------
    name : str
        The value of `thing.kind`.
    build : function (front) -> list of ThingPiece
    weight : function of gender (0 women, 1 men) -> float
        Relative frequency among things in the default prior.
    order : int
        Place among the things. Part of what a seed means: never change it.
    label : Native
        OTHER_OCCLUDER or FACEWEAR.
    grip : function (front) -> Grip, optional
        Of what a hand at the face holds. The hand of `hand.kind` is then not seen.
    presses_hair : bool
        Whether hair lies under it.
    """

    name: str
    build: ThingBuilder
    weight: Weight = never
    order: int = LAST
    label: Native = Native.OTHER_OCCLUDER
    grip: Callable[[Front], Grip] | None = None
    presses_hair: bool = False


THINGS: Registry[Thing] = Registry("thing", "facegen.assets.wear.things", "facegen.things")
