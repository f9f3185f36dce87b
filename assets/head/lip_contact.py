"""Closed lips touch: how far those of a head at rest part or run into each other, along the mouth.

Shapes of a head move both lips without regard to each other, so that at rest they part, which shows a dark
slit, or cross, which shows a ragged line. `LipContact.together` says by how much they must come together at
each place, on the surface that the renderer draws (two steps of Catmull-Clark).

Positions are millimetres in the skull's axes, z up, y backwards. Places along the mouth are s of the chart.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import sparse

from facegen.assets.meshes.subdivision import subdivide, subdivide_linear
from facegen.assets.skin import painted_borders

Floats = npt.NDArray[np.floating]

STEPS = 2  # of subdivision
CORNER = 18.0  # mm of s, up to which lips are measured: beyond it they are one at the corner
WELDED = 20.5  # mm of s from where nothing moves
ASIDE, ABOVE, DEEP = 24.0, 14.0, 16.0  # mm: vertices of the surface, from middle, mouth line and front
NEAR, INSIDE = 5.0, 13.0  # mm from the mouth line and behind the front: points that may touch
ALONG, DEPTH = 1.5, 0.8  # mm of s and of y within which points of the two lips face each other
OVERLAP = 0.3  # mm by which the upper lip hangs behind the lower one's top, seen from the front
SMOOTHED = 2  # rounds of a 1-2-1 mean along the mouth


class LipContact:
    """Points of the two lips that may touch. Build once a model.

    Parameters
    ----------
    chart : (N, 2) float, chart mm
    lower : (N,) float in [0, 1]
        How far a vertex follows the opening jaw.
    faces : (F, 4) int, quads of skin and inner mouth, without the tongue
    template : (N, 3) float, mm
    front : float, mm
        y of the lips' front on the template.

    Attributes
    ----------
    places : (K,) float, mm of s where lips are measured
    """

    def __init__(
        self,
        chart: Floats,
        lower: Floats,
        faces: npt.NDArray[np.integer],
        template: Floats,
        front: float,
    ) -> None:
        s, t = chart.astype(np.float64).T
        height = t - painted_borders.curve(painted_borders.MOUTH_LINE, s)
        behind = template[:, 1] - front
        near = (np.abs(s) < ASIDE) & (np.abs(height) < ABOVE) & (behind < DEEP)
        patch = faces[near[faces].all(1)]
        self._vertices = np.unique(patch)
        quads = np.searchsorted(self._vertices, patch)
        surface = np.eye(len(self._vertices))
        known = np.stack([lower, s, height, behind], 1)[self._vertices].astype(np.float64)
        for _ in range(STEPS):
            known = subdivide_linear(known, quads)
            surface, quads = subdivide(surface, quads)
        follows, s, height, behind = known.T
        edges = np.arange(-CORNER, CORNER + ALONG / 2, ALONG)
        place = np.digitize(s, edges) - 1
        kept = (np.abs(height) < NEAR) & (behind < INSIDE) & (place >= 0) & (place < len(edges) - 1)
        self._surface = sparse.csr_matrix(surface[kept])
        self._place, self._upper = place[kept], follows[kept] < 0.5
        self.places = (edges[1:] + edges[:-1]) / 2

    def gaps(self, vertices: Floats) -> tuple[Floats, Floats]:
        """How the lips of a head stand to each other at each place.

        Parameters
        ----------
        vertices : (N, 3) float, mm in the skull's axes

        Returns
        -------
        seen : (K,) float, mm
            From the lower lip's top up to the upper lip's lowest point: what is seen from the front where it
            is positive.
        clear : (K,) float, mm
            Least height of the upper lip over the lower one at the same depth: negative where they run into
            each other, infinite where they lie behind each other.
        """
        points = self._surface @ vertices[self._vertices]
        depth = ((points[:, 1] - points[:, 1].min()) / DEPTH).astype(int)
        shape = len(self.places), depth.max() + 1
        upper, lower = np.full(shape, np.inf), np.full(shape, -np.inf)
        up, low = self._upper, ~self._upper
        np.minimum.at(upper, (self._place[up], depth[up]), points[up, 2])
        np.maximum.at(lower, (self._place[low], depth[low]), points[low, 2])
        return upper.min(1) - lower.max(1), (upper - lower).min(1)

    def together(self, vertices: Floats, at: Floats) -> Floats:
        """By how much the lips of a head at rest must come together to touch.

        Parameters
        ----------
        vertices : (N, 3) float, mm in the skull's axes
        at : (M,) float, mm of s

        Returns
        -------
        (M,) float64, mm; negative where they must part
        """
        seen, clear = self.gaps(vertices)
        wanted = np.minimum(np.maximum(seen + OVERLAP, 0), clear)
        for _ in range(SMOOTHED):
            wanted = np.convolve(np.pad(wanted, 1, mode="edge"), [0.25, 0.5, 0.25], mode="valid")
        places = np.r_[-WELDED, self.places, WELDED]
        return np.interp(at, places, np.r_[0.0, wanted, 0.0])
