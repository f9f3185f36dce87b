"""Intervals of scores and of differences between arms, by bootstrap over test pictures and trainings.

Test pictures are resampled together for all arms, so that differences stay paired. The trainings are
resampled for each arm. An arm and its partner behind a label adapter have the same trainings and share their
draws. With one rendered set the seeds are resampled. With several, whole sets are resampled with all their
seeds, because the means of the sets already include the variation between seeds (Davison and Hinkley,
Bootstrap Methods, 1997, sec. 3.8). The variance between sets is pooled over these arms, as in a t test of two
samples: two sets alone estimate it badly.

A few trainings estimate their standard deviation badly, and percentile intervals of them cover too little.
Their part of an interval is therefore Student's, with the degrees of freedom of a sum of variances (Welch,
The Generalization of Student's Problem, Biometrika 34, 1947). The part of the many pictures is normal. The
two are combined by the root of the sum of their squares (Zou and Donner, Construction of Confidence Limits,
Statistics in Medicine 27, 2008).

Counts of an arm are (J, K, N, 3, C) int: J rendered sets, K seeds, N test pictures; pixels that agree,
pixels of the reference, pixels of the prediction, by class.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import norm
from scipy.stats import t as student

from facegen.datasets.conventions.label_conventions import Convention
from facegen.datasets.keyed_random import keyed_generator
from facegen.parse.metrics.scores import f1_of_counts, foreground_classes, iou_of_counts, mean_present

DRAWS = 2000
LEVEL = 0.95
MEANS = ("mean_f1", "mean_f1_core", "mean_iou")


def columns(convention: Convention) -> tuple[str, ...]:
    """Names of the values of `scores_of_counts`: F1 of each class, then MEANS."""
    return (*convention.classes, *MEANS)


def counts_of(confusions: np.ndarray) -> np.ndarray:
    """(..., C, C) confusion matrices, reference in rows → (..., 3, C) counts."""
    hits = np.diagonal(confusions, axis1=-2, axis2=-1)
    return np.stack([hits, confusions.sum(-1), confusions.sum(-2)], -2)


def scores_of_counts(counts: np.ndarray, convention: Convention) -> np.ndarray:
    """Pooled counts (..., 3, C) → (..., C + 3) float: F1 by class, then MEANS.

    nan where the reference lacks the class; such a class is in no mean (as in scores.py).
    """
    hits, reference, predicted = (counts[..., i, :].astype(float) for i in range(3))
    f1, iou = f1_of_counts(hits, reference, predicted), iou_of_counts(hits, reference, predicted)
    means = [
        mean_present(f1, foreground_classes(convention)),
        mean_present(f1, foreground_classes(convention, accessories=False)),
        mean_present(iou, list(range(len(convention.classes)))),
    ]
    return np.concatenate([f1, np.stack(means, -1)], -1)


@dataclass(frozen=True)
class Resampled:
    """Scores of every arm as measured and as resampled.

    Attributes
    ----------
    values : {arm: (M,) float}, means over sets and seeds, M = len(columns)
    draws : {arm: (1 + D, B, M) float}; [0] with resampled test pictures, then with resampled trainings of
        each of D kinds and the pictures as they are
    freedom : (D,) degrees of freedom of the variance of each kind
    """

    values: dict[str, np.ndarray]
    draws: dict[str, np.ndarray]
    freedom: tuple[float, ...]


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
    families : {arm: name}; arms of one name have the same trainings, in the same order in every family

    Raises
    ------
    ValueError : arms differ in the number of pictures, one family in its trainings, or families of several
        sets in the number of their arms.
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
    values, drawn, trained = {}, {}, {}
    for arm, one in counts.items():
        sets, seeds = one.shape[:2]
        flat = one.reshape(sets, seeds, pictures, -1).astype(np.float64)
        pooled = np.einsum("bn,jknx->jkbx", weights, flat, optimize=True)
        scored = scores_of_counts(pooled.reshape(sets, seeds, draws, *one.shape[3:]), convention)
        trained[arm] = scores_of_counts(one.sum(2), convention)
        values[arm] = trained[arm].mean((0, 1))
        drawn[arm] = [scored.mean((0, 1))]
    freedom = []
    for group in _kinds(shapes):
        members = [{arm: trained[arm] for arm in counts if families[arm] == name} for name in group]
        moved = _other_trainings(dict(zip(group, members, strict=True)), draws, seed)
        for arm, value in values.items():
            drawn[arm].append(np.broadcast_to(value + moved.get(arm, 0.0), (draws, len(value))))
        freedom.append(float(sum(_units(*shapes[name]) - 1 for name in group)))
    return Resampled(values, {arm: np.stack(one) for arm, one in drawn.items()}, tuple(freedom))


def _kinds(shapes: Mapping[str, tuple[int, ...]]) -> list[list[str]]:
    """Families whose trainings have one variance: all families with several sets together; each other family
    with several seeds by itself. A single training has no variance."""
    several = [name for name, (sets, _) in shapes.items() if sets > 1]
    alone = [[name] for name, (sets, seeds) in shapes.items() if sets == 1 and seeds > 1]
    return [*([several] if several else []), *alone]


def _units(sets: int, seeds: int) -> int:
    """How many independent results an arm has: its sets, or the seeds of its only set."""
    return sets if sets > 1 else seeds


def _other_trainings(
    families: Mapping[str, Mapping[str, np.ndarray]], draws: int, seed: int
) -> dict[str, np.ndarray]:
    """Changes by other sets (or seeds) of the same orders: {arm: (B, M) float}, to add to its mean.

    Deviations from the mean of an arm are enlarged by √(n / (n − 1)), so that their variance is unbiased, and
    drawn from the pool of all families by their degrees of freedom; arms of one family draw the same ones.

    families : {name: {arm: (J, K, M) float}}
    """
    if len({len(arms) for arms in families.values()}) > 1:
        raise ValueError(f"families {', '.join(families)} differ in their arms")

    def deviations(scores: np.ndarray) -> np.ndarray:
        results = scores.mean(1) if len(scores) > 1 else scores[0]
        return (results - results.mean(0)) * np.sqrt(len(results) / (len(results) - 1))

    # One pool of the first arms of all families, one of the second arms, …
    matching = zip(*(arms.values() for arms in families.values()), strict=True)
    pools = [np.concatenate([deviations(one) for one in arms]) for arms in matching]
    sizes = [_units(*next(iter(arms.values())).shape[:2]) for arms in families.values()]
    chance = np.repeat([(n - 1) / n for n in sizes], sizes)
    moved: dict[str, np.ndarray] = {}
    for (name, arms), count in zip(families.items(), sizes, strict=True):
        draw = keyed_generator(seed, "bootstrap", "trainings", name)
        chosen = draw.choice(len(chance), (draws, count), p=chance / chance.sum())
        moved |= {arm: pool[chosen].mean(1) for arm, pool in zip(arms, pools, strict=True)}
    return moved


def interval(
    value: np.ndarray, draws: np.ndarray, freedom: Sequence[float] = (), level: float = LEVEL
) -> tuple[np.ndarray, np.ndarray]:
    """Lower and upper end of the interval of a value (...,) from its draws (1 + D, B, ...) as in `Resampled`.

    freedom : (D,) degrees of freedom of the variances of the trainings
    level : fraction of such intervals that hold the true value

    nan draws are left out; the ends are nan where there are no others.
    """
    tail = 0.5 + level / 2
    with np.errstate(all="ignore"):
        pictures, *trainings = (np.nanvar(one, axis=0) if np.isfinite(one).any() else np.nan for one in draws)
        total = np.sum(trainings, axis=0)
        squares = np.sum([part**2 / own for part, own in zip(trainings, freedom, strict=True)], axis=0)
        few = np.where(total > 0, student.ppf(tail, total**2 / squares) ** 2 * total, total)
        reach = np.sqrt(norm.ppf(tail) ** 2 * pictures + few)
    return value - reach, value + reach


def covered(counts: Mapping[str, np.ndarray]) -> list[str]:
    """Which sources of variation the intervals of these arms cover; one seed or set cannot be resampled."""
    names = ["test pictures"]
    if all(one.shape[1] > 1 for one in counts.values()):
        names.append("seeds")
    synthetic = [one.shape[0] > 1 for arm, one in counts.items() if not arm.startswith("R")]
    if synthetic and all(synthetic):
        names.append("rendered sets")
    return names
