"""Pendant: a stone on a chain."""

from __future__ import annotations

from facegen.assets.meshes.mesh import Floats, ball
from facegen.assets.wear import jewel_shapes
from facegen.assets.wear.jewellery_registry import METAL_PART, NECKLACES, STONE_PART, JewelPiece, Necklace
from facegen.assets.wear.prior_weights import same_for_all

# Of the size, by eye: half axes of the stone across, in depth and along, and how far its middle hangs.
STONE, HANGS = (0.42, 0.2, 0.6), 0.6


def build(size: float, line: Floats) -> list[JewelPiece]:
    """See `jewellery_registry.Necklace.build`; `size` is about the length of the stone."""
    stone = ball(line[0] + jewel_shapes.DOWN * size * HANGS, tuple(size * half for half in STONE))
    return [JewelPiece(jewel_shapes.chain(size, line), METAL_PART), JewelPiece(stone, STONE_PART)]


PENDANT = NECKLACES.add(
    Necklace(
        "pendant", build, size_mm=(8, 22), weight=same_for_all(0.32), order=20, shows=("drop_mm", "stone")
    )
)
