"""The knuckles of a fist against the cheek."""

from facegen.assets.wear.hand_registry import FIST, HANDS, HandPose

CHEEK_FIST = HANDS.add(
    HandPose(
        "cheek_fist",
        place=(62, -62),
        touch="knuckles",
        fingers=(-0.75, 0.25, 0.6),
        palm=(0.1, -0.6, -0.8),
        forearm=(0.4, -0.7, -1.0),
        bend=FIST,
        oppose=40.0,
        weight=lambda gender: 0.12,
        order=20,
    )
)
