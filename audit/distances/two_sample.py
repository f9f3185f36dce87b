"""Classifier two-sample test: can a classifier tell rows of one set from rows of the other?

The measure is the area under the ROC curve on rows that the classifier has not seen: 0.5 where both sets
follow one distribution, 1 where every row reveals its set (Lopez-Paz and Oquab, Revisiting Classifier
Two-Sample Tests, ICLR 2017). A linear and a tree classifier are used, because each misses some differences;
the larger AUC counts.
"""

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.stats import rankdata
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from facegen.audit.distances.frozen_lists import matched_names
from facegen.audit.measures.schema import Table

FOLDS = 5
MIN_ROWS = 50  # of each set; under this the AUC is not measured


@dataclass(frozen=True)
class TwoSample:
    """Result of the test; NaN in all fields where there are too few rows.

    Attributes
    ----------
    auc : the larger AUC of the two classifiers, [0, 1]
    logistic, trees : AUC of each
    scores : (n,) float64 of the rows of `other`: a larger score is less like `one`
    columns : number of columns that the classifiers saw
    """

    auc: float
    logistic: float
    trees: float
    scores: np.ndarray
    columns: int


def two_sample(one: np.ndarray, other: np.ndarray, seed: int = 0) -> TwoSample:
    """Cross-validated AUC of a classifier that separates two sets of rows.

    Columns that one side does not have at all are left out, so that a set without masks is not recognised
    by that. Equal rows are kept in one fold: a copy of a row that the classifier has seen with the other
    answer would pull the AUC of identical sets below 0.5. Rows of whole numbers only, and sets with fewer
    different rows than folds, are the exception: there rows are equal by chance, so they are split one by
    one, and their scores are ranks within folds.

    Parameters
    ----------
    one, other : (m, k) and (n, k) float64
        NaN = missing.
    seed : int
        Of the folds and the trees.
    """
    nothing = TwoSample(np.nan, np.nan, np.nan, np.full(len(other), np.nan), 0)
    if min(len(one), len(other)) < MIN_ROWS:
        return nothing
    kept = ~(np.isnan(one).all(axis=0) | np.isnan(other).all(axis=0))
    x = np.concatenate([one, other])[:, kept]
    y = np.repeat([0, 1], [len(one), len(other)])
    if not kept.any():
        return nothing
    copies = _copies(x)
    discrete = _is_discrete(x, y, copies)
    folds = _folds(x, y, None if discrete else copies, seed)
    linear = make_pipeline(
        SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True),
        StandardScaler(),
        LogisticRegression(C=0.1, max_iter=1000),
    )
    trees = HistGradientBoostingClassifier(
        max_iter=50, max_depth=3, max_bins=64, min_samples_leaf=10, random_state=seed, early_stopping=False
    )
    scores = [_held_out(model, x, y, folds, discrete) for model in (linear, trees)]
    aucs = [float(roc_auc_score(y, score)) for score in scores]
    best = scores[int(np.argmax(aucs))]
    return TwoSample(max(aucs), aucs[0], aucs[1], best[len(one) :], int(kept.sum()))


def _is_discrete(x: np.ndarray, y: np.ndarray, copies: np.ndarray) -> bool:
    """Whether equal rows are equal by chance: whole numbers alone, or under FOLDS different rows of a set."""
    if (np.isnan(x) | (x == np.rint(x))).all():
        return True
    return min(len(np.unique(copies[y == side])) for side in (0, 1)) < FOLDS


def _folds(
    x: np.ndarray, y: np.ndarray, copies: np.ndarray | None, seed: int
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Stratified folds; rows of one number in `copies` (n,) are kept together."""
    cut = StratifiedKFold if copies is None else StratifiedGroupKFold
    return list(cut(FOLDS, shuffle=True, random_state=seed).split(x, y, copies))


def _copies(x: np.ndarray) -> np.ndarray:
    """(n,) int64: a number for each row, the same for equal rows."""
    _, number = np.unique(np.nan_to_num(x, nan=np.inf), axis=0, return_inverse=True)
    return number.ravel()


def _held_out(
    model: Any, x: np.ndarray, y: np.ndarray, folds: list[tuple[np.ndarray, np.ndarray]], ranked: bool
) -> np.ndarray:
    """(n,) float64: score of each row by the model fitted without its fold.

    ranked : give the mean rank within the fold, in (0, 1), instead of the probability. Otherwise equal rows
        would be separated by the fold they lie in.
    """
    out = np.empty(len(y))
    # One thread: on a busy machine two threads that wait for each other took eighty times as long.
    with threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore", category=UserWarning)  # a column without values in one fold
        for train, test in folds:
            model.fit(x[train], y[train])
            score = model.predict_proba(x[test])[:, 1]
            out[test] = (rankdata(score) - 0.5) / len(test) if ranked else score
    return out


def content_and_all_auc(one: Table, other: Table, seed: int = 0) -> dict[str, float]:
    """AUC on the content attributes and on all attributes that both tables hold."""
    common = [name for name in one.names if name in other.names]
    out = {}
    for key, content_only in (("content", True), ("all", False)):
        names = matched_names(common, content_only)
        out[key] = round(two_sample(one.columns(names), other.columns(names), seed).auc, 4)
    return out
