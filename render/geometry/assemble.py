"""One face as a list of parts: what stands on a head is decided here, and only here.

The Blender scene, the previews that matching measures and the ray-casting check of labels all take these
parts. A new thing to wear is a function of a `Fitting` that returns parts, and a place in BUILDERS.
"""

from __future__ import annotations

from collections.abc import Callable

from facegen.assets.head.head_model import PosedHead
from facegen.render.geometry import hair_parts, hand_parts, head_parts, thing_parts, wear_parts
from facegen.render.geometry.fitting import Fitting, PreviewDetail, RenderDetail
from facegen.render.geometry.part import Part
from facegen.render.spec.face_spec import FaceSpec

# In the order in which parts stand in a scene. Each builder draws its own keyed random numbers.
BUILDERS: tuple[Callable[[Fitting], list[Part]], ...] = (
    head_parts.skin,
    head_parts.eyeballs,
    head_parts.teeth_and_gums,
    hair_parts.scalp_hair,
    hair_parts.short_hair,
    wear_parts.eyewear,
    wear_parts.clothes,
    wear_parts.hat,
    wear_parts.jewels,
    hand_parts.hand,
    thing_parts.thing,
)


def assemble(spec: FaceSpec, head: PosedHead, detail: RenderDetail | PreviewDetail) -> list[Part]:
    """All parts of a face.

    Parameters
    ----------
    spec : FaceSpec
    head : PosedHead
        The spec's head in world coordinates (`pose.pose_head`).
    detail : RenderDetail or PreviewDetail
        How finely parts are made. Nothing that is worn depends on it.

    Returns
    -------
    list of Part, the skin first
    """
    face = Fitting(spec, head, detail)
    return [part for builder in BUILDERS for part in builder(face)]
