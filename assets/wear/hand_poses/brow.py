"""Palm and fingers over brow and forehead."""

from facegen.assets.wear.hand_registry import HANDS, HandPose

BROW = HANDS.add(
    HandPose(
        "brow",
        place=(26, 38),
        touch="fingers",
        fingers=(-0.8, 0.15, 0.6),
        palm=(-0.2, 1.0, -0.1),
        forearm=(0.85, -0.25, -0.6),
        bend=((10, 10, 10), (6, 8, 4), (6, 8, 4), (8, 8, 4), (10, 10, 6)),
        oppose=-20.0,
        wraps=True,
        weight=lambda gender: 0.04,
        order=80,
    )
)
