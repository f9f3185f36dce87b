"""Colours of skin and camera that one row of a profile describes, found together.

The skin of a row has one colour, and light, skin and camera can all give it. The most likely combination is
taken: least squares of the row's L*, a* and b* (in units of what measuring a face tells about them) and of
the distances of all settings from where they were drawn (in their spreads among photographs). Light (exposure
and what the white balance leaves of its colour) and pigments turn at their own spread. The camera's
saturation, which changes whatever else the picture shows, turns at half of it: it comes last. All stay in
the ranges of `render.spec.camera_ranges` and of skin.

Lips are one of several draws of the prior: the one that lies nearest to the row.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from facegen.assets.environment.lighting import arriving_colour
from facegen.assets.skin.make_up import lip_colour
from facegen.assets.skin.skin_pigments import WARMTH, skin_colour
from facegen.colour_science import LUMINANCE, decode_srgb, encode_srgb, lab_of_linear
from facegen.datasets.keyed_random import Draw
from facegen.render.develop.camera_model import METER_GREY, METER_PULL, picture_style, tone, white_balance
from facegen.render.matching.condition_skin import SKIN_COLOUR, gives_colour
from facegen.render.matching.profile_rows import Row, flag, number
from facegen.render.prior.identity_prior import HAEMOGLOBIN_SD, MELANIN_SD, WARMTH_SD
from facegen.render.prior.make_up_prior import draw_lipstick
from facegen.render.spec import face_spec as s
from facegen.render.spec.camera_ranges import KELVIN_SHIFT, SATURATION, TINT

Floats = npt.NDArray[np.float64]

# What is turned: logarithms of melanin, blood and exposure; warmth; kelvin; tint; logarithm of saturation.
# Spread and bounds of each. Melanin starts as a person's of its ancestry: a dark picture of a fair person
# stays one.
TURNED = ("melanin", "haemoglobin", "exposure", "warmth", "kelvin_shift", "tint", "saturation")
SPREAD = np.array(
    [MELANIN_SD, HAEMOGLOBIN_SD, 0.33, WARMTH_SD, KELVIN_SHIFT.sd, TINT.sd, 0.5 * SATURATION.sd]
)
LOW = np.array([np.log(0.012), np.log(0.014), -1.2, -1.5, KELVIN_SHIFT.low, TINT.low, np.log(SATURATION.low)])
HIGH = np.array([np.log(0.45), np.log(0.06), 1.2, 1.5, KELVIN_SHIFT.high, TINT.high, np.log(SATURATION.high)])
MEASURED = np.array([2.0, 1.0, 1.0])  # L*, a*, b*: to which a render meets the colour of a flat patch
# Median colour of rendered skin minus that of the flat patch, of 20 renders of the default prior: the broad
# reflection of the light on skin is white.
RENDERED = np.array([0.0, -1.0, -3.5])
# The same for L* and a* of lips minus skin, of 96 matched faces: light that is scattered under the skin blurs
# their border, and shine is white.
LIPS_RENDERED = np.array([0.4, -7.2])
STEPS, TRIAL = 6, 0.02  # Gauss-Newton steps; move that measures slopes, in spreads
LIP_DRAWS = 8
LIPS_MEASURED = np.array([4.0, 3.0])  # L* and a* of lips minus skin, to which draws are told apart
# A row of a print without colours, and of a sepia print: skin and hair of one hue, lips hardly redder.
GREY_CHROMA, SEPIA_HUE, ONE_HUE, SEPIA_CHROMA, SEPIA_LIPS = 1.5, 70.0, 8.0, (10.0, 22.0), 5.0


def coloured(spec: s.FaceSpec, row: Row) -> s.FaceSpec:
    """A face whose skin, lips and camera give the colours of a row, as likely as they can be.

    Parameters
    ----------
    spec : conditioned on the row already; its skin and camera are where the search starts
    row : row of a profile; without `skin_redness` and `skin_yellowness` only the lips change
    """
    style = style_of(spec.camera.style, row)
    spec = replace(spec, camera=replace(spec.camera, style=style))
    if gives_colour(row) and style == "colour":
        wanted = np.array([number(row, name, np.nan) for name in SKIN_COLOUR])
        found = most_likely(spec, wanted)
        values = dict(zip(TURNED, found.tolist(), strict=True))
        skin = replace(
            spec.skin,
            melanin=float(np.exp(values["melanin"])),
            haemoglobin=float(np.exp(values["haemoglobin"])),
            warmth=values["warmth"],
        )
        camera = replace(
            spec.camera,
            kelvin_shift=values["kelvin_shift"],
            tint=values["tint"],
            saturation=float(np.exp(values["saturation"])),
        )
        spec = replace(spec, skin=skin, camera=camera)
    return replace(spec, skin=_lips(spec, row))


def style_of(drawn: str, row: Row) -> str:
    """Style of the picture that a row describes: prints without colours, and of one hue, have their own.

    A row that does not give the colours of skin leaves the style that was drawn.
    """
    red, yellow = (number(row, f"skin_{name}", np.nan) for name in ("redness", "yellowness"))
    if not np.isfinite(red + yellow):
        return drawn
    if np.hypot(red, yellow) < GREY_CHROMA:
        return "monochrome"
    hair = (number(row, f"hair_{name}", np.nan) for name in ("redness", "yellowness"))
    one_hue = all(
        SEPIA_CHROMA[0] < np.hypot(a, b) < SEPIA_CHROMA[1]
        and abs(np.degrees(np.arctan2(b, a)) - SEPIA_HUE) < ONE_HUE
        for a, b in ((red, yellow), tuple(hair))
    )
    return "sepia" if one_hue and number(row, "lip_redness", np.inf) < SEPIA_LIPS else "colour"


def most_likely(spec: s.FaceSpec, wanted: Floats) -> Floats:
    """The settings TURNED (7,) that most likely give skin its colour.

    Parameters
    ----------
    spec : a face; its own settings are the most likely ones a priori
    wanted : (3,) float, L*, a* and b* of the skin

    Returns
    -------
    (7,) float64, within LOW and HIGH
    """
    skin, camera = spec.skin, spec.camera
    prior = np.array(
        [
            np.log(skin.melanin),
            np.log(skin.haemoglobin),
            camera.exposure * np.log(2),
            skin.warmth,
            camera.kelvin_shift,
            camera.tint,
            np.log(max(camera.saturation, SATURATION.low)),
        ]
    )
    prior = np.clip(prior, LOW, HIGH)
    cast = arriving_colour(spec.light) ** (1 - camera.white_balance)
    at = prior.copy()
    for _ in range(STEPS):
        tried = np.vstack([at, at + TRIAL * np.diag(SPREAD)])
        shown = skin_lab(tried, cast, camera.contrast)
        slopes = ((shown[1:] - shown[0]) / TRIAL / MEASURED).T
        missed = (wanted - RENDERED - shown[0]) / MEASURED
        pulled = (prior - at) / SPREAD
        move = np.linalg.solve(slopes.T @ slopes + np.eye(len(at)), slopes.T @ missed + pulled)
        at = np.clip(at + move * SPREAD, LOW, HIGH)
    return at


def skin_lab(settings: Floats, cast: Floats, contrast: float) -> Floats:
    """L*a*b* of a flat patch of skin in a developed picture.

    Parameters
    ----------
    settings : (N, 7) float64, TURNED
    cast : (3,) float, linear RGB that light and white balance leave of a white wall
    contrast : of the camera

    Returns
    -------
    (N, 3) float64
    """
    melanin, blood, exposure, warmth, kelvin, tint, saturation = settings.T
    albedo = skin_colour(np.exp(melanin), np.exp(blood)) * (1 + WARMTH * warmth[:, None])
    light = albedo * cast * np.array([white_balance(k, t) for k, t in zip(kelvin, tint, strict=True)])
    level = (albedo @ LUMINANCE) ** (1 - METER_PULL) * METER_GREY**METER_PULL * np.exp(exposure)
    light *= (level / (light @ LUMINANCE))[:, None]
    picture = picture_style(encode_srgb(tone(light)), contrast)
    grey = (picture @ LUMINANCE)[:, None]
    picture = np.clip(grey + (picture - grey) * np.exp(saturation)[:, None], 0, 1)
    return lab_of_linear(decode_srgb(picture).astype(np.float32)).astype(float)


def _lips(spec: s.FaceSpec, row: Row) -> s.Skin:
    """The spec's skin with the lips, of LIP_DRAWS draws, that lie nearest to the row's."""
    wanted = np.array([number(row, name, np.nan) for name in ("lip_lightness", "lip_redness")])
    if not np.isfinite(wanted).all() or spec.camera.style != "colour":
        return spec.skin
    d, skin = Draw(spec.seed, spec.index), spec.skin
    worn = flag(row, "wearing_lipstick")
    worn = skin.lipstick_amount > 0 if worn is None else worn
    own = [skin] if worn == (skin.lipstick_amount > 0) else []
    tried = own + [_other_lips(d, skin, worn, k) for k in range(1, LIP_DRAWS)]
    cast = arriving_colour(spec.light) ** (1 - spec.camera.white_balance)
    colours = np.array([skin_colour(skin.melanin, skin.haemoglobin), *(lip_colour(one) for one in tried)])
    lab = _developed(colours * (1 + WARMTH * skin.warmth), spec.camera, cast, skin)
    missed = ((lab[1:] - lab[0])[:, :2] + LIPS_RENDERED - wanted) / LIPS_MEASURED
    return tried[int((missed**2).sum(1).argmin())]


def _other_lips(d: Draw, skin: s.Skin, worn: bool, number: int) -> s.Skin:
    """The same skin with other lips of the prior."""
    own = d.uniform(f"match.lip_colour.{number}", 0.0, 0.9)
    lipstick: dict[str, Any] = draw_lipstick(d, worn, skin.melanin, number)
    return replace(skin, lip_colour=own, **lipstick)


def _developed(colours: Floats, camera: s.Camera, cast: Floats, skin: s.Skin) -> Floats:
    """L*a*b* (N, 3) of flat patches (N, 3), linear RGB, in a picture exposed for the first of them."""
    light = colours * cast * white_balance(camera.kelvin_shift, camera.tint)
    level = (colours[0] @ LUMINANCE) ** (1 - METER_PULL) * METER_GREY**METER_PULL * 2.0**camera.exposure
    picture = picture_style(encode_srgb(tone(light * level / (light[0] @ LUMINANCE))), camera.contrast)
    grey = (picture @ LUMINANCE)[:, None]
    picture = np.clip(grey + (picture - grey) * camera.saturation, 0, 1)
    return lab_of_linear(decode_srgb(picture).astype(np.float32)).astype(float)
