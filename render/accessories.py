"""Hats, earrings and necklaces of one FaceSpec, put into the studio's scenes. Imports bpy: worker only."""

from __future__ import annotations

import numpy as np

from facegen.assets import headwear, jewellery
from facegen.assets.cloth import cloth_picture
from facegen.datasets.labels import Native
from facegen.render import blender, wear_materials


def add_hat(add, spec, frame, body, rng):
    """The hat of `spec.headwear` as one object with crown, band and brim.

    add : callable (name, data, shaders, label), puts one object into both scenes
    frame : assets.headwear.HatFrame; body : assets.strands.Body of the head
    """
    worn = spec.headwear
    v, f, part, uv = headwear.hat(worn, headwear.head_profile(body, frame), frame)
    data = blender.make_mesh("hat", v, f, uv, part)
    picture = blender.set_image("hat", cloth_picture(worn.pattern, worn.colour, worn.second, rng))
    ribs = 1.0 if worn.kind == "beanie" else 0.0
    shell = wear_materials.felt("hat", picture, worn.roughness, ribs)
    band = shell if worn.kind == "beanie" else wear_materials.plain_cloth("hat_band", worn.second)
    brim = wear_materials.plain_cloth("hat_brim", worn.second) if worn.kind == "cap" else shell
    add("hat", data, [shell, band, brim], Native.HAT)


def add_jewellery(add, spec, head, model, body, cloth, rng):
    """Earrings and necklace. add: as in `add_hat`; cloth: (vertices, triangles) of the garment."""
    worn = spec.jewellery
    metal = wear_materials.metal("jewel_metal", worn.colour, worn.metal)
    stone = wear_materials.metal("jewel_stone", worn.stone, 0.0, 0.08)
    if worn.earrings != "none":
        forward = -head.head_rotation[:, 1]
        turn = float(rng.uniform(10, 75))
        for name, sign, label in (("l", 1, Native.EARRING_L), ("r", -1, Native.EARRING_R)):
            place, side = jewellery.lobe(head, model, sign)
            v, f, part = jewellery.earring(worn.earrings, worn.earring_mm, place, side, forward, turn, body)
            data = blender.make_mesh(f"earring.{name}", v, f, part=part)
            add(f"earring.{name}", data, [metal, stone], label)
    if worn.necklace != "none":
        ground = jewellery.solid(head, model, np.asarray(cloth[0]), np.asarray(cloth[1]))
        choker = worn.necklace == "choker"
        line = jewellery.necklace_line(head, model, worn.drop_mm, choker, ground)
        v, f, part = jewellery.necklace(worn.necklace, worn.necklace_mm, line)
        data = blender.make_mesh("necklace", v, f, part=part)
        add("necklace", data, [metal, stone], Native.NECKLACE)
