"""Painted borders: regions of the skin that no mesh edge follows, as signed distances on the face chart.

A point is (s, t) in chart millimetres (see `head`); distances are in the same unit, negative inside. Every
region takes an offset: a convention that draws lips 1 mm wider asks for offset 1. The curves are given for
the template's left half and mirrored, so |s| is what they see.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

# Chart points (s, t). Nose: from between the inner eye corners along the side walls, round the wings to
# the lower rim of the nostrils.
NOSE = np.array(
    [
        (0, 1.3),
        (5.2, 0.8),
        (7.4, -1.8),
        (7.1, -7),
        (7.2, -16),
        (8.0, -23),
        (9.4, -29),
        (11.4, -33),
        (13.5, -37),
        (15, -41.5),
        (13.5, -44.7),
        (8, -47.1),
        (0, -48.3),
    ]
)
LIPS = np.array(
    [
        (0, -64.4),
        (4.5, -63.0),
        (8, -63.7),
        (13, -66.1),
        (18, -69.8),
        (22, -72.6),
        (18, -77),
        (12, -81.3),
        (6, -84.2),
        (0, -85),
    ]
)
# Where the lips part: under every vertex that belongs to the upper lip of the template, above every one that
# follows the jaw. Where they fold inwards the two are less than 0.2 mm apart.
MOUTH_LINE = np.array(
    [
        (0, -71.98),
        (4.5, -71.65),
        (7, -71.3),
        (8, -71.19),
        (10.5, -71.2),
        (12.4, -71.4),
        (13.6, -71.42),
        (15, -71.6),
        (16, -71.85),
        (19, -72.1),
        (22, -72.6),
        (40, -72.6),
    ]
)
# Lower edge of the face: under the chin, along the jaw, up behind the lobe of the ear.
JAW = np.array(
    [
        (0, -119),
        (22, -116),
        (42, -109),
        (57, -98),
        (71, -84),
        (80, -75),
        (95, -65),
        (112, -55),
        (124, -46),
        (136, -38),
        (320, -38),
    ]
)
NECK_BASE = np.array([(0, -176), (60, -168), (120, -152), (180, -140), (320, -130)])
# Hairline: forehead, temple, sideburn, over and behind the ear, nape.
HAIRLINE = np.array(
    [
        (0, 66),
        (24, 65.5),
        (44, 61),
        (58, 52),
        (68, 40),
        (76, 26),
        (84, 12),
        (92, -2),
        (98, -16),
        (112, -18),
        (118, 4),
        (128, 16),
        (146, 18),
        (160, 6),
        (168, -18),
        (176, -44),
        (200, -62),
        (240, -70),
        (320, -72),
    ]
)
# Cheek line of a full beard: from under the lower lip round the corner of the mouth to the sideburn.
CHEEK_LINE = np.array(
    [
        (0, -86),
        (12, -85),
        (20, -79),
        (26, -70),
        (33, -63),
        (46, -60),
        (60, -56),
        (74, -47),
        (86, -32),
        (93, -14),
        (98, 4),
        (320, 4),
    ]
)
# Behind it no beard grows: the front of the ear, then down behind the jaw.
BEARD_BACK = np.array([(-200, 96), (-110, 104), (-75, 116), (-58, 122), (-48, 113), (-10, 110), (40, 106)])
MOUSTACHE = np.array(
    [
        (0, -57),
        (8, -55),
        (15, -55),
        (22, -60),
        (29, -70),
        (31, -80),
        (26, -80),
        (23, -73),
        (15, -68),
        (8, -66.5),
        (0, -67.5),
    ]
)


def curve(points, s):
    """Height t of an open curve over |s|; points (K, 2) sorted by s."""
    return np.interp(np.abs(s), points[:, 0], points[:, 1])


def polygon_distance(points, s, t):
    """Signed distance to the closed polygon made of `points` and their mirror, negative inside.

    Parameters
    ----------
    points : (K, 2) float
        The left half, from the top of the middle line to its bottom.
    s, t : (N,) float

    Returns
    -------
    (N,) float, chart mm
    """
    p = np.stack([np.abs(s), t], 1)
    a, b = points[:-1], points[1:]
    edge = b - a
    along = np.clip(((p[:, None] - a) * edge).sum(-1) / (edge**2).sum(-1), 0, 1)
    distance = np.linalg.norm(p[:, None] - (a + along[..., None] * edge), axis=-1).min(1)
    # Crossing count towards +s: the middle line itself is no border, so a point is inside when an odd
    # number of edges lies to its outer side.
    ay, by = a[:, 1], b[:, 1]
    straddles = (ay > p[:, 1:]) != (by > p[:, 1:])
    with np.errstate(divide="ignore", invalid="ignore"):
        crossing = a[:, 0] + (p[:, 1:] - ay) / (by - ay) * edge[:, 0]
    inside = (straddles & (crossing > p[:, :1])).sum(1) % 2 == 1
    return np.where(inside, -distance, distance)


# What reads as brow: this share of its width, from this much, mm, beyond its inner end on, and this much
# lower, where hairs are densest. With an outline drawn in by 0.9 mm all round, tails were lost: a parser
# trained on real faces drew the brows of 300 renders 8 % larger than labelled, 1.8 mm longer outside and
# 1.4 mm shorter inside; one trained on renders those of 281 photographs 10 % smaller, by the same ends.
BROW_SEEN, BROW_STARTS, BROW_SINKS = 0.88, 1.5, 0.25


@dataclass(frozen=True)
class BrowShape:
    """Outline of both brows, chart mm; a tapered band around a bent centre line.

    lift, longer : mm by which the left brow is higher and longer than the right one
    thicker : share by which it is thicker
    """

    height: float = 0.0
    thickness: float = 1.0
    arch: float = 0.0
    inner: float = 0.0
    length: float = 0.0
    lift: float = 0.0
    longer: float = 0.0
    thicker: float = 0.0

    def centre_line(self, side):
        """Centre points and half widths of one brow: (K, 2) chart mm, as if on the left, and (K,) mm.

        The standard brow has the medians of CelebAMask-HQ: inner ends 27 mm apart, a rise of 3.5 mm to the
        peak at two thirds, a blunt inner and a slowly tapering outer end.

        side : 1 left, -1 right. The inner end comes first.
        """
        lean = side / 2
        u = np.linspace(0, 1, 9)
        s = (14.0 - self.inner) + u * (39.5 + self.length + lean * self.longer + self.inner)
        t = 16.6 + self.height + lean * self.lift
        t = t + 4.4 * np.sin(np.pi * np.clip(u / 1.3, 0, 1)) - 3.8 * u**3
        t = t + self.arch * np.sin(np.pi * np.clip((u - 0.25) / 0.75, 0, 1))
        half = 2.7 + 0.9 * np.sin(np.pi * np.clip(u * 1.1 + 0.1, 0, 1)) - 1.6 * u**2.4
        return np.stack([s, t], 1), np.maximum(self.thickness * (1 + lean * self.thicker) * half, 0.6)

    def seen_line(self, side):
        """As `centre_line`, of what reads as brow: hairs thin out towards its outline and its inner end."""
        line, half = self.centre_line(side)
        inner = line[0, 0] + BROW_STARTS
        seen = np.concatenate([[[inner, np.interp(inner, *line.T)]], line[1:]])
        return seen - [0, BROW_SINKS], BROW_SEEN * half

    def distance(self, s, t, seen=False):
        """Signed distance (N,) to the brow on the point's own side, chart mm, negative inside.

        seen : to what reads as one, instead of to its outline
        """
        out = np.empty(len(s))
        for side in (1, -1):
            mine = s > 0 if side > 0 else s <= 0
            band = self.seen_line(side) if seen else self.centre_line(side)
            out[mine] = _from_band(*band, np.stack([np.abs(s[mine]), t[mine]], 1))
        return out


def _from_band(line, half, points):
    """Signed distance (N,) of points (N, 2) from a band round a line (K, 2) of half widths (K,)."""
    a, b = line[:-1], line[1:]
    edge = b - a
    along = np.clip(((points[:, None] - a) * edge).sum(-1) / (edge**2).sum(-1), 0, 1)
    radius = half[:-1] + along * np.diff(half)
    return (np.linalg.norm(points[:, None] - (a + along[..., None] * edge), axis=-1) - radius).min(1)


@dataclass(frozen=True)
class Hairline:
    """Where scalp hair starts, against the standard curve; chart mm."""

    height: float = 0.0
    recession: float = 0.0
    peak: float = 0.0
    sideburn: float = 0.0

    def height_at(self, s):
        """Lowest t (N,) that carries hair at s (N,)."""
        a = np.abs(s)
        t = curve(HAIRLINE, a)
        front = np.clip(1 - a / 75, 0, 1)
        t = t + self.height * np.clip(1 - a / 90, 0, 1)
        t = t + self.recession * np.exp(-(((a - 42) / 20) ** 2)) * 1.6 + self.recession * 0.6 * front
        t = t - self.peak * np.exp(-((a / 9) ** 2))
        return t - self.sideburn * np.exp(-(((a - 105) / 6) ** 2))

    def distance(self, s, t):
        """Height above the hairline (N,), negative where hair grows; mm along t."""
        return self.height_at(s) - t


CARUNCLE, CARUNCLE_MM, CARUNCLE_SLANT = (19.2, -3.7), (2.3, 1.6), 0.3  # middle and radii, mm on the chart


def caruncle_radius(s, t):
    """Flesh in the inner corner of the eye, an ellipse: share of its radius at which s, t (...) lie, >= 0."""
    ds, dt = np.abs(s) - CARUNCLE[0], t - CARUNCLE[1]
    return np.hypot(ds / CARUNCLE_MM[0], (dt - CARUNCLE_SLANT * ds) / CARUNCLE_MM[1])


def _edge(distance, width):
    """1 inside to 0 outside, smoothly over `width` mm on both sides of distance 0 (positive = inside)."""
    x = np.clip(0.5 + distance / (2 * width), 0, 1)
    return x * x * (3 - 2 * x)


def beard_density(kind, s, t, cheek_line=0.0, neck_line=0.0):
    """How densely beard hair stands, in [0, 1] (N,): thin towards cheeks and throat, dense on the chin.

    Parameters
    ----------
    kind : "stubble", "full_beard", "goatee" or "sideburns"; the moustache is `moustache_density`
    s, t : (N,) float, chart mm
    cheek_line, neck_line : float
        mm by which the cheek line is raised and the neck line lowered against the standard.
    """
    a = np.abs(s)
    # The fade is wide on the cheek and narrow by the mouth and in the sideburn.
    cheek_fade = 3.0 + 6.0 * np.exp(-(((a - 58) / 20) ** 2))
    top = _edge(curve(CHEEK_LINE, a) + cheek_line * np.clip((a - 20) / 25, 0, 1) - t, cheek_fade)
    bottom = _edge(t - (curve(JAW, a) - 9.0 - neck_line), 9.0)
    back = _edge(np.interp(t, *BEARD_BACK.T) - a, 4.0)
    full = top * bottom * back
    # Bare strips on both sides of the patch under the lip, thinner hair beside the corner of the mouth.
    full = full * (1 - 0.8 * np.exp(-(((a - 13) / 5) ** 2) - ((t + 87) / 6) ** 2))
    full = full * (1 - 0.45 * np.exp(-(((a - 29) / 5) ** 2) - ((t + 76) / 7) ** 2))
    full = full * _edge(polygon_distance(LIPS, s, t) - 1.0, 1.0)
    if kind == "goatee":
        width = np.interp(t, [-125, -112, -95, -80, -70], [12, 19, 22, 27, 29])
        return full * _edge(width - a, 3.0)
    if kind == "sideburns":
        return (
            full
            * _edge(a - np.interp(t, [-60, -45, -10], [98, 88, 86]), 3.0)
            * _edge(t + 46 + cheek_line, 6.0)
        )
    return full * (0.7 + 0.3 * _edge(60 - a, 25.0))


def moustache_density(s, t, alone=False):
    """How densely the moustache stands, in [0, 1] (N,): a little thinner in the groove under the nose.

    alone: without a beard below it ends at the corners of the mouth.
    """
    soft = _edge(-polygon_distance(MOUSTACHE, s, t), 2.0)
    if alone:
        soft = soft * _edge(t + 71.0, 3.0)
    return soft * (1 - 0.5 * np.exp(-((s / 3.0) ** 2))) * _edge(polygon_distance(LIPS, s, t) - 0.4, 0.8)
