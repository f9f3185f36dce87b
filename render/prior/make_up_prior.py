"""Who wears make-up, and how: lips, eyes and skin of the default prior and of matched faces.

How often people are made up is counted in the 30,000 rows of CelebAMask-HQ's annotations, which hold
Heavy_Makeup, Wearing_Lipstick and Rosy_Cheeks by Male and Young. Those are people before cameras; a profile
of other people sets other rates. Amounts and colours without a source are by eye on photographs.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from facegen.datasets.keyed_random import Draw
from facegen.render.spec import face_spec as s

OLDER = 42.0  # years, from which annotators no longer call people young (render.matching.condition)


class Rates(NamedTuple):
    """Fractions of people with heavy make-up; of lipstick with it and without; of rosy cheeks likewise."""

    heavy: float
    lipstick_with: float
    lipstick_without: float
    rosy_with: float
    rosy_without: float


# CelebAMask-HQ's annotations, 16,714 young and 2,229 older women, 6,654 young and 4,403 older men. So few men
# are made up that what goes with it is not known; their lipstick and rosy cheeks are those of all men.
WOMEN = (Rates(0.7414, 0.985, 0.631, 0.217, 0.016), Rates(0.5828, 0.986, 0.619, 0.368, 0.083))
MEN = (Rates(0.0021, 0.0096, 0.0096, 0.0039, 0.0039), Rates(0.0007, 0.0011, 0.0011, 0.0086, 0.0086))


class Worn(NamedTuple):
    """What of make-up a person wears; `heavy` is what annotators call so, less than it counts as none."""

    heavy: bool
    lipstick: bool
    rosy: bool


class LipColour(NamedTuple):
    """Linear RGB of a lipstick on light lips, how often it is worn, and the spread of its logarithm."""

    colour: tuple[float, float, float]
    weight: float
    spread: float = 0.12


LIP_COLOURS = {
    "nude": LipColour((0.37, 0.130, 0.118), 0.26),
    "rose": LipColour((0.35, 0.070, 0.092), 0.27),
    "pink": LipColour((0.39, 0.062, 0.118), 0.15),
    "coral": LipColour((0.41, 0.068, 0.066), 0.08),
    "red": LipColour((0.30, 0.018, 0.030), 0.10),
    "berry": LipColour((0.18, 0.026, 0.050), 0.08),
    "brown": LipColour((0.20, 0.055, 0.052), 0.06),
}
# Lipstick is chosen for the skin: on the darkest skin it has this fraction of the light.
LIPSTICK_ON_DARK, DARKEST_MELANIN = 0.42, 0.35
SHADOWS = {
    "brown": ((0.10, 0.060, 0.045), 0.42),
    "taupe": ((0.13, 0.100, 0.085), 0.22),
    "grey": ((0.055, 0.055, 0.060), 0.16),
    "plum": ((0.10, 0.050, 0.065), 0.08),
    "bronze": ((0.20, 0.110, 0.055), 0.08),
    "blue": ((0.070, 0.090, 0.130), 0.04),
}


def draw_worn(d: Draw, identity: s.Identity) -> Worn:
    """What a person wears, at the rates of sex and age."""
    rates = (MEN if identity.gender > 0.5 else WOMEN)[int(identity.age >= OLDER)]
    heavy = d.chance("make_up.heavy", rates.heavy)
    return Worn(
        heavy,
        d.chance("make_up.lipstick", rates.lipstick_with if heavy else rates.lipstick_without),
        d.chance("make_up.rosy", rates.rosy_with if heavy else rates.rosy_without),
    )


def draw_make_up(d: Draw, worn: Worn, melanin: float) -> dict[str, Any]:
    """Fields of face_spec.Skin.

    Parameters
    ----------
    d : keyed draws of the face
    worn : what the person wears
    melanin : of the skin, for which the lipstick is chosen
    """
    amounts: dict[str, Any] = {
        "eye_shadow": 0.0,
        "liner": 0.0,
        "mascara": 0.0,
        "foundation": 0.0,
        "contour": 0.0,
        "rouge": 0.0,
        "eye_shadow_colour": draw_shadow_colour(d),
    }
    if worn.heavy:
        amounts |= {
            "eye_shadow": d.uniform("make_up.eye_shadow", 0.15, 0.85),
            "liner": d.uniform("make_up.liner", 0.15, 0.9),
            "mascara": d.uniform("make_up.mascara", 0.4, 1.0),
            "foundation": d.uniform("make_up.foundation", 0.45, 1.0),
            "contour": d.uniform("make_up.contour", 0.0, 0.8),
            "rouge": d.uniform("make_up.rouge", 0.2, 0.7),
        }
    elif worn.lipstick:
        amounts |= {
            "eye_shadow": d.uniform("make_up.eye_shadow", -0.2, 0.35),
            "liner": d.uniform("make_up.liner", -0.3, 0.4),
            "mascara": d.uniform("make_up.mascara", 0.0, 0.7),
            "foundation": d.uniform("make_up.foundation", 0.0, 0.6),
            "rouge": d.uniform("make_up.rouge", -0.1, 0.4),
        }
        amounts = {k: max(v, 0.0) if isinstance(v, float) else v for k, v in amounts.items()}
    if worn.rosy and (worn.heavy or worn.lipstick):
        amounts["rouge"] = d.uniform("make_up.rosy.rouge", 0.6, 1.0)
    return amounts | draw_lipstick(d, worn.lipstick, melanin)


def draw_lipstick(d: Draw, worn: bool, melanin: float, number: int = 0) -> dict[str, Any]:
    """Lipstick, its amount and the gloss of the lips: fields of face_spec.Skin.

    Parameters
    ----------
    d : keyed draws of the face
    worn : whether there is any
    melanin : of the skin
    number : which of many independent draws
    """
    key = f"make_up.lipstick.{number}" if number else "make_up.lipstick"
    name = d.choice(f"{key}.name", {k: one.weight for k, one in LIP_COLOURS.items()})
    chosen = LIP_COLOURS[name]
    dark = float(np.interp(melanin, [0.05, DARKEST_MELANIN], [1.0, LIPSTICK_ON_DARK]))
    varied = dark * np.array(chosen.colour) * np.exp(chosen.spread * d(f"{key}.varied").normal(size=3))
    red, green, blue = (float(c) for c in np.clip(varied, 0.005, 0.6))
    return {
        "lipstick": (red, green, blue),
        "lipstick_amount": d.uniform(f"{key}.amount", 0.3, 0.95) if worn else 0.0,
        "lip_gloss": draw_gloss(d, worn),
    }


def draw_gloss(d: Draw, lipstick: bool) -> float:
    """Gloss of lips in [0, 1], with or without lipstick."""
    return d.uniform("skin.lip_gloss", 0.25, 1) if lipstick else 0.7 * d.uniform("skin.lip_gloss", 0, 1) ** 2


def draw_shadow_colour(d: Draw) -> tuple[float, float, float]:
    """Linear RGB of eye shadow."""
    colour = SHADOWS[d.choice("make_up.shadow.name", {k: weight for k, (_, weight) in SHADOWS.items()})][0]
    varied = np.array(colour) * np.exp(0.2 * d("make_up.shadow.varied").normal(size=3))
    red, green, blue = (float(c) for c in np.clip(varied, 0.01, 0.5))
    return red, green, blue
