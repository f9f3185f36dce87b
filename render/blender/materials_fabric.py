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
    uneven : float, stops by which the lightest and the darkest dye of one cloth leave its mean
    ribs : float, number on one unit of the chart, 0 for none
    """

    roughness: float
    specular: float
    sheen: float
    fuzz: float
    fold_mm: float
    grain: float
    grain_mm: float
    uneven: float
    ribs: float = 0.0


# By eye, beside 24 pictures of clothes in photographs: worn cloth is of an even dye, and dark suits have no
# bright rim, so that nap reflects little.
FABRICS = {
    "woven": Fabric(
        0.0, specular=0.2, sheen=0.05, fuzz=0.1, fold_mm=14.0, grain=0.1, grain_mm=1.4, uneven=0.1
    ),
    "knit": Fabric(
        0.1, specular=0.1, sheen=0.25, fuzz=0.2, fold_mm=9.0, grain=0.4, grain_mm=2.0, uneven=0.2, ribs=16.0
    ),
    "fleece": Fabric(
        0.15, specular=0.05, sheen=0.6, fuzz=0.3, fold_mm=7.0, grain=2.0, grain_mm=6.0, uneven=0.4
    ),
    "satin": Fabric(
        -0.28, specular=0.5, sheen=0.05, fuzz=0.0, fold_mm=9.0, grain=0.0, grain_mm=0.7, uneven=0.05
    ),
    "leather": Fabric(
        -0.25, specular=0.5, sheen=0.0, fuzz=0.0, fold_mm=8.0, grain=0.5, grain_mm=3.0, uneven=0.25
    ),
    "denim": Fabric(
        0.05, specular=0.15, sheen=0.1, fuzz=0.2, fold_mm=10.0, grain=0.3, grain_mm=1.4, uneven=0.5
    ),
}
HOLLOW = 0.5  # of its light that the bottom of the deepest fold loses
STRETCH = 0.5  # folds hang: they are this much closer together across than along the body
WORN_MM = 40.0  # size of paler and darker patches of worn cloth
CREASED = 0.25  # height of small creases over that of long folds


def fabric(made: m.Fabric) -> bpy.types.Material:
    """Cloth in folds."""
    stuff, folds = FABRICS[made.kind], made.folds
    image = set_image(made.name, made.picture)
    material, g = new_material(made.name)
    here = g.node("ShaderNodeTexCoord").outputs["Object"]
    place = g.node("ShaderNodeVectorMath", {0: here, 1: made.shift}, operation="ADD").outputs[0]

    hang = g.node("ShaderNodeVectorMath", {0: place, 1: (1.0, 1.0, STRETCH)}, operation="MULTIPLY").outputs[0]

    def noise(wave_mm: float, where: Socket = place, **more: float) -> Socket:
        inputs = {"Vector": where, "Scale": 1000.0 / wave_mm, "Detail": 2.0, **more}
        return g.node("ShaderNodeTexNoise", inputs).outputs[0]

    def relief(height: Socket, distance_mm: float, normal: Socket | None = None) -> Socket:
        inputs = {"Height": height, "Strength": 1.0, "Distance": distance_mm / 1000.0}
        if normal is not None:
            inputs["Normal"] = normal
        return g.node("ShaderNodeBump", inputs).outputs[0]

    # Folds are long ridges: where noise passes its middle.
    ridge = g.math(
        "ABSOLUTE", g.math("MULTIPLY_ADD", noise(90.0, hang, Detail=1.0, Distortion=0.8), 2.0, -1.0)
    )
    crease = g.math(
        "ABSOLUTE", g.math("MULTIPLY_ADD", noise(38.0, hang, Detail=1.0, Distortion=1.2), 2.0, -1.0)
    )
    hollow = g.math("MULTIPLY_ADD", crease, CREASED, ridge)  # 0 at the bottom of a fold, about 0.5 elsewhere
    normal = relief(hollow, stuff.fold_mm * folds)
    if stuff.grain > 0:
        normal = relief(noise(stuff.grain_mm), stuff.grain, normal)
    colour = picture(g, image, "Linear")
    lit = g.math("SUBTRACT", 1.0, g.math("MULTIPLY", _fall(g, hollow, 0.25), HOLLOW * folds))
    dye = g.math("POWER", 2.0, g.math("MULTIPLY_ADD", noise(WORN_MM), 2 * stuff.uneven, -stuff.uneven))
    lit = g.math("MULTIPLY", lit, dye)
    if stuff.ribs > 0:
        loops, reached = _loops(g, stuff.ribs)
        normal = relief(loops, 2.0, normal)
        lit = g.math("MULTIPLY", lit, reached)
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
                "Alpha": _threads(g, made),
            },
        ).outputs[0]
    )
    return material


def _loops(g: Graph, ribs: float) -> tuple[Socket, Socket]:
    """Knitted loops in `ribs` columns a unit of the chart: their height, and how much light reaches them."""
    chart = g.node("ShaderNodeSeparateXYZ", {0: g.node("ShaderNodeUVMap", uv_map="chart").outputs[0]}).outputs
    across = g.math("ABSOLUTE", g.math("SINE", g.math("MULTIPLY", chart[0], math.pi * ribs)))
    along = g.math("ABSOLUTE", g.math("SINE", g.math("MULTIPLY", chart[1], math.pi * ribs)))
    return g.math("MULTIPLY_ADD", along, 0.35, across), g.math("MULTIPLY_ADD", across, 0.5, 0.5)


def _threads(g: Graph, made: m.Fabric) -> Socket | float:
    """How much of the cloth is there: 1, and between the threads of lace less."""
    if made.threads is None:
        return 1.0
    return picture(g, set_image(f"{made.name}.threads", made.threads), "Linear")


def _fall(g: Graph, height: Socket, reach: float) -> Socket:
    """1 at height 0, 0 from `reach` on."""
    return g.math("MAXIMUM", g.math("SUBTRACT", 1.0, g.math("DIVIDE", height, reach)), 0.0)
