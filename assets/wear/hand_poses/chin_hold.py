"""Thumb and bent fingers at the chin, as one thinks."""

from facegen.assets.wear.hand_registry import HANDS, HandPose

CHIN_HOLD = HANDS.add(
    HandPose(
        "chin_hold",
        place=(4, -104),
        touch="fingers",
        fingers=(-0.8, 0.15, 0.6),
        palm=(-0.25, 0.9, 0.3),
        forearm=(0.5, -0.3, -1.0),
        bend=((0, 10, 10), (45, 60, 30), (60, 80, 40), (70, 85, 45), (75, 90, 45)),
        oppose=35.0,
        weight=lambda gender: 0.10 + 0.16 * gender,
        order=40,
    )
)
