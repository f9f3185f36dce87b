"""Whether rows drawn from a profile lie nearer to the pictures it was fitted to than to others.

A profile that repeats its pictures draws rows close to them. Two tests, both at chance where it does not:
how often the nearest real row of a drawn one is a fitted row, and how well the distance to the nearest drawn
row tells fitted from held-out rows (a membership attack by samples: Chen et al., GAN-Leaks, CCS 2020).

Rows are (n, k) float64, NaN = missing; they are standardised as for joint distances (joint.py).
"""

from dataclasses import dataclass

import numpy as np
from scipy.spatial.distance import cdist
from sklearn.metrics import roc_auc_score

from facegen.audit.distances.auc_error import auc_error
from facegen.audit.distances.joint import standardised


@dataclass(frozen=True)
class Membership:
    """How well fitted pictures can be told from others by the rows that a profile draws.

    Attributes
    ----------
    nearest : fraction of drawn rows whose nearest real row is a fitted one; equally many of both are
        compared, so chance is 0.5
    nearest_error : standard error of it where fitted and held-out rows are exchangeable: a row that many
        drawn ones are nearest to counts as often
    auc : of the distance to the nearest drawn row, fitted against held-out rows; chance is 0.5
    auc_error : standard error of it
    """

    nearest: float
    nearest_error: float
    auc: float
    auc_error: float


def membership(drawn: np.ndarray, fitted: np.ndarray, held_out: np.ndarray) -> Membership:
    """Compare distances of drawn rows to fitted and to held-out rows.

    Parameters
    ----------
    drawn, fitted, held_out : (m, k), (n, k) and (h, k) float64
        Of the larger of the two real sets the first rows are used, as many as the smaller one has. Give them
        in random order.

    Raises
    ------
    ValueError : a set is empty.
    """
    count = min(len(fitted), len(held_out))
    if not count or not len(drawn):
        raise ValueError("membership needs drawn, fitted and held-out rows")
    real = np.concatenate([fitted[:count], held_out[:count]])
    ours, theirs = standardised(real, drawn)
    apart = cdist(theirs, ours)
    hits = np.bincount(apart.argmin(1), minlength=2 * count)
    nearest = float(hits[:count].sum() / len(drawn))
    auc = float(roc_auc_score(np.repeat([1, 0], count), -apart.min(0)))
    error = float(np.sqrt(0.25 * (hits.astype(float) ** 2).sum()) / len(drawn))
    return Membership(nearest, error, auc, auc_error(auc, count, count))
