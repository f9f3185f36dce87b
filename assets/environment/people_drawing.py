"""People as a camera sees them out of focus: shaded heads with hair, shoulders and clothes.

Lengths of a figure are in half heights of its head, x to the right and y down from the middle of the head.
Places in the picture are fractions of its side. Pictures are (size, size, 3) float, linear RGB.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from facegen.assets.environment.backdrop_drawing import Colour, Picture, paint

Floats = npt.NDArray[np.floating[Any]]

HEAD_HALF_WIDTH, JAW = 0.74, 0.26  # of a head, and the fraction of it that the chin lacks
SKIN, SKIN_RANGE = (0.62, 0.37, 0.27), (0.12, 1.05)  # linear RGB of light skin, and its scales
# Linear RGB of hair, by eye: black, brown, blond, grey, red.
HAIRS = (
    (0.006, 0.005, 0.005),
    (0.03, 0.016, 0.009),
    (0.30, 0.19, 0.09),
    (0.28, 0.27, 0.26),
    (0.12, 0.04, 0.02),
)
HAIR_WEIGHTS = (0.38, 0.32, 0.16, 0.1, 0.04)
AMBIENT = 0.35  # of the light, that comes from everywhere
BOX = 3.2  # half side of the square in which a figure is drawn; shoulders reach as far
CAMERA_CHANCE = 0.12  # of figures that hold a camera before the face (by eye: press photographers)


@dataclass(frozen=True)
class _Stage:
    """The pixels of a figure.

    x, y : (h, w) their places; soft : width of one pixel, over which edges go from 0 to 1
    light : (3,) unit vector to the light: right, down, towards the camera
    """

    x: Floats
    y: Floats
    soft: float
    light: Floats
    rng: np.random.Generator

    def inside(self, distance: Floats) -> Floats:
        """1 where a distance (in half heights of the head) is negative, soft at 0."""
        return np.clip(0.5 - distance / self.soft, 0, 1)

    def ellipse(self, cx: float, cy: float, a: float | Floats, b: float) -> Floats:
        """About the distance from an ellipse: negative inside."""
        return (np.hypot((self.x - cx) / a, (self.y - cy) / b) - 1) * b

    def bump(self, cx: float, cy: float, a: float, b: float) -> Floats:
        """A smooth hill of height 1."""
        return np.exp(-(((self.x - cx) / a) ** 2) - ((self.y - cy) / b) ** 2)

    def round_shade(self, nx: Floats, ny: Floats) -> Floats:
        """Light on a round thing with these components of its normal."""
        nz = np.sqrt(np.clip(1 - nx**2 - ny**2, 0, 1))
        lit = nx * self.light[0] + ny * self.light[1] + nz * self.light[2]
        return AMBIENT + (1 - AMBIENT) * np.clip(lit, 0, None)

    def streaks(self, along: float, across: float) -> Floats:
        """Noise of unit variance, long downwards; sizes in half heights of the head."""
        pixel = self.soft
        noise = self.rng.standard_normal(self.x.shape)
        noise = ndimage.gaussian_filter(noise, (along / pixel, max(across / pixel, 0.3)))
        return noise / max(float(noise.std()), 1e-9)


def figure(picture: Picture, rng: np.random.Generator, x: float, y: float, half: float) -> None:
    """Draw a person into a picture, in place.

    Parameters
    ----------
    picture : (size, size, 3) float64, linear RGB
    rng : numpy Generator
        Of the looks.
    x, y : float
        Middle of the head, fractions of the side; may lie outside.
    half : float
        Half the height of the head, a fraction of the side.
    """
    size = len(picture)
    left, top = int((x - BOX * half) * size), int((y - 1.6 * half) * size)
    right = int((x + BOX * half) * size) + 1
    x0, y0, x1 = max(left, 0), max(top, 0), min(right, size)
    aside, ahead = rng.uniform(-0.8, 0.8), rng.uniform(0.4, 0.9)
    light = np.array([aside, -0.5, ahead]) / np.linalg.norm([aside, 0.5, ahead])
    if x1 - x0 < 2 or size - y0 < 2:
        return
    rows, columns = np.mgrid[y0:size, x0:x1] + 0.5
    stage = _Stage((columns / size - x) / half, (rows / size - y) / half, 1 / (half * size), light, rng)
    target = picture[y0:size, x0:x1]
    for cover, colour in _layers(stage):
        target += cover[..., None] * (colour - target)


def _layers(g: _Stage) -> list[tuple[Floats, Floats]]:
    """Cover (h, w) and colour (h, w, 3) of what a person shows, from behind to the front."""
    rng = g.rng
    skin = np.array(SKIN) * rng.uniform(*SKIN_RANGE)
    hair = np.array(HAIRS[int(rng.choice(len(HAIRS), p=HAIR_WEIGHTS))]) * rng.uniform(0.6, 1.5)
    turned, long = rng.uniform(-0.35, 0.35), bool(rng.random() < 0.45)
    locks = np.clip(1 + 0.35 * g.streaks(0.5, 0.05), 0.2, 2) * g.round_shade(g.x / 1.2, g.y / 1.6)
    out = []
    if long:
        fall = rng.uniform(0.9, 2.2)
        wide = rng.uniform(0.95, 1.25)
        tall = 1.1 + fall / 2
        strands = g.ellipse(-0.3 * turned, tall - 1.12, wide + 0.05 * np.sin(3 * g.y), tall)
        out.append((g.inside(strands) * (g.y < fall + 0.3), locks[..., None] * hair))
    out += _clothes(g, skin)
    jaw = HEAD_HALF_WIDTH * (1 - JAW * np.clip(g.y, 0, 1) ** 2)
    out.append((g.inside(g.ellipse(0, 0, jaw, 1.0)), _face(g, skin, turned, jaw)))
    # The face is what the hair leaves open.
    scalp = g.ellipse(
        -0.15 * turned, -0.14, HEAD_HALF_WIDTH * rng.uniform(1.05, 1.25), rng.uniform(0.95, 1.1)
    )
    open_face = g.ellipse(turned, rng.uniform(0.1, 0.3), 0.6, rng.uniform(0.75, 0.95))
    if rng.random() > 0.07:  # the others are bald
        low = 0.9 if long else rng.uniform(0.05, 0.4)
        out.append((g.inside(scalp) * g.inside(-open_face) * g.inside(g.y - low), locks[..., None] * hair))
    if rng.random() < CAMERA_CHANCE:
        out += _camera(g)
    return out


def _face(g: _Stage, skin: Floats, turned: float, jaw: Floats) -> Floats:
    """Colour of a face: round, with hollows of the eyes, brows, nose and mouth."""
    shade = g.round_shade(np.clip(g.x / jaw, -1, 1) * 0.95, np.clip(g.y, -1, 1) * 0.8)
    for side in (-0.3, 0.3):
        shade = shade * (1 - 0.45 * g.bump(turned + side, -0.06, 0.17, 0.09))
        shade = shade * (1 - 0.75 * g.bump(turned + side, -0.06, 0.08, 0.045))
        shade = shade * (1 - 0.5 * g.bump(turned + side, -0.24, 0.18, 0.035))
    shade = shade * (1 + 0.15 * g.bump(turned * 1.15, 0.15, 0.07, 0.22))
    shade = shade * (1 - 0.4 * g.bump(turned * 1.15, 0.36, 0.13, 0.04))
    colour = shade[..., None] * skin
    lips = (0.75 * g.bump(turned, 0.6, 0.2, 0.06))[..., None]
    colour = colour + lips * (shade[..., None] * skin * (0.75, 0.4, 0.45) - colour)
    if g.rng.random() < 0.35:  # teeth
        colour = colour + 0.8 * g.bump(turned, 0.59, 0.15, 0.035)[..., None] * (0.7 - colour)
    return colour


def _clothes(g: _Stage, skin: Floats) -> list[tuple[Floats, Floats]]:
    """Neck and shoulders, and a shirt between lapels now and then."""
    rng = g.rng
    wide = rng.uniform(1.7, 2.3)
    lean = rng.uniform(-0.25, 0.25)
    across = np.clip(np.abs(g.x - lean) / wide, 0, 1)
    edge = 1.32 + 0.55 * across**1.6 + 2.5 * np.clip(across - 0.86, 0, 1)
    body = g.inside(edge - g.y) * (np.abs(g.x - lean) < wide)
    folds = np.clip(1 + 0.12 * g.streaks(0.6, 0.2), 0.3, 2)
    shade = g.round_shade((g.x - lean) / wide * 0.9, np.full_like(g.x, -0.2)) * folds
    cloth: Colour = paint(rng, 1.3, 0.01, 0.6) if rng.random() < 0.6 else (0.012, 0.012, 0.015)
    neck = g.inside(np.abs(g.x) - 0.42) * g.inside(g.y - 1.9) * g.inside(0.5 - g.y)
    # The chin's shadow lies on the neck.
    out = [
        (
            neck,
            (g.round_shade(g.x / 0.45, np.zeros_like(g.x)) * np.clip(0.35 + 0.5 * (g.y - 0.9), 0.3, 0.9))[
                ..., None
            ]
            * skin,
        )
    ]
    out.append((body, shade[..., None] * np.array(cloth)))
    depth = rng.uniform(0.2, 1.6)
    opening = np.abs(g.x) - np.clip(0.5 * (1.32 + depth - g.y), 0, 0.5)
    inner = np.array((0.7, 0.7, 0.72)) if rng.random() < 0.5 else skin
    out.append(
        (
            g.inside(opening) * g.inside(1.3 - g.y) * g.inside(g.y - 1.3 - depth) * body,
            shade[..., None] * inner,
        )
    )
    return out


def _camera(g: _Stage) -> list[tuple[Floats, Floats]]:
    """A camera before the face, and the hands that hold it."""
    box = np.maximum(np.abs(g.x) - 0.62, np.abs(g.y + 0.02) - 0.34)
    dark = np.ones((*g.x.shape, 3)) * 0.01
    lens = g.ellipse(0.05, 0.05, 0.3, 0.3)
    glass = 0.02 + 0.6 * g.bump(-0.05, -0.06, 0.06, 0.05)
    return [(g.inside(box), dark * 1.5), (g.inside(lens), glass[..., None] * np.ones(3))]
