"""Shaders of hats and jewellery. Imports bpy: used inside worker processes only."""

from __future__ import annotations

from facegen.render.materials import _material, _picture, _rgba


def felt(name, image, roughness, ribs=0.0):
    """Hat stuff from a picture; ribs: strength of a knitted relief along the crown."""
    material, g = _material(name)
    fine = g.node("ShaderNodeTexNoise", {"Scale": 900.0, "Detail": 3.0}).outputs[0]
    height = g.math("MULTIPLY", fine, 0.5)
    if ribs > 0:
        uv = g.node("ShaderNodeUVMap", uv_map="chart").outputs[0]
        split = g.node("ShaderNodeSeparateXYZ", {0: uv})
        across = g.math("SINE", g.math("MULTIPLY", split.outputs[0], 130.0))
        along = g.math("SINE", g.math("MULTIPLY", split.outputs[1], 190.0))
        knit = g.math("MULTIPLY_ADD", along, 0.35, g.math("ABSOLUTE", across))
        height = g.math("MULTIPLY_ADD", knit, 2.2 * ribs, height)
    bump = g.node("ShaderNodeBump", {"Height": height, "Strength": 0.7, "Distance": 0.0008}).outputs[0]
    g.surface(_cloth(g, _picture(g, image, "Linear"), roughness, bump))
    return material


def plain_cloth(name, colour, roughness=0.8):
    """Cloth of one colour (linear RGB)."""
    material, g = _material(name)
    fine = g.node("ShaderNodeTexNoise", {"Scale": 1200.0, "Detail": 2.0}).outputs[0]
    bump = g.node("ShaderNodeBump", {"Height": fine, "Strength": 0.3, "Distance": 0.0006}).outputs[0]
    g.surface(_cloth(g, _rgba(colour), roughness, bump))
    return material


def _cloth(g, colour, roughness, bump):
    return g.node(
        "ShaderNodeBsdfPrincipled",
        {
            "Base Color": colour,
            "Roughness": roughness,
            "Normal": bump,
            "Sheen Weight": 0.3,
            "Sheen Roughness": 0.4,
            "Specular IOR Level": 0.2,
        },
    ).outputs[0]


def metal(name, colour, metallic, roughness=0.18):
    """Jewellery: metal, or with metallic 0 polished stone and pearl."""
    material, g = _material(name)
    g.surface(
        g.node(
            "ShaderNodeBsdfPrincipled",
            {
                "Base Color": _rgba(colour),
                "Metallic": metallic,
                "Roughness": roughness,
                "Coat Weight": 0.5 * (1 - metallic),
                "Coat Roughness": 0.05,
            },
        ).outputs[0]
    )
    return material
