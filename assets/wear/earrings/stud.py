"""Stud: a ball on the lobe."""

from __future__ import annotations

import numpy as np

from facegen.assets.meshes.mesh import ball
from facegen.assets.wear.jewellery_registry import EARRINGS, STONE_PART, Earring, JewelPiece, Piercing

OUTSIDE = 0.25  # of its size: how far its middle lies outside the piercing


def build(size: float, piercing: Piercing) -> list[JewelPiece]:
    """See `jewellery_registry.Earring.build`; `size` is the diameter."""
    middle = piercing.place + piercing.side * size * OUTSIDE
    return [JewelPiece(ball(middle, np.full(3, size / 2)), STONE_PART)]


def weight(gender: float) -> float:
    """Men who wear earrings mostly wear studs (by eye)."""
    woman = 1 - gender
    return 0.42 + 0.4 * (1 - woman)


STUD = EARRINGS.add(
    Earring("stud", build, size_mm=(3.0, 11.0), weight=weight, order=10, hangs=False, shows=("stone",))
)
