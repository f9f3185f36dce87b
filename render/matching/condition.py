"""Conditioning a drawn face on one row of a profile: each attribute of the row sets its part of the spec.

What the row does not say stays as it was drawn. Attributes with more than one cause (hair outline, nose,
exposure) come near to their target only: matching (matcher.py) chooses among many such faces and refines
them. Hair is in condition_hair.py, skin in condition_skin.py, clothes, light and background in
condition_scene.py.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from facegen.assets.wear.jewellery_registry import EARRINGS
from facegen.datasets.keyed_random import Draw
from facegen.datasets.layouts.annotations import PITCH_ZERO
from facegen.render.matching.condition_colour import coloured
from facegen.render.matching.condition_hair import TURNED, facial_hair, hair, hair_colour
from facegen.render.matching.condition_scene import backdrop_blur, background, dressed, garment, light
from facegen.render.matching.condition_skin import MIDDLE_ITA, melanin_of_ita, skin
from facegen.render.matching.profile_rows import Row, flag, number
from facegen.render.prior.accessories_prior import draw_glasses, draw_headwear, draw_jewellery
from facegen.render.prior.brow_prior import draw_brows
from facegen.render.prior.capture_prior import draw_pose
from facegen.render.prior.expression_prior import draw_expression
from facegen.render.prior.garment_prior import under_headwear
from facegen.render.prior.hand_prior import draw_hand
from facegen.render.prior.identity_prior import MELANIN, draw_eyes, draw_identity
from facegen.render.spec import face_spec as s

# Names of the profile's attributes that a face can be conditioned on.
FOLLOWED = (
    "male",
    "young",
    "gray_hair",
    "bald",
    "receding_hairline",
    "bangs",
    "hair_shade",
    "hair_form",
    "hair_length",
    "hair_low",
    "hair_lightness",
    "no_beard",
    "goatee",
    "mustache",
    "5_o_clock_shadow",
    "smiling",
    "mouth_open",
    "glasses",
    "face_axes",
    "hat",
    "earring",
    "necklace",
    "earring_area",
    "cloth",
    "cloth_area",
    "ear_left",
    "ear_right",
    "wearing_earrings",
    "wearing_necklace",
    "wearing_lipstick",
    "heavy_makeup",
    "narrow_eyes",
    "rosy_cheeks",
    "bags_under_eyes",
    "yaw",
    "pitch",
    "face_scale",
    "face_x",
    "face_y",
    "roll",
    "skin_ita",
    "skin_lightness",
    "background_lightness",
    "background_spread",
    "background_sharpness",
    "background_colourfulness",
    "cloth_lightness",
    "cloth_chroma",
    "light_side",
    "contrast",
    "skin_redness",
    "skin_yellowness",
    "sharpness",
    "noise",
    "clipped_dark",
    "clipped_light",
)
# Development targets: field of face_spec.Look -> attribute of a row.
LOOK = {
    "contrast": "contrast",
    "skin_lightness": "skin_lightness",
    "skin_redness": "skin_redness",
    "skin_yellowness": "skin_yellowness",
    "sharpness": "sharpness",
    "noise": "noise",
    "blacks": "clipped_dark",
    "whites": "clipped_light",
    "background_sharpness": "background_sharpness",
}
NEARLY_ZERO = 1e-4  # a development target of exactly 0 would mean that there is none

YOUNG_AGES, OLD_AGES = (18, 42), (42, 74)  # years, of people whom annotators call young and not young
MAX_YAW, MAX_PITCH = 85, 38  # degrees, beyond which previews and renders show too little of a face

# The tables below are in the order african, asian, caucasian: a picture shows skin tone, eyes and hair, and
# each of them changes how likely an ancestry is. Fraction of people whose eyes are called narrow. By eye;
# only the order is meant.
NARROW_EYES = (0.12, 0.45, 0.08)
# Fraction of people whose hair, dyed or not, has a shade. By eye; only the order is meant.
SHADE_OF = {
    "black": (0.70, 0.60, 0.15),
    "brown": (0.12, 0.20, 0.35),
    "other": (0.15, 0.15, 0.25),
    "blond": (0.03, 0.05, 0.25),
}
# Frequency among the people that CelebA shows: 4, 10 and 82 of 96 training photographs, by eye.
CELEBA_ANCESTRY = (0.05, 0.10, 0.85)
# A row with all of these comes from CelebA's annotations: no handwritten profile has them all. Other rows
# start from equal fractions.
CELEBA_ANNOTATIONS = {"narrow_eyes", "heavy_makeup", "5_o_clock_shadow"}
# Standard deviation of the logarithm of the melanin that a skin tone stands for, within an ancestry: people
# differ by 0.4, and dim or bright light changes the tone (half of 40 training photographs with an ITA below
# -15 degrees show people of African ancestry, by eye). What is left for the unlikely ones.
MELANIN_SD, UNLIKELY = 0.6, 0.02
# Concentration of the Dirichlet distribution of the ancestries: most people are mostly of one.
CONCENTRATION = 1.2

# face_scale as masks show it (middles of eyes and lips) over that of the landmarks which frame the crop: mean
# of 576 label maps.
MASK_SCALE = 1.0217
# earring_area is a fraction of the crop: width of the crop at the eyes in mm, mean number of ears that a
# picture with earrings shows, and the area of the largest stud in mm².
CROP_MM, EARS_SEEN, STUD_MM2 = 262.0, 1.5, 90.0


def condition(spec: s.FaceSpec, row: Row) -> s.FaceSpec:
    """A face conditioned on a row of a profile.

    Parameters
    ----------
    spec : a draw of the default prior, or its base (`default_prior.draw_base`)
    row : attribute -> value; absent attributes are not known

    Returns
    -------
    FaceSpec
        Expression, skin, eyes, all hair and the hand are drawn again with the spec's own keys, for the new
        person in the new clothes; the rest of the spec stays where the row says nothing about it.
        `recolour` then finds the colours.
    """
    d = Draw(spec.seed, spec.index)
    identity = _identity(d, spec.identity, row)
    pose = _pose(d, spec.pose, row)
    headwear = _headwear(d, identity, spec.headwear, row)
    worn = under_headwear(d, headwear, dressed(d, identity, spec.garment, row))
    clothes = garment(d, identity, worn, row)
    return replace(
        spec,
        identity=identity,
        skin=skin(d, identity, row),
        camera=_camera(spec.camera, row),
        hair=hair(d, identity, row),
        eyes=draw_eyes(d, identity),
        brows=draw_brows(d, identity),
        facial_hair=facial_hair(d, identity, row),
        expression=draw_expression(d, identity, flag(row, "smiling"), flag(row, "mouth_open")),
        pose=pose,
        glasses=_glasses(d, spec.glasses, row),
        headwear=headwear,
        jewellery=_jewellery(d, identity, spec.jewellery, row),
        hand=draw_hand(d, identity, clothes),
        garment=clothes,
        light=light(spec.light, pose, row),
        background=background(d, spec.background, row),
    )


def recolour(spec: s.FaceSpec, row: Row) -> s.FaceSpec:
    """A face with the colours, light, background and framing of a row.

    Only what a label preview does not show is changed, and the framing, which refinement moves anyway: the
    shape of the face, its hair and its clothes stay.
    """
    d = Draw(spec.seed, spec.index)
    recoloured = replace(
        spec,
        skin=skin(d, spec.identity, row),
        camera=_camera(spec.camera, row),
        hair=replace(spec.hair, colour=hair_colour(d, spec.identity, row)),
        garment=garment(d, spec.identity, spec.garment, row),
        light=light(spec.light, spec.pose, row),
        background=background(d, spec.background, row),
    )
    return coloured(recoloured, row)


def _identity(d: Draw, identity: s.Identity, row: Row) -> s.Identity:
    """A person of the row's gender, age and likely ancestry; the drawn one where it does not say `male`."""
    if "male" not in row:
        return identity
    age = identity.age
    if "young" in row:
        old = not row["young"] or bool(row.get("gray_hair", False))
        age = d.uniform("match.age", *(OLD_AGES if old else YOUNG_AGES))
    drawn = draw_identity(d, gender=float(row["male"]), age=age)
    if "skin_ita" not in row:
        return drawn
    weights = _ancestry_weights(row)
    fractions = d("match.ancestry").dirichlet(weights / weights.sum() * CONCENTRATION + UNLIKELY)
    return replace(
        drawn, african=float(fractions[0]), asian=float(fractions[1]), caucasian=float(fractions[2])
    )


