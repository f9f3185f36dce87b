"""The inside of the fingers over the mouth."""

from facegen.assets.wear.hand_registry import HANDS, HandPose

MOUTH_COVER = HANDS.add(
    HandPose(
        "mouth_cover",
        place=(6, -80),
        touch="fingers",
        fingers=(-0.95, 0.05, 0.35),
        palm=(0.1, 1.0, 0.05),
        forearm=(0.75, -0.35, -0.8),
        bend=((10, 10, 10), (6, 8, 4), (6, 8, 4), (8, 8, 4), (10, 10, 6)),
        oppose=-20.0,
        wraps=True,
        weight=lambda gender: 0.06 + 0.04 * gender,
        order=60,
    )
)
