"""Shaders of skin, mouth, teeth and eyes. Imports bpy: used inside worker processes only."""

from __future__ import annotations

from math import cos, radians

import bpy

from facegen.render.blender.bpy_data import set_image
from facegen.render.blender.shader_nodes import Graph, Socket, new_material, picture, rgba
from facegen.render.geometry import part_materials as m

# Diffuse mean free path of skin by channel, mm: Jensen et al., A Practical Model for Subsurface Light
# Transport, 2001, table 1 (skin1: 3.67, 1.37, 0.68), scaled to the random walk's single-scattering radius.
SKIN_RADIUS_MM = (1.1, 0.42, 0.21)
LOST_LIGHT = (0.36, 0.47, 0.50)  # fraction of red, green and blue that a full hollow absorbs
CORNEA_IOR = 1.376  # Navarro, Santamaria and Bescos, Accommodation-dependent model of the human eye, 1985
# Of Fresnel's reflection. Small HDRIs spread the sun over the sky: a full mirror would then hide the iris.
CORNEA_MIRROR = 0.4
# Reflectance of what a pupil shows: next to nothing comes out of the eye, but lens and cornea lay stray light
# over it. The darkest tenth of eyes has an L* of 10 on 1,000 photographs (median), of 8 on matched faces with
# 0.002.
PUPIL_GREY = 0.007


def skin(made: m.Skin) -> bpy.types.Material:
    """Skin from its pictures on the chart.

    Needs the vertex field "hollow": 1 where little light gets in and what comes out is red, 0 in the open.
    """
    colour = set_image(f"{made.name}.colour", made.colour)
    roughness = set_image(f"{made.name}.rough", made.roughness)
    relief = set_image(f"{made.name}.relief", made.relief)
    material, g = new_material(made.name)
    height = picture(g, relief)
    bump = g.node("ShaderNodeBump", {"Height": height, "Strength": 0.9, "Distance": 0.001}).outputs[0]
    hollow = g.node("ShaderNodeAttribute", attribute_name="hollow").outputs["Fac"]
    lost = g.node("ShaderNodeVectorMath", {0: LOST_LIGHT, "Scale": hollow}, operation="SCALE").outputs[0]
    left = g.node("ShaderNodeVectorMath", {0: (1.0, 1.0, 1.0), 1: lost}, operation="SUBTRACT").outputs[0]
    base = g.node("ShaderNodeVectorMath", {0: picture(g, colour), 1: left}, operation="MULTIPLY").outputs[0]
    bsdf = g.node(
        "ShaderNodeBsdfPrincipled",
        {
            "Base Color": base,
            "Roughness": picture(g, roughness, "Linear"),
            "Normal": bump,
            "Subsurface Weight": made.subsurface,
            "Subsurface Radius": SKIN_RADIUS_MM,
            "Subsurface Scale": 0.001,
            "IOR": 1.4,
            "Specular IOR Level": 0.5,
            "Coat Weight": 0.10,
            "Coat Roughness": 0.40,
        },
        subsurface_method="RANDOM_WALK",
    )
    g.surface(bsdf.outputs[0])
    return material


def wet_tissue(made: m.WetTissue) -> bpy.types.Material:
    """Mouth, gums and tongue."""
    material, g = new_material(made.name)
    noise = g.node("ShaderNodeTexNoise", {"Scale": 900.0, "Detail": 3.0}).outputs[0]
    bump = g.node("ShaderNodeBump", {"Height": noise, "Strength": 0.35, "Distance": 0.0006}).outputs[0]
    g.surface(
        g.node(
            "ShaderNodeBsdfPrincipled",
            {
                "Base Color": rgba(made.colour),
                "Roughness": made.roughness,
                "Normal": bump,
                "Subsurface Weight": 0.5,
                "Subsurface Radius": (1.5, 0.4, 0.25),
                "Subsurface Scale": 0.001,
                "Coat Weight": 0.3,
                "Coat Roughness": 0.1,
            },
        ).outputs[0]
    )
    return material


def tooth(made: m.Tooth) -> bpy.types.Material:
    """Enamel."""
    material, g = new_material(made.name)
    g.surface(
        g.node(
            "ShaderNodeBsdfPrincipled",
            {
                "Base Color": rgba(made.colour),
                "Roughness": 0.25,
                "Subsurface Weight": 0.5,
                "Subsurface Radius": (1.6, 1.4, 1.1),
                "Subsurface Scale": 0.001,
                "Coat Weight": 0.3,
                "Coat Roughness": 0.12,
            },
        ).outputs[0]
    )
    return material


