"""Skin around the eyes on the face chart: the lid's fold, lashes' line, shade, bags.

s, t are (H, W) chart millimetres on a regular grid, s rising along the columns and t falling along the rows;
results are (H, W) float64, a weight in [0, 1] unless a docstring says otherwise. Both eyes are drawn over
a = |s|. Places and widths (mm) are chosen by eye on rendered faces.
"""

from __future__ import annotations

import numpy as np

from facegen.assets.skin import painted_borders
from facegen.assets.skin.chart_grid import window
from facegen.assets.skin.painted_borders import Floats

# Edges of the template's lids on the chart as (|s|, t), from the inner corner outwards.
UPPER_EDGE = ((19.5, 24.0, 28.0, 32.0, 36.0, 40.0, 45.0), (-3.6, 0.8, 2.4, 3.1, 2.7, 1.2, -1.2))
LOWER_EDGE = ((19.5, 24.0, 27.0, 31.5, 36.0, 40.0, 45.0), (-4.2, -5.0, -5.5, -5.8, -5.5, -4.2, -1.4))
EYE_WINDOW = (0, 22, 62)  # middle t, half height, largest |s|, mm: nothing is drawn outside

CREASE_LIFT, CREASE_ARCH = 2.2, 3.0  # mm of the lid's fold above the edge: at the ends, more in the middle
CREASE_ABOVE, CREASE_BELOW = 1.3, 0.8  # widths in mm: soft above, sharp below
LOWER_LASHES, OUTER_LASHES = 0.6, 0.8  # weight of the lower line, and of its outer part
LOWER_SHADE, OUTER_SHADE, INNER_SHADE = (
    0.8,
    0.6,
    0.06,
)  # weights of the shade's parts against the upper lid's
BAG_DEPTH, BAG_GROWS, BAG_SIDES = 7.0, 3.5, 0.06  # mm below the lid; mm more of a large bag; sd between sides
BAG_SWELLS, BAG_SINKS = 0.9, 0.6  # mm of height in the middle, of depth along the border


def _below_lower(a: Floats, t: Floats) -> Floats:
    """mm below the lower lid's edge."""
    return np.interp(a, *LOWER_EDGE) - t


def lid_crease(s: Floats, t: Floats, amount: float) -> Floats:
    """The fold that an open upper lid leaves over its edge.

    Parameters
    ----------
    s, t : (H, W) float, chart mm
    amount : float in [0, 1]
        0 a lid without a fold, 1 a deep one.
    """
    whole = np.zeros_like(s)
    here = window(s, t, *EYE_WINDOW)
    a = np.abs(s[here])
    lift = CREASE_LIFT + CREASE_ARCH * np.exp(-(((a - 32) / 9) ** 2))
    above = t[here] - np.interp(a, *UPPER_EDGE) - lift
    reach = np.exp(-(((a - 33) / 14.5) ** 6))
    fold = np.exp(-((above / np.where(above > 0, CREASE_ABOVE, CREASE_BELOW)) ** 2))
    whole[here] = amount * reach * fold
    return whole


def lash_line(s: Floats, t: Floats, width: float) -> Floats:
    """Where lashes root and liner is drawn: along both edges of the lids.

    Parameters
    ----------
    s, t : (H, W) float, chart mm
    width : float, mm
    """
    whole = np.zeros_like(s)
    here = window(s, t, *EYE_WINDOW)
    a = np.abs(s[here])
    above, below = t[here] - np.interp(a, *UPPER_EDGE), _below_lower(a, t[here])
    upper = np.exp(-((above / np.where(above > 0, 1.5 * width, width)) ** 2))
    lower = LOWER_LASHES * np.exp(-((below / width) ** 2))
    # Lower lashes, and liner under them, are strongest towards the outer corner.
    outwards = 1 / (1 + np.exp((36.5 - a) / 1.5))
    outer = OUTER_LASHES * outwards * np.exp(-((np.maximum(below, 0) / (2.2 * width)) ** 2))
    lower = np.maximum(lower, outer * (below > -1))
    # From where the inner corner opens.
    reach = 1 / (1 + np.exp((np.abs(a - 36.3) - 11.7) / 0.8))
    whole[here] = np.maximum(upper, lower) * reach
    return whole


def lid_shade(s: Floats, t: Floats) -> Floats:
    """Shade around an open eye: lids are thin, lie deep and under lashes.

    Parameters
    ----------
    s, t : (H, W) float, chart mm
    """
    whole = np.zeros_like(s)
    here = window(s, t, *EYE_WINDOW)
    s, t = s[here], t[here]
    a = np.abs(s)
    above, below = t - np.interp(a, *UPPER_EDGE), _below_lower(a, t)
    # Deepest between the inner corner and the brow, where the socket is.
    socket = np.exp(-(((a - 23) / 7) ** 2))
    upper = (0.5 + 0.5 * socket) * np.exp(-((np.maximum(above, 0) / (5.0 + 4.0 * socket)) ** 2))
    lower = LOWER_SHADE * np.exp(-((np.maximum(below, 0) / 3.4) ** 2))
    reach = 1 / (1 + np.exp((np.abs(a - 33) - 16.5) / 1.3))
    outer = OUTER_SHADE * np.exp(-(((a - 46.5) / 5.0) ** 2) - ((t + 0.3) / 4.0) ** 2)
    inner = INNER_SHADE * np.exp(-(((a - 17.5) / 3.5) ** 2) - ((t + 1.5) / 5.0) ** 2)
    whole[here] = np.maximum(upper * np.where(below > 0, lower, 1) * reach, outer + inner)
    whole[here] *= np.clip(painted_borders.caruncle_radius(s, t), 0, 1)
    return whole


def eye_bags(s: Floats, t: Floats, amount: float, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Bags under the eyes.

    The border runs from the inner corner (the tear trough) to below the outer one; a crease lies half way up.

    Parameters
    ----------
    s, t : (H, W) float, chart mm
    amount : float in [0, 1]
        Larger bags hang lower.
    rng : numpy.random.Generator

    Returns
    -------
    shade : (H, W) float64 in [0, 1], deepest along the lower border
    height : (H, W) float64, mm
    """
    shade, height = np.zeros_like(s), np.zeros_like(s)
    here = window(s, t, *EYE_WINDOW)
    s, t = s[here], t[here]
    a = np.abs(s)
    deep = rng.normal(BAG_DEPTH + BAG_GROWS * amount, 1.1)
    middle, folded = rng.normal(29.5, 1.2), rng.uniform(0.3, 0.55)
    deep = deep * (1 + np.sign(s) * rng.normal(0, BAG_SIDES))
    border = deep * np.sqrt(np.clip(1 - ((a - middle) / 17) ** 2, 0, 1))
    below = _below_lower(a, t)
    inside = np.clip(below / np.maximum(border, 0.5), 0, 1)
    out = np.maximum(below - border, 0)
    lid = np.clip(border / 2, 0, 1) / (1 + np.exp(-(below - 1.0) / 0.6))
    edge = np.exp(-((out / 1.6) ** 2)) * inside**3
    crease = np.exp(-(((below - folded * border) / 0.8) ** 2))
    shade[here] = lid * np.minimum(0.3 * np.exp(-(out**2)) + 0.17 * crease + 0.7 * edge, 1)
    height[here] = lid * (BAG_SWELLS * np.sin(np.pi * inside) * (border / deep) - BAG_SINKS * edge)
    return shade, height
