"""Skin, eyes and teeth as parts."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from facegen.assets.environment import lighting
from facegen.assets.head import curvature, eyes, teeth
from facegen.assets.head.head_cut import PART_INNER_MOUTH, PART_SKIN
from facegen.assets.head.head_model import HeadModel, PosedHead, head_model
from facegen.assets.meshes.mesh import Floats, Ints, ball
from facegen.assets.skin import chart_grid, skin_textures
from facegen.datasets.conventions.native_labels import Native
from facegen.render.geometry import part_materials as materials
from facegen.render.geometry.fitting import Fitting, RenderDetail
from facegen.render.geometry.part import MeshGeometry, PaintedSkin, Part
from facegen.render.spec.face_spec import FaceSpec, FacialHair

RIGHT_INNER_CORNER, LEFT_INNER_CORNER = 39, 42  # iBUG
UPPER_EDGE, LOWER_EDGE = 62, 66  # middles of the lips' inner edges, iBUG
TEXTURE_ASPECT = 0.6  # height over width of the skin's pictures: about that of the chart in mm
# Colours of wet tissue, linear RGB, by eye.
MOUTH_COLOUR, TONGUE_COLOUR, GUM_COLOUR = (0.42, 0.11, 0.09), (0.42, 0.12, 0.11), (0.42, 0.14, 0.13)
TONGUE_ROUGHNESS = 0.35  # its papillae mirror less than the mouth's lining
BEARD_SHADE = 0.75  # darkness of the skin under a full beard, for its density: roots and shade close the gaps
# How much deeper than elsewhere hollows look in ears, and how much of a ridge shows, by eye.
EAR_HOLLOWS, FLAT_HOLLOWS, RIDGES = 1.0, 0.6, 0.2
EYE_NAMES = "lr"
EYE_LABELS = ((Native.SCLERA_L, Native.IRIS_L), (Native.SCLERA_R, Native.IRIS_R))


def skin(face: Fitting) -> list[Part]:
    """The skin with mouth and tongue. Its labels are painted on the chart."""
    model, detail = face.model, face.detail
    fields: dict[str, Floats] = {"ear": model.ear}
    made: tuple[materials.Material, ...] = ()
    subdivision = 0
    if isinstance(detail, RenderDetail):
        fields["hollow"] = _lost_light(model, face.head)
        made = (
            _skin_material(face, detail.texture_width),
            materials.WetTissue("mouth", MOUTH_COLOUR),
            materials.WetTissue("tongue", TONGUE_COLOUR, TONGUE_ROUGHNESS),
        )
        subdivision = detail.subdivision
    uv, slot = _skin_tables()
    return [
        Part(
            name="skin",
            geometry=MeshGeometry(face.head.vertices, model.faces, uv, slot, subdivision),
            labels=(None, Native.INNER_MOUTH, Native.TONGUE),
            materials=made,
            fields=fields,
            painted=PaintedSkin(face.brow, None if face.hair.groom is None else face.scalp),
        )
    ]


@lru_cache(maxsize=1)
def _skin_tables() -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    """What all heads share: texture coordinates (F, 4, 2) and slot (F,) of the skin's faces."""
    model = head_model()
    slot = np.select([model.face_part == PART_SKIN, model.face_part == PART_INNER_MOUTH], [0, 1], 2)
    return corner_uv(model.chart, model.faces), slot


def _skin_material(face: Fitting, width: int) -> materials.Skin:
    spec = face.spec
    hair = skin_textures.HairShadow(
        _unshaven(spec.facial_hair),
        face.hair.scalp_shadow,
        lighting.hair_colour(spec.hair.colour),
        face.scalp.shade,
    )
    colour, roughness, relief, pores = skin_textures.skin_pictures(
        spec.skin,
        spec.identity.age,
        hair,
        spec.light.key_azimuth,
        spec.expression,
        (width, int(width * TEXTURE_ASPECT)),
    )
    return materials.Skin("skin", colour, roughness, relief, pores, spec.skin.subsurface)


@lru_cache(maxsize=1)
def _smoother() -> Any:
    """Sparse matrix of `curvature.smoother` for the head mesh."""
    model = head_model()
    return curvature.smoother(model.faces, len(model.chart))


def _lost_light(model: HeadModel, head: PosedHead) -> Floats:
    """Field "hollow" of the skin's shader, (N,) in [-0.2, 1.6]: deep in ears, little on ridges."""
    deep = curvature.hollows(head.vertices, head.normals, _smoother(), model.chart, model.ear)
    deep = np.where(deep > 0, deep * (FLAT_HOLLOWS + EAR_HOLLOWS * model.ear), RIDGES * deep)
    return deep * (1 - model.lips)


def _unshaven(facial_hair: FacialHair) -> float:
    """Darkness of the skin where beards grow."""
    under = BEARD_SHADE * facial_hair.density if facial_hair.kind == "full_beard" else 0.0
    return max(facial_hair.shadow, under)


