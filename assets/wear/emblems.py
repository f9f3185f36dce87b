"""Emblems on the front of caps: embroidered letters and signs, drawn as strokes.

A picture is (size, 2 * size, 4) float32: linear RGB and opacity, row 0 at the top. Shapes are by eye.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt

from facegen.assets.meshes.mesh import Floats

Colour = tuple[float, float, float]
EMBLEMS = ("letters", "lettering", "badge", "stripes")
# Capitals as polylines in a box of (0, 1) x (0, 1), y up; a semicolon lifts the pen.
STROKES = {
    "A": "0,0 .5,1 1,0;.2,.38 .8,.38",
    "B": "0,0 0,1 .7,1 .9,.77 .7,.54 0,.54;.7,.54 1,.28 .75,0 0,0",
    "C": "1,.82 .7,1 .3,1 0,.7 0,.3 .3,0 .7,0 1,.18",
    "D": "0,0 0,1 .6,1 1,.7 1,.3 .6,0 0,0",
    "E": "1,1 0,1 0,0 1,0;0,.52 .8,.52",
    "F": "1,1 0,1 0,0;0,.52 .8,.52",
    "G": "1,.82 .7,1 .3,1 0,.7 0,.3 .3,0 .7,0 1,.25 1,.5 .6,.5",
    "H": "0,0 0,1;1,0 1,1;0,.5 1,.5",
    "K": "0,0 0,1;1,1 0,.45 1,0",
    "L": "0,1 0,0 1,0",
    "M": "0,0 .05,1 .5,.35 .95,1 1,0",
    "N": "0,0 0,1 1,0 1,1",
    "O": ".3,1 0,.7 0,.3 .3,0 .7,0 1,.3 1,.7 .7,1 .3,1",
    "P": "0,0 0,1 .75,1 1,.75 .75,.48 0,.48",
    "R": "0,0 0,1 .75,1 1,.75 .75,.48 0,.48;.45,.48 1,0",
    "S": "1,.82 .7,1 .25,1 0,.78 .2,.56 .8,.44 1,.22 .75,0 .25,0 0,.18",
    "T": "0,1 1,1;.5,1 .5,0",
    "U": "0,1 0,.3 .3,0 .7,0 1,.3 1,1",
    "V": "0,1 .5,0 1,1",
    "W": "0,1 .25,0 .5,.65 .75,0 1,1",
    "Y": "0,1 .5,.5 1,1;.5,.5 .5,0",
    "Z": "0,1 1,1 0,0 1,0",
}
PEN, BOLD = 0.055, 0.11  # half widths of strokes, of the picture's height
EDGE = 0.012  # over which a stroke fades, of the height
OUTLINE, OUTLINED = 0.045, 0.4  # width of an outline, and how many emblems have one
MEAN_LETTERS = (4, 7)  # of a line of lettering


def emblem_picture(
    kind: str, colour: Colour, outline: Colour, rng: np.random.Generator, size: int = 96
) -> npt.NDArray[np.float32]:
    """Draw an emblem.

    Parameters
    ----------
    kind : str
        One of EMBLEMS.
    colour, outline : (3,) float
        Linear RGB.
    rng : numpy Generator
        Of letters and shapes.
    size : int
        Pixels of the height; the width is twice that.

    Raises
    ------
    ValueError : an unknown emblem.
    """
    if kind not in EMBLEMS:
        raise ValueError(f"unknown emblem {kind!r}: it is one of {', '.join(EMBLEMS)}")
    y, x = (np.mgrid[:size, : 2 * size] + 0.5) / size
    place = np.stack([x - 1, 0.5 - y], -1)  # (h, w, 2): middle at 0, y up, height 1
    distance = {"letters": _letters, "lettering": _lettering, "badge": _badge, "stripes": _stripes}[kind](
        place, rng
    )
    inside = _inside(distance)
    wide = _inside(distance - OUTLINE) if rng.random() < OUTLINED else inside
    mixed = np.array(outline) + inside[..., None] * (np.array(colour) - np.array(outline))
    return np.concatenate([mixed, np.maximum(wide, inside)[..., None]], -1).astype(np.float32)


def _inside(distance: Floats) -> Floats:
    return np.clip(0.5 - distance / EDGE, 0, 1)


def _strokes(place: Floats, letter: str, middle: tuple[float, float], wide: float, high: float) -> Floats:
    """Distance (h, w) of places from the lines of a letter."""
    best = np.full(place.shape[:2], np.inf)
    for line in STROKES[letter].split(";"):
        points = np.array([[float(n) for n in pair.split(",")] for pair in line.split()])
        points = (points - 0.5) * (wide, high) + middle
        for a, b in pairwise(points):
            way = np.clip(((place - a) @ (b - a)) / max(float((b - a) @ (b - a)), 1e-9), 0, 1)
            best = np.minimum(best, np.linalg.norm(place - a - way[..., None] * (b - a), axis=-1))
    return best


def _letters(place: Floats, rng: np.random.Generator) -> Floats:
    """One letter, or two interlaced ones."""
    chosen = rng.choice(list(STROKES), 2, replace=False)
    pen = rng.uniform(0.7, 1.1) * BOLD
    first = _strokes(place, chosen[0], (-0.1, 0.05), 0.46, 0.5) - pen
    if rng.random() < 0.5:
        return _strokes(place, chosen[0], (0.0, 0.0), 0.48, 0.56) - pen
    return np.minimum(first, _strokes(place, chosen[1], (0.1, -0.05), 0.46, 0.5) - pen)


def _lettering(place: Floats, rng: np.random.Generator) -> Floats:
    """One or two lines of lettering, arched."""
    bend, out = rng.uniform(-0.25, 0.25), np.full(place.shape[:2], np.inf)
    bent = place - np.stack([0 * place[..., 0], -bend * place[..., 0] ** 2], -1)
    lines = 1 + int(rng.random() < 0.4)
    high = 0.34 if lines == 2 else 0.46
    for row in range(lines):
        letters = rng.choice(list(STROKES), int(rng.integers(MEAN_LETTERS[0], MEAN_LETTERS[1] + 1)))
        step = 1.7 / len(letters)
        up = (0.5 - row) * 0.52 if lines == 2 else 0.0
        for i, letter in enumerate(letters):
            middle = ((i - (len(letters) - 1) / 2) * step, up)
            out = np.minimum(out, _strokes(bent, letter, middle, 0.62 * step, high) - PEN)
    return out


def _badge(place: Floats, rng: np.random.Generator) -> Floats:
    """A ring with a letter, a star or a filled shield."""
    r, turn = np.linalg.norm(place, axis=-1), np.arctan2(place[..., 0], place[..., 1])
    kind = rng.integers(3)
    if kind == 0:
        ring = np.abs(r - 0.4) - 0.045
        return np.minimum(ring, _strokes(place, str(rng.choice(list(STROKES))), (0, 0), 0.3, 0.4) - PEN)
    if kind == 1:
        points = int(rng.integers(4, 7))
        return r - 0.26 - 0.16 * np.cos(points * turn) ** 3
    return np.maximum(np.abs(place[..., 0]) - 0.34, r - 0.42 - 0.05 * np.cos(2 * turn))


def _stripes(place: Floats, rng: np.random.Generator) -> Floats:
    """Three slanting bars."""
    slant = place[..., 0] - rng.uniform(0.2, 0.6) * place[..., 1]
    bars = np.min([np.abs(slant - shift) for shift in (-0.28, 0.0, 0.28)], 0) - 0.09
    return np.maximum(bars, np.abs(place[..., 1]) - 0.36)
