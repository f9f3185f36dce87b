"""What is put on a finished picture: agencies' marks, captions, columns of text, signatures, frames.

Everything is made up and drawn with Pillow's own font. Labels stay those of what lies below: marks are thin,
and the annotators of CelebAMask-HQ paint through them; frames lie on the outermost pixels.
"""

from __future__ import annotations

import string
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont
from scipy import ndimage

from facegen.datasets.keyed_random import philox
from facegen.render.spec.face_spec import Camera

Floats = npt.NDArray[np.floating[Any]]
LETTERS = np.array(list(string.ascii_letters))
FINE = 4  # times the picture's size at which strokes are drawn: smooth edges
LEAST_FONT = 6.0  # pixels of the fine picture: no smaller font is drawn
INKS = ((1.0, 1.0, 1.0), (0.0, 0.0, 0.0), (0.85, 0.1, 0.1), (0.95, 0.85, 0.2), (0.1, 0.15, 0.4))
INK_WEIGHTS = (0.5, 0.25, 0.1, 0.08, 0.07)


def marked(picture: Floats, camera: Camera) -> Floats:
    """Put the marks of `camera.mark` on a picture.

    Parameters
    ----------
    picture : (H, W, 3) float, encoded values in [0, 1]
    camera : Camera

    Returns
    -------
    (H, W, 3) float in [0, 1]
    """
    if camera.mark == "none":
        return picture
    rng = philox(camera.mark_seed)
    size = len(picture)
    cover = _DRAW[camera.mark](rng, size * FINE)
    cover = cover.reshape(size, FINE, size, FINE).mean((1, 3))[..., None]
    ink = np.array(INKS[int(rng.choice(len(INKS), p=INK_WEIGHTS))])
    if camera.mark == "signature" and picture.mean() > 0.6:  # felt pens are bright on dark prints only
        ink = np.array([0.05, 0.05, 0.1])
    return picture + (ink - picture) * cover


def _word(rng: np.random.Generator, low: int = 2, high: int = 9) -> str:
    return "".join(rng.choice(LETTERS, int(rng.integers(low, high))))


def _text(canvas: Image.Image, x: float, y: float, text: str, height: float) -> None:
    font = ImageFont.load_default(size=max(height, LEAST_FONT))
    ImageDraw.Draw(canvas).text((x, y), text, fill=255, font=font)


def _watermark(rng: np.random.Generator, side: int) -> Floats:
    """A pale word of an agency, somewhere."""
    canvas = Image.new("L", (side, side), 0)
    height = side * rng.uniform(0.04, 0.12)
    _text(canvas, rng.uniform(-0.05, 0.7) * side, rng.uniform(0.02, 0.9) * side, _word(rng, 4, 10), height)
    canvas = canvas.rotate(float(rng.choice([0, 0, 0, 30, 90])))
    return np.asarray(canvas, float) / 255 * rng.uniform(0.25, 0.7)


def _caption(rng: np.random.Generator, side: int) -> Floats:
    """One to three lines of large letters near an edge, as on covers and posters."""
    canvas = Image.new("L", (side, side), 0)
    y = side * (rng.uniform(0.0, 0.1) if rng.random() < 0.4 else rng.uniform(0.7, 0.9))
    for _ in range(int(rng.integers(1, 4))):
        height = side * rng.uniform(0.05, 0.16)
        words = " ".join(_word(rng) for _ in range(int(rng.integers(1, 4))))
        _text(canvas, rng.uniform(-0.2, 0.5) * side, y, words, height)
        y += 1.3 * height
    return np.asarray(canvas, float) / 255 * rng.uniform(0.8, 1.0)


def _column(rng: np.random.Generator, side: int) -> Floats:
    """A column of small print in a corner, as on pages of magazines."""
    canvas = Image.new("L", (side, side), 0)
    height = side * rng.uniform(0.018, 0.03)
    x = side * (rng.uniform(0.0, 0.06) if rng.random() < 0.5 else rng.uniform(0.72, 0.85))
    y = side * rng.uniform(0.05, 0.7)
    for _ in range(int(rng.integers(4, 14))):
        _text(canvas, x, y, " ".join(_word(rng, 2, 6) for _ in range(2)), height)
        y += 1.35 * height
    return np.asarray(canvas, float) / 255


def _signature(rng: np.random.Generator, side: int) -> Floats:
    """A pen's looping line with a flourish."""
    canvas = Image.new("L", (side, side), 0)
    t = np.linspace(0, 1, 400)
    loops, height = int(rng.integers(5, 11)), rng.uniform(0.05, 0.1)
    long = rng.uniform(0.35, 0.7)
    wave = ndimage.gaussian_filter1d(rng.standard_normal(400), 18)
    x = long * t + 0.045 * np.cos(2 * np.pi * loops * t) + 0.1 * wave
    tall = np.interp(t, np.linspace(0, 1, 9), rng.uniform(0.3, 1.2, 9))
    y = height * tall * np.sin(2 * np.pi * loops * t) - rng.uniform(0.0, 0.35) * long * t
    x, y = x + rng.uniform(0.02, 0.9 - long), y + rng.uniform(0.55, 0.95)
    points = [(float(a * side), float(b * side)) for a, b in zip(x, y, strict=True)]
    ImageDraw.Draw(canvas).line(points, fill=255, width=max(1, int(side * rng.uniform(0.006, 0.013))))
    return np.asarray(canvas, float) / 255


def _frame(rng: np.random.Generator, side: int) -> Floats:
    """A border of one colour on some of the edges."""
    cover = np.zeros((side, side))
    widths = np.where(rng.random(4) < 0.6, rng.uniform(0.008, 0.035, 4), 0.0)
    if not widths.any():
        widths[:] = 0.02
    left, top, right, bottom = (int(w * side) for w in widths)
    cover[:top], cover[:, :left] = 1, 1
    cover[side - bottom :], cover[:, side - right :] = 1, 1
    return cover


_DRAW: dict[str, Callable[[np.random.Generator, int], Floats]] = {
    "watermark": _watermark,
    "caption": _caption,
    "column": _column,
    "signature": _signature,
    "frame": _frame,
}
