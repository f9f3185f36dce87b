"""How well each measure follows what it is meant to measure, on rendered faces whose truth is known.

Where the truth is yes or no, by the area under the ROC curve; otherwise by Spearman's rank correlation, and
where both have one unit and meaning also by the mean absolute error and the bias.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats
from sklearn.metrics import roc_auc_score

from facegen.audit.distances.auc_error import auc_error
from facegen.audit.measures.measure_table import BY_NAME
from facegen.audit.measures.schema import Table
from facegen.audit.validation.ground_truth import TRUTHS, Known

AUC, RANK = "AUC", "rank correlation"
FEWEST = 12  # faces with measure and truth: with fewer, nothing is reported
FEWEST_OF_A_KIND = 4  # faces with a yes, and with a no
# Grades of a rank correlation, and of 2 AUC - 1: above GOOD a measure may replace the truth of one face,
# above FAIR that of a set.
GOOD, FAIR = 0.8, 0.4


@dataclass(frozen=True)
class Accuracy:
    """One measure against its truth.

    Attributes
    ----------
    measure, truth : names
    statistic : AUC, RANK, or "" where nothing was measured; `reason` then says why
    n : faces that have both
    value : of the statistic; expected above 0.5 or above 0, with the sign turned where a fall is expected
    low, high : 95 % interval of it
    error, bias : mean of |measure - truth| and of measure - truth, in `unit`; NaN where units differ
    truth_sd : standard deviation of the truth over the set, in its own unit
    """

    measure: str
    truth: str
    statistic: str
    n: int
    unit: str
    value: float = np.nan
    low: float = np.nan
    high: float = np.nan
    error: float = np.nan
    bias: float = np.nan
    truth_sd: float = np.nan
    reason: str = ""

    @property
    def grade(self) -> str:
        """good, fair, poor, or not measured."""
        if not self.statistic or np.isnan(self.value):
            return "not measured"
        strength = 2 * self.value - 1 if self.statistic == AUC else self.value
        return "good" if strength >= GOOD else "fair" if strength >= FAIR else "poor"


def accuracies(table: Table, known: Sequence[Known]) -> tuple[Accuracy, ...]:
    """One Accuracy for each measure of the table, in its order; those without a truth say so.

    known : one a row of the table
    """
    if len(table) != len(known):
        raise ValueError(f"{len(table)} rows, but {len(known)} known faces")
    return tuple(_accuracy(name, table.column(name), known) for name in table.names)


def _accuracy(name: str, values: np.ndarray, known: Sequence[Known]) -> Accuracy:
    unit, truth = BY_NAME[name].unit, TRUTHS.get(name)
    if truth is None:
        return Accuracy(name, "", "", 0, unit, reason="no truth in a spec")
    wanted = np.array([truth.read(one) for one in known], float)
    seen = ~(np.isnan(values) | np.isnan(wanted))
    x, y = values[seen], wanted[seen]
    n = len(x)
    if n < FEWEST:
        return Accuracy(name, truth.about, "", n, unit, reason=f"{n} faces have both: too few")
    sign = -1 if truth.falls else 1
    levels = np.unique(y)
    if len(levels) < 2:
        return Accuracy(name, truth.about, "", n, unit, reason="the truth is the same in every face")
    truth_sd = float(y.std())
    if len(levels) == 2 and set(levels) <= {0.0, 1.0}:
        ones = int(y.sum())
        if min(ones, n - ones) < FEWEST_OF_A_KIND:
            return Accuracy(name, truth.about, "", n, unit, reason=f"{ones} of {n} faces have it: too few")
        auc = float(roc_auc_score(y, sign * x))
        half = 1.96 * auc_error(auc, ones, n - ones)
        return Accuracy(
            name,
            truth.about,
            AUC,
            n,
            unit,
            auc,
            max(0.0, auc - half),
            min(1.0, auc + half),
            truth_sd=truth_sd,
        )
    if len(np.unique(x)) < 2:
        return Accuracy(name, truth.about, "", n, unit, reason="the measure is the same in every face")
    rank = sign * float(stats.spearmanr(x, y).statistic)
    # Fisher's z with the variance of Bonett and Wright, Psychometrika 65, 2000.
    half = 1.96 * np.sqrt((1 + rank**2 / 2) / (n - 3))
    z = np.arctanh(np.clip(rank, -0.9999, 0.9999))
    error, bias = (float(np.abs(x - y).mean()), float((x - y).mean())) if truth.same else (np.nan, np.nan)
    low, high = (float(np.tanh(z + side * half)) for side in (-1, 1))
    return Accuracy(name, truth.about, RANK, n, unit, rank, low, high, error, bias, truth_sd)