def _ancestry_weights(row: Row) -> npt.NDArray[np.float64]:
    """(3,) relative weights of the ancestries, from skin tone, eyes and hair shade."""
    melanin = melanin_of_ita(number(row, "skin_ita", MIDDLE_ITA))
    distance = [np.log(melanin / median) / MELANIN_SD for median, _ in MELANIN.values()]
    weights = np.array([np.exp(-0.5 * x**2) + UNLIKELY for x in distance])
    if "narrow_eyes" in row:
        narrow = np.array(NARROW_EYES)
        weights = weights * (narrow if row["narrow_eyes"] else 1 - narrow)
    if "hair_shade" in row and not flag(row, "gray_hair"):
        weights = weights * np.array(SHADE_OF[str(row["hair_shade"])])
    if row.keys() >= CELEBA_ANNOTATIONS:
        weights = weights * np.array(CELEBA_ANCESTRY)
    return weights


def _camera(camera: s.Camera, row: Row) -> s.Camera:
    """Framing and development targets of a row."""
    lightness = number(row, "skin_lightness", 0.0) if "skin_lightness" in row else 0.0
    return replace(
        camera,
        look=_look(row),
        backdrop_blur=backdrop_blur(camera, row),
        skin_lightness=lightness,
        scale=camera.scale if "face_scale" not in row else MASK_SCALE / number(row, "face_scale", 1.0),
        shift_x=0.5 - number(row, "face_x", 0.5 - camera.shift_x),
        shift_y=0.5 - number(row, "face_y", 0.5 - camera.shift_y),
        tilt=-number(row, "roll", -camera.tilt),
    )


