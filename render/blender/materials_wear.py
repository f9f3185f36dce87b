"""Shaders of glasses, hats and jewellery. Imports bpy: used inside worker processes only."""

from __future__ import annotations

import bpy

from facegen.assets.wear.headwear import UV_PER_RADIAN
from facegen.render.blender.bpy_data import set_image
from facegen.render.blender.shader_nodes import Graph, Socket, new_material, picture, rgba
from facegen.render.geometry import part_materials as m

MIRROR_BLUR = 0.25  # roughness of what a lens mirrors
FRAME_ROUGHNESS = 0.35  # of frames, by eye
CLOTH_ROUGHNESS = 0.8  # of hat bands and brims of one colour, by eye
THREAD_ROUGHNESS = 0.6  # of embroidery and nets, by eye
PANELS = 6  # of a cap's or bucket hat's crown
SEAM = 0.05  # half width of a seam and its stitches, as the sine of PANELS / 2 times the angle


def frame(made: m.Frame) -> bpy.types.Material:
    """Plastic or metal frame of glasses."""
    material, g = new_material(made.name)
    g.surface(
        g.node(
            "ShaderNodeBsdfPrincipled",
            {
                "Base Color": rgba(made.colour),
                "Metallic": made.metal,
                "Roughness": FRAME_ROUGHNESS,
                "Coat Weight": 0.3,
            },
        ).outputs[0]
    )
    return material


def lens(made: m.Lens) -> bpy.types.Material:
    """A spectacle lens: a blurred mirror by Fresnel over straight transmission.

    Refraction is left out on purpose: light then reaches what lies behind by direct sampling, without noise.
    A perfectly smooth mirror hits lamps by chance, which few samples show as white speckle; a blurred one is
    lit by light sampling.

    Needs the texture coordinates of `assets.wear.glasses`: v from 0 at the bottom to 1 at the top.
    """
    material, g = new_material(made.name)
    up = g.node("ShaderNodeSeparateXYZ", {0: g.node("ShaderNodeUVMap", uv_map="chart").outputs[0]}).outputs[1]
    dark = g.math("MULTIPLY", g.math("MULTIPLY_ADD", up, made.gradient, 1.0 - made.gradient), made.tint)
    ends = {"Factor": dark, "A": (1.0, 1.0, 1.0, 1.0), "B": rgba(made.colour)}
    through = g.node("ShaderNodeMix", ends, data_type="RGBA")
    fresnel = g.node("ShaderNodeFresnel", {"IOR": made.ior}).outputs[0]
    transparent = g.node("ShaderNodeBsdfTransparent", {"Color": through.outputs[2]}).outputs[0]
    glossy = g.node("ShaderNodeBsdfAnisotropic", {"Color": (1, 1, 1, 1), "Roughness": MIRROR_BLUR}).outputs[0]
    g.surface(g.node("ShaderNodeMixShader", {0: fresnel, 1: transparent, 2: glossy}).outputs[0])
    return material


def felt(made: m.Felt) -> bpy.types.Material:
    """Cloth of a hat's crown from its picture, knitted or sewn."""
    image = set_image(made.name, made.picture)
    material, g = new_material(made.name)
    fine = g.node("ShaderNodeTexNoise", {"Scale": 900.0, "Detail": 3.0}).outputs[0]
    height = g.math("MULTIPLY", fine, 0.5)
    colour = picture(g, image, "Linear")
    split = g.node("ShaderNodeSeparateXYZ", {0: g.node("ShaderNodeUVMap", uv_map="chart").outputs[0]}).outputs
    if made.ribs > 0:
        across = g.math("SINE", g.math("MULTIPLY", split[0], 130.0))
        along = g.math("SINE", g.math("MULTIPLY", split[1], 190.0))
        knit = g.math("MULTIPLY_ADD", along, 0.35, g.math("ABSOLUTE", across))
        height = g.math("MULTIPLY_ADD", knit, 2.2 * made.ribs, height)
        colour = _darker(
            g, colour, g.math("MULTIPLY", g.math("SUBTRACT", 1.0, g.math("ABSOLUTE", across)), 0.5)
        )
    if made.seams:
        angle = g.math("MULTIPLY", split[0], PANELS / 2 / UV_PER_RADIAN)
        off = g.math("DIVIDE", g.math("ABSOLUTE", g.math("SINE", angle)), SEAM)
        line = g.math("MAXIMUM", g.math("SUBTRACT", 1.0, off), 0.0)
        height = g.math("MULTIPLY_ADD", line, -3.0, height)
        colour = _darker(g, colour, g.math("MULTIPLY", line, 0.45))
    bump = g.node("ShaderNodeBump", {"Height": height, "Strength": 0.7, "Distance": 0.0008}).outputs[0]
    g.surface(_napped(g, colour, made.roughness, bump))
    return material


def plain_cloth(made: m.PlainCloth) -> bpy.types.Material:
    """Cloth of one colour."""
    material, g = new_material(made.name)
    fine = g.node("ShaderNodeTexNoise", {"Scale": 1200.0, "Detail": 2.0}).outputs[0]
    bump = g.node("ShaderNodeBump", {"Height": fine, "Strength": 0.3, "Distance": 0.0006}).outputs[0]
    g.surface(_napped(g, _plain(g, made.colour), CLOTH_ROUGHNESS, bump))
    return material


