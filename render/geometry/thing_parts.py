"""A thing in front of the face, or a face mask, as one part."""

from __future__ import annotations

import numpy as np

from facegen.assets.meshes.mesh import Floats, merge
from facegen.assets.wear.cloth_patterns import cloth_picture
from facegen.assets.wear.thing_registry import CLOTH_PART, METAL_PART, ThingPiece
from facegen.render.geometry import part_materials as materials
from facegen.render.geometry.fitting import Fitting
from facegen.render.geometry.part import MeshGeometry, Part

PLASTIC, WIRE = 0.4, 0.5  # roughness, by eye
WIRE_COLOUR = (0.2, 0.2, 0.21)  # linear RGB of metal baskets and sticks
CLOTH_ROUGHNESS = 0.8
PRINT_LIGHT, PRINT_DARK = 0.6, 0.15  # of white and of the cloth, in the second colour of a print
CHART_UNIT = 0.1  # metres of cloth on one unit of texture coordinates


def thing(face: Fitting) -> list[Part]:
    """The thing; none in a preview, whose masks are drawn through it."""
    held = face.thing
    if held is None:
        return []
    vertices, faces, index = merge([piece.mesh for piece in held.pieces])
    made = tuple(_material(face, number, piece) for number, piece in enumerate(held.pieces))
    shape = MeshGeometry(vertices, faces, _chart(vertices), slot=index)
    return [Part("thing", shape, (held.kind.label,), made, occludes=True)]


def _material(face: Fitting, number: int, piece: ThingPiece) -> materials.Material:
    """What a piece is made of."""
    name = f"thing.{number}"
    if piece.part == METAL_PART:
        return materials.Metal(name, piece.colour or WIRE_COLOUR, 1.0, WIRE)
    colour = piece.colour or face.spec.thing.colour
    if piece.part != CLOTH_PART:
        return materials.Metal(name, colour, 0.0, PLASTIC)
    if piece.pattern == "plain":
        return materials.PlainCloth(name, colour)
    red, green, blue = colour
    second = tuple(PRINT_LIGHT + PRINT_DARK * (1 - c) if sum(colour) < 1 else c * PRINT_DARK for c in colour)
    picture = cloth_picture(
        piece.pattern, (red, green, blue), (second[0], second[1], second[2]), face.generator(name)
    )
    return materials.Felt(name, picture, CLOTH_ROUGHNESS)


def _chart(vertices: Floats) -> Floats:
    """Texture coordinates (V, 2) of a pattern that is printed through: a thing has no seams."""
    x, y, z = np.asarray(vertices, float).T / CHART_UNIT
    return np.stack([x + 0.3 * y, z + 0.3 * y], 1)
