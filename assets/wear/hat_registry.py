"""The registry of hats: what a kind of hat is. Each file of `facegen.assets.wear.hats` adds one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from facegen.assets.wear.dyes import HAT_DYES, Dyes, Range
from facegen.assets.wear.prior_weights import Weight, never
from facegen.datasets.conventions.native_labels import Native
from facegen.registry import LAST, Registry

if TYPE_CHECKING:
    from facegen.assets.meshes.mesh import Floats, Mesh
    from facegen.render.spec.face_spec import Headwear

SHELL_PART, BAND_PART, BRIM_PART, EMBLEM_PART = range(4)
# How hair goes with headwear: cut where a crown or a drape covers it, pressed under a band and free above it,
# or left as it is.
COVERED, BANDED, FREE = "covered", "banded", "free"
HAT_PATTERNS: Mapping[str, float] = {"hoops": 0.4, "stripes": 0.2, "checks": 0.2, "print": 0.2}
SCARF_PATTERNS: Mapping[str, float] = {
    "floral": 0.35,
    "dots": 0.2,
    "print": 0.25,
    "plaid": 0.1,
    "stripes": 0.1,
}


class HatPiece(NamedTuple):
    """One mesh of a hat.

    Attributes
    ----------
    mesh : (vertices (V, 3) float, quads (F, 4) int)
        Millimetres in the hat's frame (see `facegen.assets.wear.headwear`).
    part : int
        SHELL_PART, BAND_PART, BRIM_PART or EMBLEM_PART: decides the material.
    uv : (V, 2) float or None
        Texture coordinates in units of about 100 mm of cloth, of an emblem in [0, 1]; None follows the crown.
    """

    mesh: Mesh
    part: int
    uv: Floats | None = None


HatBuilder: TypeAlias = "Callable[[Floats, Headwear], list[HatPiece]]"


@dataclass(frozen=True)
class DrapeShape:
    """Cloth over the head and down its sides (`facegen.assets.wear.drapes`). Lengths in mm.

    Attributes
    ----------
    top_mm : float
        Upper end of the opening for the face, over the eyes.
    opening : tuple of (way, degrees)
        Half the opening's width, as azimuth, by the way from its top (1) over the eyes (0) to the chin (-1)
        and below; falling ways. Under 0 degrees the two edges lie over one another.
    off_mm, behind_mm : float
        Distance from the skin, and what is added behind.
    gap_mm, gap_reaches_mm : float
        How much further off the edges of the opening stand, and how far from the edge that fades.
    thickness_mm, folds_mm : float
        Of the folded edge; height of hanging folds.
    taper, flare : float
        mm by which the cloth comes nearer to the neck, or goes out over the shoulders, at most, for each mm
        further down.
    reach_mm : float
        Height of the lowest row, in or on the shoulders.
    hem_mm : float, optional
        Height of the lower edge below which hair is free; None for cloth that hides all hair behind it.
    shows_mm : float
        How far behind the edge hair is still seen.
    knot : bool
        Whether the edges are knotted where they meet under the chin.
    """

    top_mm: float
    opening: tuple[tuple[float, float], ...]
    off_mm: float = 9.0
    behind_mm: float = 0.0
    gap_mm: float = 0.0
    gap_reaches_mm: float = 30.0
    thickness_mm: float = 2.0
    folds_mm: float = 3.0
    taper: float = 0.6
    flare: float = 0.4
    reach_mm: float = -250.0
    hem_mm: float | None = None
    shows_mm: float = 0.0
    knot: bool = False


@dataclass(frozen=True)
class Hat:
    """One kind of hat.

    Attributes
    ----------
    name : str
        The value of `headwear.kind`.
    build : function (profile, worn) -> list of HatPiece
        `profile` (R, SEGMENTS) float is the distance in mm from the frame's origin to the skin
        (`headwear.head_profile`); `worn` is a `Headwear`. Of a drape: pieces besides the cloth itself.
    weight : function of gender (0 women, 1 men) -> float
        Relative frequency among hats in the default prior, in hats seen on 1,000 training photographs; among
        what is worn in the hair for what is no hat.
    order : int
        Place among the hats. Part of what a seed means: never change it.
    front_mm, back_mm : (low, high)
        From which the default prior draws the height of the lower edge above the eyes, in front and behind.
    dyes : table of Dye
        From which the default prior draws the colour.
    patterned, turned : float in [0, 1]
        Probability in the default prior of a patterned cloth, and of being worn backwards.
    shows : tuple of str
        Fields of `Headwear` that change this kind but not every kind: of "brim", "curl", "turned", "emblem"
        and "emblem_colour".
        `facegen preview --vary` puts on a hat that shows the field.
    ribs : float
        Strength of a knitted relief on the shell, 0 for none.
    panels : bool
        Whether the shell is sewn from panels with visible seams.
    plain_band, plain_brim : bool
        Whether band and brim are of plain cloth in the second colour; otherwise they are of the shell's
        cloth.
    label : Native or None
        HAT, HAIR_ORNAMENT for what lies in the hair, or None for what is looked through and never labelled.
        Only HAT counts as a hat.
    hair : str
        COVERED, BANDED or FREE.
    band_mm : (low, high)
        Of a BANDED kind: heights in its frame between which hair is pressed.
    pressed : (low, high), degrees
        Between these azimuths, on either side, a BANDED kind presses hair.
    overhead : bool
        Whether the kind's plane runs from ear to ear over the top of the head: its frame looks up, its z
        axis backwards. `front_mm` and `back_mm` then mean nothing.
    drape : function (worn) -> DrapeShape, optional
        Cloth over the head. The frame is then level with the head.
    stuff : str
        "felt", a fabric of `render.spec.FABRICS`, "garment" (the cloth of what is worn), "plastic", "metal",
        "net" or "petals".
    patterns : mapping of pattern to float
        From which the default prior draws, where cloth is patterned.
    emblem : float in [0, 1]
        Probability in the default prior of an emblem or lettering in front.
    fur_mm : (low, high), optional
        Length of hairs on the shell and the band.
    heights_mm : tuple of float
        Of a kind that hangs before the face: heights in its frame, falling, at which `profile` then holds the
        distance of the outermost skin from the frame's z axis.
    hangs_free : bool
        Whether ends that would hang into a bent neck are lifted off the skin.
    garment_cuts : tuple of str
        Cuts of garments that this is a part of: the prior then draws one of them.
    covers_ears : bool
        Earrings then are not seen.
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
    label: Native | None = Native.HAT
    hair: str = COVERED
    band_mm: Range = (0.0, 0.0)
    pressed: Range = (0.0, 180.0)
    overhead: bool = False
    drape: Callable[[Headwear], DrapeShape] | None = None
    stuff: str = "felt"
    patterns: Mapping[str, float] = field(default_factory=lambda: HAT_PATTERNS)
    emblem: float = 0.0
    fur_mm: Range | None = None
    heights_mm: tuple[float, ...] = ()
    hangs_free: bool = False
    garment_cuts: tuple[str, ...] = ()
    covers_ears: bool = False

    @property
    def is_hat(self) -> bool:
        """Whether annotators call it a hat."""
        return self.label == Native.HAT


HATS: Registry[Hat] = Registry("hat", "facegen.assets.wear.hats", "facegen.hats")


def wears_hat(worn: Headwear) -> bool:
    """Whether something is worn that annotators call a hat."""
    return worn.kind in HATS and HATS[worn.kind].is_hat
