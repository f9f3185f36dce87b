"""Cloth: one repeat of a pattern (100 mm) as a picture, (size, size, 3) float32, linear RGB."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

PATTERNS = (
    "plain",
    "melange",
    "stripes",
    "pinstripes",
    "hoops",
    "checks",
    "plaid",
    "dots",
    "print",
    "floral",
    "tweed",
    "herringbone",
    "camouflage",
)


def cloth_picture(pattern, first, second, rng, size=256):
    """Draw a pattern of PATTERNS in two colours, (3,) linear RGB each."""
    y, x = (np.mgrid[:size, :size] + 0.5) / size
    first, second = np.array(first), np.array(second)
    k = int(rng.integers(2, 9))
    width = rng.uniform(0.1, 0.6)
    if pattern == "plain":
        share = 0.06 * _noise(rng, size, 40)
    elif pattern == "melange":
        share = 0.35 + 0.35 * _noise(rng, size, 110)
    elif pattern == "stripes":
        share = (x * k) % 1 < width
    elif pattern == "pinstripes":
        share = 0.6 * ((x * (k + 6)) % 1 < 0.12)
    elif pattern == "hoops":
        share = (y * k) % 1 < width
    elif pattern == "checks":
        share = (((x * k) % 1 < 0.5).astype(float) + ((y * k) % 1 < 0.5)) / 2
    elif pattern == "plaid":
        share = sum(
            0.45 * (((axis * n + shift) % 1) < w)
            for axis in (x, y)
            for n, shift, w in ((2, 0.1, 0.4), (2, 0.65, 0.06), (2, 0.9, 0.04))
        )
    elif pattern == "dots":
        share = np.hypot((x * k) % 1 - 0.5, (y * k) % 1 - 0.5) < 0.25
    elif pattern == "print":
        share = _noise(rng, size, 4) * 2
    elif pattern == "floral":
        share = np.zeros_like(x)
        for _ in range(14):
            (cx, cy), r, petals = rng.random(2), rng.uniform(0.03, 0.09), int(rng.integers(4, 8))
            dx, dy = (x - cx + 0.5) % 1 - 0.5, (y - cy + 0.5) % 1 - 0.5
            edge = r * (1 + 0.35 * np.cos(petals * np.arctan2(dy, dx)))
            share = np.maximum(share, np.hypot(dx, dy) < edge)
    elif pattern == "tweed":
        share = 0.4 + 0.3 * _noise(rng, size, 45) + 0.2 * _noise(rng, size, 14)
    elif pattern == "herringbone":
        zigzag = np.abs((x * 2 * k) % 1 - 0.5)
        share = 0.7 * (((y * (k + 8) + 2 * zigzag) % 1) < 0.5)
    elif pattern == "camouflage":
        share = np.maximum(_noise(rng, size, 5) > 0.3, 0.45 * (_noise(rng, size, 6) > 0.5))
    else:
        raise ValueError(f"unknown pattern {pattern!r}")
    share = np.clip(np.asarray(share, float), 0, 1)
    return (first + share[..., None] * (second - first)).astype(np.float32)


def _noise(rng, size, cells):
    """Smooth unit-variance noise with about `cells` blobs a side, periodic."""
    noise = ndimage.gaussian_filter(rng.standard_normal((size, size)), size / cells / 4, mode="wrap")
    return noise / noise.std()
