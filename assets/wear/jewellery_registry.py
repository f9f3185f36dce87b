"""The registries of earrings and of necklaces: what a kind of each is.

Each file of `facegen.assets.wear.earrings` and of `facegen.assets.wear.necklaces` adds one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from facegen.assets.wear.dyes import Range
from facegen.assets.wear.prior_weights import Weight, never
from facegen.registry import LAST, Registry

if TYPE_CHECKING:
    from facegen.assets.meshes.mesh import Floats, Mesh

METAL_PART, STONE_PART = 0, 1


class JewelPiece(NamedTuple):
    """One mesh of a jewel.

    Attributes
    ----------
    mesh : (vertices (V, 3) float, faces (F, 4) int), metres, world axes
    part : int
        METAL_PART or STONE_PART: decides the material.
    """

    mesh: Mesh
    part: int


@dataclass(frozen=True)
class Piercing:
    """Where an earring hangs.

    Attributes
    ----------
    place : (3,) float, metres
        The piercing, on the outside of the lobe.
    side : (3,) float
        Unit vector out of the head.
    forward : (3,) float
        Unit vector in which the face looks.
    turn : float
        Degrees by which a flat earring is turned from across the head to along it.
    """

    place: Floats
    side: Floats
    forward: Floats
    turn: float


EarringBuilder: TypeAlias = "Callable[[float, Piercing], list[JewelPiece]]"
NecklaceBuilder: TypeAlias = "Callable[[float, Floats], list[JewelPiece]]"


@dataclass(frozen=True)
class Earring:
    """One kind of earring.

    Attributes
    ----------
    name : str
        The value of `jewellery.earrings`.
    build : function (size, piercing) -> list of JewelPiece
        `size` in metres, as `jewellery.earring_mm` says.
    size_mm : (low, high)
        From which the default prior draws the size, small ones more often.
    weight : function of gender (0 women, 1 men) -> float
        Relative frequency among earrings in the default prior.
    order : int
        Place among the earrings. Part of what a seed means: never change it.
    hangs : bool
        Whether the size is how far it hangs below the piercing.
    shows : tuple of str
        Fields of `Jewellery` that change this kind but not every kind: "stone".
    size_per_root_area : float
        `earring_mm` for the square root of the mm² that one earring shows in a picture: how matching finds
        the size for a requested `earring_area`. Rings are seen from the side as often as from the front.
    """

    name: str
    build: EarringBuilder
    size_mm: Range
    weight: Weight = never
    order: int = LAST
    hangs: bool = True
    shows: tuple[str, ...] = ()
    size_per_root_area: float = 3.3


@dataclass(frozen=True)
class Necklace:
    """One kind of necklace.

    Attributes
    ----------
    name : str
        The value of `jewellery.necklace`.
    build : function (size, line) -> list of JewelPiece
        `size` in metres, as `jewellery.necklace_mm` says; `line` (K, 3) metres is the closed line on skin and
        cloth, its first point in front.
    size_mm : (low, high)
        From which the default prior draws the size.
    weight : function of gender (0 women, 1 men) -> float
        Relative frequency among necklaces in the default prior.
    order : int
        Place among the necklaces. Part of what a seed means: never change it.
    around_neck : bool
        Whether it lies round the neck itself; otherwise it hangs as low as `jewellery.drop_mm` says.
    shows : tuple of str
        Fields of `Jewellery` that change this kind but not every kind: of "drop_mm" and "stone".
    """

    name: str
    build: NecklaceBuilder
    size_mm: Range
    weight: Weight = never
    order: int = LAST
    around_neck: bool = False
    shows: tuple[str, ...] = ()


EARRINGS: Registry[Earring] = Registry("earring", "facegen.assets.wear.earrings", "facegen.earrings")
NECKLACES: Registry[Necklace] = Registry("necklace", "facegen.assets.wear.necklaces", "facegen.necklaces")
