"""The scene around a face that one row of a profile describes: clothes, the main light, the background."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from facegen.assets.environment.backdrop_registry import BACKDROPS
from facegen.assets.environment.lighting import face_shading
from facegen.assets.head.rotations import rotation_of
from facegen.assets.wear.garment_registry import GARMENT_CUTS
from facegen.colour_science import LUMINANCE, bytes_of_linear, lab_of_srgb, luminance_of_lightness
from facegen.datasets.keyed_random import Draw
from facegen.render.matching.profile_rows import Row, number
from facegen.render.prior.garment_prior import draw_cloth, draw_garment
from facegen.render.spec import face_spec as s

Colour = tuple[float, float, float]  # linear RGB

# Skin of a face that decides its light_side: directions in degrees to the side of its front, and up. Shading
# it without shadows predicts light_side with r = 0.79 and a slope of 1.00 (385 faces of the prior).
ASIDE, UPWARDS = np.meshgrid(np.arange(-76.0, 77.0, 8.0), (-40.0, -20.0, 0.0, 20.0, 40.0), indexing="ij")
# Degrees: positions of the key light, and turns of the surrounding light, that are tried.
AZIMUTHS, TURNS = np.arange(-75.0, 76.0, 7.5), np.arange(0.0, 360.0, 45.0)
# Costs of a light: a light_side that differs by SIDE_MISS stops from the row's costs 1, as does a key moved
# by KEY_MOVED degrees from where it was drawn, or from the mirror image of that; a turn of the surround costs
# SURROUND_TURNED.
SIDE_MISS, KEY_MOVED, SURROUND_TURNED = 0.15, 30.0, 0.5
# Factors on the light that fills shadows (surround and fill) that are tried. Costs: a spread of the light
# SPREAD_MISS stops from the row's costs 1, as does light that is SOFTENED, in ln, from what was drawn.
SOFTER = np.array([0.45, 0.6, 0.8, 1.0, 1.3, 1.7, 2.2])
SPREAD_MISS, SOFTENED = 0.15, 0.45
# skin_contrast of a face in flat light, and of a face per stop of spread: 80 renders (r = 0.58 and 0.2 among
# matched faces and those of the default prior).
FLAT_CONTRAST, CONTRAST_SLOPE = 25.0, 33.0
# The mean L* of a cloth in a picture is nearer to the middle than its dye's, because of shade, creases,
# shirts and patterns: 0.61 of the dye's plus 13 over 95 renders (r = 0.74). This undoes it.
CLOTH_PULL, CLOTH_MIDDLE = 0.63, 33.4
# Factor on the row's chroma: shade and shirts leave 8.4 of 9.4 in the mean, 0.46 in slope (106 faces).
CLOTH_CHROMA = 1.3
MIDDLE_CLOTH_LIGHTNESS, MIDDLE_CLOTH_CHROMA = 35.0, 7.0  # of rows in which they could not be measured
SHIRT_FRACTION = 0.22  # of the visible cloth of a jacket is the shirt below it (by eye)
BLACK, WHITE = 4.0, 96.0  # L* of the darkest and the lightest cloth
CUT_LOG_SD = 0.8  # sd of the logarithm of the fraction of the picture that a cut covers (1,024 previews)
MIDDLE_CLOTH_AREA = 0.03  # of rows in which it could not be measured
ONE_HUE = 30.0  # colourfulness (M3) that a wall of one hue reaches at most
# Standard deviations between the mean of a background and its two tones. Grading puts 1.6 there
# (background_picture.TONES), and backgrounds showed 0.81 of the L* that rows gave (11.5 of 14.2, 700 faces).
# Not all of it is made up for: developing adds contrast.
TONES = 1.6 / 0.84
DARKEST = 1e-3  # luminance of a half of the face that no light reaches
LIT = 55.0  # L* above which a background is not a dark hall
FLAT = 8.0  # standard deviation of L* below which a background has no structure
TINT, GREY = 0.55, 0.45  # of a background's colour that is kept, and of grey that is mixed in (by eye)


def dressed(d: Draw, identity: s.Identity, spec: s.Garment, row: Row) -> s.Garment:
    """A garment of the same dyes, cut so that it shows as much cloth as the row.

    Parameters
    ----------
    d : keyed draws of the face
    identity : whose gender weights the cuts
    spec : the drawn garment; it stays where the row does not say `cloth`
    row : row of a profile
    """
    if "cloth" not in row:
        return spec
    man = identity.gender
    if not row["cloth"]:
        bare = {name: cut.bare_weight for name, cut in GARMENT_CUTS.items() if cut.bare_weight is not None}
        names = sorted(bare, key=lambda name: -bare[name](0.0))
        cut = d.choice("match.garment.bare", {name: bare[name](man) for name in names})
        return replace(_recut(d, spec, cut), depth=d.uniform("match.garment.depth", 0.6, 1.0))
    area = np.log(max(number(row, "cloth_area", MIDDLE_CLOTH_AREA), 1e-4))
    weights = {
        name: np.exp(-0.5 * ((area - np.log(cut.visible_area)) / CUT_LOG_SD) ** 2) * cut.weight(man) + 1e-6
        for name, cut in GARMENT_CUTS.items()
        if cut.visible_area is not None
    }
    return _recut(d, spec, d.choice("match.garment.cut", weights))


def _recut(d: Draw, spec: s.Garment, cut: str) -> s.Garment:
    """Another cut, with a pattern and a fabric that it is made of."""
    pattern, fabric = draw_cloth(d, cut)
    return replace(spec, cut=cut, pattern=pattern, fabric=fabric)


def garment(d: Draw, identity: s.Identity, spec: s.Garment, row: Row) -> s.Garment:
    """A garment of the row's lightness and chroma.

    The dyes are drawn again, so that the result does not depend on the row that the garment was dyed for
    before.

    Parameters
    ----------
    d : keyed draws of the face
    identity : of the face
    spec : the garment, whose cut stays; all of it stays where the row does not give `cloth_lightness`
    row : row of a profile
    """
    if "cloth_lightness" not in row:
        return spec
    drawn = draw_garment(d, identity)
    lightness = number(row, "cloth_lightness", MIDDLE_CLOTH_LIGHTNESS)
    lightness = float(np.clip(lightness + CLOTH_PULL * (lightness - CLOTH_MIDDLE), BLACK, WHITE))
    inner = _lightness(drawn.inner)
    if GARMENT_CUTS[spec.cut].jacket:
        # The jacket is made darker first: a dark suit with a white shirt is not a grey suit. The shirt is
        # made darker only where even a black jacket would not do.
        inner = min(inner, (lightness - (1 - SHIRT_FRACTION) * BLACK) / SHIRT_FRACTION)
        lightness = float(np.clip((lightness - SHIRT_FRACTION * inner) / (1 - SHIRT_FRACTION), BLACK, WHITE))
    chroma = CLOTH_CHROMA * number(row, "cloth_chroma", MIDDLE_CLOTH_CHROMA)
    return replace(
        spec,
        colour=dyed(drawn.colour, lightness, chroma),
        # The second colour moves half of the way, so that a pattern stays visible.
        second=dyed(drawn.second, 0.5 * (lightness + _lightness(drawn.second)), chroma),
        inner=dyed(drawn.inner, max(inner, BLACK), None),
    )


def _lightness(colour: Colour) -> float:
    return float(lab_of_srgb(bytes_of_linear(np.array(colour)))[0])


def dyed(colour: Colour, lightness: float, chroma: float | None) -> Colour:
    """A colour of the same hue with another lightness and chroma.

    Parameters
    ----------
    colour : linear RGB
    lightness : CIE L*
    chroma : CIE C*, met to about 1 where the hue reaches it; None keeps the colour's own saturation

    Returns
    -------
    linear RGB, each in [0.002, 0.9]: the range of cloth
    """
    value = luminance_of_lightness(lightness)
    tint = np.array(colour) / max(float(np.array(colour) @ LUMINANCE), 1e-4) - 1

    def at(saturation: float) -> npt.NDArray[np.float64]:
        return np.clip(value * (1 + saturation * tint), 0.002, 0.9)

    if chroma is None or np.abs(tint).max() < 0.03:
        return _colour(at(1.0))
    low, high = 0.0, 1 / max(-float(tint.min()), 1e-3)
    for _ in range(12):
        middle = (low + high) / 2
        reached = np.hypot(*lab_of_srgb(bytes_of_linear(at(middle)))[1:])
        low, high = (low, middle) if reached > chroma else (middle, high)
    return _colour(at(low))


def _colour(rgb: npt.NDArray[np.float64]) -> Colour:
    red, green, blue = (float(c) for c in rgb)
    return red, green, blue


def light(spec: s.Light, pose: s.Pose, row: Row) -> s.Light:
    """A light that makes the side of the face brighter that is brighter in the row, and as soft or hard.

    The key light is mirrored or moved, or the surrounding light is turned, at the lowest total cost of the
    change and of the remaining difference. Then the light that fills shadows is made weaker or stronger.

    Parameters
    ----------
    spec : the drawn light; its place stays where the row does not give `light_side`, its softness where it
        does not give `skin_contrast`
    pose : of the head
    row : row of a profile
    """
    return _softened(_placed(spec, pose, row), pose, row)


def _placed(spec: s.Light, pose: s.Pose, row: Row) -> s.Light:
    if "light_side" not in row:
        return spec
    turns = (spec.turn + TURNS) % 360
    missed = (light_sides(spec, pose, AZIMUTHS, turns) - number(row, "light_side", 0.0)) / SIDE_MISS
    moved = np.abs(np.abs(AZIMUTHS) - abs(spec.key_azimuth)) / KEY_MOVED
    cost = missed**2 + moved**2 + SURROUND_TURNED * (TURNS > 0)[:, None]
    turn, side = np.unravel_index(cost.argmin(), cost.shape)
    return replace(spec, key_azimuth=float(AZIMUTHS[side]), turn=float(turns[turn]))


def _softened(spec: s.Light, pose: s.Pose, row: Row) -> s.Light:
    contrast = number(row, "skin_contrast", np.nan)
    if not np.isfinite(contrast):
        return spec
    normals, seen = _seen_skin(pose)
    place = normals, [spec.key_azimuth], [spec.turn]
    hard = face_shading(replace(spec, strength=0.0, fill=0.0), *place)[0, 0]
    soft = face_shading(spec, *place)[0, 0] - hard
    missed = _spread(hard + SOFTER[:, None] * soft, seen) - (contrast - FLAT_CONTRAST) / CONTRAST_SLOPE
    cost = (missed / SPREAD_MISS) ** 2 + (np.log(SOFTER) / SOFTENED) ** 2
    factor = SOFTER[cost.argmin()]
    return replace(spec, strength=float(spec.strength * factor), fill=float(spec.fill * factor))


def shading_spread(spec: s.Light, pose: s.Pose) -> float:
    """Standard deviation, in stops, of the light on the part of a face that the camera sees."""
    normals, seen = _seen_skin(pose)
    return float(_spread(face_shading(spec, normals, [spec.key_azimuth], [spec.turn])[0, 0], seen))


def _spread(shading: npt.NDArray[np.float64], seen: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Standard deviation (...), in stops, of light (..., N) on parts (N,) of a face that the camera sees."""
    light = np.log2(shading + DARKEST)
    weight = seen / seen.sum()
    spread: npt.NDArray[np.float64] = np.sqrt((light - (light @ weight)[..., None]) ** 2 @ weight)
    return spread


