"""Shaders of glasses, clothes, hats and jewellery. Imports bpy: used inside worker processes only."""

from __future__ import annotations

from facegen.render.materials import new_material, picture, rgba


def frame(colour, metal, roughness=0.25):
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


def clear(name, roughness=0.02, ior=1.376, tint=0.0, tint_colour=(0.05, 0.05, 0.055)):
    """A clear shell: mirror by Fresnel over straight transmission.

    Refraction is left out on purpose: light then reaches what lies behind by direct sampling, noise-free.
    """
    material, g = new_material(name)
    fresnel = g.node("ShaderNodeFresnel", {"IOR": ior}).outputs[0]
    through = tuple(1 - tint * (1 - c) for c in tint_colour)
    transparent = g.node("ShaderNodeBsdfTransparent", {"Color": rgba(through)}).outputs[0]
    glossy = g.node("ShaderNodeBsdfAnisotropic", {"Color": (1, 1, 1, 1), "Roughness": roughness}).outputs[0]
    g.surface(g.node("ShaderNodeMixShader", {0: fresnel, 1: transparent, 2: glossy}).outputs[0])
    return material


def woven(name, image, roughness):
    """Woven cloth: a weave and creases as bumps, light on its nap."""
    material, g = new_material(name)
    colour = picture(g, image, "Linear")
    place = g.node("ShaderNodeTexCoord").outputs["Object"]
    weave = g.node("ShaderNodeTexNoise", {"Vector": place, "Scale": 1400.0, "Detail": 2.0}).outputs[0]
    crease = g.node(
        "ShaderNodeTexNoise", {"Vector": place, "Scale": 14.0, "Detail": 2.0, "Distortion": 1.5}
    ).outputs[0]
    fine = g.node("ShaderNodeBump", {"Height": weave, "Strength": 0.5, "Distance": 0.0012}).outputs[0]
    bump = g.node(
        "ShaderNodeBump", {"Height": crease, "Strength": 0.6, "Distance": 0.006, "Normal": fine}
    ).outputs[0]
    g.surface(
        g.node(
            "ShaderNodeBsdfPrincipled",
            {
                "Base Color": colour,
                "Roughness": roughness,
                "Normal": bump,
                "Sheen Weight": 0.1,
                "Sheen Roughness": 0.4,
                "Specular IOR Level": 0.2,
            },
        ).outputs[0]
    )
    return material


def felt(name, image, roughness, ribs=0.0):
    """Hat stuff from a picture; ribs: strength of a knitted relief along the crown."""
    material, g = new_material(name)
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
    g.surface(_napped(g, picture(g, image, "Linear"), roughness, bump))
    return material


def plain_cloth(name, colour, roughness=0.8):
    """Cloth of one colour (linear RGB)."""
    material, g = new_material(name)
    fine = g.node("ShaderNodeTexNoise", {"Scale": 1200.0, "Detail": 2.0}).outputs[0]
    bump = g.node("ShaderNodeBump", {"Height": fine, "Strength": 0.3, "Distance": 0.0006}).outputs[0]
    g.surface(_napped(g, rgba(colour), roughness, bump))
    return material


def _napped(g, colour, roughness, bump):
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
