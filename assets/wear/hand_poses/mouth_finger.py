"""The tip of the index finger at the lips, the others bent."""

from facegen.assets.wear.hand_registry import HANDS, HandPose

MOUTH_FINGER = HANDS.add(
    HandPose(
        "mouth_finger",
        place=(8, -84),
        touch="index_tip",
        fingers=(-0.4, 0.25, 0.9),
        palm=(-0.25, 0.9, -0.3),
        forearm=(0.4, -0.3, -1.0),
        bend=((15, 20, 25), (20, 30, 15), (65, 80, 45), (75, 90, 50), (80, 90, 50)),
        oppose=35.0,
        weight=lambda gender: 0.10 - 0.04 * gender,
        order=50,
    )
)
