"""Skin, eyes and teeth of one FaceSpec, put into a studio's scenes. Imports bpy: worker processes only."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from facegen.assets.environment import lighting
from facegen.assets.hair.hair_plan import groom_of, scalp_of
from facegen.assets.head import curvature, eyes, teeth
from facegen.assets.head.head_model import PART_INNER_MOUTH, PART_SKIN, head_model
from facegen.assets.skin import chart_grid, skin_textures
from facegen.datasets.conventions.native_labels import Native
from facegen.render.blender import bpy_data, materials_head
from facegen.render.blender.materials_labels import flat, flat_on_chart
from facegen.render.spec.keyed_random import build_generator

RIGHT_INNER_CORNER, LEFT_INNER_CORNER = 39, 42  # iBUG
UPPER_EDGE, LOWER_EDGE = 62, 66  # middles of the lips' inner edges


def add_skin(studio, spec, head):
    """The skin with its pictures, mouth and tongue; returns the detail that the developed picture gets."""
    model, level = studio.model, studio.quality
    uv = corner_uv(model.chart, model.faces)
    part = np.select([model.face_part == PART_SKIN, model.face_part == PART_INNER_MOUTH], [0, 1], 2)
    data = bpy_data.make_mesh("skin", head.vertices, model.faces, uv, part)
    bpy_data.add_vertex_field(data, "ear", model.ear)
    bpy_data.add_vertex_field(data, "hollow", _lost_light(model, head))
    colour, rough, relief, detail = skin_textures.skin_pictures(
        spec.skin,
        spec.identity.age,
        skin_textures.HairShadow(
            _unshaven(spec.facial_hair),
            groom_of(spec.hair, spec.identity).scalp_shadow,
            lighting.hair_colour(spec.hair.colour),
            scalp_of(spec.hair).shade,
        ),
        spec.light.key_azimuth,
        spec.expression,
        (level.texture_width, int(level.texture_width * 0.6)),
    )
    shader = materials_head.skin(
        bpy_data.set_image("skin.colour", colour),
        bpy_data.set_image("skin.rough", rough),
        bpy_data.set_image("skin.relief", relief),
        spec.skin.subsurface,
    )
    mouth = materials_head.wet_tissue("mouth", (0.42, 0.11, 0.09))
    tongue = materials_head.wet_tissue("tongue", (0.42, 0.12, 0.11), 0.35)
    studio.add(
        "skin",
        data,
        [shader, mouth, tongue],
        [
            flat_on_chart(),
            flat(Native.INNER_MOUTH),
            flat(Native.TONGUE),
        ],
        level.subdivision,
    )
    return detail


@lru_cache(maxsize=1)
def _smoother():
    model = head_model()
    return curvature.smoother(model.faces, len(model.chart))


def _lost_light(model, head):
    """Field "hollow" of the skin's shader, (N,) in [-0.2, 1.6]: deep in ears, little on ridges."""
    deep = curvature.hollows(head.vertices, head.normals, _smoother(), model.chart, model.ear)
    deep = np.where(deep > 0, deep * (0.6 + model.ear), 0.2 * deep)
    return deep * (1 - model.lips)


def _unshaven(facial_hair):
    """Darkness of the skin where beards grow: under a full beard roots and shade close the gaps."""
    return max(facial_hair.shadow, 0.75 * facial_hair.density if facial_hair.kind == "full_beard" else 0.0)


def corner_uv(chart, faces):
    """Texture coordinates (F, 4, 2) of chart points, the corners of a face on one side of the seam."""
    corners = chart[faces].astype(np.float64)
    period = chart_grid.S_RANGE[1] - chart_grid.S_RANGE[0]
    corners[..., 0] -= period * np.round((corners[..., 0] - corners[:, :1, 0]) / period)
    return chart_grid.chart_uv(corners)


def add_eyes(studio, spec, head, body):
    """Eyeballs and corneas. body: assets.body.Body of the head."""
    rng = build_generator(spec, "iris")
    radius, iris_radius = head.eye_radius * eyes.EYEBALL_SCALE, spec.eyes.iris_mm / 1000
    picture = eyes.iris_picture(spec.eyes.family, spec.eyes.pupil, rng)
    shaders = [
        materials_head.sclera(spec.eyes.redness, spec.skin.melanin),
        materials_head.iris(bpy_data.set_image("iris", picture)),
        materials_head.black("pupil"),
    ]
    ball, faces, part, uv = eyes.eyeball(radius, iris_radius, iris_radius * spec.eyes.pupil)
    cap, cap_faces = eyes.cornea(radius, iris_radius)
    shell = materials_head.cornea(*_catch_light(spec))
    inner_corners = head.landmarks[[LEFT_INNER_CORNER, RIGHT_INNER_CORNER]]
    for side, centre, frame, corner in zip(
        "lr", head.eye_centres, head.eye_frames, inner_corners, strict=True
    ):
        posed = ball @ frame.T + centre
        data = bpy_data.make_mesh(f"eye.{side}", posed, faces, uv, part)
        fields = eyes.lid_fields(posed, corner, head.head_rotation[:, 2], body)
        for name, values in zip(("lid", "corner"), fields, strict=True):
            bpy_data.add_vertex_field(data, name, values)
        white, coloured = (
            (Native.SCLERA_L, Native.IRIS_L) if side == "l" else (Native.SCLERA_R, Native.IRIS_R)
        )
        studio.add(
            f"eye.{side}",
            data,
            shaders,
            [flat(white), flat(coloured), flat(coloured)],
        )
        data = bpy_data.make_mesh(f"cornea.{side}", cap @ frame.T + centre, cap_faces)
        item = bpy_data.place(studio.beauty, f"cornea.{side}", data, [shell])
        item.visible_shadow = False


def _catch_light(spec):
    """Direction (3,), strength and half angle (degrees) of the light that the corneas mirror most."""
    rng, light = build_generator(spec, "catchlight"), spec.light
    arriving = light.strength + 0.8 * light.key + 0.4 * light.fill + light.flash
    lamps = {lamp.name: lamp for lamp in lighting.lamps(light)}
    lamp = lamps.get("flash") or lamps.get("key")
    window = np.radians([rng.uniform(-35, 35), rng.uniform(20, 50)])
    spread = rng.uniform(5, 11)
    if lamp is not None and (lamp.name == "flash" or light.key > light.strength):
        offset = lamp.offset
        spread = 5.0 if lamp.name == "flash" else max(5.0, min(12.0, 14.0 * lamp.size))
    else:  # a window or the brightest part of the sky
        offset = np.array([np.sin(window[0]), -np.cos(window[0]), np.tan(window[1])])
    return offset / np.linalg.norm(offset), arriving * rng.uniform(0.3, 1.4), spread


def add_teeth(studio, spec, head):
    """Teeth and gums."""
    lips = np.stack([*head.landmarks[[UPPER_EDGE, LOWER_EDGE]], head.head_rotation[:, 2]])
    smile = max(spec.expression.get(f"mouthSmile{side}", 0.0) for side in ("Left", "Right"))
    v, f, gum = teeth.teeth(studio.model.template_teeth, head.teeth, studio.model.eye_middle, lips, smile)
    data = bpy_data.make_mesh("teeth", v, f, part=gum.astype(int))
    shade = teeth.tooth_colour(spec.identity.age, build_generator(spec, "teeth"))
    studio.add(
        "teeth",
        data,
        [materials_head.tooth(shade), materials_head.wet_tissue("gum", (0.42, 0.14, 0.13))],
        [flat(Native.TEETH), flat(Native.INNER_MOUTH)],
    )
