"""Where beards and moustaches grow, as densities in [0, 1] on the face chart.

A point is (s, t) in chart millimetres (see `head_model`); tables give the left half, the right one is its
mirror.
"""

from __future__ import annotations

import numpy as np

from facegen.assets.skin.painted_borders import JAW, LIPS, Floats, chart_points, curve, polygon_distance

# Handwritten on the template's chart.
# fmt: off

# Cheek line of a full beard: from under the lower lip round the corner of the mouth to the sideburn.
CHEEK_LINE = chart_points(
    (0, -86), (12, -85), (20, -79), (26, -70), (33, -63), (46, -60), (60, -56), (74, -47), (86, -32),
    (93, -14), (98, 4), (320, 4),
)

# Back edge of a beard, as (t, |s|): along the front of the ear, then down behind the jaw.
BEARD_BACK = chart_points(
    (-200, 96), (-110, 104), (-75, 116), (-58, 122), (-48, 113), (-10, 110), (40, 106),
)

# Moustache: from the groove under the nose to the side of the mouth, back along the upper lip.
MOUSTACHE = chart_points(
    (0, -57), (8, -55), (15, -55), (22, -60), (29, -70), (31, -80), (26, -80), (23, -73), (15, -68),
    (8, -66.5), (0, -67.5),
)

# Half width of a goatee, as (t, |s|).
GOATEE_EDGE = chart_points((-125, 12), (-112, 19), (-95, 22), (-80, 27), (-70, 29))
# Front edge of sideburns, as (t, |s|).
SIDEBURN_FRONT = chart_points((-60, 98), (-45, 88), (-10, 86))
# fmt: on

# Widths in mm over which the edges of a beard fade out on each side, by eye on rendered faces: on the cheek
# (narrow by the mouth and in the sideburn, wider by CHEEK_FADE_GAIN around CHEEK_S), towards the throat,
# behind the jaw, at the lips.
CHEEK_FADE, CHEEK_FADE_GAIN, CHEEK_S, CHEEK_WIDTH = 4.0, 8.0, 58, 24
THROAT_FADE, BACK_FADE, LIP_FADE, LIP_GAP = 11.0, 5.0, 1.0, 1.0
BELOW_JAW = 9.0  # how far a beard reaches under the jaw
SIDE_FADE, SIDE_ENDS_AT, SIDE_FRACTION = 25.0, 60, 0.3  # beards are thinner behind |s| = 60 by this fraction
GOATEE_FADE = 4.5
GOATEE_LOW_T, GOATEE_LOW_FADE = -121.0, 6.0  # height under the chin at which it ends
SIDEBURN_FADE, SIDEBURN_END_FADE, SIDEBURN_END_T = 3.0, 6.0, 46
# Gaps in a beard as (loss of density, |s|, radius along s, t, radius along t): a bare strip on both sides of
# the patch under the lip, thinner hair next to the corner of the mouth.
BEARD_GAPS = ((0.8, 13, 5, -87, 6), (0.45, 29, 5, -76, 7))
# Fades of a moustache in mm; how much thinner hair is in the groove under the nose, and the groove's width.
MOUSTACHE_FADE, MOUSTACHE_LIP_FADE, MOUSTACHE_LIP_GAP = 2.8, 1.1, 0.3
MOUSTACHE_END_T, MOUSTACHE_END_FADE = 71.0, 3.0
PHILTRUM_LOSS, PHILTRUM_WIDTH = 0.5, 3.0


def _edge(distance: Floats, width: float | Floats) -> Floats:
    """1 inside to 0 outside, smoothly over `width` mm on both sides of distance 0 (positive = inside)."""
    x = np.clip(0.5 + distance / (2 * width), 0, 1)
    return x * x * (3 - 2 * x)


def beard_density(kind: str, s: Floats, t: Floats, cheek_line: float = 0.0, neck_line: float = 0.0) -> Floats:
    """How densely beard hair stands: thin towards cheeks and throat, dense on the chin.

    Parameters
    ----------
    kind : "stubble", "full_beard", "goatee" or "sideburns"
        The moustache is `moustache_density`.
    s, t : (N,) float, chart mm
    cheek_line, neck_line : float
        mm by which the cheek line is raised and the neck line lowered against the standard.

    Returns
    -------
    (N,) float in [0, 1]
    """
    a = np.abs(s)
    cheek_fade = CHEEK_FADE + CHEEK_FADE_GAIN * np.exp(-(((a - CHEEK_S) / CHEEK_WIDTH) ** 2))
    top = _edge(curve(CHEEK_LINE, a) + cheek_line * np.clip((a - 20) / 25, 0, 1) - t, cheek_fade)
    bottom = _edge(t - (curve(JAW, a) - BELOW_JAW - neck_line), THROAT_FADE)
    back = _edge(np.interp(t, *BEARD_BACK.T) - a, BACK_FADE)
    full = top * bottom * back
    for loss, middle_s, radius_s, middle_t, radius_t in BEARD_GAPS:
        gap = -(((a - middle_s) / radius_s) ** 2) - ((t - middle_t) / radius_t) ** 2
        full = full * (1 - loss * np.exp(gap))
    full = full * _edge(polygon_distance(LIPS, s, t) - LIP_GAP, LIP_FADE)
    if kind == "goatee":
        low = _edge(t - GOATEE_LOW_T, GOATEE_LOW_FADE)
        return full * low * _edge(np.interp(t, *GOATEE_EDGE.T) - a, GOATEE_FADE)
    if kind == "sideburns":
        front = _edge(a - np.interp(t, *SIDEBURN_FRONT.T), SIDEBURN_FADE)
        return full * front * _edge(t + SIDEBURN_END_T + cheek_line, SIDEBURN_END_FADE)
    return full * (1 - SIDE_FRACTION + SIDE_FRACTION * _edge(SIDE_ENDS_AT - a, SIDE_FADE))


def moustache_density(s: Floats, t: Floats, alone: bool = False) -> Floats:
    """How densely the moustache stands: a little thinner in the groove under the nose.

    Parameters
    ----------
    s, t : (N,) float, chart mm
    alone : bool
        Without a beard below it, it ends at the corners of the mouth.

    Returns
    -------
    (N,) float in [0, 1]
    """
    soft = _edge(-polygon_distance(MOUSTACHE, s, t), MOUSTACHE_FADE)
    if alone:
        soft = soft * _edge(t + MOUSTACHE_END_T, MOUSTACHE_END_FADE)
    lips = _edge(polygon_distance(LIPS, s, t) - MOUSTACHE_LIP_GAP, MOUSTACHE_LIP_FADE)
    return soft * (1 - PHILTRUM_LOSS * np.exp(-((s / PHILTRUM_WIDTH) ** 2))) * lips
