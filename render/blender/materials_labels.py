"""Shaders of the label pass: flat light whose blue carries a code. Imports bpy: worker processes only."""

from __future__ import annotations

import bpy
import numpy as np

from facegen.assets.meshes.mesh import Floats
from facegen.datasets.conventions.native_labels import Native
from facegen.render.blender.materials_hair import TONE
from facegen.render.blender.shader_nodes import Graph, new_material
from facegen.render.labels.label_pass import (
    EAR_FRACTION,
    SHIFT,
    TILT_FRACTION,
    UV_OFFSET,
    Surface,
    in_front,
    own,
)

OWN_TONE = 0.58  # width of the uniform range of lightness from strand to strand


def _flat_material(name: str) -> tuple[bpy.types.Material, Graph]:
    """A material whose emission is seen and lights nothing: Cycles would make a lamp of every triangle."""
    material, g = new_material(name)
    material.cycles.emission_sampling = "NONE"
    return material, g


def flat(label: Native) -> bpy.types.Material:
    """Flat emission of the code of one class; made once."""
    name = f"id.{label.name.lower()}"
    found = bpy.data.materials.get(name)
    if found is not None:
        return found
    material, g = _flat_material(name)
    light = g.node("ShaderNodeEmission", {"Color": (0.0, 0.0, float(own(label)), 1.0), "Strength": 1.0})
    g.surface(light.outputs[0])
    return material


def flat_in_front(label: Native) -> bpy.types.Material:
    """Clear, but the first such surface of a ray adds the code of eyewear; made once."""
    name = f"id.front.{label.name.lower()}"
    found = bpy.data.materials.get(name)
    if found is not None:
        return found
    material, g = _flat_material(name)
    passed = g.node("ShaderNodeLightPath").outputs["Transparent Depth"]
    first = g.math("LESS_THAN", passed, 0.5)
    light = g.node(
        "ShaderNodeEmission", {"Color": (0.0, 0.0, float(in_front(label)), 1.0), "Strength": first}
    )
    clear = g.node("ShaderNodeBsdfTransparent", {"Color": (1.0, 1.0, 1.0, 1.0)})
    g.surface(g.node("ShaderNodeAddShader", {0: light.outputs[0], 1: clear.outputs[0]}).outputs[0])
    return material


def flat_on_chart() -> bpy.types.Material:
    """Flat emission of (u + 10, v + 10, code + 0.9 ear) of the skin: numbers, not colours."""
    material, g = _flat_material("id.skin")
    uv = g.node("ShaderNodeUVMap", uv_map="chart").outputs[0]
    split = g.node("ShaderNodeSeparateXYZ", {0: uv})
    ear = g.node("ShaderNodeAttribute", attribute_name="ear").outputs["Fac"]
    colour = g.node(
        "ShaderNodeCombineXYZ",
        {
            0: g.math("ADD", split.outputs[0], UV_OFFSET),
            1: g.math("ADD", split.outputs[1], UV_OFFSET),
            2: g.math("MULTIPLY_ADD", ear, EAR_FRACTION, float(Surface.SKIN)),
        },
    ).outputs[0]
    g.surface(g.node("ShaderNodeEmission", {"Color": colour, "Strength": 1.0}).outputs[0])
    return material


def flat_strands(label: Native, light: Floats) -> bpy.types.Material:
    """Flat emission of (lightness about 2, distance in metres, code + 0.9 tilt): numbers, not colours.

    Tilt is the cosine between the strand and the direction half way between camera and `light` (3,), on which
    the highlight depends (Kajiya and Kay, Rendering Fur with Three Dimensional Textures, 1989); the scales of
    hair tilt it, by another angle on each strand.
    """
    code = own(label)
    material, g = _flat_material(f"id.{label.name.lower()}")
    material["code"] = int(code)  # read by tests, which do not render the scene
    random = g.node("ShaderNodeHairInfo").outputs["Random"]
    tone = g.node("ShaderNodeAttribute", attribute_name="tone").outputs["Fac"]
    locks = g.math("MULTIPLY_ADD", tone, -TONE, 2 - OWN_TONE / 2)
    # All of facegen's cameras look along y.
    half = np.array(light) - (0.0, 1.0, 0.0)
    shining = tuple(half / np.linalg.norm(half))
    tangent = g.node("ShaderNodeNewGeometry").outputs["Tangent"]
    along = g.node("ShaderNodeVectorMath", {0: tangent, 1: shining}, operation="DOT_PRODUCT").outputs["Value"]
    tilt = g.math("MULTIPLY_ADD", random, SHIFT, along)  # in [-1, 1 + SHIFT]
    scale = TILT_FRACTION / (2 + SHIFT)
    colour = g.node(
        "ShaderNodeCombineXYZ",
        {
            0: g.math("MULTIPLY_ADD", random, OWN_TONE, locks),
            1: g.node("ShaderNodeCameraData").outputs["View Z Depth"],
            2: g.math("MULTIPLY_ADD", tilt, scale, code + scale),
        },
    ).outputs[0]
    g.surface(g.node("ShaderNodeEmission", {"Color": colour, "Strength": 1.0}).outputs[0])
    return material
