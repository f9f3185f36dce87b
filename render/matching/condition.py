"""The direct mapping from what one row of a profile says to what a face is made of.

A drawn face is bent to a row one attribute at a time; what the row does not say stays as it was drawn.
Attributes that depend on more than one cause (hair outline, nose, exposure) land near their target, not on
it: matching (match.py) chooses among many such faces and refines them.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np

from facegen.assets.hair.style_registry import HAIR_STYLES, Observed, candidate_weights
from facegen.assets.skin.skin_pigments import skin_colour
from facegen.colour_science import bytes_of_linear, lab_of_srgb
from facegen.datasets.layouts.annotations import PITCH_ZERO
from facegen.render.develop.camera_model import tone
from facegen.render.matching.condition_scene import backdrop_blur, background, dressed, garment, light, number
from facegen.render.prior.accessories_prior import draw_glasses, draw_headwear, draw_jewellery
from facegen.render.prior.capture_prior import draw_pose
from facegen.render.prior.expression_prior import draw_expression
from facegen.render.prior.hair_prior import draw_facial_hair, draw_hair, draw_hair_colour
from facegen.render.prior.identity_prior import (
    MELANIN,
    draw_brows,
    draw_eyes,
    draw_gloss,
    draw_identity,
    draw_skin,
)
from facegen.render.spec import face_spec as s
from facegen.render.spec.keyed_random import Draw

# Names of the profile's attributes that this mapping follows.
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
LOOK = {  # field of spec.Look -> attribute of a row
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
ALMOST_NOTHING = 1e-4
SHORT_MM = 9.0  # the longest beard that is called a goatee
LONG_LOW = 0.10  # hair_low: share of the hair under the mouth, from where hair counts as long
MIDDLE, LONG = 0.2, 0.45  # hair_length: past the ear lobe, past the chin
# Hair.length of a bob that shows a hair_length (medians of 103 previews, the lower end drawn out).
BOB_OF_LENGTH = (0.24, 0.34, 0.40, 0.45, 0.48, 0.505), (0.42, 0.55, 0.75, 0.92, 1.1, 1.35)
# Width of the crop at the eyes, ears seen in a picture with earrings, and the largest stud.
TURNED = 20.0  # degrees of yaw from where an ear is hidden by the head
CROP_MM, EARS_SEEN, STUD_MM2 = 262.0, 1.5, 90.0
# yaw_nose a degree of yaw (slope over 64 renders of the prior), and the farthest that faces are turned.
NOSE_PER_DEGREE, MOST_YAW = 0.0029, 75.0
BANGS = 0.22  # fringe: share of the forehead under hair from where hair counts as bangs
# Melanin that hair of a lightness is rendered with (medians of 399 faces; the ends are drawn out), and
# how far it may leave the range of the shade that its row names: light is part of what is seen.
MELANIN_OF_LIGHTNESS = (
    (9.0, 12.5, 15.0, 19.5, 24.0, 33.5, 41.5, 50.0, 60.0),
    (0.98, 0.91, 0.84, 0.75, 0.62, 0.42, 0.28, 0.14, 0.05),
)
BESIDE_SHADE = 0.2
SHADES = {"black": (0.90, 0.99), "brown": (0.66, 0.88), "other": (0.55, 0.85), "blond": (0.22, 0.48)}
# Share of people of African, Asian and Caucasian ancestry whose eyes are called narrow, and whose hair, dyes
# included, is of a shade: judged by eye; only their order is meant.
NARROW_EYES = (0.12, 0.45, 0.08)
# And how often these ancestries come up among the people that CelebA shows: 4, 10 and 82 of 96 training
# photographs, by eye. Rows without its annotations start from even shares.
CELEBA_ANCESTRY = (0.05, 0.10, 0.85)
CELEBA_ALONE = {"narrow_eyes", "heavy_makeup", "5_o_clock_shadow"}  # nobody writes all of these by hand
SHADE_OF = {
    "black": (0.70, 0.60, 0.15),
    "brown": (0.12, 0.20, 0.35),
    "other": (0.15, 0.15, 0.25),
    "blond": (0.03, 0.05, 0.25),
}


def condition(spec: s.FaceSpec, row) -> s.FaceSpec:
    """`spec`, a draw of the prior or its base, bent to a row of a profile: name -> value, absent = not said.

    Expression, skin, eyes and all hair are drawn anew; the rest stays where the row says nothing of it.
    """
    d = Draw(spec.seed, spec.index)
    identity = _identity(d, spec.identity, row)
    skin = _skin(d, identity, row)
    camera = _camera(spec.camera, row)
    hair = _hair(d, identity, row)
    return replace(
        spec,
        identity=identity,
        skin=skin,
        camera=camera,
        hair=hair,
        eyes=draw_eyes(d, identity),
        brows=draw_brows(d, identity),
        facial_hair=_facial_hair(d, identity, row),
        expression=draw_expression(d, _flag(row, "smiling"), _flag(row, "mouth_open")),
        pose=_pose(d, spec.pose, row),
        glasses=_glasses(d, spec.glasses, row),
        headwear=_headwear(d, identity, spec.headwear, row),
        jewellery=_jewellery(d, identity, spec.jewellery, row),
        garment=garment(d, identity, dressed(d, identity, spec.garment, row), row),
        light=light(spec.light, _pose(d, spec.pose, row), row),
        background=background(d, spec.background, row),
    )


def recolour(spec: s.FaceSpec, row) -> s.FaceSpec:
    """`spec` with what only the colour picture shows, and its framing, bent to a row; its shape stays."""
    d = Draw(spec.seed, spec.index)
    return replace(
        spec,
        skin=_skin(d, spec.identity, row),
        camera=_camera(spec.camera, row),
        hair=replace(spec.hair, colour=_hair_colour(d, spec.identity, row)),
        garment=garment(d, spec.identity, spec.garment, row),
        light=light(spec.light, spec.pose, row),
        background=background(d, spec.background, row),
    )


def _flag(row, name):
    return None if name not in row else bool(row[name])


def _identity(d, identity, row):
    if "male" not in row:
        return identity
    age = identity.age
    if "young" in row:
        old = not row["young"] or bool(row.get("gray_hair", False))
        age = d.uniform("match.age", 42, 74) if old else d.uniform("match.age", 18, 42)
    drawn = draw_identity(d, gender=float(row["male"]), age=age)
    if "skin_ita" not in row:
        return drawn
    # Pictures tell skin tone, hair shade and the shape of the eyes, and not ancestry: each speaks for some.
    melanin = melanin_of_ita(number(row, "skin_ita", 40.0))
    weight = np.array([np.exp(-0.5 * (np.log(melanin / m) / 0.5) ** 2) + 0.02 for m, _ in MELANIN.values()])
    if "narrow_eyes" in row:
        narrow = np.array(NARROW_EYES)
        weight = weight * (narrow if row["narrow_eyes"] else 1 - narrow)
    if "hair_shade" in row and not _flag(row, "gray_hair"):
        weight = weight * np.array(SHADE_OF[str(row["hair_shade"])])
    if row.keys() >= CELEBA_ALONE:
        weight = weight * np.array(CELEBA_ANCESTRY)
    share = d("match.ancestry").dirichlet(weight / weight.sum() * 1.2 + 0.02)
    return replace(drawn, african=float(share[0]), asian=float(share[1]), caucasian=float(share[2]))


def _skin(d, identity, row):
    melanin = melanin_of_ita(number(row, "skin_ita", 40.0)) if "skin_ita" in row else None
    drawn = draw_skin(d, identity, melanin)
    lipstick, makeup = _flag(row, "wearing_lipstick"), _flag(row, "heavy_makeup")
    if lipstick is not None:
        amount = d.uniform("match.lipstick", 0.2, 0.75) if lipstick else 0.0
        drawn = replace(drawn, lipstick_amount=amount, lip_gloss=draw_gloss(d, lipstick))
    if makeup is not None:
        drawn = replace(drawn, eye_shadow=d.uniform("match.eye_shadow", 0.2, 0.8) if makeup else 0.0)
    if makeup:
        drawn = replace(
            drawn, **{k: 0.5 * getattr(drawn, k) for k in ("pores", "spots", "blemishes", "eye_bags")}
        )
    if _flag(row, "rosy_cheeks"):
        drawn = replace(drawn, blush=d.uniform("match.blush", 0.6, 1.1))
    bags = _flag(row, "bags_under_eyes")
    if bags is not None:
        drawn = replace(drawn, eye_bags=d.uniform("match.eye_bags", *((0.5, 1.0) if bags else (0.0, 0.45))))
    return drawn


@lru_cache(maxsize=1)
def _ita_table():
    melanin = np.geomspace(0.01, 0.45, 60)
    lightness, b = _lab_of_skin(melanin)
    return np.degrees(np.arctan2(lightness - 50, b)), melanin


def _lab_of_skin(melanin, haemoglobin=0.032):
    """CIELAB L* and b* (D65) of developed skin in standard light."""
    colour = tone(skin_colour(melanin, np.full_like(melanin, haemoglobin)))
    lab = lab_of_srgb(bytes_of_linear(colour))
    return lab[..., 0], lab[..., 2]


def melanin_of_ita(ita):
    """Melanin fraction whose developed colour has this individual typology angle (degrees)."""
    angles, melanin = _ita_table()
    return float(np.exp(np.interp(ita, angles[::-1], np.log(melanin)[::-1])))


def _look(row):
    """What the picture is to show, where the row says it; an exact 0 would mean that it says nothing."""
    said = {field: number(row, name, np.nan) for field, name in LOOK.items()}
    return s.Look(**{field: value or ALMOST_NOTHING for field, value in said.items() if np.isfinite(value)})


def _camera(camera, row):
    lightness = number(row, "skin_lightness", 0.0) if "skin_lightness" in row else 0.0
    return replace(
        camera,
        look=_look(row),
        backdrop_blur=backdrop_blur(camera, row),
        skin_lightness=lightness,
        scale=camera.scale if "face_scale" not in row else 1 / number(row, "face_scale", 1.0),
        shift_x=0.5 - number(row, "face_x", 0.5 - camera.shift_x),
        shift_y=0.5 - number(row, "face_y", 0.5 - camera.shift_y),
        tilt=-number(row, "roll", -camera.tilt),
    )


def _hair(d, identity, row):
    if "bald" not in row and "hair_length" not in row:
        return draw_hair(d, identity)
    man = identity.gender > 0.5
    length = number(row, "hair_length", 0.1 if man else 0.5)
    observed = Observed(
        man,
        identity.african,
        str(row.get("hair_form", "other")),
        bool(_flag(row, "receding_hairline")),
    )
    if row.get("bald", False) or not row.get("hair", True):
        weights = {"bald": 1.0}
    elif ("hair_length" not in row or length > LONG) and number(row, "hair_low", 0.3 * (not man)) > LONG_LOW:
        weights = candidate_weights("long", observed)
    elif length > MIDDLE:
        weights = candidate_weights("middle_men" if man else "middle_women", observed)
    else:
        weights = candidate_weights("short", observed)
    if "ear_left" in row and not row["ear_left"] and not row["ear_right"]:
        weights = {k: w * HAIR_STYLES[k].covers_ears for k, w in weights.items()}
    bangs = row.get("bangs", False) if "fringe" not in row else number(row, "fringe", 0.0) > BANGS
    if bangs:
        weights = {k: w for k, w in weights.items() if HAIR_STYLES[k].takes_fringe or k == "bald"}
    hair = draw_hair(
        d, identity, style=d.choice("match.hair.style", weights), colour=_hair_colour(d, identity, row)
    )
    if hair.style == "bob" and "hair_length" in row:
        hair = replace(hair, length=float(np.interp(length, *BOB_OF_LENGTH)))
    if "bangs" in row:
        hair = replace(hair, fringe=d.uniform("match.fringe", 1.0, 1.5) if bangs else 0.0)
    if "ear_left" in row and "ear_right" in row:
        # Hair that is tucked behind the ears lies behind the shoulders too.
        seen = (int(row["ear_left"]) + int(row["ear_right"])) / 2
        # What a turned head hides is no matter of hair.
        facing = max(0.0, 1 - abs(number(row, "yaw", 0.0)) / TURNED)
        more = facing * (int(row["ear_left"]) - int(row["ear_right"]))
        hair = replace(
            hair,
            behind=float(np.clip(0.15 + 0.7 * seen + 0.3 * (hair.behind - 0.5), 0, 1)),
            uneven=float(np.clip(0.5 * hair.uneven + 0.6 * more, -1.4, 1.4)),
        )
    if _flag(row, "receding_hairline"):
        hair = replace(
            hair, recession=d.uniform("match.recession", 8, 20), hairline_height=hair.hairline_height + 4
        )
    elif "receding_hairline" in row:
        hair = replace(hair, recession=min(hair.recession, 4.0), thinning=0.0)
    return hair


def _hair_colour(d, identity, row):
    colour = draw_hair_colour(d, identity)
    if "hair_shade" in row:
        low, high = SHADES[str(row["hair_shade"])]
        melanin = d.uniform("match.hair.melanin", low, high)
        lightness = number(row, "hair_lightness", np.nan)
        if np.isfinite(lightness):
            seen = np.interp(lightness, *MELANIN_OF_LIGHTNESS) * d.normal("match.hair.scatter", 1.0, 0.06)
            melanin = float(np.clip(seen, max(low - BESIDE_SHADE, 0.04), min(high + BESIDE_SHADE, 0.99)))
        colour = replace(colour, melanin=melanin, dye=None)
    if "gray_hair" in row:
        grey = d.uniform("match.grey", 0.45, 1.0) if row["gray_hair"] else min(colour.grey, 0.15)
        colour = replace(colour, grey=grey)
    return colour


def _facial_hair(d, identity, row):
    if "no_beard" not in row:
        return draw_facial_hair(d, identity)
    shadow = bool(row.get("5_o_clock_shadow", False))
    if row["no_beard"] or identity.gender < 0.5:
        kind = "none"
    elif row.get("goatee", False):
        # Annotators call most short beards with a fuller chin a goatee.
        kind = "goatee" if d.chance("match.goatee_alone", 0.5) else "full_beard"
    elif row.get("mustache", False):
        kind = "moustache" if d.chance("match.moustache_alone", 0.35) else "full_beard"
    else:
        kind = "stubble" if shadow or d.chance("match.stubble", 0.5) else "full_beard"
    drawn = draw_facial_hair(d, identity, kind)
    if row.get("goatee", False) and kind == "full_beard":
        drawn = replace(
            drawn, length_mm=float(np.exp(d.uniform("match.goatee_mm", *np.log((3.5, SHORT_MM)))))
        )
    if shadow or (kind == "goatee" and "5_o_clock_shadow" not in row):  # few shave around one
        drawn = replace(drawn, shadow=d.uniform("match.shadow", 0.25, 0.6))
    return drawn


def _pose(d, pose, row):
    if "yaw" not in row and "pitch" not in row:
        return pose
    # The profile's yaw is positive to the picture's left, a spec's to the subject's left.
    return draw_pose(
        d,
        np.clip(-number(row, "yaw", -pose.yaw), -85, 85),
        np.clip(number(row, "pitch", pose.pitch + PITCH_ZERO) - PITCH_ZERO, -38, 38),
        pose.roll,
    )


def _glasses(d, glasses, row):
    worn = _flag(row, "glasses")
    if worn is None:
        return glasses
    # A face turned far aside shows one eye at most, whatever it wears.
    facing = "face_axes" in row and abs(number(row, "yaw", 0.0)) < TURNED
    return draw_glasses(d, float(worn), bool(row["face_axes"]) if facing else None)


def _headwear(d, identity, headwear, row):
    worn = _flag(row, "hat")
    return headwear if worn is None else draw_headwear(d, identity, float(worn))


def _jewellery(d, identity, jewellery, row):
    """What is to be seen is put on, of the size that shows as much; else what is worn."""
    earrings, necklace = (
        _flag(row, seen) if seen in row else _flag(row, worn)
        for worn, seen in (("wearing_earrings", "earring"), ("wearing_necklace", "necklace"))
    )
    if earrings is None and necklace is None:
        return jewellery
    drawn = draw_jewellery(d, identity, earrings, necklace)
    area = row.get("earring_area")
    if drawn.earrings == "none" or area is None or not np.isfinite(area):
        return drawn
    one = number(row, "earring_area", 0.005) * CROP_MM**2 / EARS_SEEN
    if one < STUD_MM2:
        return replace(drawn, earrings="stud", earring_mm=float(np.clip(np.sqrt(1.3 * one), 3, 12)))
    kind = drawn.earrings if drawn.earrings != "stud" else "drop" if identity.gender < 0.5 else "hoop"
    # Rings are seen from the side as often as from the front.
    size = {"hoop": 3.5, "drop": 3.2}[kind] * np.sqrt(one)
    return replace(drawn, earrings=kind, earring_mm=float(np.clip(size, 12, 76)))
