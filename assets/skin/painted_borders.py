"""Painted borders: regions of the skin that no mesh edge follows, as signed distances on the face chart.

A point is (s, t) in chart millimetres (see `head_model`); distances are in the same unit, negative inside. A
convention that draws a region wider compares the distance with an offset: lips drawn 1 mm wider are the
points of a distance below 1. Tables give the template's left half; the right half is its mirror, so only |s|
is used. Beards are in `beard_area`.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating]


def chart_points(*points: tuple[float, float]) -> npt.NDArray[np.float64]:
    """Chart points (K, 2) of one table."""
    return np.array(points, np.float64)


# Handwritten on the template's chart.
# fmt: off

# Nose: from between the inner eye corners along the side walls, round the wings and along the lower rim of
# the nostrils to the foot of the septum. Closed by its mirror.
NOSE = chart_points(
    (0, 1.3), (5.2, 0.8), (7.4, -1.8), (7.1, -7), (7.2, -16), (8.0, -23), (9.4, -29), (11.4, -33),
    (13.5, -37), (15, -41.5), (13.5, -44.7), (8, -47.2), (0, -48.8),
)

# Points of NOSE at its upper end between the eyes, and of the whole bridge, from above.
NOSE_TOP, NOSE_BRIDGE = 2, 5

# Edges of the upper and the lower lid, from the inner corner to the outer one; the opening lies between.
UPPER_LID = chart_points(
    (19.5, -3.4), (21.5, 0.3), (23.8, 2.3), (27, 3.0), (30.5, 2.9), (34, 2.0), (37.5, 0.4), (40.4, -1.4),
)
LOWER_LID = chart_points(
    (19.5, -3.4), (21.5, -4.8), (24.5, -5.5), (27.5, -5.8), (31.1, -5.8), (34.5, -5.1), (38, -3.6),
    (40.4, -1.4),
)

# Red of both lips, from the middle of the upper lip to the corner and back to the middle of the lower lip.
LIPS = chart_points(
    (0, -64.4), (4.5, -63.0), (8, -63.7), (13, -66.1), (18, -69.8), (22, -72.6), (18, -77),
    (12, -81.3), (6, -84.2), (0, -85),
)

# Where the lips part: under every vertex that belongs to the upper lip of the template, above every one that
# follows the jaw. Where they fold inwards the two are less than 0.2 mm apart.
MOUTH_LINE = chart_points(
    (0, -71.98), (4.5, -71.65), (7, -71.3), (8, -71.19), (10.5, -71.2), (12.4, -71.4), (13.6, -71.42),
    (15, -71.6), (16, -71.85), (19, -72.1), (22, -72.6), (40, -72.6),
)

# Lower edge of the face: under the chin, along the jaw, up behind the lobe of the ear.
JAW = chart_points(
    (0, -119), (22, -116), (42, -109), (57, -98), (71, -84), (80, -75), (95, -65), (112, -55),
    (124, -46), (136, -38), (320, -38),
)

# Where the neck ends and the torso starts.
NECK_BASE = chart_points(
    (0, -176), (60, -168), (120, -152), (180, -140), (320, -130),
)

# Hairline: forehead, temple, sideburn, over and behind the ear, nape.
HAIRLINE = chart_points(
    (0, 66), (24, 65.5), (44, 61), (58, 52), (68, 40), (76, 26), (84, 12), (92, -2), (98, -16),
    (112, -18), (118, 4), (128, 16), (146, 18), (160, 6), (168, -18), (176, -44), (200, -62),
    (240, -70), (320, -72),
)
# fmt: on


def curve(points: Floats, s: Floats) -> Floats:
    """Height t of an open curve over |s|.

    Parameters
    ----------
    points : (K, 2) float
        Chart points of rising s.
    s : (...) float, chart mm

    Returns
    -------
    (...) float64, chart mm
    """
    return np.interp(np.abs(s), points[:, 0], points[:, 1])


def lid_distance(s: Floats, t: Floats) -> Floats:
    """How far points lie beyond the edges of the lids, up or down; negative in the opening.

    Parameters
    ----------
    s, t : (N,) float, chart mm

    Returns
    -------
    (N,) float64, chart mm along t, divided by a factor that falls from 1 in the middle of the eye to 0 at its
    corners; infinite beyond them
    """
    side = np.abs(s)
    first, last = UPPER_LID[0, 0], UPPER_LID[-1, 0]
    width = np.sin(np.pi * np.clip((side - first) / (last - first), 0, 1))
    beyond = np.maximum(t - curve(UPPER_LID, side), curve(LOWER_LID, side) - t)
    return np.where(width > 0, beyond / np.maximum(width, 1e-6), np.inf)


def polygon_distance(points: Floats, s: Floats, t: Floats) -> Floats:
    """Signed distance to the closed polygon made of `points` and their mirror, negative inside.

    Parameters
    ----------
    points : (K, 2) float
        The left half, from the top of the middle line to its bottom.
    s, t : (N,) float, chart mm

    Returns
    -------
    (N,) float64, chart mm
    """
    x, y = np.abs(s, dtype=np.float64), np.asarray(t, np.float64)
    nearest, inside = np.full(x.shape, np.inf), np.zeros(x.shape, bool)
    # One edge after the other: an array of all points and edges would be several times as slow.
    for (ax, ay), (bx, by) in pairwise(points):
        dx, dy = x - ax, y - ay
        _, squared = _nearest_on_edge(dx, dy, bx - ax, by - ay)
        np.minimum(nearest, squared, out=nearest)
        # Crossing count towards +s: the middle line is not a border, so a point is inside when an odd number
        # of edges lies to its outer side.
        if ay != by:
            inside ^= ((ay > y) != (by > y)) & (dy * ((bx - ax) / (by - ay)) > dx)
    distance = np.sqrt(nearest)
    return np.where(inside, -distance, distance)


def _nearest_on_edge(dx: Floats, dy: Floats, edge_x: float, edge_y: float) -> tuple[Floats, Floats]:
    """Where on an edge points come nearest, as a fraction of it (N,), and the squared distance (N,).

    dx, dy : (N,) float, of the points from the edge's start; edge_x, edge_y : float, of its end from there
    """
    along = (dx * edge_x + dy * edge_y) / (edge_x**2 + edge_y**2)
    np.clip(along, 0, 1, out=along)
    return along, (dx - along * edge_x) ** 2 + (dy - along * edge_y) ** 2


# The part of a brow that annotators draw: hairs are dense from BROW_STARTS_MM beyond the inner end on, over
# BROW_SEEN_FRACTION of its width, and BROW_SINKS_MM below the middle. An outline drawn in by 0.9 mm all round
# loses the tails: a parser trained on real faces drew the brows of 300 renders 8 % larger than labelled,
# 1.8 mm longer outside and 1.4 mm shorter inside; one trained on renders drew those of 281 photographs 10 %
# smaller, by the same ends.
BROW_SEEN_FRACTION, BROW_STARTS_MM, BROW_SINKS_MM = 0.88, 1.5, 0.25
# The standard brow, chart mm: half way between the medians of women and men in the fitting part of
# CelebAMask-HQ's training masks (141 and 94 frontal faces, sex by eye): inner end, length, height of the
# middle of its ends, bow of the centre line over the line between its ends and the place of its peak.
BROW_INNER_S, BROW_LENGTH, BROW_T, BROW_BOW, BROW_PEAK = 12.2, 43.5, 14.6, 4.2, 0.58
# Its half width in mm at TAPER_FROM of the length, the fraction of it that the whole length loses towards the
# tail, and what the last TAIL_FROM of the length loses besides; nowhere less than the last.
BROW_HALF_WIDTH, BROW_TAPER, BROW_TAPER_FROM = 3.3, 0.35, 0.4
BROW_TAIL, BROW_TAIL_FROM, BROW_LEAST_HALF_WIDTH = 0.4, 0.7, 0.6


@dataclass(frozen=True)
class BrowShape:
    """Outline of both brows, chart mm: a tapered band around a bent centre line.

    In the masks of frontal faces height, slant and bow make 75 to 84, 14 to 21 and 2 to 3 % of how the centre
    lines of people of one sex differ.

    Attributes
    ----------
    height, inner, length : float, mm
        How much higher, closer together and longer than the standard brow.
    thickness : float
        Factor of the half width.
    arch : float, mm
        Extra bow of the centre line.
    slant : float, mm
        How much higher the outer end lies than the inner one.
    taper : float
        Fraction of the half width that the tail loses against the inner end, beyond the standard.
    lift, longer : float, mm
        How much higher and longer the left brow is than the right one.
    thicker : float
        Fraction by which the left brow is thicker than the right one.
    """

    height: float = 0.0
    thickness: float = 1.0
    arch: float = 0.0
    slant: float = 0.0
    taper: float = 0.0
    inner: float = 0.0
    length: float = 0.0
    lift: float = 0.0
    longer: float = 0.0
    thicker: float = 0.0

    def centre_line(self, side: int) -> tuple[Floats, Floats]:
        """Centre points and half widths of one brow, the inner end first.

        Parameters
        ----------
        side : int
            1 left, -1 right.

        Returns
        -------
        (9, 2) float, chart mm, mirrored to the left for the right brow; (9,) float, mm
        """
        lean = side / 2
        u = np.linspace(0, 1, 9)
        s = (BROW_INNER_S - self.inner) + u * (BROW_LENGTH + self.length + lean * self.longer + self.inner)
        bow = np.sin(np.pi * u ** (np.log(0.5) / np.log(BROW_PEAK)))
        t = BROW_T + self.height + lean * self.lift + self.slant * (u - 0.5) + (BROW_BOW + self.arch) * bow
        tail = 1 - BROW_TAIL * np.clip((u - BROW_TAIL_FROM) / (1 - BROW_TAIL_FROM), 0, 1) ** 2
        half = BROW_HALF_WIDTH * (1 - (BROW_TAPER + self.taper) * (u - BROW_TAPER_FROM)) * tail
        half = np.maximum(self.thickness * (1 + lean * self.thicker) * half, BROW_LEAST_HALF_WIDTH)
        return np.stack([s, t], 1), half

    def seen_line(self, side: int) -> tuple[Floats, Floats]:
        """As `centre_line`, of the part that annotators draw: hairs thin out towards its edges."""
        line, half = self.centre_line(side)
        inner = line[0, 0] + BROW_STARTS_MM
        seen = np.concatenate([[[inner, np.interp(inner, *line.T)]], line[1:]])
        return seen - [0, BROW_SINKS_MM], BROW_SEEN_FRACTION * half

    def distance(self, s: Floats, t: Floats, seen: bool = False) -> Floats:
        """Signed distance to the brow on the point's own side, negative inside.

        Parameters
        ----------
        s, t : (N,) float, chart mm
        seen : bool
            Measure to the part that annotators draw, instead of to the outline of all hairs.

        Returns
        -------
        (N,) float64, chart mm
        """
        out = np.empty(len(s))
        for side in (1, -1):
            mine = s > 0 if side > 0 else s <= 0
            band = self.seen_line(side) if seen else self.centre_line(side)
            out[mine] = _band_distance(*band, np.stack([np.abs(s[mine]), t[mine]], 1))
        return out


def _band_distance(line: Floats, half: Floats, points: Floats) -> Floats:
    """Signed distance (N,) of points (N, 2) from a band round a line (K, 2) of half widths (K,)."""
    x, y = np.ascontiguousarray(points.T, np.float64)
    out = np.full(x.shape, np.inf)
    for start, step, width, wider in zip(
        line[:-1], np.diff(line, axis=0), half[:-1], np.diff(half), strict=True
    ):
        along, squared = _nearest_on_edge(x - start[0], y - start[1], *step)
        np.minimum(out, np.sqrt(squared) - (width + along * wider), out=out)
    return out


# How the fields of a hairline act on the standard curve, chart mm, by eye: a height fades out towards the
# ear, recession is strongest over the temples (middle and width of the bump, its gain) and weaker in front
# (gain), a peak is a narrow bump in the middle, a sideburn one in front of the ear.
HEIGHT_FADES_AT, FRONT_ENDS_AT = 90, 75
TEMPLE_S, TEMPLE_WIDTH, TEMPLE_GAIN, FRONT_GAIN = 42, 20, 1.6, 0.6
PEAK_WIDTH, SIDEBURN_S, SIDEBURN_WIDTH = 9, 105, 6


@dataclass(frozen=True)
class Hairline:
    """Where scalp hair starts, against the standard curve; chart mm.

    Attributes
    ----------
    height : how much higher the whole front is
    recession : how far the temples recede
    peak : how far the middle of the front reaches down (widow's peak)
    sideburn : how far hair reaches down in front of the ears
    """

    height: float = 0.0
    recession: float = 0.0
    peak: float = 0.0
    sideburn: float = 0.0

    def height_at(self, s: Floats) -> Floats:
        """Lowest t (N,) that carries hair at s (N,), chart mm."""
        a = np.abs(s)
        t = curve(HAIRLINE, a)
        front = np.clip(1 - a / FRONT_ENDS_AT, 0, 1)
        t = t + self.height * np.clip(1 - a / HEIGHT_FADES_AT, 0, 1)
        temples = self.recession * np.exp(-(((a - TEMPLE_S) / TEMPLE_WIDTH) ** 2)) * TEMPLE_GAIN
        t = t + temples + self.recession * FRONT_GAIN * front
        t = t - self.peak * np.exp(-((a / PEAK_WIDTH) ** 2))
        return t - self.sideburn * np.exp(-(((a - SIDEBURN_S) / SIDEBURN_WIDTH) ** 2))

    def distance(self, s: Floats, t: Floats) -> Floats:
        """Height above the hairline (N,), negative where hair grows; mm along t."""
        return self.height_at(s) - t


# Caruncle, the flesh in the inner corner of the eye, from where the lids meet (endocanthion, chart place
# (15.6, -3.4)) to the eyeball: middle and radii of its ellipse, chart mm, and the slope of its long axis.
CARUNCLE, CARUNCLE_MM, CARUNCLE_SLANT = (18.4, -3.3), (2.85, 1.5), 0.1


def caruncle_radius(s: Floats, t: Floats) -> Floats:
    """Distance from the middle of the caruncle over its radius there: (...) float >= 0, below 1 inside.

    Parameters
    ----------
    s, t : (...) float, chart mm
    """
    ds, dt = np.abs(s) - CARUNCLE[0], t - CARUNCLE[1]
    return np.hypot(ds / CARUNCLE_MM[0], (dt - CARUNCLE_SLANT * ds) / CARUNCLE_MM[1])
