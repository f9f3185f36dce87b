"""Lips are soft: closed ones touch, and towards the corners of an open mouth they still touch.

The mesh's lips part as a hinge does, almost as far near the corner as in the middle, which shows dark wedges
and the sides of the teeth; and the shapes of a head leave closed lips apart or crossed (`lip_contact`). Chart
coordinates are those of `face_chart`; the template's lips are closed.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from facegen.assets.head.lip_contact import LipContact
from facegen.assets.skin import painted_borders

Floats = npt.NDArray[np.floating]

CORNER = 20.0  # mm of s from the middle to the corner of the template's mouth
# How far the mesh's lips would have to part for the corner itself to open; s mm from the middle this times
# (s / CORNER)^2 stays closed. Of 375 open mouths of CelebAMask-HQ training masks those .05-.1, .1-.15, .15-.2
# and .2-.3 of the lips' width high are .59, .80, .85 and .89 of it wide (medians), the mesh's own all .91.
FULLNESS = 5.0  # mm
REACH = 8.0  # mm from the line between the lips at which a lip gives way by 1/e
INSIDE = 12.0  # mm behind the front of the lips at which what moves does so by half
RECEDES = 0.9  # of INSIDE: the lips' front recedes towards the corners, by about 10 mm
MOVES_AT_LEAST = 0.01  # weight below which a vertex stays
# Vertices of the two edges: on the red of lips, before the corner (mm), by how far they follow the jaw, and
# within mm of t of the line between the lips.
EDGE_LIPS, EDGE_S, UPPER_FOLLOWS, LOWER_FOLLOWS = 0.95, 18.5, 0.6, 0.7
UPPER_WITHIN, LOWER_WITHIN = (-0.2, 0.45), (-0.6, 0.05)


class LipSeam:
    """Which vertices lie along the line between the lips, on the template.

    Parameters
    ----------
    chart : (N, 2) float, chart mm
    lips, lower : (N,) float in [0, 1]
        The red of lips, and how far a vertex follows the opening jaw.
    template : (N, 3) float, metres from the middle of the eyes
    faces : (F, 4) int, quads of skin and inner mouth, without the tongue

    Attributes
    ----------
    upper, lower : int arrays
        Vertices of the two inner edges, from right to left.
    s_upper, s_lower : float arrays, chart mm
        Where these lie.
    """

    def __init__(
        self, chart: Floats, lips: Floats, lower: Floats, template: Floats, faces: npt.NDArray[np.integer]
    ) -> None:
        s, t = chart.astype(np.float64).T
        height = t - painted_borders.curve(painted_borders.MOUTH_LINE, s)
        edge = (lips > EDGE_LIPS) & (np.abs(s) < EDGE_S)
        self.upper = _along(s, height, edge & (lower < UPPER_FOLLOWS) & _within(height, *UPPER_WITHIN))
        self.lower = _along(s, height, edge & (lower > LOWER_FOLLOWS) & _within(height, *LOWER_WITHIN))
        self.s_upper, self.s_lower = s[self.upper], s[self.lower]
        front = 1000 * template[np.r_[self.upper, self.lower], 1].min()
        behind = np.clip((1000 * template[:, 1] - front) / INSIDE - 0.5, 0, 1)
        behind = np.clip(behind - RECEDES * np.clip(np.abs(s) / CORNER, 0, 1) ** 2, 0, 1)
        weight = np.exp(-((height / REACH) ** 2)) * (1 - behind) * (np.abs(s) < 1.3 * CORNER)
        self._moved = np.flatnonzero(weight > MOVES_AT_LEAST)
        # Each lip goes half the way, the upper one down and the lower one up.
        self._weight = np.where(height >= 0, 0.5, -0.5)[self._moved] * weight[self._moved]
        self._at = s[self._moved]
        self._contact = LipContact(chart, lower, faces, 1000 * template, front)

    def meet(self, vertices: Floats, at_rest: Floats, up: Floats) -> None:
        """Move the lips of a posed head as those of the same head at rest must move to touch, in place.

        Parameters
        ----------
        vertices : (N, 3) float, metres
        at_rest : (N, 3) float, metres
            The same head without expression, in the skull's axes.
        up : (3,) float
            The posed skull's unit vector.
        """
        together = self._contact.together(1000 * at_rest, self._at)
        vertices[self._moved] -= (self._weight * together / 1000)[:, None] * up

    def close(self, vertices: Floats, up: Floats) -> None:
        """Let the lips of a posed head meet towards the corners, in place.

        Parameters
        ----------
        vertices : (N, 3) float, metres
        up : (3,) float
            The skull's unit vector.
        """
        gap = 1000 * (
            np.interp(self._at, self.s_upper, vertices[self.upper] @ up)
            - np.interp(self._at, self.s_lower, vertices[self.lower] @ up)
        )
        closed = np.clip(gap, 0, FULLNESS * np.clip(np.abs(self._at) / CORNER, 0, 1) ** 2)
        vertices[self._moved] -= (self._weight * closed / 1000)[:, None] * up


def _within(values: Floats, low: float, high: float) -> npt.NDArray[np.bool_]:
    return (values > low) & (values < high)


def _along(s: Floats, height: Floats, chosen: npt.NDArray[np.bool_]) -> npt.NDArray[np.intp]:
    """Vertex ids of an edge from right to left: of each millimetre the one nearest to the line."""
    ids = np.flatnonzero(chosen)
    ids = ids[np.argsort(np.abs(height[ids]).round(2), kind="stable")]
    place = np.sign(s[ids]) * np.floor(np.abs(s[ids]) + 1e-3)
    first = ids[np.unique(place, return_index=True)[1]]
    return first[np.argsort(s[first])]