def corner_uv(chart: Floats, faces: npt.NDArray[np.int32]) -> npt.NDArray[np.float64]:
    """Texture coordinates of chart points, all corners of a face on one side of the seam.

    Parameters
    ----------
    chart : (V, 2) float, mm
    faces : (F, 4) int

    Returns
    -------
    (F, 4, 2) float64, v upwards; u may leave [0, 1], where pictures repeat
    """
    corners = chart[faces].astype(np.float64)
    period = chart_grid.S_RANGE[1] - chart_grid.S_RANGE[0]
    corners[..., 0] -= period * np.round((corners[..., 0] - corners[:, :1, 0]) / period)
    return chart_grid.chart_uv(corners)


def eyeballs(face: Fitting) -> list[Part]:
    """Both eyes, each with its cornea; plain balls in a preview."""
    return _plain_eyes(face.head) if face.preview else _detailed_eyes(face)


def _plain_eyes(head: PosedHead) -> list[Part]:
    vertices, faces = _ball(round(head.eye_radius, 6))
    return [
        Part(f"eye.{side}", MeshGeometry(vertices @ frame.T + centre, faces), (white,))
        for side, centre, frame, (white, _) in zip(
            EYE_NAMES, head.eye_centres, head.eye_frames, EYE_LABELS, strict=True
        )
    ]


@lru_cache(maxsize=64)
def _ball(radius: float) -> tuple[Floats, Ints]:
    return ball(np.zeros(3), np.full(3, radius * eyes.EYEBALL_SCALE))


def _detailed_eyes(face: Fitting) -> list[Part]:
    spec, head = face.spec, face.head
    radius, iris_radius = head.eye_radius * eyes.EYEBALL_SCALE, spec.eyes.iris_mm / 1000
    picture = eyes.iris_picture(spec.eyes.family, spec.eyes.pupil, face.generator("iris"))
    shared = (
        materials.Sclera("sclera", spec.eyes.redness, spec.skin.melanin),
        materials.Iris("iris", picture),
        materials.Pupil("pupil"),
    )
    shell = _catch_light(spec, face.generator("catchlight"))
    vertices, faces, slot, uv = eyes.eyeball(radius, iris_radius, iris_radius * spec.eyes.pupil)
    cap, cap_faces = eyes.cornea(radius, iris_radius)
    inner_corners = head.landmarks[[LEFT_INNER_CORNER, RIGHT_INNER_CORNER]]
    out = []
    for side, centre, frame, corner, (white, iris) in zip(
        EYE_NAMES, head.eye_centres, head.eye_frames, inner_corners, EYE_LABELS, strict=True
    ):
        posed = vertices @ frame.T + centre
        near_lid, in_corner = eyes.lid_fields(posed, corner, head.head_rotation[:, 2], face.body)
        out.append(
            Part(
                f"eye.{side}",
                MeshGeometry(posed, faces, uv, slot),
                (white, iris, iris),
                shared,
                {"lid": near_lid, "corner": in_corner},
            )
        )
        mesh = MeshGeometry(cap @ frame.T + centre, cap_faces)
        out.append(Part(f"cornea.{side}", mesh, (), (shell,), casts_shadow=False))
    return out


def _catch_light(spec: FaceSpec, rng: np.random.Generator) -> materials.Cornea:
    """Corneas that mirror the brightest light: a lamp, or else a window or the brightest part of the sky."""
    light = spec.light
    arriving = light.strength + 0.8 * light.key + 0.4 * light.fill + light.flash
    lamps = {lamp.name: lamp for lamp in lighting.lamps(light)}
    lamp = lamps.get("flash") or lamps.get("key")
    window = np.radians([rng.uniform(-35, 35), rng.uniform(20, 50)])
    half_angle = rng.uniform(5, 11)
    if lamp is not None and (lamp.name == "flash" or light.key > light.strength):
        offset = lamp.offset
        half_angle = 5.0 if lamp.name == "flash" else max(5.0, min(12.0, 14.0 * lamp.size))
    else:
        offset = np.array([np.sin(window[0]), -np.cos(window[0]), np.tan(window[1])])
    strength = arriving * rng.uniform(0.3, 1.4)
    return materials.Cornea("cornea", offset / np.linalg.norm(offset), strength, half_angle)


def teeth_and_gums(face: Fitting) -> list[Part]:
    """Both rows of teeth; none in a preview, where they belong to the mouth."""
    if face.preview:
        return []
    spec, head, model = face.spec, face.head, face.model
    lips = np.stack([*head.landmarks[[UPPER_EDGE, LOWER_EDGE]], head.head_rotation[:, 2]])
    smile = max(spec.expression.get(f"mouthSmile{side}", 0.0) for side in ("Left", "Right"))
    vertices, faces, gum = teeth.teeth(model.template_teeth, head.teeth, model.eye_middle, lips, smile)
    enamel = materials.Tooth("tooth", teeth.tooth_colour(spec.identity.age, face.generator("teeth")))
    return [
        Part(
            "teeth",
            MeshGeometry(vertices, faces, slot=gum.astype(int)),
            (Native.TEETH, Native.INNER_MOUTH),
            (enamel, materials.WetTissue("gum", GUM_COLOUR)),
        )
    ]
