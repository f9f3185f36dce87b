"""Skin pictures on the face chart: colour, roughness and relief.

Colour comes from two pigments. A bare dermis is filtered by melanin in the epidermis and by haemoglobin
in the dermis, each through Beer-Lambert absorption at the sRGB primaries. Light that enters skin is
scattered before it leaves, so the effective absorption of melanin is far flatter than its extinction
spectrum: dermis and melanin's absorption are solved so that melanin 0.05 and 0.27 give the light and the
dark skin of the ColorChecker (patches 2 and 1: McCamy, Marcus and Davidson, A Color-Rendition Chart,
1976). Haemoglobin absorbs green and blue: Jacques, Optical properties of biological tissues, Phys. Med.
Biol. 58, 2013.

Pictures are (HEIGHT, WIDTH[, 3]) float32; row 0 is the top of the head, column 0 the seam at the back.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy import ndimage

from facegen.assets import regions

S_RANGE = (-314.16, 314.16)
T_RANGE = (-250.0, 120.0)

# Absorption per unit of volume fraction at the sRGB primaries.
MELANIN_ABSORPTION = np.array([5.22, 5.86, 6.12])
HAEMOGLOBIN_ABSORPTION = np.array([1.0, 9.0, 7.0])
DERMIS = np.array([0.72, 0.535, 0.375])


def skin_colour(melanin, haemoglobin):
    """Diffuse reflectance (..., 3), linear RGB, of pigment fractions (...)."""
    m, h = np.asarray(melanin, float)[..., None], np.asarray(haemoglobin, float)[..., None]
    return DERMIS * np.exp(-MELANIN_ABSORPTION * m - HAEMOGLOBIN_ABSORPTION * h)


def chart_uv(chart):
    """Chart mm (..., 2) -> texture coordinates in [0, 1], v upwards; s may leave the range (it repeats)."""
    s = (chart[..., 0] - S_RANGE[0]) / (S_RANGE[1] - S_RANGE[0])
    t = (chart[..., 1] - T_RANGE[0]) / (T_RANGE[1] - T_RANGE[0])
    return np.stack([s, t], -1)


@lru_cache(maxsize=2)
def _grid(width, height):
    s = S_RANGE[0] + (np.arange(width) + 0.5) / width * (S_RANGE[1] - S_RANGE[0])
    t = T_RANGE[1] - (np.arange(height) + 0.5) / height * (T_RANGE[1] - T_RANGE[0])
    return np.meshgrid(s, t)


@lru_cache(maxsize=2)
def region_maps(width, height):
    """Soft masks in [0, 1] of fixed regions: dict name -> (height, width) float32."""
    s, t = _grid(width, height)
    flat_s, flat_t = s.ravel(), t.ravel()

    def soft(distance, edge):
        return (1 / (1 + np.exp(np.clip(distance / edge, -30, 30)))).reshape(s.shape).astype(np.float32)

    def blob(cs, ct, rs, rt):
        return np.exp(-(((np.abs(s) - cs) / rs) ** 2) - ((t - ct) / rt) ** 2).astype(np.float32)

    lips = regions.polygon_distance(regions.LIPS, flat_s, flat_t)
    nose = regions.polygon_distance(regions.NOSE, flat_s, flat_t)
    moustache = regions.polygon_distance(regions.MOUSTACHE, flat_s, flat_t)
    return {
        "lips": soft(lips, 0.55),
        "lip_rim": np.exp(-((lips.reshape(s.shape) / 1.4) ** 2)).astype(np.float32),
        "nose_tip": blob(0, -40, 15, 9),
        "nose": soft(nose, 2.0),
        "cheeks": blob(43, -34, 20, 19),
        "ears": blob(138, -18, 26, 34),
        "chin": blob(0, -105, 18, 10),
        "forehead": blob(0, 45, 46, 16),
        "eye_socket": blob(29, -2, 17, 11),
        "under_eye": blob(28, -15, 13, 5),
        "lid": blob(29, 5.5, 15, 5.5),
        "beard": soft(np.minimum(regions.beard_distance(flat_s, flat_t), moustache), 3.5),
        "scalp": soft(regions.Hairline().distance(flat_s, flat_t), 3.0),
    }


@lru_cache(maxsize=2)
def _noise_bank(width, height):
    """Fixed tiles of smooth noise at several scales, unit variance, periodic in s."""
    rng = np.random.Generator(np.random.Philox(key=20))
    bank = {}
    for name, sigma in (("pores", 0.55), ("fine", 1.4), ("mottle", 5.0), ("patch", 18.0), ("broad", 50.0)):
        scale = sigma * width / 1024
        noise = ndimage.gaussian_filter(rng.standard_normal((height, width)), scale, mode="wrap")
        bank[name] = (noise / noise.std()).astype(np.float32)
    return bank


def _shifted(bank, name, rng):
    picture = bank[name]
    return np.roll(
        picture, (int(rng.integers(picture.shape[0])), int(rng.integers(picture.shape[1]))), (0, 1)
    )


def skin_pictures(skin, age, shadow, shadow_colour, scalp_shadow, hairline, width=1024, height=600):
    """Textures of one skin.

    Parameters
    ----------
    skin : any object with the fields of render.spec.Skin
    age : float, years
    shadow : float in [0, 1], unshaven darkness
    shadow_colour : (3,) float, linear RGB of the hair
    scalp_shadow : float in [0, 1], darkness of the scalp under cropped or dense hair
    hairline : regions.Hairline

    Returns
    -------
    colour (height, width, 3), roughness (height, width), relief (height, width) in mm; float32
    """
    rng = np.random.Generator(np.random.Philox(key=skin.texture_seed))
    r, bank = region_maps(width, height), _noise_bank(width, height)
    s, t = _grid(width, height)
    mottle, patch, broad = (_shifted(bank, n, rng) for n in ("mottle", "patch", "broad"))
    fine, pores = _shifted(bank, "fine", rng), _shifted(bank, "pores", rng)
    old = np.clip((age - 40) / 45, 0, 1)

    melanin = skin.melanin * (1 + 0.05 * patch + 0.05 * broad + 0.03 * fine)
    melanin = melanin * (1 + 0.10 * r["forehead"] - 0.10 * r["cheeks"] + 0.22 * r["eye_socket"] * (0.4 + old))
    melanin = melanin + skin.freckles * 0.10 * np.clip(_spots(bank, rng, "fine", 1.6), 0, 1) * (
        r["cheeks"] + r["nose"] + 0.35 * r["forehead"]
    )
    melanin = melanin + (skin.spots * 0.08 + 0.10 * old * skin.spots) * np.clip(
        _spots(bank, rng, "fine", 3.1), 0, 1
    )
    blood = 1 + 0.10 * mottle + 0.12 * patch + 0.10 * broad
    flush = (
        0.9 * r["cheeks"] * skin.blush + 0.7 * r["nose_tip"] * skin.blush + 0.8 * r["ears"] + 0.25 * r["chin"]
    )
    blood = skin.haemoglobin * blood * (1 + flush) + 0.012 * r["under_eye"] * (0.3 + old) + 0.010 * r["lid"]
    blood = blood + r["lips"] * (0.045 + 0.075 * skin.lip_colour)
    melanin = melanin + r["lips"] * 0.05 * (skin.melanin - 0.03)
    colour = skin_colour(np.clip(melanin, 0.004, 0.6), np.clip(blood, 0.004, 0.4))
    colour *= np.array([1 + 0.05 * skin.warmth, 1.0, 1 - 0.09 * skin.warmth])

    colour = _mix(colour, np.array(skin.lipstick), (skin.lipstick_amount * r["lips"]))
    colour = _mix(colour, np.array([0.10, 0.06, 0.05]), skin.eye_shadow * 0.75 * r["lid"])
    stubble = shadow * r["beard"] * (0.55 + 0.18 * np.clip(pores, -2, 2))
    colour = _mix(colour, 0.55 * colour + 0.45 * np.array(shadow_colour), np.clip(stubble, 0, 1))
    scalp = 1 / (1 + np.exp(np.clip(hairline.distance(s.ravel(), t.ravel()).reshape(s.shape) / 3.0, -30, 30)))
    cover = np.clip(scalp_shadow * scalp * (0.85 + 0.25 * pores), 0, 1)
    colour = _mix(colour, 0.25 * colour + 0.75 * np.array(shadow_colour), cover)

    wet = 0.20 * r["nose_tip"] + 0.12 * r["forehead"] + 0.10 * r["cheeks"]
    rough = skin.roughness + 0.05 * patch - skin.oil * wet - 0.10 * r["lips"] * (1 + skin.lipstick_amount)
    relief = skin.pores * (0.035 * pores + 0.03 * fine) * (1 - 0.6 * r["lips"]) + 0.012 * mottle
    relief = relief + _wrinkles(s, t, skin.wrinkles, patch, rng) + 0.05 * r["lips"] * _lip_grooves(s, rng)
    return (
        np.clip(colour, 0.002, 0.95).astype(np.float32),
        np.clip(rough, 0.15, 0.9).astype(np.float32),
        relief.astype(np.float32),
    )


def _mix(colour, other, share):
    return colour + np.asarray(share)[..., None] * (other - colour)


def _spots(bank, rng, name, threshold):
    return (_shifted(bank, name, rng) - threshold) * 2.5


def _lip_grooves(s, rng):
    phase = rng.uniform(0, 6.28, 3)
    return np.cos(2.7 * s + phase[0]) + np.cos(4.1 * s + phase[1]) + np.cos(1.6 * s + phase[2])


def _wrinkles(s, t, amount, patch, rng):
    """Forehead lines, crow's feet, nasolabial folds and glabella lines as grooves, mm."""
    if amount <= 0.01:
        return np.zeros_like(s, dtype=np.float32)
    a = np.abs(s)
    relief = np.zeros_like(s)
    for line in range(5):
        height = 30 + 7.2 * line + rng.normal(0, 1.2) + 2.5 * np.cos(a / 30) + 0.8 * patch
        relief -= 0.28 * np.exp(-(((t - height) / 0.9) ** 2)) * np.exp(-((a / 42) ** 4)) * rng.uniform(0.4, 1)
    for line in range(4):
        slope = (line - 1.5) * 0.35
        relief -= 0.22 * np.exp(-(((t + 1 - slope * (a - 46)) / 0.8) ** 2)) * np.exp(-(((a - 57) / 9) ** 4))
    fold = 14 + (-47 - t) * 0.42
    relief -= 0.5 * np.exp(-(((a - fold) / 1.6) ** 2)) * np.exp(-(((t + 62) / 15) ** 4))
    glabella = np.exp(-(((a - 5.5 - 0.1 * (t - 15)) / 0.9) ** 2)) * np.exp(-(((t - 17) / 7) ** 4))
    relief -= 0.25 * glabella
    for line in range(3):
        height = -16 - 3.2 * line - 0.006 * (a - 28) ** 2
        relief -= 0.12 * np.exp(-(((t - height) / 0.8) ** 2)) * np.exp(-(((a - 28) / 13) ** 4))
    return amount * relief
