"""Beads: balls on a string."""

from __future__ import annotations

import numpy as np

from facegen.assets.meshes.mesh import Floats, ball
from facegen.assets.wear.jewel_shapes import ClosedLine
from facegen.assets.wear.jewellery_registry import NECKLACES, STONE_PART, JewelPiece, Necklace
from facegen.assets.wear.prior_weights import same_for_all

SPACING = 1.04  # of a bead's diameter, from middle to middle
CLASP = 0.6  # of a bead's diameter, left free where the string closes
SEGMENTS, RINGS = 8, 6  # of a bead


def build(size: float, line: Floats) -> list[JewelPiece]:
    """See `jewellery_registry.Necklace.build`; `size` is the diameter of a bead."""
    closed = ClosedLine(line)
    middles = closed.at(np.arange(0, closed.length - CLASP * size, size * SPACING))
    half = np.full(3, size / 2)
    return [JewelPiece(ball(middle, half, SEGMENTS, RINGS), STONE_PART) for middle in middles]


BEADS = NECKLACES.add(
    Necklace("beads", build, size_mm=(4, 12), weight=same_for_all(0.2), order=30, shows=("drop_mm", "stone"))
)
