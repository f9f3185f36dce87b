"""Shaders of what clothes are made of. Imports bpy: used inside worker processes only.

Object coordinates are metres; the chart of a garment is 100 mm a unit.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import bpy

from facegen.render.blender.bpy_data import set_image
from facegen.render.blender.shader_nodes import Graph, Socket, new_material, picture
from facegen.render.geometry import part_materials as m


@dataclass(frozen=True)
class Fabric:
    """How a fabric takes light.

    Attributes
    ----------
    roughness : float, added to the garment's own
    specular : float, Blender's specular IOR level
    sheen, fuzz : float in [0, 1]
        Weight of what its nap reflects, and the undyed fraction of that.
    fold_mm : float, height of its folds
    grain, grain_mm : float, height in mm and size in mm of its finest relief
    ribs : float, number on one unit of the chart, 0 for none
    """

    roughness: float
    specular: float
    sheen: float
    fuzz: float
    fold_mm: float
    grain: float
    grain_mm: float
    ribs: float = 0.0


FABRICS = {
    "woven": Fabric(0.0, specular=0.3, sheen=0.25, fuzz=0.15, fold_mm=12.0, grain=0.6, grain_mm=0.7),
    "knit": Fabric(0.1, specular=0.1, sheen=0.6, fuzz=0.35, fold_mm=8.0, grain=0.8, grain_mm=1.5, ribs=16.0),
    "fleece": Fabric(0.15, specular=0.05, sheen=1.0, fuzz=0.4, fold_mm=6.0, grain=2.5, grain_mm=5.0),
    "satin": Fabric(-0.28, specular=0.5, sheen=0.1, fuzz=0.0, fold_mm=7.0, grain=0.0, grain_mm=0.7),
    "leather": Fabric(-0.25, specular=0.5, sheen=0.0, fuzz=0.0, fold_mm=7.0, grain=0.6, grain_mm=2.5),
}
HOLLOW = 0.6  # of its light that the bottom of the deepest fold loses
UNEVEN = 0.8  # stops by which the lightest and the darkest dye of one cloth leave its mean


def fabric(made: m.Fabric) -> bpy.types.Material:
    """Cloth in folds."""
    stuff, folds = FABRICS[made.kind], made.folds
    image = set_image(made.name, made.picture)
    material, g = new_material(made.name)
    here = g.node("ShaderNodeTexCoord").outputs["Object"]
    place = g.node("ShaderNodeVectorMath", {0: here, 1: made.shift}, operation="ADD").outputs[0]

    def noise(wave_mm: float, **more: float) -> Socket:
        inputs = {"Vector": place, "Scale": 1000.0 / wave_mm, "Detail": 2.0, **more}
        return g.node("ShaderNodeTexNoise", inputs).outputs[0]

    def relief(height: Socket, distance_mm: float, normal: Socket | None = None) -> Socket:
        inputs = {"Height": height, "Strength": 1.0, "Distance": distance_mm / 1000.0}
        if normal is not None:
            inputs["Normal"] = normal
        return g.node("ShaderNodeBump", inputs).outputs[0]

    # Folds are long ridges: where noise passes its middle.
    ridge = g.math("ABSOLUTE", g.math("MULTIPLY_ADD", noise(90.0, Distortion=1.2), 2.0, -1.0))
    crease = g.math("ABSOLUTE", g.math("MULTIPLY_ADD", noise(38.0, Distortion=1.6), 2.0, -1.0))
    hollow = g.math("MULTIPLY_ADD", crease, 0.4, ridge)  # 0 at the bottom of a fold, about 0.5 elsewhere
    normal = relief(hollow, stuff.fold_mm * folds)
    if stuff.grain > 0:
        normal = relief(noise(stuff.grain_mm), stuff.grain, normal)
    colour = picture(g, image, "Linear")
    lit = g.math("SUBTRACT", 1.0, g.math("MULTIPLY", _fall(g, hollow, 0.25), HOLLOW * folds))
    dye = g.math(
        "POWER", 2.0, g.math("MULTIPLY_ADD", noise(16.0, Detail=4.0, Roughness=0.7), 2 * UNEVEN, -UNEVEN)
    )
    lit = g.math("MULTIPLY", lit, dye)
    if stuff.ribs > 0:
        chart = g.node(
            "ShaderNodeSeparateXYZ", {0: g.node("ShaderNodeUVMap", uv_map="chart").outputs[0]}
        ).outputs
        across = g.math("ABSOLUTE", g.math("SINE", g.math("MULTIPLY", chart[0], math.pi * stuff.ribs)))
        along = g.math("ABSOLUTE", g.math("SINE", g.math("MULTIPLY", chart[1], math.pi * stuff.ribs)))
        loops = g.math("MULTIPLY_ADD", along, 0.35, across)
        normal = relief(loops, 2.0, normal)
        lit = g.math("MULTIPLY", lit, g.math("MULTIPLY_ADD", across, 0.5, 0.5))
    colour = g.node("ShaderNodeVectorMath", {0: colour, "Scale": lit}, operation="SCALE").outputs[0]
    nap = g.node(
        "ShaderNodeMix", {"Factor": stuff.fuzz, "A": colour, "B": (0.6, 0.6, 0.6, 1.0)}, data_type="RGBA"
    )
    g.surface(
        g.node(
            "ShaderNodeBsdfPrincipled",
            {
                "Base Color": colour,
                "Roughness": min(max(made.roughness + stuff.roughness, 0.15), 1.0),
                "Normal": normal,
                "Sheen Weight": stuff.sheen,
                "Sheen Roughness": 0.4,
                "Sheen Tint": nap.outputs[2],
                "Specular IOR Level": stuff.specular,
            },
        ).outputs[0]
    )
    return material


def _fall(g: Graph, height: Socket, reach: float) -> Socket:
    """1 at height 0, 0 from `reach` on."""
    return g.math("MAXIMUM", g.math("SUBTRACT", 1.0, g.math("DIVIDE", height, reach)), 0.0)
