"""Shapes from which necklaces are made: places along a closed line, and a chain of links.

Metres, world axes.
"""

from __future__ import annotations

import numpy as np

from facegen.assets.meshes.mesh import Floats, Mesh, tube

DOWN = np.array([0.0, 0.0, -1.0])
# A chain, by eye.
LINK_POINTS = 520  # around the neck: four to a link
LINK_SIDES = 5
WIRE, WIRE_GROWS = 0.0008, 0.05  # metres: mean radius, and how much is added per metre of the necklace's size
SWELL = 0.35  # by which fraction a link is thicker or thinner than the mean


class ClosedLine:
    """Places along a closed line by the distance travelled from its first point.

    Parameters
    ----------
    line : (K, 3) float, metres
    """

    def __init__(self, line: Floats) -> None:
        self.points = np.concatenate([line, line[:1]])
        step = np.linalg.norm(np.diff(self.points, axis=0), axis=1)
        self.travelled = np.concatenate([[0], np.cumsum(step)])

    @property
    def length(self) -> float:
        """Metres once around."""
        return self.travelled[-1]

    def at(self, distance: Floats) -> Floats:
        """Points (N, 3) at distances (N,) in metres from the first point."""
        return np.stack([np.interp(distance, self.travelled, self.points[:, i]) for i in range(3)], 1)


def chain(size: float, line: Floats) -> Mesh:
    """A chain of links along a closed line (K, 3); size: of the whole necklace, metres."""
    closed = ClosedLine(line)
    links = closed.at(np.linspace(0, closed.length, LINK_POINTS, endpoint=False))
    width = WIRE + WIRE_GROWS * size
    swell = width * (1 + SWELL * np.sin(np.arange(LINK_POINTS) * np.pi / 2))[:, None]
    return tube(links, np.repeat(swell, 2, 1), LINK_SIDES, closed=True)
