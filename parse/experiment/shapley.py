"""The loss from real to synthetic training split into distribution, label and the rest.

Six scores on the same real test set, floats or arrays (…,) of resampled ones:

    R, R_L      trained on real faces, without and with label adapter
    S, S_L      trained on synthetic faces of the default prior
    S_D, S_DL   trained on synthetic faces matched to the real profile

The gap is G = R − S. A remedy's part is its Shapley value, the mean of what it gains when taken first and
when taken second (Shapley, A Value for n-Person Games, 1953; with two players both orders count equally):

    distribution = ½ [(S_D − S) + (S_DL − S_L)]
    label        = ½ [(S_L − S) + (S_DL − S_D)] − (R_L − R)
    rest         = R_L − S_DL                       photorealism and unmeasured content

They sum to G. R_L − R is subtracted because what an adapter also gains for a real parser is not a
difference between synthetic and real labelling.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

ARMS = ("R", "R_L", "S", "S_L", "S_D", "S_DL")
PARTS = ("distribution", "label", "rest")
ORDERS = ("distribution first", "label first")

Values = dict[str, Any]  # arm -> float or array, all of one shape


@dataclass(frozen=True)
class Split:
    """Parts of a gap, each of the shape of the scores it came from.

    parts  : {part: value}, the mean over both orders
    orders : {order: {part: value}}, each order sums to the gap as well
    """

    gap: Any
    parts: Values
    orders: dict[str, Values]


def split_gap(scores: Values) -> Split:
    """Split R − S of the six scores; ValueError where one of ARMS is missing."""
    missing = [arm for arm in ARMS if arm not in scores]
    if missing:
        raise ValueError(f"no score of {', '.join(missing)}")
    r, r_l, s, s_l, s_d, s_dl = (np.asarray(scores[arm], float) for arm in ARMS)
    own, rest = r_l - r, r_l - s_dl
    orders = {
        ORDERS[0]: {"distribution": s_d - s, "label": s_dl - s_d - own, "rest": rest},
        ORDERS[1]: {"distribution": s_dl - s_l, "label": s_l - s - own, "rest": rest},
    }
    parts = {part: (orders[ORDERS[0]][part] + orders[ORDERS[1]][part]) / 2 for part in PARTS}
    return Split(r - s, parts, orders)


def fractions(split: Split, low: float, high: float) -> Values | None:
    """Each part divided by the gap; None where the interval [low, high] of the gap holds 0."""
    if not (low > 0 or high < 0):  # also where the interval is not measured (nan)
        return None
    return {part: value / split.gap for part, value in split.parts.items()}
