"""Hair, brows, lashes and beard of one FaceSpec, put into a studio's scenes. Imports bpy: workers only."""

from __future__ import annotations

import numpy as np

from facegen.assets.environment import lighting
from facegen.assets.hair import facial_hair, groom, strands
from facegen.assets.hair.hair_plan import groom_of, scalp_of
from facegen.assets.wear import headwear
from facegen.datasets.conventions.native_labels import Native
from facegen.render.blender import bpy_data, materials_hair
from facegen.render.blender.materials_labels import flat, flat_strands
from facegen.render.spec.keyed_random import build_generator

SHORT_CLEARANCE = 0.0003  # metres that brow hairs and lashes keep above the skin


def add_hair(studio, spec, head, body, hat_frame=None):
    """The hair of the head, pressed flat under a hat where there is one (`hat_frame`).

    body : assets.body.Body of the head; hat_frame : assets.headwear.HatFrame or None
    """
    plan = groom_of(spec.hair, spec.identity)
    if plan.groom is None:
        return
    rng = build_generator(spec, "hair")
    count = int(studio.quality.hair_count * plan.count)
    roots = groom.scalp_roots(head, studio.model, scalp_of(spec.hair), count, rng, plan.groom.part)
    points = max(5, int(studio.quality.hair_points * plan.points))
    radius = plan.radius_mm / 1000 * (9000 / studio.quality.hair_count) ** 0.5
    down = np.array([0, 0, -1.0])
    s, r, tone = groom.make_hair(plan.groom, roots, head, down, body, rng, points, radius)
    if hat_frame is not None:
        s, kept = headwear.flatten_hair(s, hat_frame, body)
        if not len(s):
            return
        r, tone = r[kept], tone[kept]
    colour = spec.hair.colour
    shader = materials_hair.hair("hair", colour.melanin, colour.redness, colour.grey, colour.dye)
    data = bpy_data.make_curves("hair", s, r)
    bpy_data.add_curve_field(data, "tone", tone)
    code = flat_strands(Native.SCALP_HAIR, lighting.main_direction(spec.light))
    studio.add("hair", data, shader, code)


def add_face_hair(studio, spec, head, brow, body):
    """Brows, lashes, beard and moustache. brow: assets.regions.BrowShape; body: as in `add_hair`."""
    colour = spec.hair.colour
    # Brows are darker than the hair of blond people, and few dye both.
    melanin = 0.18 + 0.78 * colour.melanin
    s, side = facial_hair.brows(head, studio.model, brow, spec.brows.density, build_generator(spec, "brows"))
    s = strands.push_out(s, body, SHORT_CLEARANCE)
    shader = materials_hair.hair("brow", melanin, colour.redness, colour.grey * 0.75)
    radii = strands.taper(build_generator(spec, "brow width").uniform(0.00005, 0.0001, len(s)), s.shape[1])
    for name, sign, label in (("brow.l", 1, Native.BROW_L), ("brow.r", -1, Native.BROW_R)):
        mine = side == sign
        if mine.any():
            studio.add(name, bpy_data.make_curves(name, s[mine], radii[mine]), shader, flat(label))
    s, width = facial_hair.lashes(head.lash_roots, spec.brows.lashes, build_generator(spec, "lashes"))
    s = strands.push_out(s, body, SHORT_CLEARANCE)
    shader = materials_hair.hair("lash", min(1.0, melanin + 0.35), colour.redness)
    studio.add(
        "lashes",
        bpy_data.make_curves("lashes", s, strands.taper(width, s.shape[1], onset=0.2)),
        shader,
        flat(Native.LASHES),
    )
    if spec.facial_hair.kind == "none":
        return
    s, upper = facial_hair.facial_hair(
        head, studio.model, spec.facial_hair, build_generator(spec, "beard"), body
    )
    # Beards turn white before the scalp does, and are redder than it.
    shader = materials_hair.hair(
        "beard", colour.melanin, min(1.0, colour.redness + 0.15), min(1.0, 1.4 * colour.grey)
    )
    width = 0.00006 if spec.facial_hair.kind == "stubble" else 0.0001
    radii = strands.taper(
        build_generator(spec, "beard width").uniform(0.7 * width, 1.3 * width, len(s)), s.shape[1]
    )
    for name, mine, label in (("beard", ~upper, Native.BEARD), ("moustache", upper, Native.MOUSTACHE)):
        if mine.any():
            code = flat_strands(label, lighting.main_direction(spec.light))
            studio.add(name, bpy_data.make_curves(name, s[mine], radii[mine]), shader, code)
