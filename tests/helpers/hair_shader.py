"""Checks of the hair shader: pigment, and white hairs among the others. Imports bpy: run in its own process.

python hair_shader.py
"""

import numpy as np

from facegen.render.blender.materials_hair import fibre_colour, hair
from facegen.render.geometry import part_materials as m


def more_pigment_is_darker_and_more_red_pigment_redder():
    shades = np.array([fibre_colour(melanin, 0.2) for melanin in (0.02, 0.3, 0.7, 0.95)])
    assert (np.diff(shades, axis=0) < 0).all() and (shades > 0).all() and (shades < 1).all()
    red, brown = (np.array(fibre_colour(0.6, redness)) for redness in (1.0, 0.0))
    assert red[0] / red[2] > 1.2 * brown[0] / brown[2]


def greying_hair_mixes_what_hairs_mirror(grey, socket):
    nodes = hair(m.Hair("hair", 0.9, 0.2, grey)).node_tree.nodes
    fibre = next(node for node in nodes if node.bl_idname == "ShaderNodeBsdfHairPrincipled")
    assert fibre.inputs[socket].is_linked
    mixed = [node for node in nodes if node.bl_idname == "ShaderNodeMixRGB"]
    assert len(mixed) == (grey > 0)
    for node in mixed:
        assert sum(node.inputs[2].default_value[:3]) > sum(fibre_colour(0.9, 0.2))


if __name__ == "__main__":
    more_pigment_is_darker_and_more_red_pigment_redder()
    for grey, socket in ((0.0, "Melanin"), (0.4, "Color")):
        greying_hair_mixes_what_hairs_mirror(grey, socket)
    print("CHECKED 3")
