"""Backgrounds: procedural pictures behind the head, sharp or blurred. (size, size, 3) float32, linear RGB."""

from __future__ import annotations

import string

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from scipy import ndimage


def background(spec, size):
    """Draw one background.

    Parameters
    ----------
    spec : any object with the fields of render.spec.Background
    size : int, pixels a side
    """
    rng = np.random.Generator(np.random.Philox(key=spec.seed))
    first, second = np.array(spec.first), np.array(spec.second)
    picture = _KINDS[spec.kind](rng, size, first, second)
    grain = ndimage.gaussian_filter(rng.standard_normal((size, size)), size / 24, mode="reflect")
    picture = picture * (1 + 0.06 * grain / max(grain.std(), 1e-9))[..., None]
    if spec.blur > 0:
        picture = ndimage.gaussian_filter(picture, (spec.blur * size, spec.blur * size, 0), mode="reflect")
    return np.clip(picture, 0, 20).astype(np.float32)


def _mix(share, first, second):
    return first + share[..., None] * (second - first)


def _coordinates(size):
    y, x = (np.mgrid[:size, :size] + 0.5) / size
    return y, x


def _plain(rng, size, first, second):
    y, x = _coordinates(size)
    cx, cy = rng.uniform(0.2, 0.8, 2)
    return _mix(0.35 * np.clip(np.hypot(x - cx, y - cy), 0, 1), first, second)


def _gradient(rng, size, first, second):
    y, x = _coordinates(size)
    a = rng.uniform(0, 2 * np.pi)
    return _mix(np.clip((x - 0.5) * np.cos(a) + (y - 0.5) * np.sin(a) + 0.5, 0, 1), first, second)


def _blobs(rng, size, first, second):
    """Out-of-focus surroundings: patches of several colours at several scales."""
    field = np.zeros((size, size, 3))
    for sigma in (0.18, 0.09, 0.04):
        noise = ndimage.gaussian_filter(rng.standard_normal((size, size, 3)), (sigma * size, sigma * size, 0))
        field += noise / noise.std() * sigma
    share = field[..., 0] / field[..., 0].std() * 0.5 + 0.5
    picture = _mix(np.clip(share, 0, 1), first, second)
    tint = np.clip(1 + 0.12 * field / field.std(), 0.5, 1.6)
    y, x = _coordinates(size)
    for _ in range(rng.integers(0, 5)):
        x0, y0, w, h = rng.uniform(0, 1), rng.uniform(0, 1), rng.uniform(0.05, 0.4), rng.uniform(0.1, 0.9)
        inside = (np.abs(x - x0) < w / 2) & (np.abs(y - y0) < h / 2)
        picture = np.where(inside[..., None], picture * rng.uniform(0.3, 1.8), picture)
    return picture * tint


def _bokeh(rng, size, first, second):
    picture = _gradient(rng, size, first, second)
    y, x = _coordinates(size)
    for _ in range(rng.integers(15, 60)):
        cx, cy, r = rng.uniform(-0.1, 1.1), rng.uniform(-0.1, 1.1), rng.uniform(0.015, 0.07)
        disc = np.clip((r - np.hypot(x - cx, y - cy)) * size / 2, 0, 1)
        colour = np.array([1.0, rng.uniform(0.5, 1), rng.uniform(0.2, 1)]) * rng.uniform(0.1, 1.2)
        picture = picture + disc[..., None] * colour
    return picture


def _wall(rng, size, first, second):
    """Panels, bricks or curtain folds."""
    y, x = _coordinates(size)
    kind = rng.integers(3)
    if kind == 0:
        n = rng.uniform(3, 14)
        share = (np.floor(x * n) + np.floor(y * n * rng.uniform(0.2, 1))) % 2
    elif kind == 1:
        n = rng.uniform(8, 22)
        row = np.floor(y * n)
        share = (((x * n / 2.5 + 0.5 * (row % 2)) % 1 < 0.06) | ((y * n) % 1 < 0.12)).astype(float)
    else:
        share = 0.5 + 0.5 * np.sin(x * rng.uniform(20, 80) + 2 * np.sin(x * rng.uniform(3, 9)))
    return _mix(share * 0.8, first, second)


def _text_wall(rng, size, first, second):
    """Rows of made-up logos, as behind people at press events."""
    canvas = Image.new("L", (size, size), 0)
    draw = ImageDraw.Draw(canvas)
    words = ["".join(rng.choice(list(string.ascii_uppercase), rng.integers(2, 7))) for _ in range(3)]
    height = size * rng.uniform(0.04, 0.12)
    font = ImageFont.load_default(size=height)
    y = -rng.uniform(0, height)
    row = 0
    while y < size:
        x = -rng.uniform(0, size * 0.3)
        while x < size:
            word = words[(row + int(x / size * 3)) % 3]
            draw.text((x, y), word, fill=255, font=font)
            x += draw.textlength(word, font=font) + height * rng.uniform(1.0, 2.5)
        y += height * rng.uniform(1.8, 3.0)
        row += 1
    return _mix(np.asarray(canvas, np.float64) / 255, first, second)


def _foliage(rng, size, first, second):
    noise = sum(
        ndimage.gaussian_filter(rng.standard_normal((size, size)), s * size) / s**-0.6 * 40
        for s in (0.01, 0.03, 0.08)
    )
    share = np.clip(0.5 + 0.35 * noise / noise.std(), 0, 1)
    green = np.array([0.09, 0.16, 0.04]) * rng.uniform(0.5, 2.5)
    picture = _mix(share, first * 0.4, green)
    sky = np.clip((noise / noise.std() - 1.6) * 2, 0, 1)
    return picture + sky[..., None] * (np.array([0.8, 0.9, 1.0]) - picture)


_KINDS = {
    "plain": _plain,
    "gradient": _gradient,
    "blobs": _blobs,
    "bokeh": _bokeh,
    "wall": _wall,
    "text_wall": _text_wall,
    "foliage": _foliage,
}
