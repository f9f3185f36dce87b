"""Fingers in the hair over forehead and temple."""

from facegen.assets.wear.hand_registry import HANDS, HandPose

IN_HAIR = HANDS.add(
    HandPose(
        "in_hair",
        place=(48, 82),
        touch="fingers",
        fingers=(-0.5, 0.6, 0.6),
        palm=(-0.75, 0.4, -0.45),
        forearm=(0.95, -0.3, -0.35),
        bend=((5, 10, 10), (10, 15, 8), (10, 15, 8), (12, 15, 8), (14, 16, 8)),
        oppose=-20.0,
        wraps=True,
        weight=lambda gender: 0.12 - 0.10 * gender,
        order=90,
    )
)
