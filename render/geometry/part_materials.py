"""What a part is made of, as numbers and pictures: `render.blender.materials` turns each kind into a shader.

Colours are linear RGB in [0, 1], lengths millimetres where a name says so and metres elsewhere. Pictures are
(H, W, 3) or (H, W) float32, row 0 at the top. Materials compare by identity: parts that share a material
object share its shader.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Picture = npt.NDArray[np.float32]
Colour = tuple[float, ...]  # (r, g, b)


@dataclass(frozen=True, eq=False)
class Material:
    """name : str, unique among the materials of a face."""

    name: str


@dataclass(frozen=True, eq=False)
class Skin(Material):
    """Skin painted on the face chart.

    colour (H, W, 3), roughness (H, W), relief (H, W) in mm
    pores : (H, W), the fraction by which pores and fine lines brighten or darken the developed picture
    subsurface : weight of subsurface scattering in [0, 1]
    """

    colour: Picture
    roughness: Picture
    relief: Picture
    pores: Picture
    subsurface: float


@dataclass(frozen=True, eq=False)
class HandSkin(Material):
    """Skin of a hand: colours of its back, its palm, its knuckles and its nails.

    roughness in [0, 1]; age in years, old hands are more creased; nail_gloss in [0, 1]
    subsurface : weight of subsurface scattering in [0, 1]
    """

    colour: Colour
    palm: Colour
    knuckle: Colour
    nail: Colour
    roughness: float
    age: float
    nail_gloss: float
    subsurface: float


@dataclass(frozen=True, eq=False)
class WetTissue(Material):
    """Mouth, gums and tongue."""

    colour: Colour
    roughness: float = 0.25


@dataclass(frozen=True, eq=False)
class Tooth(Material):
    """Enamel."""

    colour: Colour


@dataclass(frozen=True, eq=False)
class Sclera(Material):
    """The white of the eye. redness in [0, 1]; melanin: of the face's skin, which darkens this white, too."""

    redness: float
    melanin: float


@dataclass(frozen=True, eq=False)
class Iris(Material):
    """picture: (S, S, 3), the limbus at its inscribed circle."""

    picture: Picture


@dataclass(frozen=True, eq=False)
class Pupil(Material):
    """Black."""


@dataclass(frozen=True, eq=False)
class Cornea(Material):
    """Clear shell of the eye with the catch-light.

    direction : (3,) float, unit, towards the lamp; strength : its light; half_angle : degrees of its disc
    """

    direction: npt.NDArray[np.float64]
    strength: float
    half_angle: float


@dataclass(frozen=True, eq=False)
class Hair(Material):
    """Hair fibres. melanin, redness, grey, wet in [0, 1]; dye: linear RGB or None."""

    melanin: float
    redness: float
    grey: float = 0.0
    dye: Colour | None = None
    wet: float = 0.0


@dataclass(frozen=True, eq=False)
class Frame(Material):
    """Frame of glasses. metal in [0, 1]."""

    colour: Colour
    metal: float


@dataclass(frozen=True, eq=False)
class Lens(Material):
    """Lenses of glasses.

    ior : index of refraction that decides how much they mirror
    tint : fraction of the light that is lost, but for `colour` of it
    gradient : fraction of the tint that the bottom of the lens lacks
    """

    ior: float
    tint: float
    colour: Colour
    gradient: float


@dataclass(frozen=True, eq=False)
class Fabric(Material):
    """Cloth in folds.

    picture : its pattern; kind : a fabric of render.spec.FABRICS; roughness in [0, 1]
    folds : 0 (hangs smooth) to 1; shift : (3,) metres by which the pattern of folds is moved
    threads : (H, W) in [0, 1], how much of lace is thread, between which one sees what lies behind; None is
        closed cloth
    """

    picture: Picture
    kind: str
    roughness: float
    folds: float
    shift: tuple[float, ...]
    threads: Picture | None = None


@dataclass(frozen=True, eq=False)
class Felt(Material):
    """Hat cloth with a picture. ribs: strength of a knitted relief; seams: sewn of panels."""

    picture: Picture
    roughness: float
    ribs: float = 0.0
    seams: bool = False


@dataclass(frozen=True, eq=False)
class PlainCloth(Material):
    """Cloth of one colour."""

    colour: Colour


@dataclass(frozen=True, eq=False)
class Emblem(Material):
    """Embroidery. picture : (H, W, 4) float32, linear RGB and opacity."""

    picture: Picture


@dataclass(frozen=True, eq=False)
class Net(Material):
    """Net through which one looks. mesh_mm: of one hole; wire: fraction of it that is thread."""

    colour: Colour
    mesh_mm: float
    wire: float


@dataclass(frozen=True, eq=False)
class Metal(Material):
    """Jewellery: metal, or polished stone and pearl with metallic 0."""

    colour: Colour
    metallic: float
    roughness: float = 0.18
