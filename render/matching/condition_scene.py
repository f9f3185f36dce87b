"""What a row of a profile says about the scene around a face: clothes, the main light, the background."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from facegen.assets.environment.backdrop_registry import BACKDROPS
from facegen.assets.environment.lighting import face_shading
from facegen.assets.head.rotations import rotation_of
from facegen.assets.wear.garment_registry import GARMENT_CUTS
from facegen.colour_science import LUMINANCE, bytes_of_linear, lab_of_srgb, luminance_of_lightness
from facegen.render.prior.garment_prior import draw_cloth, draw_garment
from facegen.render.spec import face_spec as s

# Skin of a face that decides its light_side: directions off its front, degrees aside and up. Shading it
# without shadows foretells light_side with r = 0.79 and a slope of 1.00 (385 faces of the prior).
ASIDE, UPWARDS = np.meshgrid(np.arange(-76.0, 77.0, 8.0), (-40.0, -20.0, 0.0, 20.0, 40.0), indexing="ij")
AZIMUTHS, TURNS = np.arange(-75.0, 76.0, 7.5), np.arange(0.0, 360.0, 45.0)
# A miss in stops and a key this many degrees from where it was drawn, or from the mirror of that, are as bad;
# so are a miss of 0.7 of them and another turn of the surround.
SIDE_MISS, KEY_MOVED, SURROUND_TURNED = 0.15, 30.0, 0.5
# A cloth's mean L* in pictures lies nearer to the middle than its dye's: shade, creases, shirts, patterns
# (0.61 of the dye's and 13 over 95 renders, r = 0.74).
CLOTH_PULL, CLOTH_MIDDLE = 0.63, 33.4
CLOTH_CHROMA = (
    1.3  # of what is asked for: shade and shirts leave 8.4 of 9.4 in the mean, .46 in slope (106 faces)
)
INNER_SHARE, BLACK = 0.22, 4.0  # of what a jacket shows, the shirt's (by eye); L* of the darkest cloth
CUT_SPREAD = 0.8  # sd of the logarithm of the fraction of the picture that a cut covers (1,024 previews)
ONE_HUE = 30.0  # colourfulness (M3) that a wall of one hue reaches
# Standard deviations between a background's mean and its two tones: more than the 1.6 that grading puts there
# (assets.background.TONES), since backgrounds showed 11.5 of 14.2 L* asked for (700 faces). Not all of that
# is given back: developing adds contrast.
TONES = 1.6 / 0.84
DARKEST = 1e-3  # luminance of a half that no light reaches
LIT = 55.0  # L* above which a background is no dark hall


def number(row, name, default):
    """A row's value, or `default` where it says none."""
    value = row.get(name)
    # Rounded: the last bits of a sampled row hang on how many rows are drawn together.
    return default if value is None or not np.isfinite(value) else round(float(value), 6)


def dressed(d, identity: s.Identity, spec: s.Garment, row) -> s.Garment:
    """A garment that shows as much cloth as a row says, of the same dyes.

    d : render.draws.Draw
    """
    if "cloth" not in row:
        return spec
    man = identity.gender
    if not row["cloth"]:
        bare = {name: cut.bare_weight for name, cut in GARMENT_CUTS.items() if cut.bare_weight is not None}
        names = sorted(bare, key=lambda name: -bare[name](0.0))
        cut = d.choice("match.garment.bare", {name: bare[name](man) for name in names})
        return replace(_recut(d, spec, cut), depth=d.uniform("match.garment.depth", 0.6, 1.0))
    area = np.log(max(number(row, "cloth_area", 0.03), 1e-4))
    weights = {
        name: np.exp(-0.5 * ((area - np.log(cut.visible_area)) / CUT_SPREAD) ** 2) * cut.weight(man) + 1e-6
        for name, cut in GARMENT_CUTS.items()
        if cut.visible_area is not None
    }
    return _recut(d, spec, d.choice("match.garment.cut", weights))


def _recut(d, spec, cut):
    """Another cut, of a cloth that it is made of."""
    pattern, fabric = draw_cloth(d, cut)
    return replace(spec, cut=cut, pattern=pattern, fabric=fabric)


def garment(d, identity: s.Identity, spec: s.Garment, row) -> s.Garment:
    """A garment of a row's lightness and chroma, whatever row it was dyed for before.

    d : render.draws.Draw
    """
    if "cloth_lightness" not in row:
        return spec
    drawn = draw_garment(d, identity)
    lightness = number(row, "cloth_lightness", 35.0)
    lightness = float(np.clip(lightness + CLOTH_PULL * (lightness - CLOTH_MIDDLE), BLACK, 96))
    inner = _lightness(drawn.inner)
    if GARMENT_CUTS[spec.cut].jacket:
        # A dark suit with a white shirt is no grey one: the shirt gives way only where black cloth would not
        # make up for it.
        inner = min(inner, (lightness - (1 - INNER_SHARE) * BLACK) / INNER_SHARE)
        lightness = float(np.clip((lightness - INNER_SHARE * inner) / (1 - INNER_SHARE), BLACK, 96))
    chroma = CLOTH_CHROMA * number(row, "cloth_chroma", 7.0)
    return replace(
        spec,
        colour=dyed(drawn.colour, lightness, chroma),
        # A pattern stays one: its other colour moves half of the way.
        second=dyed(drawn.second, 0.5 * (lightness + _lightness(drawn.second)), chroma),
        inner=dyed(drawn.inner, max(inner, BLACK), None),
    )


