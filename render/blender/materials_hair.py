"""The hair shader. Imports bpy: used inside worker processes only."""

from __future__ import annotations

import bpy

from facegen.render.blender.shader_nodes import new_material, rgba
from facegen.render.geometry import part_materials as m

TONE = 0.22  # relative sd of melanin from lock to lock
RANDOM_COLOUR = 0.12  # of the melanin, from hair to hair
TURNING = 0.06  # fraction of hairs that are neither pigmented nor white
IOR = 1.55  # of keratin
# Strands as thick as ten hairs, with no others in their shade, mirror too much for black hair, which lies at
# L* 15 where that of photographs lies at 9.
IOR_BLACK = 1.38
ROUGHNESS = 0.26  # along the fibre, by eye
# Fraction of melanin that tips have lost against roots, and metres of hair on which they have lost all of it:
# short hair is cut before it bleaches.
SUN, BLEACHED = 0.38, 0.25


def hair(made: m.Hair) -> bpy.types.Material:
    """Hair fibre (Chiang et al., A Practical and Controllable Hair and Fur Model, 2016).

    The strands' own attribute "tone" (0 where there is none) makes locks lighter or darker; tips are lighter
    than roots, grey hairs stand single.
    """
    melanin, grey, dye = made.melanin, made.grey, made.dye
    material, g = new_material(made.name)
    info = g.node("ShaderNodeHairInfo").outputs
    tone = g.node("ShaderNodeAttribute", attribute_name="tone").outputs["Fac"]
    grown = g.math("MINIMUM", g.math("DIVIDE", info["Length"], BLEACHED), 1.0)
    along = g.math("MULTIPLY", g.math("POWER", info["Intercept"], 1.5), grown)
    # Tips and locks of black hair are hardly lighter than the rest.
    varies = 0.35 + 0.65 * min(1.0, 2.5 * (1 - melanin))
    darker = g.math("MULTIPLY_ADD", tone, TONE * varies, 1.0)
    amount = g.math(
        "MULTIPLY", darker, g.math("MULTIPLY_ADD", along, -SUN * varies, 1.0 + 0.4 * SUN * varies)
    )
    node = g.node(
        "ShaderNodeBsdfHairPrincipled", parametrization="COLOR" if dye else "MELANIN", model="CHIANG"
    )
    if dye:
        lighter = g.math("MULTIPLY_ADD", tone, -0.8 * TONE, 1.0)
        shade = g.node("ShaderNodeVectorMath", {0: rgba(dye)[:3], 3: lighter}, operation="SCALE").outputs[0]
        g.tree.links.new(shade, node.inputs["Color"])
    else:
        # From grey 0 (no hair) to 1 (all of them). A hair turns within weeks: few are in between, where they
        # would be blond.
        turned = g.math("DIVIDE", g.math("SUBTRACT", (1 + TURNING) * grey, info["Random"]), TURNING)
        white = g.math("MAXIMUM", g.math("MINIMUM", turned, 1.0), 0.0)
        left = g.math("SUBTRACT", 1.0, g.math("MULTIPLY", white, 0.985))
        pigment = g.math("MULTIPLY", melanin, g.math("MULTIPLY", amount, left))
        g.tree.links.new(g.math("MINIMUM", pigment, 0.995), node.inputs["Melanin"])
        node.inputs["Melanin Redness"].default_value = made.redness
        node.inputs["Random Color"].default_value = RANDOM_COLOUR  # a socket of the melanin form only
    node.inputs["Roughness"].default_value = ROUGHNESS
    pigment = 0.0 if dye else min(max((melanin * (1 - grey) - 0.5) / 0.45, 0.0), 1.0)
    node.inputs["IOR"].default_value = IOR + pigment * (IOR_BLACK - IOR)
    node.inputs["Radial Roughness"].default_value = ROUGHNESS + 0.12
    node.inputs["Random Roughness"].default_value = 0.2
    g.tree.links.new(info["Random"], node.inputs["Random"])
    g.surface(node.outputs[0])
    return material
