"""Peaks: the stiff leaf over the eyes of caps, flat caps, sun visors and helmets.

Millimetres in the hat's frame (see `facegen.assets.wear.headwear`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from facegen.assets.meshes.mesh import Floats, Mesh, grid_faces
from facegen.assets.wear.hat_shapes import PAD_MM, SNUG_MM, azimuths, leaf

# By eye.
COLUMNS = 25
ROWS = (0.0, 0.35, 0.7, 1.0)  # of its length
HALF_THICKNESS_MM = 1.2
WIDENS = 0.04
CURL_FALLS_MM = 10.0  # of its edge, that `curl` adds


@dataclass(frozen=True)
class PeakShape:
    """Of a peak.

    Attributes
    ----------
    length_mm : float
    curl : float in [0, 1]
        How much more its sides sag.
    half_angle : float
        Degrees to each side of the middle, over which it is sewn on.
    corners : float
        Exponent of the superellipse of its edge: larger is squarer.
    bend : float
        mm by which its sides sag for each squared mm from the middle, without curl.
    above_mm, falls_mm : float
        Height over the brim's plane where it is sewn on, and how much lower its edge lies.
    off_mm : float
        How much further from the head than a cap's it is sewn on.
    """

    length_mm: float
    curl: float = 0.5
    half_angle: float = 66.0
    corners: float = 2.6
    bend: float = 0.0042
    above_mm: float = 4.0
    falls_mm: float = 8.0
    off_mm: float = 0.0


def peak(ring: Floats, shape: PeakShape, turn: float = 0.0) -> Mesh:
    """A peak, sewn to the ring (SEGMENTS,) of the head's radii. turn: radians to the subject's left."""
    u = np.linspace(-1, 1, COLUMNS)
    angle = u * np.radians(shape.half_angle)
    ring = ring + PAD_MM - SNUG_MM + shape.off_mm
    around = (angle + turn) % (2 * np.pi)
    radius = np.interp(around, np.append(azimuths(), 2 * np.pi), np.append(ring, ring[0]))
    # As if the peak looked forward; turned at the end.
    inner = np.stack([radius * np.sin(angle), -radius * np.cos(angle)], -1)
    depth = shape.length_mm * np.sqrt(np.clip(1 - np.abs(u) ** shape.corners, 0, 1))
    rows = []
    for out, side in leaf(ROWS):
        x = inner[:, 0] * (1 + WIDENS * out)
        y = inner[:, 1] - out * depth
        z = (
            shape.above_mm
            + HALF_THICKNESS_MM * side
            - shape.bend * (1 + shape.curl) * x**2 * (0.25 + 0.75 * out)
            - out * (shape.falls_mm + CURL_FALLS_MM * shape.curl)
        )
        rows.append(
            np.stack([x * np.cos(turn) - y * np.sin(turn), x * np.sin(turn) + y * np.cos(turn), z], -1)
        )
    grid = np.stack(rows)
    return grid.reshape(-1, 3), grid_faces(len(grid), len(u))