def _seen_skin(pose: s.Pose) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Normals (N, 3) of a face that is turned by a pose, and the area (N,) of each that the camera sees."""
    aside, up = np.radians(ASIDE.ravel()), np.radians(UPWARDS.ravel())
    front = np.stack([np.sin(aside) * np.cos(up), -np.cos(aside) * np.cos(up), np.sin(up)], -1)
    normals = front @ rotation_of(pose.yaw, pose.pitch, pose.roll).T
    # In a profile view that is one half only.
    return normals, np.clip(-normals[:, 1], 1e-9, None) * np.cos(up)


def light_sides(
    spec: s.Light, pose: s.Pose, azimuths: npt.ArrayLike, turns: npt.ArrayLike
) -> npt.NDArray[np.float64]:
    """Predicted light_side of a face: log2 of the light on its left half over that on its right half.

    Parameters
    ----------
    spec : light; its own azimuth and turn are not used
    pose : of the head
    azimuths : (A,) degrees, positions of the key light
    turns : (T,) degrees, turns of the surrounding light

    Returns
    -------
    (T, A) float64, stops
    """
    aside = ASIDE.ravel()
    normals, seen = _seen_skin(pose)
    shading = face_shading(spec, normals, azimuths, turns)
    left, right = ((seen * half) / (seen * half).sum() for half in (aside > 0, aside < 0))
    return np.log2((shading @ left + DARKEST) / (shading @ right + DARKEST))


def background(d: Draw, spec: s.Background, row: Row) -> s.Background:
    """A background of the row's lightness, contrast and colourfulness.

    Parameters
    ----------
    d : keyed draws of the face
    spec : the drawn background; it stays where the row does not give `background_lightness`
    row : row of a profile
    """
    if "background_lightness" not in row:
        return spec
    lightness = number(row, "background_lightness", 45.0)
    sd = number(row, "background_spread", 15.0)
    colourfulness = max(number(row, "background_colourfulness", 0.0), 0.0)
    dark = luminance_of_lightness(max(lightness - TONES * sd, 1))
    bright = luminance_of_lightness(min(lightness + TONES * sd, 108))
    first, second = _at_luminance(spec.first, dark), _at_luminance(spec.second, bright)
    if d.chance("match.background.swap", 0.5):
        first, second = second, first
    # Drawn sharp where the row gives a sharpness: the blur of the camera then decides.
    blur = 0.0 if "background_sharpness" in row else spec.blur
    kind = _background_kind(d, spec.kind, lightness, sd, colourfulness)
    return replace(spec, kind=kind, first=first, second=second, blur=blur, colourfulness=colourfulness)


def _at_luminance(colour: Colour, value: npt.NDArray[np.float64]) -> Colour:
    """A duller linear colour of this relative luminance (0-dimensional)."""
    own = max(float(np.array(colour) @ LUMINANCE), 1e-3)
    scaled = np.array(colour) / own * value
    red, green, blue = (float(np.clip(c, 0.002, 1.6)) for c in GREY * value + TINT * scaled)
    return red, green, blue


def _background_kind(d: Draw, drawn: str, lightness: float, sd: float, colourfulness: float) -> str:
    if sd < FLAT:
        return d.choice("match.background.flat", {k: one.flat for k, one in BACKDROPS.items() if one.flat})
    # Much colour needs several things, and a stage is dark.
    kind = BACKDROPS[drawn]
    if (kind.uniform and colourfulness > ONE_HUE) or (kind.dark and lightness > LIT):
        weights = {k: one.weight for k, one in BACKDROPS.items() if not (one.uniform or one.dark)}
        return d.choice("match.background.varied", weights)
    return drawn


# background_sharpness is about 0.3 + log(BLUR_AT / blur) / BLUR_RATE of a backdrop drawn sharp and blurred by
# a gaussian of `blur` pixels at 256; by eye on renders. Development finds the exact blur (auto_develop.py).
BLUR_AT, BLUR_RATE = 9.0, 1.6
LEAST_BLUR, MOST_BLUR = 0.2, 14.0  # pixels at 256, bounds of auto_develop.SETTINGS


def backdrop_blur(camera: s.Camera, row: Row) -> float:
    """Blur (pixels at 256) that makes a backdrop about as sharp as in the row: where development starts."""
    if "background_sharpness" not in row:
        return camera.backdrop_blur
    sharpness = number(row, "background_sharpness", 0.8)
    return float(np.clip(BLUR_AT * np.exp(-BLUR_RATE * (sharpness - 0.3)), LEAST_BLUR, MOST_BLUR))
