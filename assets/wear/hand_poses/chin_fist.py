"""The chin on the backs of the fingers, as one props it up."""

from facegen.assets.wear.hand_registry import HANDS, HandPose

CHIN_FIST = HANDS.add(
    HandPose(
        "chin_fist",
        place=(12, -112),
        touch="knuckles",
        fingers=(-0.85, 0.05, 0.5),
        palm=(-0.3, 0.35, -0.9),
        forearm=(0.5, -0.4, -1.0),
        bend=((10, 20, 20), (60, 85, 40), (65, 90, 45), (70, 90, 45), (75, 90, 45)),
        oppose=30.0,
        weight=lambda gender: 0.16,
        order=30,
    )
)
