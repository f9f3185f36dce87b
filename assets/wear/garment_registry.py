"""The registry of garments: what a cut is made of. Each file of `facegen.assets.wear.garment_cuts` adds one.

Chart coordinates (s, t) in mm are those of `facegen.assets.head.head_model`: s around the neck (0 in front,
positive to the subject's left), t up.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from facegen.assets.wear.prior_weights import Weight, never
from facegen.registry import LAST, Registry

if TYPE_CHECKING:
    from facegen.assets.meshes.mesh import Floats, Ints
    from facegen.assets.wear.torso_chart import BodyChart
    from facegen.render.spec.face_spec import Garment

# Which cloth a piece is made of: the garment's own, that of what is worn under a jacket, or a tie's.
MAIN, INNER, TIE = 0, 1, 2


@dataclass(frozen=True)
class Piece:
    """One mesh of cloth in the world.

    Attributes
    ----------
    vertices : (V, 3) float32, metres
    faces : (F, 3) int32
    chart : (V, 2) float32, mm
        Place on the cloth, from which textures are drawn.
    cloth : int
        MAIN, INNER or TIE.
    """

    vertices: Floats
    faces: Ints
    chart: Floats
    cloth: int


Neckline: TypeAlias = "Callable[[Floats, float], Floats]"


@dataclass(frozen=True)
class Layer:
    """A layer of cloth that follows the body below a neckline.

    Attributes
    ----------
    neckline : function (a, depth) -> t
        Upper edge t (N,) in mm at distances a (N,) in [0, 314] mm from the front, the same on both sides, for
        a depth in [0, 1]. In front, a larger depth never lies higher.
    lift_mm : float
        Between skin and cloth.
    padding_mm : float
        How much more on the shoulders.
    closes : bool
        Whether the layer closes as the garment over it opens: it is cut for a depth of 1 - depth.
    """

    neckline: Neckline
    lift_mm: float = 5.0
    padding_mm: float = 0.0
    closes: bool = False

    def edge(self, s: Floats, depth: float) -> Floats:
        """Upper edge t (N,) in mm at s (N,) in mm, which may pass any number of turns."""
        return self.neckline(np.abs(wrapped(s)), 1 - depth if self.closes else depth)


@dataclass(frozen=True)
class NeckPart:
    """A part at the neck: a collar, a lapel, a hood.

    Attributes
    ----------
    build : function (body, worn, cloth) -> Piece
        `body` is the BodyChart of the wearer, `worn` a Garment.
    cloth : int
        MAIN, INNER or TIE.
    mirrored : bool
        Whether both sides are cut the same; tests hold it.
    is_hood : bool
        A hood on the shoulders: left out where it is worn up.
    finish : function (body, piece, rng) -> Piece, optional
        What is drawn by chance on what `build` has made, as fur is.
    """

    build: Callable[[BodyChart, Garment, int], Piece]
    cloth: int = MAIN
    mirrored: bool = True
    is_hood: bool = False
    finish: Callable[[BodyChart, Piece, np.random.Generator], Piece] | None = None


@dataclass(frozen=True)
class GarmentCut:
    """One cut of clothes.

    Attributes
    ----------
    name : str
        The value of `garment.cut`.
    over : Layer
    under : Layer, optional
        Worn under it, of the inner cloth. Cuts that have one are jackets to the prior: darker, of other
        fabrics, unless they are `layered`.
    layered : bool
        What lies under it makes it no jacket, as the shirt under a jumper.
    parts : tuple of NeckPart
    weight : function of gender (0 women, 1 men) -> float
        Relative frequency in the default prior.
    order : int
        Place among the cuts. Part of what a seed means: never change it.
    visible_area : float, optional
        Median fraction of a CelebAMask-HQ crop that the cut covers, where it is seen at all (over 1,024
        previews of the prior). Matching picks cuts by it; None leaves the cut out there.
    bare_weight : function of gender -> float, optional
        Relative frequency in matching among the clothes of pictures that show none; None for cuts that always
        show. Matching draws in falling order of the women's weight.
    pattern : str, optional
        Of cloth_patterns.PATTERNS, of which draws always make it; None for cuts of any pattern.
    bares_neck : bool
        Whether a necklace on the skin stays in sight.
    shows : tuple of str
        Fields of `Garment` that change this cut but not every cut clearly: "depth". `facegen preview --vary`
        puts on a cut that shows the field.
    """

    name: str
    over: Layer
    under: Layer | None = None
    layered: bool = False
    parts: tuple[NeckPart, ...] = ()
    weight: Weight = never
    order: int = LAST
    visible_area: float | None = None
    bare_weight: Weight | None = None
    pattern: str | None = None
    bares_neck: bool = False
    shows: tuple[str, ...] = ()

    @property
    def jacket(self) -> bool:
        """Whether it is a jacket or a coat, worn over something else."""
        return self.under is not None and not self.layered


def wrapped(s: Floats) -> Floats:
    """Chart s (N,) in mm of any turn -> the same place in [-314, 314]."""
    period = 2 * np.pi * 100
    return s - period * np.round(s / period)


GARMENT_CUTS: Registry[GarmentCut] = Registry(
    "garment", "facegen.assets.wear.garment_cuts", "facegen.garments"
)