def _plain(g: Graph, colour: m.Colour) -> Socket:
    """One colour everywhere."""
    node = g.node("ShaderNodeRGB")
    node.outputs[0].default_value = rgba(colour)
    return node.outputs[0]


def _darker(g: Graph, colour: Socket, fraction: Socket) -> Socket:
    """A colour without a fraction of itself."""
    left = g.math("SUBTRACT", 1.0, fraction)
    return g.node("ShaderNodeVectorMath", {0: colour, "Scale": left}, operation="SCALE").outputs[0]


def _napped(g: Graph, colour: Socket, roughness: float, normal: Socket) -> Socket:
    """Used cloth: its dye is uneven, it is creased, and what its nap reflects is dyed, too."""
    place = g.node("ShaderNodeTexCoord").outputs["Object"]
    worn = g.node("ShaderNodeTexNoise", {"Vector": place, "Scale": 60.0, "Detail": 4.0, "Roughness": 0.7})
    fuzz = g.node("ShaderNodeTexNoise", {"Vector": place, "Scale": 420.0, "Detail": 2.0})
    uneven = g.math("ADD", worn.outputs[0], g.math("MULTIPLY", fuzz.outputs[0], 0.8))
    colour = _darker(g, colour, g.math("MULTIPLY_ADD", uneven, -1.1, 1.0))
    crease = g.node("ShaderNodeTexNoise", {"Vector": place, "Scale": 22.0, "Detail": 2.0, "Distortion": 1.0})
    bump = {"Height": crease.outputs[0], "Strength": 0.5, "Distance": 0.008, "Normal": normal}
    return g.node(
        "ShaderNodeBsdfPrincipled",
        {
            "Base Color": colour,
            "Roughness": roughness,
            "Normal": g.node("ShaderNodeBump", bump).outputs[0],
            "Sheen Weight": 0.3,
            "Sheen Roughness": 0.5,
            "Sheen Tint": colour,
            "Specular IOR Level": 0.12,
        },
    ).outputs[0]


def emblem(made: m.Emblem) -> bpy.types.Material:
    """Embroidery: its opaque part stands on the cloth, the rest is not there."""
    image = set_image(made.name, made.picture)
    image.alpha_mode = "CHANNEL_PACKED"
    material, g = new_material(made.name)
    uv = g.node("ShaderNodeUVMap", uv_map="chart").outputs[0]
    seen = g.node("ShaderNodeTexImage", {"Vector": uv}, interpolation="Linear", extension="EXTEND")
    seen.image = image
    thread = g.node("ShaderNodeTexNoise", {"Scale": 1500.0, "Detail": 1.0}).outputs[0]
    bump = g.node("ShaderNodeBump", {"Height": thread, "Strength": 0.4, "Distance": 0.0006}).outputs[0]
    look = {"Base Color": seen.outputs["Color"], "Roughness": THREAD_ROUGHNESS, "Normal": bump}
    sewn = g.node("ShaderNodeBsdfPrincipled", look).outputs[0]
    nothing = g.node("ShaderNodeBsdfTransparent").outputs[0]
    g.surface(g.node("ShaderNodeMixShader", {0: seen.outputs["Alpha"], 1: nothing, 2: sewn}).outputs[0])
    return material


def net(made: m.Net) -> bpy.types.Material:
    """Threads along both diagonals of the chart, and nothing between them."""
    material, g = new_material(made.name)
    chart = g.node("ShaderNodeUVMap", uv_map="chart").outputs[0]
    u, v, _ = g.node("ShaderNodeSeparateXYZ", {0: chart}).outputs
    holes = 100.0 / made.mesh_mm  # on one unit of the chart

    def threads(combine: str) -> Socket:
        place = g.math("MULTIPLY", g.math(combine, u, v), holes)
        way = g.math("ABSOLUTE", g.math("SUBTRACT", g.math("FRACT", place, 0.0), 0.5))
        return g.math("GREATER_THAN", way, 0.5 - made.wire)

    thread = g.math("MAXIMUM", threads("ADD"), threads("SUBTRACT"))
    look = {"Base Color": rgba(made.colour), "Roughness": THREAD_ROUGHNESS}
    solid = g.node("ShaderNodeBsdfPrincipled", look).outputs[0]
    nothing = g.node("ShaderNodeBsdfTransparent").outputs[0]
    g.surface(g.node("ShaderNodeMixShader", {0: thread, 1: nothing, 2: solid}).outputs[0])
    return material


def metal(made: m.Metal) -> bpy.types.Material:
    """Jewellery: metal, or with metallic 0 polished stone and pearl."""
    material, g = new_material(made.name)
    g.surface(
        g.node(
            "ShaderNodeBsdfPrincipled",
            {
                "Base Color": rgba(made.colour),
                "Metallic": made.metallic,
                "Roughness": made.roughness,
                "Coat Weight": 0.5 * (1 - made.metallic),
                "Coat Roughness": 0.05,
            },
        ).outputs[0]
    )
    return material
