"""Backgrounds: a drawn scene or a photograph of the user's behind the head, graded and out of focus.

Pictures are (size, size, 3) float32, linear RGB as exposed.
"""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from facegen.assets.environment import backdrops
from facegen.colour_science import (
    LUMINANCE,
    decode_srgb,
    lightness_of_luminance,
    luminance_of_lightness,
)

KINDS = {
    "plain": backdrops.plain,
    "gradient": backdrops.gradient,
    "blobs": backdrops.blobs,
    "bokeh": backdrops.bokeh,
    "wall": backdrops.wall,
    "text_wall": backdrops.text_wall,
    "foliage": backdrops.foliage,
    "sky": backdrops.sky,
    "room": backdrops.room,
    "street": backdrops.street,
    "crowd": backdrops.crowd,
    "stage": backdrops.stage,
}
# Drawn shapes pass for things only out of focus: the least blur of a kind, share of the width.
LEAST_BLUR = {
    "blobs": 0.02,
    "foliage": 0.006,
    "street": 0.012,
    "crowd": 0.02,
    "room": 0.005,
    "stage": 0.008,
}
LARGEST = 512  # pixels that a scene is drawn at; larger pictures enlarge it
# A graded scene's darkest and brightest tone lie this many standard deviations from its mean.
TONES = 1.6
STRETCH = (0.15, 3.0)  # how far grading may change a scene's contrast
# Most saturation of a surface by its hue, in twelfths of a turn from red, as 1 - least / largest linear
# channel: dyes and paints reach far in red, yellow and blue, less in green and magenta.
GAMUT = (0.96, 0.93, 0.93, 0.75, 0.62, 0.62, 0.78, 0.93, 0.96, 0.85, 0.65, 0.72)


def background(spec, size, photograph=None):
    """One background.

    Parameters
    ----------
    spec : any object with the fields of render.spec.Background
    size : int, pixels a side
    photograph : (H, W, 3) uint8, sRGB, or None; taken in place of the drawn scene, its own tones kept
    """
    rng = np.random.Generator(np.random.Philox(key=spec.seed))
    drawn = min(size, LARGEST)
    if photograph is None:
        blur = max(spec.blur, LEAST_BLUR.get(spec.kind, 0.0))
        picture = out_of_focus(KINDS[spec.kind](rng, drawn), blur)
        picture = grade(picture, np.array(spec.first), np.array(spec.second), spec.tint, spec.chroma)
        if spec.colourfulness > 0:
            picture = recolour(picture, spec.colourfulness)
        picture = dull(picture)
    else:
        picture = out_of_focus(_cut(rng, photograph, drawn), spec.blur)
    if drawn < size:
        picture = ndimage.zoom(
            picture, (size / drawn, size / drawn, 1), order=1, grid_mode=True, mode="nearest"
        )
    return np.clip(picture, 0, 20).astype(np.float32)


def out_of_focus(picture, sigma):
    """Blur by a disc with a standard deviation of `sigma` of the width: lights become discs."""
    size = picture.shape[0]
    radius = 2 * sigma * size
    if radius < 0.3:
        return picture
    pad = int(np.ceil(radius)) + 1
    wide = np.pad(picture, ((pad, pad), (pad, pad), (0, 0)), mode="reflect")
    side = wide.shape[0]
    offset = np.minimum(np.arange(side), side - np.arange(side))
    disc = np.clip(radius - np.hypot(offset[:, None], offset[None]) + 0.5, 0, 1)
    kernel = np.fft.rfft2(disc / disc.sum())[..., None]
    blurred = np.fft.irfft2(np.fft.rfft2(wide, axes=(0, 1)) * kernel, (side, side), axes=(0, 1))
    return np.clip(blurred[pad : pad + size, pad : pad + size], 0, None)


def grade(picture, first, second, tint=0.3, chroma=1.0):
    """Give a scene the tones and colours asked for.

    Its lightness (L*) gets the mean of those of `first` and `second`, and a spread that puts the two at TONES
    standard deviations. tint: share of its hue taken from them; chroma scales what colour is left.
    """
    y = np.maximum(picture @ LUMINANCE, 1e-5)
    one, two = (lightness_of_luminance(max(float(c @ LUMINANCE), 1e-5)) for c in (first, second))
    mean, spread = (one + two) / 2, abs(one - two) / (2 * TONES)
    lightness = lightness_of_luminance(y)
    scale = np.clip(spread / max(float(lightness.std()), 1e-3), *STRETCH)
    target = np.clip(mean + (lightness - lightness.mean()) * scale, 0.5, 112)
    share = np.clip((target - one) / (two - one if abs(two - one) > 1 else 1.0), 0, 1)[..., None]
    asked = first + share * (second - first)
    asked = asked / np.maximum(asked @ LUMINANCE, 1e-5)[..., None]
    own = picture / y[..., None]
    # Deep shadows hold no colour that a camera would keep.
    own = 1 + (own - 1) * chroma * np.clip(y / 0.004, 0, 1)[..., None]
    hue = np.clip(own, 0.0, 4.0) * (1 - tint) + asked * tint
    hue = hue / np.maximum(hue @ LUMINANCE, 1e-5)[..., None]
    return hue * luminance_of_lightness(target)[..., None]


def recolour(picture, colourfulness):
    """Scale colours until the encoded M3 is `colourfulness` (Hasler and Suesstrunk, 2003, eq. 8)."""
    grey = (picture @ LUMINANCE)[..., None]
    for _ in range(4):
        coded = 255 * np.clip(picture[::4, ::4], 0, 1) ** (1 / 2.2)
        red, green, blue = coded[..., 0], coded[..., 1], coded[..., 2]
        opponent = np.stack([red - green, 0.5 * (red + green) - blue]).reshape(2, -1)
        now = np.hypot(*opponent.std(1)) + 0.3 * np.hypot(*opponent.mean(1))
        picture = grey + (picture - grey) * np.clip(colourfulness / max(now, 0.5), 0.3, 2.5)
        picture = np.clip(picture, 0.1 * grey, None)
    return picture


def dull(picture):
    """Colours that no common surface has, brought back to GAMUT at the same luminance."""
    largest, least = picture.max(-1), picture.min(-1)
    spread = np.maximum(largest - least, 1e-9)
    red, green, blue = np.moveaxis(picture, -1, 0)
    turn = np.select(
        [largest == red, largest == green],
        [((green - blue) / spread) % 6, (blue - red) / spread + 2],
        (red - green) / spread + 4,
    )
    limit = np.interp(2 * turn, np.arange(13), (*GAMUT, GAMUT[0]))
    share = np.minimum(1.0, limit * largest / spread)[..., None]
    paler = largest[..., None] - (largest[..., None] - picture) * share
    return paler * (picture @ LUMINANCE / np.maximum(paler @ LUMINANCE, 1e-9))[..., None]


def _cut(rng, photograph, size):
    """A square of a photograph, of at least half its shorter side, maybe mirrored, as linear light."""
    height, width, _ = photograph.shape
    side = int(min(height, width) * rng.uniform(0.5, 1.0))
    top, left = (int(rng.integers(0, n - side + 1)) for n in (height, width))
    from PIL import Image

    piece = Image.fromarray(photograph[top : top + side, left : left + side])
    coded = np.asarray(piece.resize((size, size), Image.Resampling.LANCZOS), np.float64) / 255
    coded = coded[:, ::-1] if rng.random() < 0.5 else coded
    return decode_srgb(coded)
