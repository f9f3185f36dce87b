"""Palm and fingers along the cheek, as one leans on a hand."""

from facegen.assets.wear.hand_registry import HANDS, HandPose

CHEEK = HANDS.add(
    HandPose(
        "cheek",
        place=(66, -52),
        touch="fingers",
        fingers=(-0.1, 0.35, 1.0),
        palm=(-0.9, 0.3, 0.1),
        forearm=(0.3, -0.7, -1.0),
        bend=((5, 5, 10), (2, 4, 2), (2, 4, 2), (4, 4, 2), (6, 6, 4)),
        oppose=-25.0,
        wraps=True,
        weight=lambda gender: 0.30 - 0.12 * gender,
        order=10,
    )
)
