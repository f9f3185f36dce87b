"""The hair shader. Imports bpy: used inside worker processes only."""

from __future__ import annotations

import bpy
import numpy as np

from facegen.render.blender.shader_nodes import Graph, Socket, new_material, rgba
from facegen.render.geometry import part_materials as m

TONE = 0.22  # relative sd of melanin from lock to lock
RANDOM_COLOUR = 0.12  # of the melanin, from hair to hair
# A strand stands for ten hairs, each of which is pigmented or white: width of the range of white hairs'
# fraction from strand to strand (that of ten draws is sqrt(12 x 0.25 / 10) at half grey).
TURNING = 0.5
# Pigmented hairs also take light that white ones scatter, so few white ones show little: exponent of their
# fraction, by eye.
DARKENS = 2.5
WHITE = (0.6, 0.56, 0.5)  # linear, nearly neutral: with a little melanin instead, grey hair looks blond
# Absorption of the pigments of hair (Principled Hair of Cycles, after d'Eon et al., An Energy-Conserving Hair
# Reflectance Model, 2011): red, green, blue.
EUMELANIN, PHEOMELANIN = (0.506, 0.841, 1.653), (0.343, 0.733, 1.924)
IOR = 1.55  # of keratin
# Strands as thick as ten hairs, with no others in their shade, mirror too much for black hair, which lies at
# L* 15 where that of photographs lies at 9.
IOR_BLACK = 1.38
ROUGHNESS, RADIAL_ROUGHNESS = 0.26, 0.38  # along the fibre and around it, by eye
# Water fills the scales of wet hair: fraction of its roughness that it keeps, and pigment that it seems to
# gain of what it lacks to black, by eye.
WET_ROUGHNESS, WET_DARKER = 0.55, 0.3
MOST_STEEP = 2.0  # change of the logarithm of the colour with the pigment, at most
# Fraction of melanin that tips have lost against roots, and metres of hair on which they have lost all of it:
# short hair is cut before it bleaches.
SUN, BLEACHED = 0.38, 0.25


def fibre_colour(melanin: float, redness: float) -> tuple[float, ...]:
    """Linear red, green and blue that hair of some pigment has for Principled Hair.

    The relations of the melanin concentration parametrization and of equation 9 of Chiang et al. (2016), as
    Cycles has them.
    """
    quantity = -np.log(max(1 - melanin, 1e-4))
    absorbed = quantity * ((1 - redness) * np.array(EUMELANIN) + redness * np.array(PHEOMELANIN))
    b = RADIAL_ROUGHNESS
    scale = 5.969 - 0.215 * b + 2.532 * b**2 - 10.73 * b**3 + 5.574 * b**4 + 0.245 * b**5
    return tuple(float(x) for x in np.exp(-scale * np.sqrt(absorbed)))


def _greying(g: Graph, made: m.Hair, amount: Socket, random: Socket) -> Socket:
    """Colour of strands in which some hairs are white: what they mirror is mixed, not their pigment, which
    would make them blond.

    amount : of pigment, against the mean
    """
    melanin = min(made.melanin, 0.98)
    # Absorption grows with -log(1 - melanin), and the logarithm of the colour with its root.
    steep = min(0.5 * melanin / ((1 - melanin) * -np.log(1 - melanin)), MOST_STEEP)
    darker = g.math("MAXIMUM", g.math("MULTIPLY_ADD", g.math("SUBTRACT", amount, 1.0), steep, 1.0), 0.3)
    pigmented = g.node(
        "ShaderNodeGamma", {"Color": rgba(fibre_colour(made.melanin, made.redness)), "Gamma": darker}
    ).outputs[0]
    width = TURNING * 2 * np.sqrt(made.grey * (1 - made.grey))
    white = g.math("MULTIPLY_ADD", g.math("SUBTRACT", random, 0.5), width, made.grey)
    white = g.math("POWER", g.math("MINIMUM", g.math("MAXIMUM", white, 0.0), 1.0), DARKENS)
    mixed = {0: white, 1: pigmented, 2: rgba(WHITE)}
    return g.node("ShaderNodeMixRGB", mixed).outputs[0]


def hair(made: m.Hair) -> bpy.types.Material:
    """Hair fibre (Chiang et al., A Practical and Controllable Hair and Fur Model, 2016).

    The strands' own attribute "tone" (0 where there is none) makes locks lighter or darker; tips are lighter
    than roots, white ones stand among the others.
    """
    melanin, grey, dye = made.melanin + WET_DARKER * made.wet * (1 - made.melanin), made.grey, made.dye
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
        "ShaderNodeBsdfHairPrincipled",
        parametrization="COLOR" if dye or grey > 0 else "MELANIN",
        model="CHIANG",
    )
    if dye:
        lighter = g.math("MULTIPLY_ADD", tone, -0.8 * TONE, 1.0)
        shade = g.node("ShaderNodeVectorMath", {0: rgba(dye)[:3], 3: lighter}, operation="SCALE").outputs[0]
        g.tree.links.new(shade, node.inputs["Color"])
    elif grey > 0:
        g.tree.links.new(_greying(g, made, amount, info["Random"]), node.inputs["Color"])
    else:
        pigment = g.math("MULTIPLY", amount, melanin)
        g.tree.links.new(g.math("MINIMUM", pigment, 0.995), node.inputs["Melanin"])
        node.inputs["Melanin Redness"].default_value = made.redness
        node.inputs["Random Color"].default_value = RANDOM_COLOUR  # a socket of the melanin form only
    node.inputs["Roughness"].default_value = ROUGHNESS * (1 - (1 - WET_ROUGHNESS) * made.wet)
    pigment = 0.0 if dye else min(max((melanin * (1 - grey) - 0.5) / 0.45, 0.0), 1.0)
    node.inputs["IOR"].default_value = IOR + pigment * (IOR_BLACK - IOR)
    node.inputs["Radial Roughness"].default_value = RADIAL_ROUGHNESS
    node.inputs["Random Roughness"].default_value = 0.2
    g.tree.links.new(info["Random"], node.inputs["Random"])
    g.surface(node.outputs[0])
    return material
