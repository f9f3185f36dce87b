"""How heads differ: joint draws of the head and neck sliders.

A FaceSpec holds only what one person adds to the average head of its group (assets.head.group_means).
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from facegen.assets.head.sliders import SLIDERS
from facegen.datasets.keyed_random import Draw

# Standard deviation of a slider by the part of the face that its name begins with.
SLIDER_SD = {"ear": 0.2, "eye": 0.12, "nose": 0.125, "mouth": 0.15, "head": 0.15, "chin": 0.2, "neck": 0.16}
DEFAULT_SLIDER_SD = 0.16
# Sliders whose full range leaves what adults look like, or that pose rather than shape.
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
# Share of a paired slider's spread that differs between left and right. In the label maps of CelebAMask-HQ's
# frontal faces the sides differ two to four times as much as on heads drawn with a third of this. What a
# parser sees too is the face's, the rest the annotator's hand: spreads of .023 eye-mouth distances in the
# height of the brows, .14 in the logarithm of their length, .07 in that of the eyes' opening, .005 crop sides
# in the height of the mouth's corners. The same figures led prior_face.BROW_LIFT and expressions.ONE_SIDED.
ASYMMETRY = 0.35

# What varies together in people: each factor is one standard normal, a loading is its correlation with the
# slider. Broad faces are broad in most parts, heavy ones carry fat in several places, rugged bones go
# together. The loadings are judged by eye; only their signs and rough sizes are meant.
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

WEIGHT_SPREAD = 0.17  # standard deviation of Identity.weight
ENDS = -2.2, 2.2  # spreads at which sliders and factors are cut off


def draw_sliders(d, weight=0.5) -> dict[str, float]:
    """Truncated normals with shared factors, left and right alike but for ASYMMETRY.

    Parameters
    ----------
    d : render.draws.Draw
    weight : float in [0, 1], Identity.weight: it is the factor "fat"
    """
    return dict(_sliders(d.seed, d.index, weight))


@lru_cache(maxsize=4)  # a face that follows a row is drawn by the prior first, then as the row's person
def _sliders(seed, index, weight):
    d = Draw(seed, index)
    factors = {name: d.normal(f"slider.factor.{name}", 0, 1, *ENDS) for name in FACTORS}
    factors["fat"] = _held((weight - 0.5) / WEIGHT_SPREAD)
    shared, out = {}, {}
    for name, base, side, sd, factor, load in _spreads():
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


def _held(value):
    return float(min(max(value, ENDS[0]), ENDS[1]))


@lru_cache(maxsize=1)
def _spreads():
    """Of each slider that is drawn: name, its pair's name, side or "", spread, factor or None, loading."""
    loading = {slider: (name, load) for name, table in FACTORS.items() for slider, load in table.items()}
    out = []
    for name in SLIDERS:
        side, base = (name[0], name[2:]) if name[:2] in ("l-", "r-") else ("", name)
        part = base.removeprefix("measure-").split("-")[0]
        scale = next((v for k, v in SLIDER_SCALE.items() if base.startswith(k)), 1.0)
        sd = SLIDER_SD.get(part, DEFAULT_SLIDER_SD) * scale
        if sd:
            out.append((name, base, side, sd, *loading.get(base, (None, 0.0))))
    return out
