"""Backgrounds: a drawn scene or a user's photograph behind the head, graded and out of focus.

Pictures are (size, size, 3) float32, linear RGB as exposed.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image
from scipy import ndimage

from facegen.assets.environment.backdrop_drawing import Picture
from facegen.assets.environment.backdrop_registry import BACKDROPS
from facegen.colour_science import (
    LUMINANCE,
    decode_srgb,
    lightness_of_luminance,
    luminance_of_lightness,
)
from facegen.datasets.keyed_random import philox
from facegen.render.spec.face_spec import Background

LARGEST = 512  # pixels that a scene is drawn at; larger pictures enlarge it
# A graded scene's darkest and brightest tone lie this many standard deviations from its mean.
TONES = 1.6
BRIGHTEST = 20.0  # a light in a backdrop is at most this bright
GRADED = (0.5, 112.0)  # the least and the greatest L* of a graded scene; over 100 for lights
DARKEST = 1e-5  # luminance: keeps divisions finite
COLOURLESS = 0.004  # luminance under which colours fade: what a camera records as black
STRETCH = (0.15, 3.0)  # how far grading may change a scene's contrast
# Most saturation of a surface by its hue, in twelfths of a turn from red, as 1 - least / largest linear
# channel: dyes and paints reach far in red, yellow and blue, less in green and magenta.
GAMUT = (0.96, 0.93, 0.93, 0.75, 0.62, 0.62, 0.78, 0.93, 0.96, 0.85, 0.65, 0.72)


def background(spec: Background, size: int, photograph: npt.NDArray[np.uint8] | None = None) -> Picture:
    """One background.

    Parameters
    ----------
    spec : Background
    size : int
        Pixels a side.
    photograph : (H, W, 3) uint8, sRGB, or None
        Taken in place of the drawn scene; its own tones are kept.

    Returns
    -------
    (size, size, 3) float32, linear RGB

    Raises
    ------
    FacegenError : there is no backdrop of the spec's kind.
    """
    rng = philox(spec.seed)
    drawn = min(size, LARGEST)
    if photograph is None:
        picture = _scene(spec, rng, drawn)
    else:
        picture = out_of_focus(_cut(rng, photograph, drawn), spec.blur)
    if drawn < size:
        picture = ndimage.zoom(
            picture, (size / drawn, size / drawn, 1), order=1, grid_mode=True, mode="nearest"
        )
    return np.clip(picture, 0, BRIGHTEST).astype(np.float32)


def _scene(spec: Background, rng: np.random.Generator, size: int) -> Picture:
    """A drawn backdrop, blurred and graded as the spec says."""
    backdrop = BACKDROPS.get_or_fail(spec.kind, "background.kind")
    picture = out_of_focus(backdrop.draw(rng, size), max(spec.blur, backdrop.least_blur))
    picture = grade(picture, np.array(spec.first), np.array(spec.second), spec.tint, spec.chroma)
    if spec.colourfulness > 0:
        picture = recolour(picture, spec.colourfulness)
    return dull(picture)


def out_of_focus(picture: Picture, sigma: float) -> Picture:
    """Blur by a disc: lights become discs.

    Parameters
    ----------
    picture : (size, size, 3) float, linear RGB
    sigma : float
        Standard deviation of the disc, as a fraction of the width.
    """
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


def grade(
    picture: Picture, first: Picture, second: Picture, tint: float = 0.3, chroma: float = 1.0
) -> Picture:
    """Give a scene the requested tones and colours.

    Its lightness (L*) gets the mean of those of `first` and `second`, and a standard deviation that puts the
    two at TONES standard deviations from the mean.

    Parameters
    ----------
    picture : (size, size, 3) float, linear RGB
    first, second : (3,) float, linear RGB
    tint : float in [0, 1]
        Fraction of the hue that is taken from `first` and `second`.
    chroma : float
        Scales the scene's own colours.
    """
    y = np.maximum(picture @ LUMINANCE, DARKEST)
    one, two = (float(lightness_of_luminance(max(float(c @ LUMINANCE), DARKEST))) for c in (first, second))
    mean, sd = (one + two) / 2, abs(one - two) / (2 * TONES)
    lightness = lightness_of_luminance(y)
    scale = np.clip(sd / max(float(lightness.std()), 1e-3), *STRETCH)
    target = np.clip(mean + (lightness - lightness.mean()) * scale, *GRADED)
    fraction = np.clip((target - one) / (two - one if abs(two - one) > 1 else 1.0), 0, 1)[..., None]
    requested = first + fraction * (second - first)
    requested = requested / np.maximum(requested @ LUMINANCE, DARKEST)[..., None]
    own = picture / y[..., None]
    # A camera keeps no colour in deep shadows.
    own = 1 + (own - 1) * chroma * np.clip(y / COLOURLESS, 0, 1)[..., None]
    hue = np.clip(own, 0.0, 4.0) * (1 - tint) + requested * tint
    hue = hue / np.maximum(hue @ LUMINANCE, DARKEST)[..., None]
    return hue * luminance_of_lightness(target)[..., None]


def recolour(picture: Picture, colourfulness: float) -> Picture:
    """Scale the colours of a scene until its encoded picture has a colourfulness.

    Parameters
    ----------
    picture : (size, size, 3) float, linear RGB
    colourfulness : float
        M3 of Hasler and Suesstrunk, Measuring Colourfulness in Natural Images, 2003, eq. 8.
    """
    grey = (picture @ LUMINANCE)[..., None]
    for _ in range(4):
        coded = 255 * np.clip(picture[::4, ::4], 0, 1) ** (1 / 2.2)
        red, green, blue = coded[..., 0], coded[..., 1], coded[..., 2]
        opponent = np.stack([red - green, 0.5 * (red + green) - blue]).reshape(2, -1)
        now = np.hypot(*opponent.std(1)) + 0.3 * np.hypot(*opponent.mean(1))
        picture = grey + (picture - grey) * np.clip(colourfulness / max(now, 0.5), 0.3, 2.5)
        picture = np.clip(picture, 0.1 * grey, None)
    return picture


def dull(picture: Picture) -> Picture:
    """Bring colours that no common surface has back to GAMUT, at the same luminance.

    picture : (size, size, 3) float, linear RGB
    """
    largest, least = picture.max(-1), picture.min(-1)
    chroma = np.maximum(largest - least, 1e-9)
    red, green, blue = np.moveaxis(picture, -1, 0)
    turn = np.select(
        [largest == red, largest == green],
        [((green - blue) / chroma) % 6, (blue - red) / chroma + 2],
        (red - green) / chroma + 4,
    )
    limit = np.interp(2 * turn, np.arange(13), (*GAMUT, GAMUT[0]))
    kept = np.minimum(1.0, limit * largest / chroma)[..., None]
    paler = largest[..., None] - (largest[..., None] - picture) * kept
    return paler * (picture @ LUMINANCE / np.maximum(paler @ LUMINANCE, 1e-9))[..., None]


def _cut(rng: np.random.Generator, photograph: npt.NDArray[np.uint8], size: int) -> Picture:
    """A square of a photograph, of at least half its shorter side, maybe mirrored, as linear light."""
    height, width, _ = photograph.shape
    side = int(min(height, width) * rng.uniform(0.5, 1.0))
    top, left = (int(rng.integers(0, n - side + 1)) for n in (height, width))
    piece = Image.fromarray(photograph[top : top + side, left : left + side])
    coded = np.asarray(piece.resize((size, size), Image.Resampling.LANCZOS), np.float64) / 255
    coded = coded[:, ::-1] if rng.random() < 0.5 else coded
    return decode_srgb(coded)
