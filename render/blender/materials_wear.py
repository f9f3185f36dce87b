"""Shaders of glasses, hats and jewellery. Imports bpy: used inside worker processes only."""

from __future__ import annotations

from facegen.render.blender.shader_nodes import new_material, picture, rgba

MIRROR_BLUR = 0.25  # roughness of what a lens mirrors
PANELS = 6  # of a cap's or bucket hat's crown
AZIMUTH = 0.9  # of texture coordinates a radian: assets.headwear.hat
SEAM = 0.05  # half width of a seam and its stitches, as the sine of PANELS / 2 times the angle


def frame(colour, metal, roughness=0.35):
    material, g = new_material("glasses_frame")
    g.surface(
        g.node(
            "ShaderNodeBsdfPrincipled",
            {
                "Base Color": rgba(colour),
                "Metallic": metal,
                "Roughness": roughness,
                "Coat Weight": 0.3,
            },
        ).outputs[0]
    )
    return material


def lens(ior, tint, colour, gradient):
    """A spectacle lens: a blurred mirror by Fresnel over straight transmission.

    Refraction is left out on purpose: light then reaches what lies behind by direct sampling, noise-free. A
    smooth mirror finds lamps by luck, which few samples show as white speckle: blurred, light sampling does.

    ior : of the mirror; coated lenses mirror less than bare glass (1.5)
    tint : share of the light that is lost, but for `colour` (linear RGB) of it
    gradient : share of the tint that the bottom of the lens lacks

    Needs the chart of `assets.glasses`: v from 0 at the bottom to 1 at the top.
    """
    material, g = new_material("lens")
    up = g.node("ShaderNodeSeparateXYZ", {0: g.node("ShaderNodeUVMap", uv_map="chart").outputs[0]}).outputs[1]
    dark = g.math("MULTIPLY", g.math("MULTIPLY_ADD", up, gradient, 1.0 - gradient), tint)
    ends = {"Factor": dark, "A": (1.0, 1.0, 1.0, 1.0), "B": rgba(colour)}
    through = g.node("ShaderNodeMix", ends, data_type="RGBA")
    fresnel = g.node("ShaderNodeFresnel", {"IOR": ior}).outputs[0]
    transparent = g.node("ShaderNodeBsdfTransparent", {"Color": through.outputs[2]}).outputs[0]
    glossy = g.node("ShaderNodeBsdfAnisotropic", {"Color": (1, 1, 1, 1), "Roughness": MIRROR_BLUR}).outputs[0]
    g.surface(g.node("ShaderNodeMixShader", {0: fresnel, 1: transparent, 2: glossy}).outputs[0])
    return material


def felt(name, image, roughness, ribs=0.0, seams=False):
    """Hat stuff from a picture; ribs: strength of a knitted relief along the crown; seams: sewn panels."""
    material, g = new_material(name)
    fine = g.node("ShaderNodeTexNoise", {"Scale": 900.0, "Detail": 3.0}).outputs[0]
    height = g.math("MULTIPLY", fine, 0.5)
    colour = picture(g, image, "Linear")
    split = g.node("ShaderNodeSeparateXYZ", {0: g.node("ShaderNodeUVMap", uv_map="chart").outputs[0]}).outputs
    if ribs > 0:
        across = g.math("SINE", g.math("MULTIPLY", split[0], 130.0))
        along = g.math("SINE", g.math("MULTIPLY", split[1], 190.0))
        knit = g.math("MULTIPLY_ADD", along, 0.35, g.math("ABSOLUTE", across))
        height = g.math("MULTIPLY_ADD", knit, 2.2 * ribs, height)
        colour = _darker(
            g, colour, g.math("MULTIPLY", g.math("SUBTRACT", 1.0, g.math("ABSOLUTE", across)), 0.5)
        )
    if seams:
        angle = g.math("MULTIPLY", split[0], PANELS / 2 / AZIMUTH)
        off = g.math("DIVIDE", g.math("ABSOLUTE", g.math("SINE", angle)), SEAM)
        line = g.math("MAXIMUM", g.math("SUBTRACT", 1.0, off), 0.0)
        height = g.math("MULTIPLY_ADD", line, -3.0, height)
        colour = _darker(g, colour, g.math("MULTIPLY", line, 0.45))
    bump = g.node("ShaderNodeBump", {"Height": height, "Strength": 0.7, "Distance": 0.0008}).outputs[0]
    g.surface(_napped(g, colour, roughness, bump))
    return material


def plain_cloth(name, colour, roughness=0.8):
    """Cloth of one colour (linear RGB)."""
    material, g = new_material(name)
    fine = g.node("ShaderNodeTexNoise", {"Scale": 1200.0, "Detail": 2.0}).outputs[0]
    bump = g.node("ShaderNodeBump", {"Height": fine, "Strength": 0.3, "Distance": 0.0006}).outputs[0]
    g.surface(_napped(g, _plain(g, colour), roughness, bump))
    return material


def _plain(g, colour):
    node = g.node("ShaderNodeRGB")
    node.outputs[0].default_value = rgba(colour)
    return node.outputs[0]


def _darker(g, colour, share):
    """A colour less a share of itself."""
    left = g.math("SUBTRACT", 1.0, share)
    return g.node("ShaderNodeVectorMath", {0: colour, "Scale": left}, operation="SCALE").outputs[0]


def _napped(g, colour, roughness, normal):
    """Cloth that is not new: its dye is uneven, it is creased, and what its nap reflects is dyed too."""
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


def metal(name, colour, metallic, roughness=0.18):
    """Jewellery: metal, or with metallic 0 polished stone and pearl."""
    material, g = new_material(name)
    g.surface(
        g.node(
            "ShaderNodeBsdfPrincipled",
            {
                "Base Color": rgba(colour),
                "Metallic": metallic,
                "Roughness": roughness,
                "Coat Weight": 0.5 * (1 - metallic),
                "Coat Roughness": 0.05,
            },
        ).outputs[0]
    )
    return material
