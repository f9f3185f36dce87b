"""A thing in front of the face, or a face mask, as one part."""

from __future__ import annotations

import numpy as np

from facegen.assets.meshes.mesh import merge
from facegen.assets.wear.thing_registry import THINGS, Front
from facegen.render.geometry import part_materials as materials
from facegen.render.geometry.fitting import Fitting
from facegen.render.geometry.part import MeshGeometry, Part

LIPS_MEET = (62, 66)  # middles of the lips' inner edges, iBUG
PLASTIC, WIRE = 0.4, 0.5  # roughness, by eye
WIRE_COLOUR = (0.2, 0.2, 0.21)  # linear RGB of metal baskets and sticks


def thing(face: Fitting) -> list[Part]:
    """The thing; none in a preview, whose masks are drawn through it."""
    worn = face.spec.thing
    if worn.kind == "none" or face.preview:
        return []
    kind = THINGS.get_or_fail(worn.kind, "thing.kind")
    mouth = face.head.landmarks[list(LIPS_MEET)].astype(float).mean(0)
    side = 1.0 if worn.side == "left" else -1.0
    pieces = kind.build(Front(face.head, face.model, face.body, mouth, side, worn.reach))
    vertices, faces, index = merge([piece.mesh for piece in pieces])
    made = (
        materials.Metal("thing_hard", worn.colour, 0.0, PLASTIC),
        materials.Metal("thing_metal", WIRE_COLOUR, 1.0, WIRE),
        materials.PlainCloth("thing_cloth", worn.colour),
    )
    slot = np.array([piece.part for piece in pieces])[index]
    return [Part("thing", MeshGeometry(vertices, faces, slot=slot), (kind.label,), made, occludes=True)]
