"""Lips are soft: towards the corners of an open mouth they still lie against each other.

The mesh's lips part as a hinge does, almost as far beside the corner as in the middle, which shows dark
wedges and the sides of the teeth. Chart coordinates are those of `head`; the template's lips are closed.
"""

from __future__ import annotations

import numpy as np

from facegen.assets.skin import painted_borders

CORNER = 20.0  # mm of s from the middle to the corner of the template's mouth
# How far the mesh's lips would have to part for the corner itself to open; s mm from the middle this times
# (s / CORNER)^2 stays closed. Of 375 open mouths of CelebAMask-HQ training masks those .05-.1, .1-.15, .15-.2
# and .2-.3 of the lips' width high are .59, .80, .85 and .89 of it wide (medians), the mesh's own all .91.
FULLNESS = 5.0  # mm
REACH = 8.0  # mm from the line between the lips at which a lip gives way by 1/e
INSIDE = 12.0  # mm behind the front of the lips at which what moves does so by half


class LipSeam:
    """Which vertices lie along the line between the lips, on the template.

    Parameters
    ----------
    chart : (N, 2) float mm; lips, lower : (N,) float in [0, 1]; template : (N, 3) float, metres
        As in head.HeadModel.
    """

    def __init__(self, chart, lips, lower, template):
        s, t = chart.astype(np.float64).T
        height = t - painted_borders.curve(painted_borders.MOUTH_LINE, s)
        edge = (lips > 0.95) & (np.abs(s) < 18.5)
        self.upper = _along(s, height, edge & (lower < 0.6) & (height > -0.2) & (height < 0.45))
        self.lower = _along(s, height, edge & (lower > 0.7) & (height > -0.6) & (height < 0.05))
        self.s_upper, self.s_lower = s[self.upper], s[self.lower]
        front = 1000 * template[np.r_[self.upper, self.lower], 1].min()
        behind = np.clip((1000 * template[:, 1] - front) / INSIDE - 0.5, 0, 1)
        # The lips' front recedes towards the corners, by about 10 mm.
        behind = np.clip(behind - 0.9 * np.clip(np.abs(s) / CORNER, 0, 1) ** 2, 0, 1)
        share = np.exp(-((height / REACH) ** 2)) * (1 - behind) * (np.abs(s) < 1.3 * CORNER)
        self.moved = np.flatnonzero(share > 0.01)
        self.share = np.where(height >= 0, 0.5, -0.5)[self.moved] * share[self.moved]
        self.at = s[self.moved]

    def close(self, vertices, up):
        """Let the lips of a posed head meet towards the corners, in place.

        vertices (N, 3) float, metres; up (3,) float, the skull's unit vector
        """
        gap = 1000 * (
            np.interp(self.at, self.s_upper, vertices[self.upper] @ up)
            - np.interp(self.at, self.s_lower, vertices[self.lower] @ up)
        )
        closed = np.clip(gap, 0, FULLNESS * np.clip(np.abs(self.at) / CORNER, 0, 1) ** 2)
        vertices[self.moved] -= (self.share * closed / 1000)[:, None] * up


def _along(s, height, chosen):
    """Vertex ids of an edge from right to left: of each millimetre the one nearest to the line."""
    ids = np.flatnonzero(chosen)
    ids = ids[np.argsort(np.abs(height[ids]).round(2), kind="stable")]
    place = np.sign(s[ids]) * np.floor(np.abs(s[ids]) + 1e-3)
    first = ids[np.unique(place, return_index=True)[1]]
    return first[np.argsort(s[first])]
