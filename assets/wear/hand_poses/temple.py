"""Index and middle finger at the temple, the others bent."""

from facegen.assets.wear.hand_registry import HANDS, HandPose

TEMPLE = HANDS.add(
    HandPose(
        "temple",
        place=(72, 6),
        touch="index_tip",
        fingers=(-0.45, 0.4, 0.8),
        palm=(-0.85, 0.45, -0.1),
        forearm=(0.55, -0.25, -1.0),
        bend=((20, 25, 25), (10, 15, 8), (10, 15, 8), (70, 85, 45), (75, 90, 45)),
        oppose=40.0,
        weight=lambda gender: 0.06,
        order=70,
    )
)
