"""Marks on skin (moles, blemishes, scars) and openings of the face, on the face chart.

s, t are (H, W) chart millimetres on a regular grid, s rising along the columns and t falling along the rows;
results are (H, W) float64 weights in [0, 1]. Places, sizes and numbers are chosen by eye on rendered faces.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from facegen.assets.skin import painted_borders
from facegen.assets.skin.chart_grid import window
from facegen.assets.skin.painted_borders import Floats

FACE = (-75.0, 75.0, -112.0, 55.0)  # s low, s high, t low, t high, mm: where marks lie
NECK = (-70.0, 70.0, -175.0, -115.0)
ON_NECK = 0.25  # fraction of the marks that lie on the neck
MOLES, BLEMISHES, SCARS = 10, 25, 1.5  # mean numbers at an amount of 1
MOLE_MM, BLEMISH_MM, SCAR_MM = (0.3, 1.7), (0.7, 2.4), (4, 14)  # radii, radii, half lengths
MOLE_RARITY, BLEMISH_RARITY = 6, 3  # powers of a uniform draw: the larger, the rarer are large marks
MARK_EDGE, SCAR_WIDTH = 0.25, 0.7  # mm


def _stamp(
    out: Floats,
    s: Floats,
    t: Floats,
    cs: float,
    ct: float,
    reach: float,
    shape: Callable[[Floats, Floats], Floats],
) -> None:
    """Take the maximum of `out` and `shape(ds, dt)` within `reach` mm of a place; `out` changes."""
    columns = np.flatnonzero(np.abs(s[0] - cs) < reach)
    rows = np.flatnonzero(np.abs(t[:, 0] - ct) < reach)
    if len(columns) and len(rows):
        here = np.ix_(rows, columns)
        out[here] = np.maximum(out[here], shape(s[here] - cs, t[here] - ct))


def _discs(
    s: Floats, t: Floats, count: int, radii: tuple[float, float], rarity: int, rng: np.random.Generator
) -> Floats:
    """Round marks with radii (smallest, largest) in mm, large ones rare."""
    out = np.zeros_like(s)
    low, high = radii
    for _ in range(count):
        place = NECK if rng.random() < ON_NECK else FACE
        cs, ct = rng.uniform(*place[:2]), rng.uniform(*place[2:])
        radius, stretch = low + (high - low) * rng.random() ** rarity, rng.uniform(0.8, 1.25)
        depth = rng.uniform(0.4, 1.0)

        def shape(
            ds: Floats, dt: Floats, radius: float = radius, stretch: float = stretch, depth: float = depth
        ) -> Floats:
            return depth / (1 + np.exp((np.hypot(ds * stretch, dt / stretch) - radius) / MARK_EDGE))

        _stamp(out, s, t, cs, ct, 2 * radius + 2, shape)
    return out


def moles(s: Floats, t: Floats, amount: float, rng: np.random.Generator) -> Floats:
    """Moles of face and neck, nearly all too small to be seen in a small picture.

    Parameters
    ----------
    s, t : (H, W) float, chart mm
    amount : float in [0, 1]
        1 stands for MOLES moles on average.
    rng : numpy.random.Generator
    """
    return _discs(s, t, int(rng.poisson(MOLES * amount)), MOLE_MM, MOLE_RARITY, rng)


def blemishes(s: Floats, t: Floats, amount: float, rng: np.random.Generator) -> Floats:
    """Red, raised spots, mostly of the young.

    Parameters
    ----------
    s, t : (H, W) float, chart mm
    amount : float in [0, 1]
        1 stands for BLEMISHES spots on average.
    rng : numpy.random.Generator
    """
    return _discs(s, t, int(rng.poisson(BLEMISHES * amount)), BLEMISH_MM, BLEMISH_RARITY, rng)


def scars(s: Floats, t: Floats, amount: float, rng: np.random.Generator) -> Floats:
    """Thin pale lines.

    Parameters
    ----------
    s, t : (H, W) float, chart mm
    amount : float in [0, 1]
        1 stands for SCARS scars on average.
    rng : numpy.random.Generator
    """
    out = np.zeros_like(s)
    for _ in range(int(rng.poisson(SCARS * amount))):
        cs, ct, turn = rng.uniform(*FACE[:2]), rng.uniform(*FACE[2:]), rng.uniform(0, np.pi)
        length, bend = rng.uniform(*SCAR_MM), rng.normal(0, 0.02)

        def shape(
            ds: Floats, dt: Floats, turn: float = turn, length: float = length, bend: float = bend
        ) -> Floats:
            along, across = ds * np.cos(turn) + dt * np.sin(turn), dt * np.cos(turn) - ds * np.sin(turn)
            return np.exp(-(((across - bend * along**2) / SCAR_WIDTH) ** 2) - (along / length) ** 4)

        _stamp(out, s, t, cs, ct, 2 * length, shape)
    return out


NOSTRIL, NOSTRIL_MM, NOSTRIL_EDGE = (7.5, -43.8), (2.9, 1.75), 0.16  # middle, radii in mm, softness


def nostrils(s: Floats, t: Floats) -> Floats:
    """Openings of the nose: the mesh has dents of two millimetres where light should be lost.

    Parameters
    ----------
    s, t : (H, W) float, chart mm
    """
    whole = np.zeros_like(s)
    here = window(s, t, -44, 8, 16)
    distance = np.hypot(
        (np.abs(s[here]) - NOSTRIL[0]) / NOSTRIL_MM[0], (t[here] - NOSTRIL[1]) / NOSTRIL_MM[1]
    )
    whole[here] = 1 / (1 + np.exp((distance - 1) / NOSTRIL_EDGE))
    return whole


WING_S, WING_BULGE, WING_CLOSES = 13.2, 3.4, 2.2  # mm: the crease's |s| at the top, in the middle, at its end
WING_WIDTH = 1.1  # mm


def wing_crease(s: Floats, t: Floats) -> Floats:
    """The groove between the wings of the nose and the cheeks.

    Parameters
    ----------
    s, t : (H, W) float, chart mm
    """
    whole = np.zeros_like(s)
    here = window(s, t, -40, 14, 26)
    along = np.clip((t[here] + 33.5) / -13, 0, 1)
    edge = WING_S + WING_BULGE * np.sqrt(np.clip(along * (2 - along), 0, 1))
    edge = edge - WING_CLOSES * np.clip(along - 0.75, 0, 1)
    reach = np.exp(-(((t[here] + 41) / 7.5) ** 6))
    whole[here] = reach * np.exp(-(((np.abs(s[here]) - edge) / WING_WIDTH) ** 2))
    return whole


SEAM_WIDTH, SEAM_ENDS_AT, MOUTH_CORNER, CORNER_WEIGHT = 1.1, 22.5, 22.6, 0.7  # mm, mm, mm


def lip_seam(s: Floats, t: Floats, parted: float = 0.0) -> Floats:
    """Where the lips meet and in the corners of the mouth: darker than the rest of the lips.

    Parameters
    ----------
    s, t : (H, W) float, chart mm
    parted : float in [0, 1]
        0 closed lips, 1 open ones: their edges see light, and only the corners stay dark.
    """
    whole = np.zeros_like(s)
    here = window(s, t, -72, 6, 28)
    off = t[here] - painted_borders.curve(painted_borders.MOUTH_LINE, s[here])
    a = np.abs(s[here])
    seam = (1 - parted) * np.exp(-((off / SEAM_WIDTH) ** 2)) / (1 + np.exp((a - SEAM_ENDS_AT) / 0.8))
    corner = (
        (1 - 0.5 * parted) * CORNER_WEIGHT * np.exp(-(((a - MOUTH_CORNER) / 2.2) ** 2) - (off / 1.7) ** 2)
    )
    whole[here] = np.maximum(seam, corner)
    return whole


LIP_GROOVES = (2.7, 4.1, 1.6)  # radians a mm: three waves that do not repeat together


def lip_grooves(s: Floats, rng: np.random.Generator) -> Floats:
    """Upright furrows of the lips: (H, W) float64 in about [-1, 1] of chart mm s (H, W)."""
    phase = rng.uniform(0, 6.28, 3)
    first, second, third = (np.cos(wave * s + p) for wave, p in zip(LIP_GROOVES, phase, strict=True))
    return (first + second + third) / 2