def _lightness(colour):
    return float(lab_of_srgb(bytes_of_linear(np.array(colour)))[0])


def dyed(colour, lightness, chroma):
    """A linear colour (3,) of the same hue at a lightness (L*) and about a chroma (C*; None: as it comes)."""
    value = luminance_of_lightness(lightness)
    tint = np.array(colour) / max(float(np.array(colour) @ LUMINANCE), 1e-4) - 1

    def at(share):
        return np.clip(value * (1 + share * tint), 0.002, 0.9)

    if chroma is None or np.abs(tint).max() < 0.03:
        return tuple(float(c) for c in at(1.0))
    low, high = 0.0, 1 / max(-float(tint.min()), 1e-3)
    for _ in range(12):
        middle = (low + high) / 2
        reached = np.hypot(*lab_of_srgb(bytes_of_linear(at(middle)))[1:])
        low, high = (low, middle) if reached > chroma else (middle, high)
    return tuple(float(c) for c in at(low))


def light(spec: s.Light, pose: s.Pose, row) -> s.Light:
    """The light from the side that a row's skin is brighter on: the key mirrored, then moved, or its surround
    turned, as little as does it.
    """
    if "light_side" not in row:
        return spec
    turns = (spec.turn + TURNS) % 360
    missed = (light_sides(spec, pose, AZIMUTHS, turns) - number(row, "light_side", 0.0)) / SIDE_MISS
    moved = np.abs(np.abs(AZIMUTHS) - abs(spec.key_azimuth)) / KEY_MOVED
    cost = missed**2 + moved**2 + SURROUND_TURNED * (TURNS > 0)[:, None]
    turn, side = np.unravel_index(cost.argmin(), cost.shape)
    return replace(spec, key_azimuth=float(AZIMUTHS[side]), turn=float(turns[turn]))


def light_sides(spec: s.Light, pose: s.Pose, azimuths, turns) -> np.ndarray:
    """(T, A) float64: light_side of a face in stops, for keys at azimuths (A,) and HDRIs at turns (T,)."""
    aside, up = np.radians(ASIDE.ravel()), np.radians(UPWARDS.ravel())
    front = np.stack([np.sin(aside) * np.cos(up), -np.cos(aside) * np.cos(up), np.sin(up)], -1)
    normals = front @ rotation_of(pose.yaw, pose.pitch, pose.roll).T
    seen = np.clip(-normals[:, 1], 1e-9, None) * np.cos(up)  # a profile shows one half alone
    shading = face_shading(spec, normals, azimuths, turns)
    left, right = ((seen * half) / (seen * half).sum() for half in (aside > 0, aside < 0))
    return np.log2((shading @ left + DARKEST) / (shading @ right + DARKEST))


def background(d, spec: s.Background, row) -> s.Background:
    """A background of a row's lightness, spread and colour."""
    if "background_lightness" not in row:
        return spec
    lightness = number(row, "background_lightness", 45.0)
    spread = number(row, "background_spread", 15.0)
    dark, bright = (
        luminance_of_lightness(max(lightness - TONES * spread, 1)),
        luminance_of_lightness(min(lightness + TONES * spread, 108)),
    )

    def scaled(colour, value):
        own = max(float(np.array(colour) @ LUMINANCE), 1e-3)
        # Full chroma only where the draw was colourful and the value leaves room.
        grey = np.array(colour) / own * value
        return tuple(float(np.clip(c, 0.002, 1.6)) for c in 0.45 * value + 0.55 * grey)

    colour = max(number(row, "background_colourfulness", 0.0), 0.0)
    kind = spec.kind
    if spread < 8:
        kind = d.choice("match.background.flat", {k: one.flat for k, one in BACKDROPS.items() if one.flat})
    elif (BACKDROPS[kind].uniform and colour > ONE_HUE) or (BACKDROPS[kind].dark and lightness > LIT):
        # Much colour comes from many things, and stages are dark.
        weights = {k: one.weight for k, one in BACKDROPS.items() if not (one.uniform or one.dark)}
        kind = d.choice("match.background.varied", weights)
    first, second = scaled(spec.first, dark), scaled(spec.second, bright)
    if d.chance("match.background.swap", 0.5):
        first, second = second, first
    # Drawn sharp where the row says how sharp it shows: the camera's focus decides.
    blur = 0.0 if "background_sharpness" in row else spec.blur
    return replace(spec, kind=kind, first=first, second=second, blur=blur, colourfulness=colour)


def backdrop_blur(camera: s.Camera, row) -> float:
    """Pixels at 256 by which a backdrop drawn sharp is about as sharp as a row says; developing mends it."""
    if "background_sharpness" not in row:
        return camera.backdrop_blur
    sharp = number(row, "background_sharpness", 0.8)
    return float(np.clip(9.0 * np.exp(-1.6 * (sharp - 0.3)), 0.2, 14.0))
