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

from facegen.assets.skin import painted_borders, skin_marks

S_RANGE = (-314.16, 314.16)
T_RANGE = (-250.0, 120.0)

# Absorption per unit of volume fraction at the sRGB primaries.
MELANIN_ABSORPTION = np.array([5.22, 5.86, 6.12])
HAEMOGLOBIN_ABSORPTION = np.array([1.0, 9.0, 7.0])
# Share by which the light of a pore-sized patch of skin varies (standard deviation, pores = 1): coarse, old
# skin. Most skin at portrait sizes is smooth from pixel to pixel, and shading alone gives it structure.
DETAIL = 0.08
DERMIS = np.array([0.72, 0.535, 0.375])
CARUNCLE_COLOUR = np.array([0.35, 0.15, 0.125])  # linear RGB of the flesh in the inner corner of an eye
LIDS_LIGHT = 0.15  # share by which thin, stretched lids without shade are lighter than the mesh is lit
BELOW_EYES = 0.13  # share by which the top of the cheeks is lighter


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

    lips = painted_borders.polygon_distance(painted_borders.LIPS, flat_s, flat_t)
    # The red of lips pales before the corners of the mouth, where their label ends.
    full = (1 - 0.75 * np.clip((np.abs(s) - 15) / 8, 0, 1)).astype(np.float32)
    nose = painted_borders.polygon_distance(painted_borders.NOSE, flat_s, flat_t)
    return {
        "lips": soft(lips, 1.2) * full,
        "nose_tip": blob(0, -40, 15, 9),
        "nose": soft(nose, 2.0),
        "cheeks": blob(43, -34, 20, 19),
        "ears": blob(138, -18, 26, 34),
        "chin": blob(0, -105, 18, 10),
        "under_nose": blob(0, -58, 20, 8),
        "forehead": blob(0, 45, 46, 16),
        "eye_socket": blob(29, -2, 17, 11),
        "under_eye": blob(28, -15, 13, 5),
        "below_eye": blob(25, -21, 14, 10),
        "caruncle": soft(painted_borders.caruncle_radius(flat_s, flat_t) - 1, 0.12),
        "lid": blob(29, 5.5, 15, 5.5),
        "beard": _beard(flat_s, flat_t).reshape(s.shape),
        "scalp": soft(painted_borders.Hairline().distance(flat_s, flat_t), 3.0),
    }


def _beard(s, t):
    """Unshaven area (N,) float32 in [0, 1]: as thick as stubble would stand."""
    return np.maximum(
        painted_borders.beard_density("stubble", s, t), painted_borders.moustache_density(s, t)
    ).astype(np.float32)


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


