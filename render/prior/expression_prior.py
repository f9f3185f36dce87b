"""Expressions: valid combinations of the 52 ARKit actions, named by what people do.

An expression is a dict action -> weight in [0, 1]; `Left`/`Right` pairs move together with a little
asymmetry. Weights and frequencies are by eye, unless a comment gives a source.
"""

from __future__ import annotations

import numpy as np

from facegen.datasets.keyed_random import Draw

# Weights at full intensity. Pairs are written without their side.
EXPRESSIONS: dict[str, dict[str, float]] = {
    "neutral": {},
    # Anny's mouthSmile alone pulls the corners up into a crescent and thins the upper lip: part of a smile's
    # width comes from mouthStretch, which draws the corners aside and leaves them round.
    "closed_smile": {
        "mouthSmile": 0.5,
        "mouthStretch": 0.18,
        "cheekSquint": 0.6,
        "eyeSquint": 0.2,
        "mouthPress": 0.06,
    },
    # Broad and with a full row of upper teeth down to the lower lip: the jaw hardly opens.
    "open_smile": {
        "mouthSmile": 0.88,
        "mouthStretch": 0.46,
        "mouthUpperUp": 0.9,
        "mouthLowerDown": 0.42,
        "jawOpen": 0.1,
        "cheekSquint": 0.85,
        "eyeSquint": 0.32,
    },
    "laugh": {
        "mouthSmile": 0.92,
        "mouthStretch": 0.46,
        "mouthUpperUp": 0.9,
        "mouthLowerDown": 0.55,
        "jawOpen": 0.24,
        "cheekSquint": 0.95,
        "eyeSquint": 0.42,
        "noseSneer": 0.06,
    },
    "speech_a": {"jawOpen": 0.35, "mouthLowerDown": 0.3, "mouthUpperUp": 0.12},
    "speech_o": {"jawOpen": 0.25, "mouthFunnel": 0.55, "mouthPucker": 0.2},
    "speech_e": {"jawOpen": 0.12, "mouthStretch": 0.35, "mouthUpperUp": 0.25, "mouthLowerDown": 0.3},
    "surprise": {"browInnerUp": 0.7, "browOuterUp": 0.7, "eyeWide": 0.6, "jawOpen": 0.35},
    "frown": {"browDown": 0.65, "mouthFrown": 0.5, "mouthShrugLower": 0.25, "eyeSquint": 0.2},
    "squint": {"eyeSquint": 0.75, "cheekSquint": 0.35, "browDown": 0.35},
    "pout": {"mouthPucker": 0.45, "mouthShrugLower": 0.3, "mouthFrown": 0.12},
    "pucker": {"mouthPucker": 0.9, "mouthFunnel": 0.15, "cheekSquint": 0.08},
    # Written for the left eye; which one it is is drawn.
    "wink": {
        "eyeBlinkLeft": 0.97,
        "cheekSquintLeft": 0.6,
        "mouthSmileLeft": 0.6,
        "mouthSmileRight": 0.35,
        "browDownLeft": 0.25,
    },
    "pensive": {"browInnerUp": 0.4, "mouthPress": 0.4, "mouthRollLower": 0.15},
    "parted": {"jawOpen": 0.07, "mouthLowerDown": 0.12, "mouthUpperUp": 0.08},
}
# Frequencies in everyday photographs of people who know about the camera: smiles and calm faces, little else.
WEIGHTS = {
    "neutral": 0.22,
    "closed_smile": 0.17,
    "open_smile": 0.29,
    "laugh": 0.07,
    "speech_a": 0.035,
    "speech_o": 0.012,
    "speech_e": 0.035,
    "surprise": 0.012,
    "frown": 0.015,
    "squint": 0.012,
    "pout": 0.008,
    "pucker": 0.004,
    "wink": 0.003,
    "pensive": 0.024,
    "parted": 0.09,
}
# Standard deviation of the relative difference of the two sides of a moving face: of all muscles together
# (the side that moves more does so in all), and of one muscle. A smile is nearly symmetric.
LEAN, OWN_LEAN = 0.05, 0.03
# No face at rest is symmetric: standard deviation of a weight on one side. See identity_prior.BROW_LIFT.
ONE_SIDED = {"jaw": 0.08, "mouth": 0.08, "mouthSmile": 0.08, "browOuterUp": 0.06, "eyeSquint": 0.08}
# Weight of mouthClose that, with mouthShrugLower, leaves a third of the teeth that a closed mouth showed.
# More of it would put the lower lip over the upper one.
LIP_SEAL = 0.05
# No face is quite at rest: standard deviation of the weights that are added to every expression.
RESTING = {
    "browInnerUp": 0.12,
    "browDown": 0.05,
    "eyeSquint": 0.06,
    "mouthFrown": 0.05,
    "mouthPress": 0.06,
    "eyeWide": 0.06,
}
EYES_SHUT = 0.012  # fraction of photographs with shut eyes
SMILING = ("closed_smile", "open_smile", "laugh", "wink")
OPEN = ("open_smile", "laugh", "speech_a", "speech_o", "speech_e", "surprise", "parted")
PAIRED = frozenset(
    {
        "mouthSmile",
        "cheekSquint",
        "eyeSquint",
        "mouthDimple",
        "mouthPress",
        "mouthUpperUp",
        "mouthLowerDown",
        "mouthStretch",
        "noseSneer",
        "browOuterUp",
        "eyeWide",
        "browDown",
        "mouthFrown",
        "eyeBlink",
    }
)


