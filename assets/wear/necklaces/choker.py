"""Choker: a band that lies round the neck itself."""

from __future__ import annotations

import numpy as np

from facegen.assets.meshes.mesh import Floats, tube
from facegen.assets.wear.jewellery_registry import METAL_PART, NECKLACES, JewelPiece, Necklace
from facegen.assets.wear.prior_weights import same_for_all

HALF_THICKNESS = 0.0012  # metres
SIDES = 8


def build(size: float, line: Floats) -> list[JewelPiece]:
    """See `jewellery_registry.Necklace.build`; `size` is half the height of the band."""
    return [JewelPiece(tube(line, np.array([size, HALF_THICKNESS]), SIDES, closed=True), METAL_PART)]


CHOKER = NECKLACES.add(
    Necklace("choker", build, size_mm=(3, 14), weight=same_for_all(0.12), order=40, around_neck=True)
)