def skin_pictures(
    skin,
    age,
    shadow,
    shadow_colour,
    scalp_shadow,
    hairline,
    light_azimuth=0.0,
    width=1024,
    height=600,
    expression=None,
):
    """Textures of one skin.

    Parameters
    ----------
    skin : any object with the fields of render.spec.Skin
    age : float, years
    shadow : float in [0, 1], unshaven darkness
    shadow_colour : (3,) float, linear RGB of the hair
    scalp_shadow : float in [0, 1], darkness of the scalp under cropped or dense hair
    hairline : assets.scalp.Scalp
    light_azimuth : float, degrees, where the main light comes from (positive: the subject's left)
    expression : dict ARKit action -> weight in [0, 1], or None for a face at rest: it folds the skin

    Returns
    -------
    colour (height, width, 3), roughness (height, width), relief (height, width) in mm, detail (height,
    width): the share by which pores and fine lines brighten or darken what is seen; float32
    """
    rng = np.random.Generator(np.random.Philox(key=skin.texture_seed))
    r, bank = region_maps(width, height), _noise_bank(width, height)
    s, t = _grid(width, height)
    mottle, patch, broad = (_shifted(bank, n, rng) for n in ("mottle", "patch", "broad"))
    fine, pores = _shifted(bank, "fine", rng), _shifted(bank, "pores", rng)
    old = float(np.clip((age - 40) / 45, 0, 1))
    # Pores are widest on nose, cheeks and forehead; lips have none.
    porous = (0.55 + 0.6 * r["nose"] + 0.45 * r["cheeks"] + 0.2 * r["forehead"]) * (1 - 0.8 * r["lips"])
    grain = skin.pores * porous

    # Skin is uneven at every scale from a millimetre up; what evens pores out evens this out too.
    uneven = 0.4 + 0.6 * min(skin.pores, 1.5)
    spread = 0.05 * patch + 0.06 * broad + uneven * (0.03 * fine + 0.05 * mottle) + 0.04 * old * mottle
    # In proportion to itself, melanin that darkens most would show most: dark skin is no more blotched.
    melanin = skin.melanin * (1 + 1.5 / (1 + skin.melanin / 0.1) * spread)
    # The sun reaches forehead and nose first; the sockets are darker by nature and more so with age.
    melanin = melanin * (1 + 0.12 * r["forehead"] - 0.08 * r["cheeks"] + 0.30 * r["eye_socket"] * (0.6 + old))
    melanin = melanin + skin.freckles * 0.07 * np.clip(_spots(bank, rng, "fine", 1.6), 0, 1) * (
        r["cheeks"] + r["nose"] + 0.35 * r["forehead"]
    )
    melanin = melanin + skin.spots * (0.015 + 0.05 * old) * np.clip(_spots(bank, rng, "mottle", 2.2), 0, 1)
    mole = skin_marks.moles(s, t, skin.moles, rng)
    melanin = melanin + 0.20 * mole
    blood = 1 + 0.10 * patch + 0.10 * broad + uneven * (0.13 * mottle + 0.06 * fine)
    flush = (
        0.9 * r["cheeks"] * skin.blush
        + 0.6 * r["nose_tip"] * (0.2 + skin.blush)
        + 0.12 * r["nose"]
        + 0.8 * r["ears"]
        + 0.35 * r["chin"]
    )
    blood = skin.haemoglobin * blood * (1 + flush) + 0.014 * r["under_eye"] * (0.4 + old) + 0.010 * r["lid"]
    pimple = skin_marks.blemishes(s, t, skin.blemishes, rng)
    blood = blood + 0.07 * pimple
    blood = blood + r["lips"] * (0.026 + 0.12 * skin.lip_colour) * (1 + 0.12 * fine)
    melanin = melanin + r["lips"] * 0.05 * (skin.melanin - 0.03)
    colour = skin_colour(np.clip(melanin, 0.004, 0.6), np.clip(blood, 0.004, 0.4))
    colour *= np.array([1 + 0.05 * skin.warmth, 1.0, 1 - 0.09 * skin.warmth])
    scar = skin_marks.scars(s, t, skin.scars, rng)
    colour = _mix(colour, 1.15 * colour + 0.03, 0.8 * scar)
    wrinkle = skin_marks.wrinkles(s, t, skin.wrinkles, patch, rng)
    fold = skin_marks.folds(s, t, expression or {}, float(np.clip(skin.wrinkles, 0, 1)))
    grooves = skin_marks.lip_grooves(s, rng) * r["lips"]
    bag, bulge = skin_marks.eye_bags(s, t, skin.eye_bags, rng)
    # What lies in a groove sees less light than the flat shading of a bump says.
    colour *= np.clip(1 + 0.55 * wrinkle + 0.27 * fold + 0.02 * grooves, 0.45, 1.3)[..., None]

    # Thin skin over blood and shade: bags are darker and bluer, the cheek below them is the lighter for it.
    colour *= 1 - skin.eye_bags * np.array([0.36, 0.43, 0.38]) * bag[..., None]
    colour *= (1 + BELOW_EYES * r["below_eye"])[..., None]
    colour = _mix(colour, np.array(skin.lipstick), (skin.lipstick_amount * r["lips"]))
    # Much of it is laid all round the eye.
    round_eye = max(skin.eye_shadow - 0.4, 0.0) * r["eye_socket"]
    colour = _mix(
        colour, np.array([0.10, 0.06, 0.05]), np.maximum(skin.eye_shadow * 0.75 * r["lid"], round_eye)
    )
    crease = skin_marks.lid_crease(s, t, skin.lid_crease)
    colour *= (1 - 0.32 * crease)[..., None]
    crease_of_wing = skin_marks.wing_crease(s, t)
    colour *= (1 - 0.30 * crease_of_wing)[..., None]
    # Fine hairs and the lee of the nose darken the upper lip, the shelter of the brow the lids.
    colour *= (1 - 0.14 * r["under_nose"] * (1 - r["lips"]))[..., None]
    colour *= 1 - np.array([0.42, 0.56, 0.54]) * skin_marks.lip_seam(s, t)[..., None]
    colour *= np.clip(1 - np.array([0.66, 0.76, 0.78]) * skin_marks.nostrils(s, t)[..., None], 0, 1)
    deep = (skin.lid_shade * (1 + 0.3 * old + 0.6 * skin.eye_shadow) - LIDS_LIGHT) * skin_marks.lid_shade(
        s, t
    )
    colour *= np.clip(1 - np.array([1.0, 1.0, 0.88]) * deep[..., None], 0.1, 1)
    liner = np.clip(0.75 + 0.9 * skin.eye_shadow, 0, 0.95)
    colour = _mix(
        colour, np.array([0.03, 0.02, 0.02]), liner * skin_marks.lash_line(s, t, 0.9 + skin.eye_shadow)
    )
    colour = _mix(colour, CARUNCLE_COLOUR * min(1.0, 1.25 - 1.8 * skin.melanin), r["caruncle"])
    stubble = shadow * r["beard"] * (0.55 + 0.25 * np.clip(pores, -2, 2))
    colour = _mix(colour, 0.55 * colour + 0.45 * np.array(shadow_colour), np.clip(stubble, 0, 1))
    scalp = hairline.shade(s.ravel(), t.ravel()).reshape(s.shape)
    cover = np.clip(scalp_shadow * scalp * (0.85 + 0.25 * pores), 0, 1)
    colour = _mix(colour, 0.25 * colour + 0.75 * np.array(shadow_colour), cover)

    # Sebum: the T zone and the cheeks shine, the eye corners and the neck do not. Measured skin keeps a slope
    # of about 0.2 to 0.4 everywhere (Weyrich et al., Analysis of Human Faces using a Measurement-Based Skin
    # Reflectance Model, 2006), which is a roughness of 0.45 to 0.63: broad lights, never small hot spots.
    wet = 0.13 * np.maximum(r["nose"], r["nose_tip"]) + 0.13 * r["forehead"] + 0.09 * r["cheeks"]
    wet = wet + 0.07 * r["chin"]
    rough = skin.roughness + 0.05 * patch + 0.015 * fine - skin.oil * wet
    rough = rough - r["lips"] * (0.08 + 0.34 * skin.lip_gloss) + 0.05 * r["eye_socket"] - 0.25 * r["caruncle"]
    relief = grain * (0.05 * pores + 0.06 * fine) + 0.012 * mottle + wrinkle + fold
    relief = (
        relief
        + 0.05 * grooves
        + skin.eye_bags * bulge
        + 0.25 * pimple
        + 0.2 * mole
        - 0.10 * scar
        - 0.35 * crease
        - 0.4 * crease_of_wing
    )
    # Seen light of pores and fine lines: each is darker inside and brighter on the rim towards the light.
    towards = np.sign(light_azimuth) or 1.0
    slope = np.gradient(fine + pores, axis=1) * towards - np.gradient(fine + pores, axis=0)
    detail = DETAIL * grain * (0.5 * fine + 0.5 * pores + 0.35 * slope)
    detail = np.clip(detail + 0.12 * wrinkle + 0.06 * fold, -0.5, 0.5) * (1 - 0.5 * r["lips"])
    return (
        np.clip(colour, 0.002, 0.95).astype(np.float32),
        np.clip(rough, 0.15, 0.9).astype(np.float32),
        relief.astype(np.float32),
        detail.astype(np.float32),
    )


def _mix(colour, other, share):
    return colour + np.asarray(share)[..., None] * (other - colour)


def _spots(bank, rng, name, threshold):
    return (_shifted(bank, name, rng) - threshold) * 2.5
