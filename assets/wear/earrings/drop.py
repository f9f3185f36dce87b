"""Drop: a hook with a bead and a long stone that hang from the lobe."""

from __future__ import annotations

import numpy as np

from facegen.assets.meshes.mesh import ball, tube
from facegen.assets.wear.jewellery_registry import (
    EARRINGS,
    METAL_PART,
    STONE_PART,
    Earring,
    JewelPiece,
    Piercing,
)

# By eye; fractions are of the length.
OUTSIDE = 0.002  # metres from the piercing to the hook
HOOK_STARTS, HOOK_ENDS = (
    -0.001,
    0.3,
)  # metres above the piercing (times the length, so next to nothing), fraction
HOOK_POINTS, HOOK_SIDES = 6, 6
HOOK_RADIUS = 0.0006  # metres
BEAD_HANGS, BEAD_RADIUS, BEAD_LEAST = (
    0.08,
    0.10,
    0.0012,
)  # fractions below the hook and of radius; metres added
STONE_HANGS, STONE_LENGTH = 0.45, 0.27  # middle below the hook, and half its length
STONE_RADIUS, STONE_LEAST, STONE_MOST = 0.22, 0.001, 0.009  # fraction; metres added, and at most
DOWN = np.array([0.0, 0.0, -1.0])


def build(size: float, piercing: Piercing) -> list[JewelPiece]:
    """See `jewellery_registry.Earring.build`; `size` is the length."""
    down = np.linspace(HOOK_STARTS, HOOK_ENDS, HOOK_POINTS)[:, None]
    hook = piercing.place + piercing.side * OUTSIDE + DOWN * down * size
    bead = np.full(3, BEAD_RADIUS * size + BEAD_LEAST)
    radius = min(STONE_RADIUS * size + STONE_LEAST, STONE_MOST)
    stone = (radius, radius, STONE_LENGTH * size)
    return [
        JewelPiece(tube(hook, np.full(2, HOOK_RADIUS), HOOK_SIDES), METAL_PART),
        JewelPiece(ball(hook[-1] + DOWN * BEAD_HANGS * size, bead), STONE_PART),
        JewelPiece(ball(hook[-1] + DOWN * STONE_HANGS * size, stone), STONE_PART),
    ]


def weight(gender: float) -> float:
    """Mostly worn by women (by eye)."""
    return 0.32 * (1 - gender) + 0.02


DROP = EARRINGS.add(
    Earring(
        "drop",
        build,
        size_mm=(16.0, 62.0),
        weight=weight,
        order=30,
        shows=("stone",),
        size_per_root_area=3.2,
    )
)
