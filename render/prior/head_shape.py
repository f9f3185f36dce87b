"""How heads differ: joint draws of the head and neck sliders.

A FaceSpec holds only what one person adds to the average head of its group (assets.head.group_means).
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from facegen.assets.head.sliders import SLIDERS
from facegen.datasets.keyed_random import Draw

# Standard deviation of a slider by the part of the face that its name begins with (by eye; a slider goes from
# -1 to 1).
SLIDER_SD = {"ear": 0.2, "eye": 0.12, "nose": 0.125, "mouth": 0.15, "head": 0.15, "chin": 0.2, "neck": 0.16}
DEFAULT_SLIDER_SD = 0.16
# Factor on the standard deviation by the beginning of a slider's name: for sliders whose full range no adult
# has, or that change the pose more than the shape (by eye).
SLIDER_SCALE = {
    "head-age": 0.5,
    "head-angle": 0.3,
    "head-trans-out": 0.0,
    "neck-trans-out": 0.0,
    "mouth-trans-out": 0.1,
    "nose-trans-out": 0.15,
    "head-trans-forward": 0.4,
    "head-trans-up": 0.3,
    "ear-flap": 0.6,
    "eye-push1": 0.4,
    "eye-push2": 0.4,
    "eye-trans-out": 0.7,
    "eye-scale": 0.6,
    "mouth-lowerlip-ext": 0.4,
    "mouth-upperlip-ext": 0.4,
    "eye-corner": 0.8,
    "neck-double": 0.5,
    "eye-height": 0.5,
}
# Standard deviation of the difference of left and right, relative to that of a paired slider. In the label
# maps of frontal faces of CelebAMask-HQ the sides differ two to four times as much as on heads drawn with a
# third of this. What a parser measures too belongs to the face, the rest to the annotators: standard
# deviations of 0.023 eye-mouth distances in the height of the brows, 0.14 in the logarithm of their length,
# 0.07 in that of the eyes' opening, 0.005 crop sides in the height of the mouth's corners.
# identity_prior.BROW_LIFT and expression_prior.ONE_SIDED follow the same numbers.
ASYMMETRY = 0.35

# What varies together in people: each factor is a standard normal number, a loading is its correlation with
# the slider. Broad faces are broad in most parts, heavy faces have fat in several places, strong bones come
# together. Loadings are by eye; only their signs and rough sizes are meant.
FACTORS = {
    "breadth": {
        "head-scale-horiz-incr": 0.6,
        "chin-width-incr": 0.6,
        "cheek-bones-incr": 0.5,
        "mouth-scale-horiz-incr": 0.4,
        "nose-scale-horiz-incr": 0.4,
        "neck-scale-horiz-incr": 0.4,
    },
    "length": {
        "head-scale-vert-incr": 0.6,
        "chin-height-incr": 0.6,
        "nose-scale-vert-incr": 0.5,
        "forehead-scale-vert-incr": 0.3,
        "mouth-trans-up": -0.4,
        "ear-scale-vert-incr": 0.4,
    },
    "fat": {
        "head-fat-incr": 0.7,
        "cheek-volume-incr": 0.7,
        "neck-double-incr": 0.6,
        "measure-neck-circ-incr": 0.6,
        "chin-jaw-drop-incr": 0.3,
        "eye-bag-incr": 0.3,
    },
    "bone": {
        "chin-bones-incr": 0.6,
        "chin-prominent-incr": 0.5,
        "eyebrows-trans-forward": 0.6,
        "forehead-trans-forward": 0.3,
        "nose-hump-incr": 0.4,
        "nose-scale-depth-incr": 0.4,
        "chin-cleft-incr": 0.3,
    },
    "lips": {
        "mouth-lowerlip-volume-incr": 0.6,
        "mouth-upperlip-volume-incr": 0.6,
        "mouth-lowerlip-height-incr": 0.6,
        "mouth-upperlip-height-incr": 0.6,
        "mouth-cupidsbow-incr": 0.3,
    },
    "eyes": {
        "eye-height1-incr": 0.6,
        "eye-height2-incr": 0.7,
        "eye-height3-incr": 0.6,
        "eye-scale-incr": 0.4,
    },
}

WEIGHT_SD = 0.17  # standard deviation of Identity.weight (by eye)
ENDS = -2.2, 2.2  # standard deviations at which sliders and factors are truncated


class DrawnSlider(NamedTuple):
    """A slider: its name, its pair's name, "l", "r" or "", standard deviation, shared factor, loading."""

    name: str
    base: str
    side: str
    sd: float
    factor: str | None
    loading: float


def draw_sliders(d: Draw, weight: float = 0.5) -> dict[str, float]:
    """Truncated normal sliders with shared factors; left and right are equal up to ASYMMETRY.

    Parameters
    ----------
    d : keyed draws of the face
    weight : float in [0, 1], Identity.weight: it decides the factor "fat"

    Returns
    -------
    dict, slider -> value in [-1, 1]
    """
    return dict(_sliders(d.seed, d.index, weight))


@lru_cache(maxsize=4)  # a conditioned face is drawn by the prior first, then as the row's person
def _sliders(seed: int, index: int, weight: float) -> dict[str, float]:
    d = Draw(seed, index)
    factors = {name: d.normal(f"slider.factor.{name}", 0, 1, *ENDS) for name in FACTORS}
    factors["fat"] = _held((weight - 0.5) / WEIGHT_SD)
    shared, out = {}, {}
    for name, base, side, sd, factor, load in _drawn():
        if base not in shared:
            shared[base] = d.normal(f"slider.{base}", 0, 1, *ENDS)
        own = shared[base]
        if factor:
            own = _held(load * factors[factor] + np.sqrt(1 - load**2) * own)
        value = sd * own
        if side:
            value += d.normal(f"slider.{base}.{side}", 0, sd * ASYMMETRY, -3 * sd, 3 * sd)
        out[name] = round(float(value), 4)
    return out


def _held(value: float) -> float:
    return float(min(max(value, ENDS[0]), ENDS[1]))


@lru_cache(maxsize=1)
def _drawn() -> list[DrawnSlider]:
    """All sliders that are drawn."""
    loading = {slider: (name, load) for name, table in FACTORS.items() for slider, load in table.items()}
    out = []
    for name in SLIDERS:
        side, base = (name[0], name[2:]) if name[:2] in ("l-", "r-") else ("", name)
        part = base.removeprefix("measure-").split("-")[0]
        scale = next((v for k, v in SLIDER_SCALE.items() if base.startswith(k)), 1.0)
        sd = SLIDER_SD.get(part, DEFAULT_SLIDER_SD) * scale
        if sd:
            out.append(DrawnSlider(name, base, side, sd, *loading.get(base, (None, 0.0))))
    return out
