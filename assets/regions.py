"""Painted borders: regions of the skin that no mesh edge follows, as signed distances on the face chart.

A point is (s, t) in chart millimetres (see `head`); distances are in the same unit, negative inside. Every
region takes an offset: a convention that draws lips 1 mm wider asks for offset 1. The curves are given for
the template's left half and mirrored, so |s| is what they see.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

# Chart points (s, t). Nose: from between the inner eye corners along the side walls, round the wings to
# the base of the columella.
NOSE = np.array(
    [
        (0, 5.5),
        (4, 3.5),
        (5.5, -4),
        (7, -17),
        (9.5, -29),
        (13.5, -37),
        (15, -43),
        (13.5, -48),
        (8, -50.8),
        (0, -52),
    ]
)
LIPS = np.array(
    [
        (0, -65),
        (4.5, -63.6),
        (8, -64.3),
        (13, -66.6),
        (18, -69.8),
        (22, -72.6),
        (18, -77),
        (12, -81.3),
        (6, -84.2),
        (0, -85),
    ]
)
MOUTH_LINE = np.array([(0, -72.1), (8, -71.8), (16, -72.2), (22, -72.6), (40, -72.6)])
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
# Beard: cheek line from the sideburn to the corner of the mouth, then open downwards to the throat.
BEARD_TOP = np.array(
    [
        (0, -86),
        (6, -88),
        (13, -83),
        (24, -74),
        (32, -66),
        (46, -62),
        (62, -56),
        (78, -44),
        (90, -28),
        (98, -14),
        (114, -14),
        (118, -40),
        (320, -40),
    ]
)
BEARD_BOTTOM = -142.0
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


@dataclass(frozen=True)
class BrowShape:
    """Outline of both brows, chart mm; a tapered band around a bent centre line."""

    height: float = 0.0
    thickness: float = 1.0
    arch: float = 0.0
    inner: float = 0.0
    length: float = 0.0

    def centre_line(self):
        """Centre points and half widths: (K, 2) chart mm and (K,) mm, inner end first."""
        u = np.linspace(0, 1, 9)
        s = (9 - self.inner) + u * (40 + self.length + self.inner)
        t = 16.0 + self.height + 5.5 * np.sin(np.pi * np.clip(u / 1.3, 0, 1)) - 4.5 * u**3
        t = t + self.arch * np.sin(np.pi * np.clip((u - 0.25) / 0.75, 0, 1))
        half = self.thickness * (2.5 + 1.0 * np.sin(np.pi * np.clip(u * 1.1 + 0.1, 0, 1)) - 2.1 * u**2.2)
        return np.stack([s, t], 1), np.maximum(half, 0.5)

    def distance(self, s, t):
        """Signed distance (N,) to the brow on the point's own side, chart mm, negative inside."""
        line, half = self.centre_line()
        p = np.stack([np.abs(s), t], 1)
        a, b = line[:-1], line[1:]
        edge = b - a
        along = np.clip(((p[:, None] - a) * edge).sum(-1) / (edge**2).sum(-1), 0, 1)
        radius = half[:-1] + along * np.diff(half)
        return (np.linalg.norm(p[:, None] - (a + along[..., None] * edge), axis=-1) - radius).min(1)


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


def beard_distance(s, t):
    """Negative inside the full-beard region without the moustache; mm along t (N,)."""
    return np.maximum(t - curve(BEARD_TOP, s), BEARD_BOTTOM - t)
