"""Wrinkles of age and folds of an expression, as relief on the face chart.

s, t are (H, W) chart millimetres on a regular grid, s rising along the columns and t falling along the rows;
results are (H, W) float64 heights in mm, negative inside a furrow. Places, widths and depths are chosen by
eye on rendered faces.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from facegen.assets.skin.chart_grid import window
from facegen.assets.skin.painted_borders import Floats

LEAST_WRINKLES = 0.01  # an amount that shows nothing


@dataclass(frozen=True)
class Furrow:
    """A furrow with raised lips along a curve.

    Attributes
    ----------
    width : float, mm
        Distance from the curve at which exp(-0.7) of the depth is left.
    depth : float, mm
    middle, reach : float, chart mm
        The furrow fades out at `reach` from `middle`, along the curve.
    """

    width: float
    depth: float
    middle: float
    reach: float

    def relief(self, across: Floats, along: Floats, depth: float | None = None) -> Floats:
        """Heights (H, W) in mm from distances across the curve and places along it, both (H, W) mm."""
        return _groove(across, self.width, self.depth if depth is None else depth) * _reach(
            along, self.middle, self.reach
        )


# Furrows of age. Those of the forehead and at the outer corners of the eyes (crow's feet) draw their numbers.
FOREHEAD_LINES = (3, 6)  # at least, below
FOREHEAD_T, FOREHEAD_STEP, FOREHEAD_DEPTH = 27, 7.6, 0.30
FEET_LINES = (3, 6)
FEET_S, FEET_FAN, FEET_WIDTH, FEET_DEPTH = 44, 1.8, 0.9, 0.26
NASOLABIAL = Furrow(width=2.8, depth=0.34, middle=-54, reach=16)
MARIONETTE = Furrow(width=1.8, depth=0.20, middle=-92, reach=11)
# Upright lines between the brows are shallow on a face that does not frown.
GLABELLA = Furrow(width=1.0, depth=0.12, middle=17, reach=7)
# The fold from the wing of the nose past the corner of the mouth: |s| at FOLD_TOP, and how much further out
# it lies per mm down.
FOLD_TOP, FOLD_S, FOLD_OUT = -42.0, 15.0, 0.46
UNDER_EYE = Furrow(width=0.9, depth=0.15, middle=30, reach=14)
NECK_RINGS = Furrow(width=1.6, depth=0.35, middle=0, reach=70)
UNDER_EYE_LINES, NECK_LINES = 4, 3
# Upright lines over the upper lip: height in mm, and the amount of wrinkles from which they show.
LIP_LINES, LIP_LINES_FROM = 0.06, 0.6


def wrinkles(s: Floats, t: Floats, amount: float, patch: Floats, rng: np.random.Generator) -> Floats:
    """Lines of age: forehead, crow's feet, nasolabial and marionette folds, glabella, under-eye, neck.

    Parameters
    ----------
    s, t : (H, W) float, chart mm
    amount : float
        0 none, 1 marked age, 1.4 deep.
    patch : (H, W) float
        Smooth noise of unit variance that makes the lines waver.
    rng : numpy.random.Generator

    Returns
    -------
    (H, W) float64, mm
    """
    whole = np.zeros_like(s)
    if amount <= LEAST_WRINKLES:
        return whole
    front = window(s, t, -60, 130, 95)
    s, t, patch = s[front], t[front], patch[front]
    a = np.abs(s)
    relief = np.zeros_like(s)
    for furrow in _furrows_of_age(s, a, t, patch, rng):
        relief += furrow
    upper_lip = _reach(t, -60, 4.5) * _reach(a, 0, 22)
    relief += LIP_LINES * max(amount - LIP_LINES_FROM, 0) * np.cos(a * 1.9 + patch) * upper_lip
    whole[front] = amount * relief
    return whole


def _furrows_of_age(
    s: Floats, a: Floats, t: Floats, patch: Floats, rng: np.random.Generator
) -> Iterator[Floats]:
    """Heights in mm of one furrow after the other; a is |s|."""
    for line in range(int(rng.integers(*FOREHEAD_LINES))):
        level = FOREHEAD_T + FOREHEAD_STEP * line + rng.normal(0, 1.5)
        height = level + rng.uniform(0, 4) * np.cos(a / 28) + 1.3 * patch
        reach = _reach(s, rng.normal(0, 6), rng.uniform(28, 46))
        yield _groove(t - height, rng.uniform(0.9, 1.4), FOREHEAD_DEPTH * rng.uniform(0.3, 1)) * reach
    for side in (-1, 1):
        here = s * side > 0
        for line in range(int(rng.integers(*FEET_LINES))):
            slope = (line - FEET_FAN) * rng.uniform(0.25, 0.42)
            across = t + 1 - slope * (a - FEET_S) - 0.5 * patch
            reach = _reach(a, rng.uniform(54, 59), rng.uniform(7, 11)) * here
            yield _groove(across, FEET_WIDTH, FEET_DEPTH * rng.uniform(0.5, 1)) * reach
    yield NASOLABIAL.relief(nasolabial(a, t) - 0.5 * patch, t)
    yield MARIONETTE.relief(a - (25 + (-80 - t) * 0.12), t)
    yield GLABELLA.relief(_from_frown_lines(a, t), t)
    for line in range(UNDER_EYE_LINES):
        height = -14 - 3.3 * line - 0.007 * (a - 28) ** 2 + 0.4 * patch
        yield UNDER_EYE.relief(t - height, a)
    for line in range(NECK_LINES):
        height = -128 - 14 * line + rng.normal(0, 2) + 1.5 * patch - 0.002 * a**2
        yield NECK_RINGS.relief(t - height, a)


# Folds of an expression: the slope of a smile from the lip down to the fold (depth, width on the side of the
# lip and on that of the cheek, mm) and the line in it, the tear trough (depths in mm at rest, of slack skin,
# of a squint), crow's feet, forehead, frown, chin.
SMILE_VALLEY, LIP_SIDE, CHEEK_SIDE = 0.75, 6.5, 3.6
SMILE_LINE = Furrow(width=2.4, depth=0.17, middle=-54, reach=15)
TROUGH_AT_REST, TROUGH_SLACK, TROUGH_SQUINT, TROUGH_WIDTH = 0.30, 0.40, 0.20, 3.2
SQUINT_LINE = Furrow(width=1.0, depth=0.20, middle=56, reach=8)
RAISED_LINE = Furrow(width=1.5, depth=0.28, middle=0, reach=40)
FROWN_LINE = Furrow(width=1.4, depth=0.35, middle=17, reach=7)
EXPRESSION_LINES = 3
CHIN_HOLLOW = 0.6  # depth in mm of the groove between lower lip and chin
# The philtrum: height of its ridges and depth of its channel in mm.
PHILTRUM_RIDGE, PHILTRUM_CHANNEL = 0.5, 0.55


def folds(s: Floats, t: Floats, expression: Mapping[str, float], slack: float) -> Floats:
    """Creases and hollows that an expression presses into skin, and the tear trough of a face at rest.

    Parameters
    ----------
    s, t : (H, W) float, chart mm
    expression : mapping of ARKit action to weight in [0, 1]
    slack : float in [0, 1]
        Young skin springs back (0), old skin folds (1).

    Returns
    -------
    (H, W) float64, mm
    """
    whole = np.zeros_like(s)
    front = window(s, t, -40, 100, 80)
    s, t = s[front], t[front]
    a = np.abs(s)
    relief = np.zeros_like(s)
    for fold in _folds_of_expression(a, t, expression, slack):
        relief += fold
    chin = np.exp(-(((t + 88 + 0.01 * a**2) / 3.5) ** 2)) * _reach(a, 0, 17)
    whole[front] = relief - CHIN_HOLLOW * chin + _philtrum(a, t)
    return whole


def _folds_of_expression(
    a: Floats, t: Floats, expression: Mapping[str, float], slack: float
) -> Iterator[Floats]:
    """Heights in mm of one fold after the other; a is |s|."""

    def pull(action: str) -> float:
        return max(expression.get(f"{action}Left", 0.0), expression.get(f"{action}Right", 0.0))

    smile, squint = pull("mouthSmile"), max(pull("cheekSquint"), pull("eyeSquint"))
    raised = max(pull("browOuterUp"), expression.get("browInnerUp", 0.0))
    fold = nasolabial(a, t)
    deep = (0.15 + 0.85 * smile) * (0.45 + 0.15 * smile + (0.55 - 0.15 * smile) * slack)
    # The cheek overhangs a valley some millimetres wide; a line lies in it where skin is slack or smiles.
    valley = -SMILE_VALLEY * deep * np.exp(-((fold / np.where(fold < 0, LIP_SIDE, CHEEK_SIDE)) ** 2))
    yield valley * _reach(t, SMILE_LINE.middle, SMILE_LINE.reach)
    yield SMILE_LINE.relief(fold, t, SMILE_LINE.depth * deep)
    trough = t + 13.5 - 0.012 * (a - 26) ** 2 + 0.16 * (a - 26)
    depth = TROUGH_AT_REST + TROUGH_SLACK * slack + TROUGH_SQUINT * squint
    yield -(depth * np.exp(-((trough / TROUGH_WIDTH) ** 2)) * _reach(a, 24, 12))
    for line in range(EXPRESSION_LINES):
        if squint:
            feet = t + 1 - (line - 1.2) * 0.3 * (a - FEET_S)
            yield SQUINT_LINE.relief(feet, a, SQUINT_LINE.depth * squint * (0.25 + slack))
        if raised:
            forehead = t - 29 - 8 * line - 2.5 * np.cos(a / 24)
            yield RAISED_LINE.relief(forehead, a, RAISED_LINE.depth * raised * (0.3 + slack))
    knitted = pull("browDown") * (0.3 + slack)
    if knitted:
        yield FROWN_LINE.relief(_from_frown_lines(a, t), t, FROWN_LINE.depth * knitted)


def nasolabial(a: Floats, t: Floats) -> Floats:
    """Distance in chart mm from the fold between nose and mouth; positive on the cheek.

    Parameters
    ----------
    a, t : (...) float, chart mm; a is |s|
    """
    return a - (FOLD_S + FOLD_OUT * (FOLD_TOP - t))


def _philtrum(a: Floats, t: Floats) -> Floats:
    """A channel between two ridges, from the nose down to the bow of the upper lip: heights in mm."""
    ridge = 2.6 + 0.16 * (-53 - t)
    channel = PHILTRUM_RIDGE * np.exp(-(((a - ridge - 1.2) / 1.3) ** 2))
    channel = channel - PHILTRUM_CHANNEL * np.exp(-((a / ridge) ** 2))
    return channel * _reach(t, -58, 5.5)


def _from_frown_lines(a: Floats, t: Floats) -> Floats:
    """Distance in mm from the two upright frown lines between the brows."""
    return a - 5.5 - 0.1 * (t - 15)


def _groove(distance: Floats, width: float, depth: float) -> Floats:
    """A furrow with raised lips: mm of height over mm of distance."""
    x = (distance / width) ** 2
    return -depth * (1 - 0.35 * x) * np.exp(-0.7 * x)


def _reach(along: Floats, middle: float, half: float) -> Floats:
    """1 around `middle`, 0 beyond `half` from it, smoothly."""
    x = ((along - middle) / half) ** 2
    return np.exp(-(x * x))  # `** 4` is a general power: five times as slow
