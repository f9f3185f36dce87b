"""Assignment of proposals to targets: who stands for which row of the profile.

Rows are (n, k) float64 with NaN where an attribute does not exist. Distances are taken in a whitened space:
each attribute in spreads of the targets, then turned so that the targets' correlated attributes do not
count twice.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist

RARE = 0.3  # least spread of a 0/1 attribute: a class of one picture in a hundred must not outweigh all else
SHRINK = 0.35  # of the correlation towards none: directions in which targets hardly vary are noise
MISSING = (
    2.0  # spreads that count where an attribute exists in one of the two only: shut eyes have no opening
)
CLIP = 4.0  # spreads beyond which a difference counts no more: one odd attribute must not decide
OUTSIDE = (0.005, 0.995)  # quantiles of the proposals that bound what the generator can make
ABSENT, NEEDED = (
    0.002,
    0.01,
)  # a 0/1 value is out of reach when proposals show it less, targets more, than this


@dataclass(frozen=True)
class Space:
    """Whitened space of targets.

    Attributes
    ----------
    centre, scale : (k,) float64, mean and spread of the targets
    turn : (k, k) float64, standardised rows times this are whitened
    """

    centre: np.ndarray
    scale: np.ndarray
    turn: np.ndarray

    @classmethod
    def of(cls, targets: np.ndarray, binary: np.ndarray) -> Space:
        """The space of targets (n, k); binary (k,) bool."""
        with np.errstate(invalid="ignore"):
            seen = ~np.isnan(targets)
            count = np.maximum(seen.sum(0), 1)
            centre = np.nansum(targets, 0) / count
            scale = np.sqrt(np.nansum((targets - centre) ** 2, 0) / count)
        scale = np.where(binary, np.maximum(scale, RARE), np.where(scale > 0, scale, 1.0))
        z = _standard(targets, centre, scale)
        correlation = z.T @ z / len(z)
        spread = np.sqrt(np.maximum(np.diag(correlation), 1e-9))
        correlation = (1 - SHRINK) * correlation / np.outer(spread, spread)
        np.fill_diagonal(correlation, 1.0)
        values, vectors = np.linalg.eigh(correlation)
        return cls(centre, scale, vectors * np.maximum(values, SHRINK / 2) ** -0.5)

    def standard(self, rows: np.ndarray) -> np.ndarray:
        """(n, k) in spreads; what does not exist stands at the targets' mean."""
        return _standard(rows, self.centre, self.scale)

    def whiten(self, rows: np.ndarray) -> np.ndarray:
        """(n, k) whitened."""
        return self.standard(rows) @ self.turn

    def distance(self, one: np.ndarray, other: np.ndarray) -> np.ndarray:
        """(n,) root mean square difference of paired rows, whitened; attributes that only one has are 0."""
        gap = self.gap(one, other) @ self.turn
        return np.sqrt((gap**2).mean(1))

    def gap(self, one: np.ndarray, other: np.ndarray) -> np.ndarray:
        """(n, k) one - other in spreads, 0 where either does not exist."""
        with np.errstate(invalid="ignore"):
            gap = np.clip((one - other) / self.scale, -CLIP, CLIP)
        return np.where(np.isnan(gap), 0.0, gap)


def _standard(rows, centre, scale):
    z = np.clip((rows - centre) / scale, -CLIP, CLIP)
    return np.where(np.isnan(z), 0.0, z)


def assign(space: Space, targets: np.ndarray, proposals: np.ndarray, penalty: np.ndarray) -> np.ndarray:
    """One proposal for each target, none twice: the assignment of least total cost.

    Parameters
    ----------
    targets : (n, k), proposals : (m, k) with m >= n
    penalty : (n, m) float, added to the mean squared whitened difference

    Returns
    -------
    (n,) int, index of each target's proposal
    """
    cost = cdist(space.whiten(targets), space.whiten(proposals), "sqeuclidean")
    wanted, shown = (~np.isnan(x) for x in (targets, proposals))
    cost += MISSING**2 * cdist(wanted, shown, "cityblock")
    rows, columns = linear_sum_assignment(cost / targets.shape[1] + penalty)
    chosen = np.empty(len(targets), int)
    chosen[rows] = columns
    return chosen


def out_of_reach(
    names: tuple[str, ...], binary: np.ndarray, targets: np.ndarray, proposals: np.ndarray
) -> dict[str, float]:
    """What targets ask for and no proposal shows: attribute name -> share of the targets that ask for it.

    Of a continuous attribute, values outside nearly all proposals; of a 0/1 one, a value hardly any has.
    """
    found = {}
    for j, name in enumerate(names):
        wanted, made = (column[~np.isnan(column)] for column in (targets[:, j], proposals[:, j]))
        if not len(wanted):
            continue
        if not len(made):
            share = len(wanted) / len(targets)
        elif binary[j]:
            share = max(
                (float(np.mean(wanted == value)) for value in (0.0, 1.0) if np.mean(made == value) < ABSENT),
                default=0.0,
            )
        else:
            low, high = np.quantile(made, OUTSIDE)
            outside = (wanted < low) | (wanted > high)
            # The two tails that the quantiles themselves leave out are no lack.
            share = max(0.0, float(outside.sum() / len(targets)) - (OUTSIDE[0] + 1 - OUTSIDE[1]))
        if share > NEEDED:
            found[name] = round(share, 4)
    return dict(sorted(found.items(), key=lambda item: -item[1]))
