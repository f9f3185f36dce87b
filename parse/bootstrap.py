"""Intervals of scores and of differences between arms, by resampling what could have come out otherwise.

Test pictures are drawn anew together for all arms, so that differences stay paired; trainings of an arm are
drawn anew as rendered sets first and seeds within each set (Davison and Hinkley, Bootstrap Methods, 1997,
sec. 3.8). An arm and its label-adapted partner rest on the same trainings and share their draws.

Two or three trainings tell their own spread badly, and their percentiles cover far less than they say: their
part of an interval is Student's, that of the many pictures is normal, and the two are joined by the root of
the sum of their squares (Zou and Donner, Construction of Confidence Limits, Statistics in Medicine 27, 2008).

Counts of an arm are (J, K, N, 3, C) int: J rendered sets, K seeds, N test pictures; pixels that agree,
pixels of the reference, pixels of the prediction, by class.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.stats import norm
from scipy.stats import t as student

from facegen.datasets.conventions import Convention
from facegen.parse.keyed import keyed_generator
from facegen.parse.scores import foreground_classes, mean_present

DRAWS = 2000
LEVEL = 0.95
MEANS = ("mean_f1", "mean_f1_core", "mean_iou")


def columns(convention: Convention) -> tuple[str, ...]:
    """Names of the values of `measures`: F1 of each class, then MEANS."""
    return (*convention.classes, *MEANS)


def counts_of(confusions: np.ndarray) -> np.ndarray:
    """(..., C, C) confusion matrices, reference in rows → (..., 3, C) counts."""
    hits = np.diagonal(confusions, axis1=-2, axis2=-1)
    return np.stack([hits, confusions.sum(-1), confusions.sum(-2)], -2)


def measures(counts: np.ndarray, convention: Convention) -> np.ndarray:
    """Pooled counts (..., 3, C) → (..., C + 3) float: F1 by class, then MEANS.

    nan where the reference lacks the class; such a class is in no mean (as in scores.py).
    """
    hits, reference, predicted = (counts[..., i, :].astype(float) for i in range(3))
    f1 = np.where(reference > 0, 2 * hits / np.maximum(reference + predicted, 1), np.nan)
    iou = np.where(reference > 0, hits / np.maximum(reference + predicted - hits, 1), np.nan)
    means = [
        mean_present(f1, foreground_classes(convention)),
        mean_present(f1, foreground_classes(convention, accessories=False)),
        mean_present(iou, list(range(len(convention.classes)))),
    ]
    return np.concatenate([f1, np.stack(means, -1)], -1)


@dataclass(frozen=True)
class Resampled:
    """Scores of every arm as measured and as they could have come out.

    values  : {arm: (M,) float}, means over sets and seeds, M = len(columns)
    draws   : {arm: (2, B, M) float}; [0] with everything drawn anew, [1] with the test pictures alone
    freedom : {arm: degrees of freedom of its trainings' variance}; inf where there is one training
    """

    values: dict[str, np.ndarray]
    draws: dict[str, np.ndarray]
    freedom: dict[str, float]

    def least_freedom(self) -> float:
        """Of what several arms make up: that of the arm with the fewest trainings, which is cautious."""
        return min(self.freedom.values())


def resample(
    counts: Mapping[str, np.ndarray],
    families: Mapping[str, str],
    convention: Convention,
    draws: int = DRAWS,
    seed: int = 0,
) -> Resampled:
    """Bootstrap all arms at once.

    Parameters
    ----------
    counts : {arm: (J, K, N, 3, C) int}, N pictures in the same order everywhere
    families : {arm: name}; arms of one name rest on the same trainings

    Raises
    ------
    ValueError : arms differ in the number of pictures, or one family in its trainings.
    """
    if len({one.shape[2:] for one in counts.values()}) > 1:
        raise ValueError("arms were tested on different pictures")
    shapes: dict[str, tuple[int, ...]] = {}
    for arm, one in counts.items():
        if shapes.setdefault(families[arm], one.shape[:2]) != one.shape[:2]:
            raise ValueError(f"arms of family {families[arm]} differ in their trainings")
    pictures = next(iter(counts.values())).shape[2]
    draw = keyed_generator(seed, "bootstrap", "pictures")
    weights = draw.multinomial(pictures, np.full(pictures, 1 / pictures), draws).astype(np.float64)
    chosen = {name: _choices(seed, name, draws, *shape) for name, shape in shapes.items()}
    values, drawn = {}, {}
    for arm, one in counts.items():
        sets, seeds = one.shape[:2]
        values[arm] = measures(one.sum(2), convention).mean((0, 1))
        flat = one.reshape(sets, seeds, pictures, -1).astype(np.float64)
        pooled = np.einsum("bn,jknx->jkbx", weights, flat, optimize=True)
        scored = measures(pooled.reshape(sets, seeds, draws, *one.shape[3:]), convention)
        j, k = chosen[families[arm]]
        whole = scored[j[:, :, None], k, np.arange(draws)[:, None, None]].mean((1, 2))
        drawn[arm] = np.stack([whole, scored.mean((0, 1))])
    trainings = {arm: one.shape[0] * one.shape[1] for arm, one in counts.items()}
    freedom = {arm: float(n - 1) if n > 1 else np.inf for arm, n in trainings.items()}
    return Resampled(values, drawn, freedom)


def _choices(seed: int, family: str, draws: int, sets: int, seeds: int) -> tuple[np.ndarray, np.ndarray]:
    """Sets (B, j) and, within each, seeds (B, j, k), drawn with replacement.

    One fewer than there are of each: of so few, drawing all again would understate the variance of their
    mean by (K − 1) / K (McCarthy and Snowden, The Bootstrap and Finite Population Sampling, 1985). Where
    both sets and seeds are drawn the variance is a little too large, since sets differ by their seeds too.
    """
    draw = keyed_generator(seed, "bootstrap", "trainings", family)
    j, k = max(sets - 1, 1), max(seeds - 1, 1)
    return draw.integers(0, sets, (draws, j)), draw.integers(0, seeds, (draws, j, k))


def interval(
    value: np.ndarray, draws: np.ndarray, freedom: float = np.inf, level: float = LEVEL
) -> tuple[np.ndarray, np.ndarray]:
    """Lower and upper end of the interval of a value (...,) from its draws (2, B, ...) as in `Resampled`.

    freedom : degrees of freedom of the variance that the trainings bring; inf: they bring none
    level : share of such intervals that hold the truth

    nan draws are left out; the ends are nan where there are no others.
    """
    tail = 0.5 + level / 2
    with np.errstate(all="ignore"):
        whole, pictures = (np.nanvar(one, axis=0) if np.isfinite(one).any() else np.nan for one in draws)
        trainings = np.maximum(whole - pictures, 0) if np.isfinite(freedom) else 0.0
        reach = np.sqrt(norm.ppf(tail) ** 2 * pictures + student.ppf(tail, freedom) ** 2 * trainings)
    return value - reach, value + reach


def covered(counts: Mapping[str, np.ndarray]) -> list[str]:
    """What the intervals of these arms cover; a thing of which there is only one cannot be resampled."""
    names = ["test pictures"]
    if all(one.shape[1] > 1 for one in counts.values()):
        names.append("seeds")
    synthetic = [one.shape[0] > 1 for arm, one in counts.items() if not arm.startswith("R")]
    if synthetic and all(synthetic):
        names.append("rendered sets")
    return names
