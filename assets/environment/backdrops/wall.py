"""Panels, bricks, planks, curtain folds or plaster."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from scipy import ndimage

from facegen.assets.environment.backdrop_drawing import Picture, coordinates, mottle, paint, uneven
from facegen.assets.environment.backdrop_registry import BACKDROPS, Backdrop

JOINT = 0.03  # width of the joints between panels, by eye
BRICK = 2.6  # length of a brick over its height
GRAIN = 0.06  # how much the surface varies, by eye


@dataclass(frozen=True)
class Surface:
    """A wall: pictures (size, size).

    joint : 1 in joints, 0 elsewhere; tone : brightness, about 1; grain : noise of unit variance
    """

    joint: Picture
    tone: Picture
    grain: Picture


def _random(number: Picture) -> Picture:
    """A number in [0, 1) that looks random, of each element."""
    fraction: Picture = np.sin(number) * 43758.5 % 1
    return fraction


def _panels(rng: np.random.Generator, wall: Surface, x: Picture, y: Picture) -> Surface:
    across, down = rng.uniform(1, 5, 2)
    seams = np.maximum((x * across % 1) < JOINT * across / 2, (y * down % 1) < JOINT * down / 2)
    return replace(wall, joint=seams * 1.0)


def _bricks(rng: np.random.Generator, wall: Surface, x: Picture, y: Picture) -> Surface:
    rows = rng.uniform(6, 20)
    row, column = np.floor(y * rows), x * rows / BRICK + 0.5 * (np.floor(y * rows) % 2)
    joint = ((column % 1 < 0.05) | ((y * rows) % 1 < 0.12)) * 1.0
    tone = 1 + 0.35 * (_random(row * 12.99 + np.floor(column) * 78.23) - 0.5)
    return replace(wall, joint=joint, tone=tone)


def _planks(rng: np.random.Generator, wall: Surface, x: Picture, y: Picture) -> Surface:
    planks = rng.uniform(3, 12)
    tone = 1 + 0.3 * (_random(np.floor(x * planks) * 12.99) - 0.5)
    joint = ((x * planks) % 1 < 0.04) * 1.0
    grain = ndimage.gaussian_filter1d(wall.grain, len(x) / 20, axis=0)
    return Surface(joint, tone, grain / grain.std())


def _folds(rng: np.random.Generator, wall: Surface, x: Picture, y: Picture) -> Surface:
    size = len(x)
    bend = rng.uniform(15, 60) * (x + 0.01 * mottle(rng, size, 2.0).cumsum(0) / size)
    tone = 1 + rng.uniform(0.2, 0.5) * np.sin(bend + 2 * np.sin(x * rng.uniform(3, 9)))
    return replace(wall, tone=tone)


def _plaster(rng: np.random.Generator, wall: Surface, x: Picture, y: Picture) -> Surface:
    return wall


Build = Callable[[np.random.Generator, Surface, Picture, Picture], Surface]
SURFACES: tuple[Build, ...] = (_panels, _bricks, _planks, _folds, _plaster)


def wall(rng: np.random.Generator, size: int) -> Picture:
    """See `Backdrop.draw`."""
    y, x = coordinates(size)
    base, joint = np.array(paint(rng, 1.0, 0.1)), rng.uniform(0.3, 1.5)
    plain = Surface(np.zeros((size, size)), np.ones((size, size)), mottle(rng, size, 1.0))
    surface = SURFACES[rng.integers(len(SURFACES))](rng, plain, x, y)
    picture = base * (surface.tone * (1 + GRAIN * surface.grain))[..., None]
    picture = picture + surface.joint[..., None] * (base * joint - picture)
    return picture * uneven(rng, size, 0.6)


BACKDROPS.add(Backdrop("wall", wall, order=5, weight=0.1, uniform=True))
