"""What one FaceSpec wears, put into a studio's scenes. Imports bpy: used inside worker processes only."""

from __future__ import annotations

import numpy as np

from facegen.assets.wear import garments, glasses, headwear, jewellery
from facegen.assets.wear.cloth_patterns import cloth_picture
from facegen.datasets.conventions.native_labels import Native
from facegen.render.blender import bpy_data, materials_wear
from facegen.render.blender.materials_fabric import fabric
from facegen.render.blender.materials_labels import flat, flat_in_front
from facegen.render.labels.label_pass import hides_eyes
from facegen.render.spec.keyed_random import build_generator

INNER_FOLDS = 0.5  # in shirts and ties, of the folds of what is worn over them
FOLDS_MOVED = 5.0  # metres at most by which the pattern of folds is moved: no two people's clothes fold alike
COATED, GLARE = 1.1, 0.3  # index of refraction of a lens that mirrors little, and what full glare adds


def add_glasses(studio, spec, head):
    """Frame and lenses."""
    if spec.glasses.kind == "none":
        return
    code = flat if hides_eyes(spec.glasses) else flat_in_front
    origin = head.eye_centres.mean(0)
    local = (head.landmarks - origin) @ head.head_rotation
    (fv, ff), (lv, lf), place = glasses.glasses(spec.glasses, local)
    world = [v @ head.head_rotation.T + origin for v in (fv, lv)]
    studio.add(
        "frame",
        bpy_data.make_mesh("frame", world[0], ff),
        materials_wear.frame(spec.glasses.colour, spec.glasses.metal),
        code(Native.GLASSES_FRAME),
    )
    worn = spec.glasses
    lens = studio.add(
        "lens",
        bpy_data.make_mesh("lens", world[1], lf, place),
        materials_wear.lens(COATED + GLARE * worn.glare, worn.tint, worn.lens, worn.gradient),
        code(Native.GLASSES_LENS),
    )
    lens[0].visible_shadow = False


def add_garment(studio, spec, head):
    """Clothes; returns (vertices, triangles) of them as one solid."""
    rng = build_generator(spec, "garment")
    look = spec.garment
    pieces = garments.garment(head, studio.model, look, rng)
    shift = tuple(rng.uniform(0, FOLDS_MOVED, 3).tolist())
    # The shirt under a jacket is plain, a tie has a pattern of its own.
    dress = {
        garments.MAIN: (look.pattern, look.colour, look.second),
        garments.INNER: ("plain", look.inner, look.inner),
        garments.TIE: (str(rng.choice(["plain", "stripes", "dots"])), look.second, look.colour),
    }
    for number, piece in enumerate(pieces):
        name = f"cloth.{number}"
        picture = cloth_picture(*dress[piece.cloth], rng)
        data = bpy_data.make_mesh(name, piece.vertices, piece.faces, piece.chart / 100.0)
        main = piece.cloth == garments.MAIN
        stuff, folds = (look.fabric, look.folds) if main else ("woven", INNER_FOLDS * look.folds)
        shader = fabric(name, bpy_data.set_image(name, picture), stuff, look.roughness, folds, shift)
        studio.add(name, data, shader, flat(Native.CLOTHING))
    return garments.solid(pieces)


def add_hat(studio, spec, frame, body):
    """The hat of `spec.headwear` as one object with crown, band and brim.

    frame : assets.headwear.HatFrame; body : assets.body.Body of the head
    """
    rng = build_generator(spec, "hat")
    worn = spec.headwear
    v, f, part, uv = headwear.hat(worn, headwear.head_profile(body, frame), frame)
    data = bpy_data.make_mesh("hat", v, f, uv, part)
    picture = bpy_data.set_image("hat", cloth_picture(worn.pattern, worn.colour, worn.second, rng))
    ribs = 1.0 if worn.kind == "beanie" else 0.0
    sewn = worn.kind in ("cap", "bucket")
    shell = materials_wear.felt("hat", picture, worn.roughness, ribs, sewn)
    band = shell if worn.kind == "beanie" else materials_wear.plain_cloth("hat_band", worn.second)
    brim = materials_wear.plain_cloth("hat_brim", worn.second) if worn.kind == "cap" else shell
    studio.add("hat", data, [shell, band, brim], flat(Native.HAT))


def add_jewellery(studio, spec, head, body, cloth):
    """Earrings and necklace. body: as in `add_hat`; cloth: (vertices, triangles) of the garment."""
    rng = build_generator(spec, "jewellery")
    model, worn = studio.model, spec.jewellery
    metal = materials_wear.metal("jewel_metal", worn.colour, worn.metal)
    stone = materials_wear.metal("jewel_stone", worn.stone, 0.0, 0.08)
    if worn.earrings != "none":
        forward = -head.head_rotation[:, 1]
        turn = float(rng.uniform(10, 75))
        for name, sign, label in (("l", 1, Native.EARRING_L), ("r", -1, Native.EARRING_R)):
            place, side = jewellery.lobe(head, model, sign)
            v, f, part = jewellery.earring(worn.earrings, worn.earring_mm, place, side, forward, turn, body)
            data = bpy_data.make_mesh(f"earring.{name}", v, f, part=part)
            studio.add(f"earring.{name}", data, [metal, stone], flat(label))
    if worn.necklace != "none":
        ground = jewellery.solid(head, model, np.asarray(cloth[0]), np.asarray(cloth[1]))
        choker = worn.necklace == "choker"
        line = jewellery.necklace_line(head, model, worn.drop_mm, choker, ground)
        v, f, part = jewellery.necklace(worn.necklace, worn.necklace_mm, line)
        data = bpy_data.make_mesh("necklace", v, f, part=part)
        studio.add("necklace", data, [metal, stone], flat(Native.NECKLACE))
