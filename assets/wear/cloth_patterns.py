"""Cloth: one repeat of a pattern (100 mm) as a picture, (size, size, 3) float32, linear RGB.

A pattern is the fraction (size, size) in [0, 1] of the second colour in the first. Numbers are by eye.
"""

from __future__ import annotations

import string
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont
from scipy import ndimage

from facegen.assets.meshes.mesh import Floats, Mask

Colour = tuple[float, float, float]


@dataclass(frozen=True)
class _Canvas:
    """Places of one repeat, and what its pattern draws from.

    x, y : (size, size), places in (0, 1)
    repeats : number of stripes or dots, 2 to 8
    width : fraction of a stripe's period that it fills, 0.1 to 0.6
    """

    x: Floats
    y: Floats
    repeats: int
    width: float
    rng: np.random.Generator

    def noise(self, cells: int) -> Floats:
        """Smooth periodic noise of unit variance with about `cells` blobs along each side."""
        size = len(self.x)
        noise = ndimage.gaussian_filter(self.rng.standard_normal((size, size)), size / cells / 4, mode="wrap")
        return noise / noise.std()


def cloth_picture(
    pattern: str, first: Colour, second: Colour, rng: np.random.Generator, size: int = 256
) -> npt.NDArray[np.float32]:
    """Draw one repeat of a pattern.

    Parameters
    ----------
    pattern : str
        One of PATTERNS.
    first, second : (3,) float
        Linear RGB.
    rng : numpy Generator
    size : int
        Pixels along each side.

    Returns
    -------
    (size, size, 3) float32, linear RGB

    Raises
    ------
    ValueError : an unknown pattern.
    """
    if pattern not in _DRAW:
        raise ValueError(f"unknown pattern {pattern!r}: it is one of {', '.join(PATTERNS)}")
    y, x = (np.mgrid[:size, :size] + 0.5) / size
    repeats = int(rng.integers(2, 9))
    canvas = _Canvas(x, y, repeats, rng.uniform(0.1, 0.6), rng)
    fraction = np.clip(np.asarray(_DRAW[pattern](canvas), float), 0, 1)
    low, high = np.array(first), np.array(second)
    return (low + fraction[..., None] * (high - low)).astype(np.float32)


def _plain(c: _Canvas) -> Floats:
    return 0.06 * c.noise(40)


def _melange(c: _Canvas) -> Floats:
    return 0.35 + 0.35 * c.noise(110)


def _stripes(c: _Canvas) -> Mask:
    return (c.x * c.repeats) % 1 < c.width


def _pinstripes(c: _Canvas) -> Floats:
    return 0.6 * ((c.x * (c.repeats + 6)) % 1 < 0.12)


def _hoops(c: _Canvas) -> Mask:
    return (c.y * c.repeats) % 1 < c.width


def _checks(c: _Canvas) -> Floats:
    across = ((c.x * c.repeats) % 1 < 0.5).astype(float)
    return (across + ((c.y * c.repeats) % 1 < 0.5)) / 2


def _plaid(c: _Canvas) -> Floats:
    """Broad bands and thin lines in both directions: (lines a side, their shift, their width)."""
    bands = ((2, 0.1, 0.4), (2, 0.65, 0.06), (2, 0.9, 0.04))
    out = np.zeros_like(c.x)
    for axis in (c.x, c.y):
        for count, shift, width in bands:
            out = out + 0.45 * (((axis * count + shift) % 1) < width)
    return out


def _dots(c: _Canvas) -> Mask:
    return np.hypot((c.x * c.repeats) % 1 - 0.5, (c.y * c.repeats) % 1 - 0.5) < 0.25


def _print(c: _Canvas) -> Floats:
    return c.noise(4) * 2


def _floral(c: _Canvas) -> Floats:
    """Flowers of 4 to 7 petals, scattered."""
    rng, out = c.rng, np.zeros_like(c.x)
    for _ in range(14):
        (cx, cy), r, petals = rng.random(2), rng.uniform(0.03, 0.09), int(rng.integers(4, 8))
        dx, dy = (c.x - cx + 0.5) % 1 - 0.5, (c.y - cy + 0.5) % 1 - 0.5
        edge = r * (1 + 0.35 * np.cos(petals * np.arctan2(dy, dx)))
        out = np.maximum(out, np.hypot(dx, dy) < edge)
    return out


def _tweed(c: _Canvas) -> Floats:
    return 0.4 + 0.3 * c.noise(45) + 0.2 * c.noise(14)


def _herringbone(c: _Canvas) -> Floats:
    zigzag = np.abs((c.x * 2 * c.repeats) % 1 - 0.5)
    return 0.7 * (((c.y * (c.repeats + 8) + 2 * zigzag) % 1) < 0.5)


def _camouflage(c: _Canvas) -> Floats:
    return np.maximum(c.noise(5) > 0.3, 0.45 * (c.noise(6) > 0.5))


def _lettering(c: _Canvas) -> Floats:
    """Made-up words in one or two lines of large letters."""
    size = len(c.x)
    picture = Image.new("L", (size, size), 0)
    draw = ImageDraw.Draw(picture)
    y = c.rng.uniform(0.05, 0.2)
    while y < 0.8:
        height = c.rng.uniform(0.16, 0.42)
        word = "".join(c.rng.choice(list(string.ascii_letters + string.digits), int(c.rng.integers(2, 7))))
        font = ImageFont.load_default(size=height * size)
        draw.text((c.rng.uniform(-0.1, 0.3) * size, y * size), word, fill=255, font=font)
        y += height * c.rng.uniform(1.2, 2.2)
    return np.asarray(picture, float) / 255


def _lace(c: _Canvas) -> Floats:
    """The threads of lace: a net with flowers in it."""
    net = (
        np.maximum(np.abs(np.sin(40 * np.pi * (c.x + c.y))), np.abs(np.sin(40 * np.pi * (c.x - c.y)))) > 0.93
    )
    return np.maximum(0.8 * net, np.maximum(_floral(c), _floral(c)))


_DRAW: dict[str, Callable[[_Canvas], Floats | Mask]] = {
    "plain": _plain,
    "melange": _melange,
    "stripes": _stripes,
    "pinstripes": _pinstripes,
    "hoops": _hoops,
    "checks": _checks,
    "plaid": _plaid,
    "dots": _dots,
    "print": _print,
    "floral": _floral,
    "tweed": _tweed,
    "herringbone": _herringbone,
    "camouflage": _camouflage,
    "lettering": _lettering,
    "lace": _lace,
}
PATTERNS = tuple(_DRAW)
