"""Pigments of skin: melanin and blood on the face chart, and the colour that they give.

A bare dermis is filtered by melanin in the epidermis and by haemoglobin in the dermis, each through
Beer-Lambert absorption at the sRGB primaries. Light that enters skin is scattered before it leaves, so the
effective absorption of melanin is far flatter than its extinction spectrum: dermis and melanin's absorption
are solved so that melanin 0.05 and 0.27 give the light and the dark skin of the ColorChecker (patches 2 and
1: McCamy, Marcus and Davidson, A Color-Rendition Chart, 1976). Haemoglobin absorbs green and, less, blue,
which is scattered back before it gets deep: with 5 for blue lips lie as far towards blue of their skin as on
700 photographs (with 4.3 and 7 the blue light of lips differs by -2.6 % and 6.7 % from them).

Maps are (height, width) float on the chart (see `chart_grid`). Where no source is given, weights are chosen
by eye on rendered faces.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from facegen.assets.skin.painted_borders import Floats
from facegen.assets.skin.skin_fields import SkinFields, weighted
from facegen.assets.skin.skin_regions import Picture
from facegen.render.spec.face_spec import Skin

# Absorption per unit of volume fraction at the sRGB primaries.
MELANIN_ABSORPTION = np.array([5.22, 5.86, 6.12])
HAEMOGLOBIN_ABSORPTION = np.array([1.0, 9.0, 5.0])
DERMIS = np.array([0.72, 0.535, 0.353])
MELANIN_LIMITS, BLOOD_LIMITS = (0.004, 0.6), (0.004, 0.4)  # volume fractions; beyond, marks look painted

# Skin is uneven at every scale from a millimetre up. Weights of the noise by scale: coarse, which every skin
# has, and fine, which smooth skin has less of. With 1.6 times this mottle of blood, spots show.
MELANIN_NOISE, MELANIN_FINE_NOISE = {"patch": 0.05, "broad": 0.06}, {"fine": 0.03, "mottle": 0.05}
BLOOD_NOISE, BLOOD_FINE_NOISE = {"patch": 0.07, "broad": 0.08}, {"mottle": 0.08, "fine": 0.04}
MELANIN_AGE_NOISE = 0.04  # of mottle, in old skin
# The sun reaches forehead and nose first; the sockets are darker by nature and more so with age.
REGION_MELANIN = {"forehead": 0.12, "cheeks": -0.08}
SOCKET_MELANIN = 0.30
FRECKLE_MELANIN, AGE_SPOT_MELANIN, AGE_SPOT_GROWTH, MOLE_MELANIN = 0.07, 0.015, 0.05, 0.20
LIP_MELANIN, LIP_MELANIN_FROM = 0.05, 0.03
# Blood by region: what blushes, and what is always redder.
CHEEK_BLUSH, NOSE_TIP_BLUSH = 1.0, 0.6
REGION_BLOOD = {"nose": 0.3, "ears": 0.7, "chin": 0.4, "neck": 0.25}
UNDER_EYE_BLOOD, LID_BLOOD, PIMPLE_BLOOD, LIP_BLOOD, LIP_BLOOD_GAIN = 0.003, 0.003, 0.07, 0.038, 0.13
# How much of the unevenness, of the differences between regions and of marks a full foundation takes away.
EVENS, EVENS_REGIONS, HIDES_MARKS = 0.7, 0.55, 0.75
WARMTH = np.array([0.05, 0.0, -0.09])  # of red, green and blue at a warmth of 1
NECK_YELLOW = 0.21  # of blue that necks lose against faces: their b* is that of the face on 700 photographs


# Blood of lips and thin lids lies in veins near the surface: it gives off oxygen, absorbs more red and less
# blue. Change of the absorption, of the blood that lips have more of, and that much of thin skin, by eye on
# the differences of lips and lids from skin on 700 photographs.
VENOUS = np.array([1.6, 0.0, -1.1])
VENOUS_UNDER_EYE, VENOUS_LID = 0.07, 0.045
NO_BLOOD = 1e-5  # volume fraction that changes no byte of a picture


def skin_colour(melanin: Floats | float, haemoglobin: Floats | float) -> Floats:
    """Diffuse reflectance of skin: Beer-Lambert absorption over a bare dermis.

    Parameters
    ----------
    melanin, haemoglobin : (...) float
        Volume fractions in epidermis and dermis.

    Returns
    -------
    (..., 3) float64, linear RGB in [0, 1]
    """
    m, h = np.asarray(melanin, float)[..., None], np.asarray(haemoglobin, float)[..., None]
    return DERMIS * np.exp(-MELANIN_ABSORPTION * m - HAEMOGLOBIN_ABSORPTION * h)


def pigment_colour(skin: Skin, fields: SkinFields, regions: Mapping[str, Picture]) -> Floats:
    """Diffuse reflectance (height, width, 3) float32 of clean, flat skin, linear RGB."""
    melanin, blood = melanin_map(skin, fields, regions), blood_map(skin, fields, regions)
    colour = skin_colour(np.clip(melanin, *MELANIN_LIMITS), np.clip(blood, *BLOOD_LIMITS))
    venous = venous_blood(skin, regions)
    # Most of the chart has none, and exponentials of all of it would take as long as all else here.
    there = venous > NO_BLOOD
    colour[there] *= np.exp(-VENOUS * venous[there][:, None])
    colour *= 1 + WARMTH * skin.warmth
    colour[..., 2] *= 1 - NECK_YELLOW * regions["neck"]
    return colour.astype(np.float32)


def lip_blood(skin: Skin) -> float:
    """Volume fraction of haemoglobin that lips have more than the skin around them."""
    return LIP_BLOOD + LIP_BLOOD_GAIN * skin.lip_colour


def venous_blood(skin: Skin, regions: Mapping[str, Picture]) -> Floats:
    """Volume fraction of haemoglobin without oxygen, (height, width)."""
    thin = VENOUS_UNDER_EYE * regions["under_eye"] + VENOUS_LID * regions["lid"]
    return _regions_left(skin) * thin + lip_blood(skin) * regions["lips"]


def melanin_map(skin: Skin, fields: SkinFields, regions: Mapping[str, Picture]) -> Floats:
    """Volume fraction of melanin in the epidermis, (height, width)."""
    uneven = weighted(fields.noise, MELANIN_NOISE)
    uneven = uneven + _unevenness(skin) * weighted(fields.noise, MELANIN_FINE_NOISE)
    uneven = uneven + MELANIN_AGE_NOISE * fields.old * fields.noise["mottle"]
    # In proportion to itself, melanin that darkens most would show most: dark skin is no more blotched.
    melanin = skin.melanin * (1 + 1.5 / (1 + skin.melanin / 0.1) * uneven)
    sockets = SOCKET_MELANIN * regions["eye_socket"] * (0.6 + fields.old)
    melanin = melanin * (1 + _regions_left(skin) * (weighted(regions, REGION_MELANIN) + sockets))
    freckled = regions["cheeks"] + regions["nose"] + 0.35 * regions["forehead"]
    left = 1 - _marks_hidden(skin)
    melanin = melanin + left * skin.freckles * FRECKLE_MELANIN * fields.freckles * freckled
    age_spots = left * skin.spots * (AGE_SPOT_MELANIN + AGE_SPOT_GROWTH * fields.old)
    melanin = melanin + age_spots * fields.age_spots
    melanin = melanin + MOLE_MELANIN * fields.mole
    return melanin + regions["lips"] * LIP_MELANIN * (skin.melanin - LIP_MELANIN_FROM)


def blood_map(skin: Skin, fields: SkinFields, regions: Mapping[str, Picture]) -> Floats:
    """Volume fraction of haemoglobin in the dermis, (height, width)."""
    uneven = weighted(fields.noise, BLOOD_NOISE, 1)
    uneven = uneven + _unevenness(skin) * weighted(fields.noise, BLOOD_FINE_NOISE)
    flush = CHEEK_BLUSH * regions["cheeks"] * skin.blush
    flush = flush + NOSE_TIP_BLUSH * regions["nose_tip"] * (0.2 + skin.blush)
    flush = _regions_left(skin) * weighted(regions, REGION_BLOOD, flush)
    blood = skin.haemoglobin * uneven * (1 + flush)
    thin = UNDER_EYE_BLOOD * regions["under_eye"] * (0.4 + fields.old) + LID_BLOOD * regions["lid"]
    blood = blood + _regions_left(skin) * thin + (1 - _marks_hidden(skin)) * PIMPLE_BLOOD * fields.pimple
    lips = regions["lips"] * lip_blood(skin)
    return blood + lips * (1 + 0.12 * fields.noise["fine"])


def _unevenness(skin: Skin) -> float:
    """How much of the fine unevenness is left: smooth skin has less of it."""
    return (0.4 + 0.6 * min(skin.pores, 1.5)) * (1 - EVENS * skin.foundation)


def _regions_left(skin: Skin) -> float:
    """How much of the differences between regions is left under foundation."""
    return 1 - EVENS_REGIONS * skin.foundation


def _marks_hidden(skin: Skin) -> float:
    """Fraction of marks that foundation hides."""
    return HIDES_MARKS * skin.foundation
