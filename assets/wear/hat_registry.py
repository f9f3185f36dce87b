"""The registry of hats: what a kind of hat is. Each file of `facegen.assets.wear.hats` adds one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from facegen.assets.wear.dyes import HAT_DYES, Dyes, Range
from facegen.assets.wear.prior_weights import Weight, never
from facegen.registry import LAST, Registry

if TYPE_CHECKING:
    from facegen.assets.meshes.mesh import Floats, Mesh
    from facegen.render.spec.face_spec import Headwear

SHELL_PART, BAND_PART, BRIM_PART = 0, 1, 2


class HatPiece(NamedTuple):
    """One mesh of a hat.

    Attributes
    ----------
    mesh : (vertices (V, 3) float, quads (F, 4) int)
        Millimetres in the hat's frame (see `facegen.assets.wear.headwear`).
    part : int
        SHELL_PART, BAND_PART or BRIM_PART: decides the material.
    """

    mesh: Mesh
    part: int


HatBuilder: TypeAlias = "Callable[[Floats, Headwear], list[HatPiece]]"


@dataclass(frozen=True)
class Hat:
    """One kind of hat.

    Attributes
    ----------
    name : str
        The value of `headwear.kind`.
    build : function (profile, worn) -> list of HatPiece
        `profile` (R, SEGMENTS) float is the distance in mm from the frame's origin to the skin
        (`headwear.head_profile`); `worn` is a `Headwear`.
    weight : function of gender (0 women, 1 men) -> float
        Relative frequency among hats in the default prior.
    order : int
        Place among the hats. Part of what a seed means: never change it.
    front_mm, back_mm : (low, high)
        From which the default prior draws the height of the lower edge above the eyes, in front and behind.
    dyes : table of Dye
        From which the default prior draws the colour.
    patterned, turned : float in [0, 1]
        Probability in the default prior of a patterned cloth, and of being worn backwards.
    shows : tuple of str
        Fields of `Headwear` that change this kind but not every kind: of "brim", "curl" and "turned".
        `facegen preview --vary` puts on a hat that shows the field.
    ribs : float
        Strength of a knitted relief on the shell, 0 for none.
    panels : bool
        Whether the shell is sewn from panels with visible seams.
    plain_band, plain_brim : bool
        Whether band and brim are of plain cloth in the second colour; otherwise they are of the shell's
        cloth.
    """

    name: str
    build: HatBuilder
    weight: Weight = never
    order: int = LAST
    front_mm: Range = (46.0, 68.0)
    back_mm: Range = (-4.0, 18.0)
    dyes: Dyes = HAT_DYES
    patterned: float = 0.0
    turned: float = 0.0
    shows: tuple[str, ...] = ()
    ribs: float = 0.0
    panels: bool = False
    plain_band: bool = True
    plain_brim: bool = False


HATS: Registry[Hat] = Registry("hat", "facegen.assets.wear.hats", "facegen.hats")
