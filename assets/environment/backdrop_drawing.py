"""Tools to draw what is behind people: a canvas for shapes, paints of built things, mottled and uneven light.

A drawing is the raw scene, (size, size, 3) float, linear RGB: sharp, in its own colours, lamps brighter than
1. `background_picture` grades and blurs it. A portrait sees some 10 to 30 degrees, so a scene is a few large
things and not a whole place. Places and lengths are fractions of the picture's side, x to the right, y down.
"""

from __future__ import annotations

import colorsys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

Picture: TypeAlias = npt.NDArray[np.floating[Any]]
Colour: TypeAlias = Sequence[float] | npt.NDArray[np.floating[Any]]  # (3,), linear RGB

OVERSAMPLING = 2  # shapes are drawn larger and shrunk: smooth edges
CODE = 2.2  # exponent between linear light and the bytes that shapes are drawn in
GLOW = 7.0  # a shape of glow 1 is this many times brighter than its colour, besides it
LEAST_TEXT = 6.0  # pixels: no smaller font is drawn


class Canvas:
    """A picture to draw shapes on.

    Parameters
    ----------
    size : int
        Pixels a side.
    colour : (3,) float in [0, 1], linear RGB
        Of the ground.
    """

    def __init__(self, size: int, colour: Colour) -> None:
        self.size, self.side = size, size * OVERSAMPLING
        self.colour = Image.new("RGB", (self.side, self.side), _code(colour))
        self.glow = Image.new("L", (self.side, self.side), 0)
        self._layers = ImageDraw.Draw(self.colour), ImageDraw.Draw(self.glow)

    def _draw(self, shape: str, corners: Sequence[tuple[float, float]], colour: Colour, glow: float) -> None:
        scaled = [tuple(float(v) * self.side for v in corner) for corner in corners]
        for layer, fill in zip(self._layers, (_code(colour), int(glow * 255)), strict=True):
            getattr(layer, shape)(scaled, fill=fill)

    def box(self, x: float, y: float, width: float, height: float, colour: Colour, glow: float = 0.0) -> None:
        """Draw a rectangle from its top left corner. glow in [0, 1]: how much it shines."""
        self._draw("rectangle", [(x, y), (x + max(width, 0), y + max(height, 0))], colour, glow)

    def oval(self, x: float, y: float, rx: float, ry: float, colour: Colour, glow: float = 0.0) -> None:
        """Draw an ellipse around its centre."""
        self._draw("ellipse", [(x - rx, y - ry), (x + rx, y + ry)], colour, glow)

    def polygon(self, corners: Sequence[tuple[float, float]], colour: Colour, glow: float = 0.0) -> None:
        """Draw a filled polygon."""
        self._draw("polygon", corners, colour, glow)

    def text(self, x: float, y: float, word: str, height: float, colour: Colour) -> float:
        """Draw a word from its top left corner and return its width."""
        font = ImageFont.load_default(size=max(height * self.side, LEAST_TEXT))
        self._layers[0].text((x * self.side, y * self.side), word, fill=_code(colour), font=font)
        return self._layers[0].textlength(word, font=font) / self.side

    def turned(self, degrees: float) -> Canvas:
        """Rotate what was drawn about the middle, enlarged until no empty corner is left."""
        scale = 1 + abs(np.sin(np.radians(2 * degrees)))
        inner = int(self.side / scale)
        low = (self.side - inner) // 2
        for name in ("colour", "glow"):
            picture = getattr(self, name).rotate(degrees, Image.Resampling.BILINEAR)
            picture = picture.crop((low, low, low + inner, low + inner)).resize((self.side, self.side))
            setattr(self, name, picture)
        return self

    def light(self) -> Picture:
        """What was drawn: (size, size, 3) float64, linear RGB."""
        small = self.size, self.size
        colour = np.asarray(self.colour.resize(small, Image.Resampling.BOX), np.float64) / 255
        glow = np.asarray(self.glow.resize(small, Image.Resampling.BOX), np.float64) / 255
        return colour**CODE * (1 + GLOW * glow[..., None])


def _code(colour: Colour) -> tuple[int, ...]:
    """Bytes of a linear colour."""
    return tuple(int(np.clip(c, 0, 1) ** (1 / CODE) * 255) for c in colour)


def coordinates(size: int) -> tuple[Picture, Picture]:
    """y and x of the pixel centres, each (size, size) in [0, 1]."""
    y, x = (np.mgrid[:size, :size] + 0.5) / size
    return y, x


@dataclass(frozen=True)
class Hue:
    """One hue of built things: how often it comes up, and mean and standard deviation in turns from red."""

    chance: float
    mean: float
    sd: float


# Hues of walls, wood, stone, cloth and signs, by eye. Plain greens and magentas are seldom built.
HUES = (
    Hue(0.42, 0.08, 0.025),  # wood, beige, brown
    Hue(0.25, 0.60, 0.035),  # blue
    Hue(0.11, 0.00, 0.020),  # red
    Hue(0.08, 0.13, 0.020),  # yellow
    Hue(0.06, 0.50, 0.030),  # teal
    Hue(0.04, 0.33, 0.050),  # green
    Hue(0.04, 0.78, 0.060),  # purple
)


def hue(rng: np.random.Generator) -> float:
    """A hue of built things, in [0, 1) turns from red."""
    row = np.searchsorted(np.cumsum([h.chance for h in HUES]), rng.random() * sum(h.chance for h in HUES))
    drawn = HUES[min(int(row), len(HUES) - 1)]
    return float(rng.normal(drawn.mean, drawn.sd) % 1)


def paint(
    rng: np.random.Generator, saturation: float = 1.0, low: float = 0.03, high: float = 0.8
) -> tuple[float, float, float]:
    """A colour of built things, linear RGB, mostly dull.

    saturation scales its saturation; low, high: the least and the greatest value of its largest channel.
    """
    s = min(1.0, rng.beta(1.1, 2.2) * saturation)
    return colorsys.hsv_to_rgb(hue(rng), s, low + (high - low) * rng.random() ** 1.4)


def mottle(rng: np.random.Generator, size: int, slope: float = 1.0) -> Picture:
    """Noise with a 1/f^slope spectrum, unit variance, (size, size): plaster, cloud, uneven light."""
    fy, fx = np.fft.fftfreq(size)[:, None], np.fft.rfftfreq(size)[None]
    f = np.maximum(np.hypot(fy, fx), 1 / size)
    wave = np.fft.rfft2(rng.standard_normal((size, size))) / f**slope
    wave[0, 0] = 0
    noise = np.fft.irfft2(wave, (size, size))
    return noise / noise.std()


def uneven(rng: np.random.Generator, size: int, depth: float = 0.5) -> Picture:
    """Light that falls off across a wall: (size, size, 1), about 1; depth: how much it varies."""
    y, x = coordinates(size)
    a = rng.uniform(0, 2 * np.pi)
    ramp = (x - 0.5) * np.cos(a) + (y - 0.5) * np.sin(a)
    spot = np.exp(-((x - rng.uniform(-0.2, 1.2)) ** 2 + (y - rng.uniform(-0.2, 1.2)) ** 2) / 0.25)
    return (1 + depth * (ramp + rng.uniform(0, 1) * (spot - 0.4)))[..., None].clip(0.05)
