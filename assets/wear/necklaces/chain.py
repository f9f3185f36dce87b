"""Chain: links of metal."""

from __future__ import annotations

from facegen.assets.meshes.mesh import Floats
from facegen.assets.wear import jewel_shapes
from facegen.assets.wear.jewellery_registry import METAL_PART, NECKLACES, JewelPiece, Necklace
from facegen.assets.wear.prior_weights import same_for_all


def build(size: float, line: Floats) -> list[JewelPiece]:
    """See `jewellery_registry.Necklace.build`; `size` sets the thickness of the links."""
    return [JewelPiece(jewel_shapes.chain(size, line), METAL_PART)]


CHAIN = NECKLACES.add(
    Necklace("chain", build, size_mm=(3, 16), weight=same_for_all(0.36), order=10, shows=("drop_mm",))
)
