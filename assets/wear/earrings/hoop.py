"""Hoop: a ring of wire through the lobe."""

from __future__ import annotations

import numpy as np

from facegen.assets.meshes.mesh import tube
from facegen.assets.wear.jewellery_registry import EARRINGS, METAL_PART, Earring, JewelPiece, Piercing
from facegen.assets.wear.prior_weights import same_for_all

# By eye.
OUTSIDE = 0.0015  # metres from the piercing to the hoop's plane
POINTS, WIRE_SIDES = 40, 8
WIRE, WIRE_GROWS = 0.0007, 0.02  # metres: radius of the wire, and how much is added per metre of diameter
DOWN = np.array([0.0, 0.0, -1.0])


def build(size: float, piercing: Piercing) -> list[JewelPiece]:
    """See `jewellery_registry.Earring.build`; `size` is the diameter."""
    turn = np.radians(piercing.turn)
    flat = np.cos(turn) * piercing.side + np.sin(turn) * piercing.forward
    angle = np.linspace(0, 2 * np.pi, POINTS, endpoint=False)
    centre = piercing.place + piercing.side * OUTSIDE + DOWN * size / 2
    line = centre + size / 2 * (np.sin(angle)[:, None] * flat - np.cos(angle)[:, None] * DOWN)
    wire = np.full(2, WIRE + WIRE_GROWS * size)
    return [JewelPiece(tube(line, wire, WIRE_SIDES, closed=True), METAL_PART)]


HOOP = EARRINGS.add(
    Earring("hoop", build, size_mm=(9.0, 48.0), weight=same_for_all(0.26), order=20, size_per_root_area=3.5)
)
