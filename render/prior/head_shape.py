"""How heads differ: joint draws of the head and neck sliders from `assets.head.shape_distribution`."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from facegen.assets.head.shape_distribution import FACTORS, NAMES, both_sides, shipped_distribution
from facegen.assets.head.sliders import PAIRED
from facegen.datasets.keyed_random import Draw

WEIGHT_SD = 0.17  # standard deviation of Identity.weight (by eye)
# Standard normal numbers are cut at +-CUT and divided by the standard deviation that this leaves: the
# spread stays that of people, without caricatures. By looking at untextured heads: at 2.5 one in ten
# was too strong, and a factor of 0.85 on all deviations, which helps as well, loses as much of the spread.
CUT = 1.9
CUT_SD = math.sqrt(
    1 - 2 * CUT * math.exp(-(CUT**2) / 2) / math.sqrt(2 * math.pi) / math.erf(CUT / math.sqrt(2))
)
# Standard deviations at which the sum of factors and residual of one slider is cut. The distribution holds
# sliders so that none reaches its end there.
SLIDER_CUT = 2.0
# Correlation with Identity.weight of sliders that the scans do not show (by eye): the rest of a heavy face is
# Anny's own, whose share of the scans' covariance was taken from the loadings.
FOLLOWS_WEIGHT = {"neck-double-incr": 0.6, "measure-neck-circ-incr": 0.6}


class DrawnShape(NamedTuple):
    """One person's shape.

    Attributes
    ----------
    factors : dict of names in FACTORS to standard deviations
    sliders : dict of sliders to what they have beyond the mean and the factors, in [-1, 1]
    """

    factors: dict[str, float]
    sliders: dict[str, float]


def draw_shape(d: Draw, weight: float = 0.5) -> DrawnShape:
    """Draw a person's factors, residuals and the difference of its two sides.

    Parameters
    ----------
    d : keyed draws of the face
    weight : float in [0, 1], Identity.weight (FOLLOWS_WEIGHT)

    Returns
    -------
    DrawnShape
    """
    factors, sliders = _shape(d.seed, d.index, weight)
    return DrawnShape(dict(factors), dict(sliders))


@lru_cache(maxsize=4)  # a conditioned face is drawn by the prior first, then as the row's person
def _shape(seed: int, index: int, weight: float) -> DrawnShape:
    d, shapes = Draw(seed, index), shipped_distribution()
    factors = {name: round(_normal(d, f"shape.{name}"), 4) for name in FACTORS}
    by_factors = shapes.deviation(factors)
    own = np.array(
        [
            _normal(d, f"shape.residual.{name}") if sd else 0.0
            for name, sd in zip(NAMES, shapes.residual_sd, strict=True)
        ]
    )
    heavy = float(np.clip((weight - 0.5) / WEIGHT_SD, -CUT, CUT))
    for name, share in FOLLOWS_WEIGHT.items():
        i = NAMES.index(name)
        own[i] = share * heavy + np.sqrt(1 - share**2) * own[i]
    end = SLIDER_CUT * shapes.sd()
    same = np.clip(by_factors + shapes.residual_sd * own, -end, end) - by_factors
    sliders = {name: round(value, 4) for name, value in both_sides(same).items() if round(value, 4)}
    for name, value in _asymmetry(d).items():
        sliders[name] = round(sliders.get(name, 0.0) + value, 4)
    return DrawnShape(factors, sliders)


def _asymmetry(d: Draw) -> dict[str, float]:
    """What the sides of a face differ by: added on the left, taken away on the right."""
    shapes = shipped_distribution()
    count = shapes.asymmetry_loadings.shape[1]
    z = np.array([_normal(d, f"shape.asymmetry.{k + 1:02d}") for k in range(count)])
    out = {}
    for name, loadings, sd in zip(NAMES, shapes.asymmetry_loadings, shapes.asymmetry_sd, strict=True):
        if not sd and not loadings.any():
            continue
        value = float(loadings @ z + sd * _normal(d, f"shape.asymmetry.residual.{name}"))
        if name in PAIRED:
            out[f"l-{name}"], out[f"r-{name}"] = value, -value
        else:
            out[name] = value
    return out


def _normal(d: Draw, name: str) -> float:
    return d.normal(name, 0, 1, -CUT, CUT) / CUT_SD
