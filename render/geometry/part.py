"""What a face consists of: named parts with their geometry, native labels and materials.

Vertices and strands are in world metres (z up, the camera in front of the face on -y). Nothing here knows
Blender: `render.blender` places parts in its scenes, previews and the ray-casting check use them as they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from facegen.assets.hair.scalp import Scalp
from facegen.assets.meshes.mesh import Floats, Ints
from facegen.assets.skin.painted_borders import BrowShape
from facegen.datasets.conventions.native_labels import Native
from facegen.render.geometry.part_materials import Material


@dataclass(frozen=True, eq=False)
class MeshGeometry:
    """A surface of triangles or quads.

    Attributes
    ----------
    vertices : (V, 3) float, metres
    faces : (F, n) int, n = 3 or 4, the same n for all faces
    uv : (F, n, 2) or (V, 2) float or None
        Texture coordinates of the faces' corners, or of the vertices.
    slot : (F,) int or None
        Which of the part's materials, and which of its labels, a face has; None = the first.
    subdivision : int
        Steps of Catmull-Clark subdivision after which the surface is drawn.
    """

    vertices: Floats
    faces: Ints
    uv: Floats | None = None
    slot: Ints | None = None
    subdivision: int = 0


@dataclass(frozen=True, eq=False)
class StrandGeometry:
    """Hairs.

    Attributes
    ----------
    points : (N, K, 3) float, metres, root first
    radii : (N, K) float, metres
    """

    points: Floats
    radii: Floats


@dataclass(frozen=True)
class PaintedSkin:
    """What decides the native labels of skin, which are painted on the face chart.

    Attributes
    ----------
    brow : BrowShape
    scalp : Scalp or None
        The part that hair covers: the skin between strands counts as hair there. None on a bald head.
    """

    brow: BrowShape
    scalp: Scalp | None


@dataclass(frozen=True, eq=False)
class Part:
    """One object that stands in a face's scenes.

    Attributes
    ----------
    name : str, unique within a face
    geometry : MeshGeometry or StrandGeometry
    labels : tuple of Native or None
        One label for the whole part, or one for each slot; None = painted on the chart (`painted`). Empty for
        what is drawn and never labelled.
    materials : tuple of Material
        One for each slot; empty where the part was assembled without (previews).
    fields : mapping of name to (V,) float, or (N,) float with a value for each strand
        What shaders and labels read at vertices or strands.
    see_through : bool
        Eyewear behind which the face can be labelled.
    occludes : bool
        A hand, a thing or a face mask: the face is labelled with it and without it.
    casts_shadow : bool
    painted : PaintedSkin or None
    """

    name: str
    geometry: MeshGeometry | StrandGeometry
    labels: tuple[Native | None, ...]
    materials: tuple[Material, ...] = ()
    fields: Mapping[str, Floats] = field(default_factory=dict)
    see_through: bool = False
    occludes: bool = False
    casts_shadow: bool = True
    painted: PaintedSkin | None = None


def skin_of(parts: list[Part]) -> tuple[MeshGeometry, PaintedSkin]:
    """Mesh and painted labels of the skin, which is always the first part.

    Raises
    ------
    ValueError : the first part is no skin.
    """
    skin = parts[0]
    if skin.painted is None or not isinstance(skin.geometry, MeshGeometry):
        raise ValueError(f"the first part of a face is its skin, not {skin.name!r}")
    return skin.geometry, skin.painted
