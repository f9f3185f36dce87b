"""Shader of hands and arms. Imports bpy: used inside worker processes only."""

from __future__ import annotations

import bpy

from facegen.render.blender.materials_head import SKIN_RADIUS_MM
from facegen.render.blender.shader_nodes import Graph, Socket, new_material, rgba
from facegen.render.geometry import part_materials as m

# By eye on rendered hands.
MOTTLE = 0.16  # fraction by which the colour of skin varies over some millimetres
CREASE_MM, OLD_CREASE_MM = 0.25, 0.5  # height of the finest lines of young skin, and what old age adds
YOUNG, OLD = 20.0, 80.0  # years


def hand_skin(made: m.HandSkin) -> bpy.types.Material:
    """Skin of a hand with nails.

    Needs the vertex fields "nail", "palmar" and "knuckle", each in [0, 1].
    """
    material, g = new_material(made.name)
    place = g.node("ShaderNodeTexCoord").outputs["Object"]
    nail, palmar, knuckle = (
        g.node("ShaderNodeAttribute", attribute_name=name).outputs["Fac"]
        for name in ("nail", "palmar", "knuckle")
    )
    skin = _mixed(g, palmar, rgba(made.colour), rgba(made.palm))
    skin = _mixed(g, g.math("MULTIPLY", knuckle, 0.8), skin, rgba(made.knuckle))
    mottle = g.node("ShaderNodeTexNoise", {"Vector": place, "Scale": 180.0, "Detail": 4.0}).outputs[0]
    uneven = g.math("MULTIPLY_ADD", mottle, 2 * MOTTLE, 1 - MOTTLE)
    skin = g.node("ShaderNodeVectorMath", {0: skin, "Scale": uneven}, operation="SCALE").outputs[0]
    is_nail = g.node(
        "ShaderNodeMapRange",
        {"Value": nail, "From Min": 0.35, "From Max": 0.65},
        interpolation_type="SMOOTHSTEP",
    ).outputs[0]
    fine = g.node("ShaderNodeTexNoise", {"Vector": place, "Scale": 900.0, "Detail": 3.0}).outputs[0]
    old = min(max((made.age - YOUNG) / (OLD - YOUNG), 0.0), 1.0)
    relief = (CREASE_MM + OLD_CREASE_MM * old) / 1000
    bump = g.node("ShaderNodeBump", {"Height": fine, "Strength": 0.8, "Distance": relief}).outputs[0]
    shiny = g.math("MULTIPLY_ADD", is_nail, (0.6 - 0.45 * made.nail_gloss) - made.roughness, made.roughness)
    g.surface(
        g.node(
            "ShaderNodeBsdfPrincipled",
            {
                "Base Color": _mixed(g, is_nail, skin, rgba(made.nail)),
                "Roughness": shiny,
                "Normal": bump,
                "Subsurface Weight": made.subsurface,
                "Subsurface Radius": SKIN_RADIUS_MM,
                "Subsurface Scale": 0.001,
                "IOR": 1.4,
                "Specular IOR Level": 0.5,
            },
            subsurface_method="RANDOM_WALK",
        ).outputs[0]
    )
    return material


def _mixed(g: Graph, factor: Socket, first: Socket | tuple[float, ...], second: tuple[float, ...]) -> Socket:
    """A colour between two, by a factor in [0, 1]."""
    return g.node("ShaderNodeMix", {"Factor": factor, "A": first, "B": second}, data_type="RGBA").outputs[2]
