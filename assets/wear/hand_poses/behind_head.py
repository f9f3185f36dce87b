"""A raised arm, its hand behind the head."""

from facegen.assets.wear.hand_registry import HANDS, HandPose

BEHIND_HEAD = HANDS.add(
    HandPose(
        "behind_head",
        place=(235, 10),
        touch="palm",
        fingers=(-0.85, -0.1, 0.2),
        palm=(-0.1, -1.0, 0.0),
        forearm=(0.9, -0.25, 0.45),
        bend=((5, 5, 5), (10, 15, 8), (10, 15, 8), (10, 15, 8), (12, 15, 8)),
        wraps=True,
        weight=lambda gender: 0.17 - 0.08 * gender,
        order=100,
    )
)