def allowed(smile: bool | None, opening: bool | None) -> dict[str, float]:
    """Weights of the expressions that smile or not, with an open mouth or not; None allows both."""
    return {
        name: w
        for name, w in WEIGHTS.items()
        if (smile is None or (name in SMILING) == smile) and (opening is None or (name in OPEN) == opening)
    }


def draw_expression(d: Draw, smile: bool | None = None, opening: bool | None = None) -> dict[str, float]:
    """One expression.

    Parameters
    ----------
    d : keyed draws of the face
    smile, opening : whether it is a smile, and with an open mouth; None leaves it to the prior

    Returns
    -------
    dict, ARKit action -> weight in (0, 1]; actions at rest are absent
    """
    name = d.choice("expression.name", allowed(smile, opening))
    out: dict[str, float] = {}
    intensity = d.normal("expression.intensity", 0.97, 0.14, 0.65, 1.25)
    for action, weight in EXPRESSIONS[name].items():
        level = weight * intensity * d.normal(f"expression.{action}", 1.0, 0.12, 0.6, 1.4)
        _add(d, out, action, level)
    if name == "wink" and d.chance("expression.wink.right", 0.5):
        out = {_other_side(action): level for action, level in out.items()}
    for action, sd in RESTING.items():
        if not (action == "mouthFrown" and name in SMILING):
            _add(d, out, action, abs(d.normal(f"expression.rest.{action}", 0, sd)))
    for action, sd in ONE_SIDED.items():
        aside = d.normal(f"expression.aside.{action}", 0, sd)
        _add(d, out, action + ("Left" if aside > 0 else "Right"), abs(aside))
    # Anny's neutral lids are lower than those of open eyes in photographs.
    _add(d, out, "eyeWide", d.normal("expression.eye_opening", 0.36, 0.14, 0.0, 0.7))
    if name not in OPEN:
        # Anny's lips are apart next to the corners of a closed mouth, and teeth are seen there.
        _add(d, out, "mouthClose", LIP_SEAL)
        _add(d, out, "mouthShrugLower", 0.2)
        _add(d, out, "mouthSmile", abs(d.normal("expression.rest.mouthSmile", 0.04, 0.05, -0.1, 0.2)))
    lids = 1.0 if d.chance("expression.eyes_shut", EYES_SHUT) else abs(d.normal("expression.lids", 0.0, 0.06))
    _add(d, out, "eyeBlink", lids)
    return {k: round(float(np.clip(v, 0, 1)), 4) for k, v in out.items() if v > 0.005}


def _other_side(action: str) -> str:
    for one, other in (("Left", "Right"), ("Right", "Left")):
        if action.endswith(one):
            return action.removesuffix(one) + other
    return action


def _add(d: Draw, out: dict[str, float], action: str, level: float) -> None:
    """Add a weight to an action, on both sides of a paired one."""
    if action in PAIRED:
        lean = d.normal("expression.lean", 0, LEAN, -0.12, 0.12)
        for side, sign in (("Left", 1), ("Right", -1)):
            factor = 1 + sign * lean + d.normal(f"expression.{action}.{side}", 0, OWN_LEAN, -0.08, 0.08)
            # Lids shut on both sides.
            out[action + side] = out.get(action + side, 0.0) + level * (factor if level < 0.95 else 1.0)
    else:
        out[action] = out.get(action, 0.0) + level