def sclera(made: m.Sclera) -> bpy.types.Material:
    """White of the eye: veins, darker and pinker towards the lids, flesh in the inner corner.

    Needs the vertex fields "lid" and "corner" of `assets.head.eyes.lid_fields` and its texture
    coordinates (angle off the gaze, azimuth).
    """
    material, g = new_material(made.name)
    uv = g.node("ShaderNodeUVMap", uv_map="chart").outputs[0]
    lid = g.node("ShaderNodeAttribute", attribute_name="lid").outputs["Fac"]
    corner = g.node("ShaderNodeAttribute", attribute_name="corner").outputs["Fac"]
    angle = g.node("ShaderNodeSeparateXYZ", {0: uv}).outputs[0]
    stretched = g.node("ShaderNodeMapping", {"Vector": uv, "Scale": (6.0, 26.0, 1.0)}).outputs[0]
    noise = g.node(
        "ShaderNodeTexNoise", {"Vector": stretched, "Scale": 3.0, "Detail": 6.0, "Distortion": 1.6}
    ).outputs[0]
    # Veins run where the noise crosses its mean: thin, branching lines.
    off = g.math("ABSOLUTE", g.math("MULTIPLY", g.math("SUBTRACT", noise, 0.5), 9.0))
    thin = g.math("POWER", g.math("MAXIMUM", g.math("SUBTRACT", 1.0, off), 0.0), 3.0)
    outer = g.math("MULTIPLY", g.math("MAXIMUM", g.math("SUBTRACT", angle, 0.13), 0.0), 3.2)
    red = g.math("MULTIPLY", outer, 0.6 + 1.6 * made.redness)
    veins = g.math(
        "MULTIPLY",
        g.math("MULTIPLY_ADD", thin, 0.6, 0.2),
        red,
    )
    pink = g.math("MULTIPLY_ADD", g.math("POWER", lid, 3.0), 0.30, g.math("MULTIPLY", corner, 0.8))
    redder = g.math("MINIMUM", g.math("ADD", veins, pink), 0.92)
    pale = 1 - 0.35 * min(made.melanin / 0.3, 1.0)
    white, flesh = (
        (0.385 * pale, 0.366 * pale, 0.358 * pale**1.3, 1),
        (0.36 * pale, 0.13 * pale, 0.11 * pale, 1),
    )
    mix = g.node("ShaderNodeMix", {"Factor": redder, "A": white, "B": flesh}, data_type="RGBA")
    shade = _under_lids(g, lid)
    dark = g.node("ShaderNodeVectorMath", {0: mix.outputs[2], "Scale": shade}, operation="SCALE").outputs[0]
    g.surface(
        g.node(
            "ShaderNodeBsdfPrincipled",
            {
                "Base Color": dark,
                "Roughness": 0.35,
                "Subsurface Weight": 0.25,
                "Subsurface Radius": (1.0, 0.5, 0.4),
                "Subsurface Scale": 0.001,
                "Coat Weight": 0.35,
                "Coat Roughness": 0.08,
                "Specular IOR Level": 0.3,
            },
        ).outputs[0]
    )
    return material


def cornea(made: m.Cornea) -> bpy.types.Material:
    """Clear shell that mirrors the scene and carries the catch-light.

    A lamp's image in the cornea is smaller than a pixel of most pictures: path tracing hits it by chance,
    and the denoiser removes it. It is therefore computed: camera rays that the shell would mirror to within
    `half_angle` of `direction` see light of `strength`.
    """
    material, g = new_material(made.name)
    fresnel = g.math("MULTIPLY", g.node("ShaderNodeFresnel", {"IOR": CORNEA_IOR}).outputs[0], CORNEA_MIRROR)
    transparent = g.node("ShaderNodeBsdfTransparent", {"Color": (1, 1, 1, 1)}).outputs[0]
    glossy = g.node("ShaderNodeBsdfAnisotropic", {"Color": (1, 1, 1, 1), "Roughness": 0.03}).outputs[0]
    shell = g.node("ShaderNodeMixShader", {0: fresnel, 1: transparent, 2: glossy}).outputs[0]
    geometry = g.node("ShaderNodeNewGeometry")
    ray = g.node("ShaderNodeVectorMath", {0: geometry.outputs["Incoming"], "Scale": -1.0}, operation="SCALE")
    mirrored = g.node(
        "ShaderNodeVectorMath", {0: ray.outputs[0], 1: geometry.outputs["Normal"]}, operation="REFLECT"
    ).outputs[0]
    towards = g.node("ShaderNodeVectorMath", {0: mirrored, 1: tuple(made.direction)}, operation="DOT_PRODUCT")
    spot = g.node(
        "ShaderNodeMapRange",
        {
            "Value": towards.outputs["Value"],
            "From Min": cos(radians(made.half_angle)),
            "From Max": cos(radians(0.7 * made.half_angle)),
        },
        interpolation_type="SMOOTHSTEP",
    ).outputs[0]
    seen = g.math("MULTIPLY", spot, g.node("ShaderNodeLightPath").outputs["Is Camera Ray"])
    light = g.node("ShaderNodeEmission", {"Strength": g.math("MULTIPLY", seen, made.strength)}).outputs[0]
    g.surface(g.node("ShaderNodeAddShader", {0: shell, 1: light}).outputs[0])
    return material


def _under_lids(g: Graph, lid: Socket) -> Socket:
    """Fraction of the light that lids and lashes leave to an eyeball, by its vertex field "lid"."""
    return g.math("SUBTRACT", 1.0, g.math("MULTIPLY", lid, 0.85))


def iris(made: m.Iris) -> bpy.types.Material:
    """The iris from its picture. Needs the vertex field "lid", as the sclera does."""
    image = set_image(made.name, made.picture)
    material, g = new_material(made.name)
    lid = g.node("ShaderNodeAttribute", attribute_name="lid").outputs["Fac"]
    shaded = {0: picture(g, image), "Scale": _under_lids(g, lid)}
    colour = g.node("ShaderNodeVectorMath", shaded, operation="SCALE").outputs[0]
    g.surface(g.node("ShaderNodeBsdfDiffuse", {"Color": colour}).outputs[0])
    return material


def pupil(made: m.Pupil) -> bpy.types.Material:
    """Black, but for a little."""
    material, g = new_material(made.name)
    g.surface(g.node("ShaderNodeBsdfDiffuse", {"Color": (PUPIL_GREY, PUPIL_GREY, PUPIL_GREY, 1)}).outputs[0])
    return material