def _look(row: Row) -> s.Look:
    """The development targets that the row gives."""
    given = {field: number(row, name, np.nan) for field, name in LOOK.items()}
    return s.Look(**{field: value or NEARLY_ZERO for field, value in given.items() if np.isfinite(value)})


def _pose(d: Draw, pose: s.Pose, row: Row) -> s.Pose:
    if "yaw" not in row and "pitch" not in row:
        return pose
    # The profile's yaw is positive to the picture's left, a spec's to the subject's left.
    yaw = np.clip(-number(row, "yaw", -pose.yaw), -MAX_YAW, MAX_YAW)
    pitch = np.clip(number(row, "pitch", pose.pitch + PITCH_ZERO) - PITCH_ZERO, -MAX_PITCH, MAX_PITCH)
    return draw_pose(d, yaw, pitch, pose.roll)


def _glasses(d: Draw, glasses: s.Glasses, row: Row) -> s.Glasses:
    worn = flag(row, "glasses")
    if worn is None:
        return glasses
    # face_axes says whether eyes are seen. On a head turned far that says nothing about the lenses.
    frontal = "face_axes" in row and abs(number(row, "yaw", 0.0)) < TURNED
    return draw_glasses(d, float(worn), bool(row["face_axes"]) if frontal else None)


def _headwear(d: Draw, identity: s.Identity, headwear: s.Headwear, row: Row) -> s.Headwear:
    worn = flag(row, "hat")
    return headwear if worn is None else draw_headwear(d, identity, float(worn))


def _jewellery(d: Draw, identity: s.Identity, jewellery: s.Jewellery, row: Row) -> s.Jewellery:
    """Earrings and a necklace as the mask of the row shows them, or else as it is annotated."""
    earrings, necklace = (
        flag(row, seen) if seen in row else flag(row, worn)
        for worn, seen in (("wearing_earrings", "earring"), ("wearing_necklace", "necklace"))
    )
    if earrings is None and necklace is None:
        return jewellery
    drawn = draw_jewellery(d, identity, earrings, necklace)
    area = row.get("earring_area")
    if drawn.earrings == "none" or area is None or not np.isfinite(area):
        return drawn
    return _earrings_of_area(drawn, identity, number(row, "earring_area", 0.005))


def _earrings_of_area(worn: s.Jewellery, identity: s.Identity, area: float) -> s.Jewellery:
    """Earrings that cover this fraction of the crop."""
    one = area * CROP_MM**2 / EARS_SEEN
    if one < STUD_MM2:
        return replace(worn, earrings="stud", earring_mm=float(np.clip(np.sqrt(1.3 * one), 3, 12)))
    kind = worn.earrings if worn.earrings != "stud" else "drop" if identity.gender < 0.5 else "hoop"
    size = EARRINGS[kind].size_per_root_area * np.sqrt(one)
    return replace(worn, earrings=kind, earring_mm=float(np.clip(size, 12, 76)))
