"""Assignment of proposals to the rows of a target: which face is matched to which row.

Rows are (n, k) float64 with NaN where an attribute does not exist. Distances are taken in a whitened space:
each attribute in standard deviations of the targets, then rotated and scaled so that correlated attributes do
not count twice.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist

Rows = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

# Least standard deviation of a 0/1 attribute: a value of one picture in a hundred must not outweigh all else.
MIN_BINARY_SD = 0.3
# Weight of the identity matrix in the shrunk correlation: directions in which targets hardly vary are noise.
SHRINK = 0.35
# Standard deviations that count where an attribute exists in one of two rows only: shut eyes have no opening.
MISSING = 2.0
# Standard deviations beyond which a difference counts no more: one odd attribute must not decide.
CLIP = 4.0
OUTSIDE = (0.005, 0.995)  # quantiles of the proposals that bound what the generator can make
# A 0/1 value is out of reach where fewer proposals than ABSENT show it and more targets than NEEDED have it;
# a number is, where more targets than NEEDED lie outside. Fractions.
ABSENT, NEEDED = 0.002, 0.01


@dataclass(frozen=True)
class Space:
    """Whitened space of targets.

    Attributes
    ----------
    centre, scale : (k,) float64
        Mean and standard deviation of the targets.
    rotation : (k, k) float64
        Standardised rows times this matrix are whitened.
    """

    centre: Rows
    scale: Rows
    rotation: Rows

    @classmethod
    def of(cls, targets: Rows, binary: Flags) -> Space:
        """The space of targets.

        Whitening by the eigenvectors of the correlation matrix, shrunk towards the identity (Ledoit and Wolf,
        J. Multivariate Analysis 88, 2004, with a fixed weight), its eigenvalues bounded from below.

        Parameters
        ----------
        targets : (n, k) float64
        binary : (k,) bool, which attributes are 0 or 1
        """
        with np.errstate(invalid="ignore"):
            seen = ~np.isnan(targets)
            count = np.maximum(seen.sum(0), 1)
            centre = np.nansum(targets, 0) / count
            scale = np.sqrt(np.nansum((targets - centre) ** 2, 0) / count)
        scale = np.where(binary, np.maximum(scale, MIN_BINARY_SD), np.where(scale > 0, scale, 1.0))
        z = _standard(targets, centre, scale)
        correlation = z.T @ z / len(z)
        sd = np.sqrt(np.maximum(np.diag(correlation), 1e-9))
        correlation = (1 - SHRINK) * correlation / np.outer(sd, sd)
        np.fill_diagonal(correlation, 1.0)
        values, vectors = np.linalg.eigh(correlation)
        return cls(centre, scale, vectors * np.maximum(values, SHRINK / 2) ** -0.5)

    def standard(self, rows: Rows) -> Rows:
        """Rows (n, k) in standard deviations from the targets' mean; 0 where an attribute does not exist."""
        return _standard(rows, self.centre, self.scale)

    def whiten(self, rows: Rows) -> Rows:
        """Rows (n, k), whitened."""
        return self.standard(rows) @ self.rotation

    def distance(self, one: Rows, other: Rows) -> Rows:
        """(n,) root mean square whitened difference of paired rows; attributes that only one has count 0."""
        gap = self.gap(one, other) @ self.rotation
        return np.sqrt((gap**2).mean(1))

    def gap(self, one: Rows, other: Rows) -> Rows:
        """(n, k) one - other in standard deviations, clipped at CLIP; 0 where either does not exist."""
        with np.errstate(invalid="ignore"):
            gap = np.clip((one - other) / self.scale, -CLIP, CLIP)
        return np.where(np.isnan(gap), 0.0, gap)


def _standard(rows: Rows, centre: Rows, scale: Rows) -> Rows:
    z = np.clip((rows - centre) / scale, -CLIP, CLIP)
    return np.where(np.isnan(z), 0.0, z)


def assignment_cost(space: Space, targets: Rows, proposals: Rows, penalty: Rows) -> Rows:
    """What it costs to give a target a proposal.

    Parameters
    ----------
    space : of the targets
    targets : (n, k) float64
    proposals : (m, k) float64 with m >= n
    penalty : (n, m) float64, added to the mean squared whitened difference

    Returns
    -------
    (n, m) float64
    """
    cost = cdist(space.whiten(targets), space.whiten(proposals), "sqeuclidean")
    in_target, in_proposal = (~np.isnan(x) for x in (targets, proposals))
    cost += MISSING**2 * cdist(in_target, in_proposal, "cityblock")
    total: Rows = cost / targets.shape[1] + penalty
    return total


def assign(cost: Rows) -> npt.NDArray[np.int_]:
    """One proposal for each target, none twice: the assignment of least total cost.

    Solved exactly (scipy's linear_sum_assignment: Crouse, IEEE Trans. Aerospace and Electronic Systems 52,
    2016).

    Parameters
    ----------
    cost : (n, m) float64, of `assignment_cost`

    Returns
    -------
    (n,) int, index of each target's proposal
    """
    rows, columns = linear_sum_assignment(cost)
    chosen = np.empty(len(cost), int)
    chosen[rows] = columns
    return chosen


def out_of_reach(names: tuple[str, ...], binary: Flags, targets: Rows, proposals: Rows) -> dict[str, float]:
    """What targets have and no proposal shows.

    Parameters
    ----------
    names : k attributes
    binary : (k,) bool, which of them are 0 or 1
    targets : (n, k) float64
    proposals : (m, k) float64

    Returns
    -------
    dict
        Attribute -> fraction of the targets out of reach, the largest first, where it is more than NEEDED. Of
        a number: those outside nearly all proposals. Of a 0/1 attribute: those of a value that hardly any
        has.
    """
    found = {}
    for j, name in enumerate(names):
        fraction = _outside(targets[:, j], proposals[:, j], bool(binary[j]))
        if fraction > NEEDED:
            found[name] = round(fraction, 4)
    return dict(sorted(found.items(), key=lambda item: -item[1]))


def _outside(target: Rows, proposal: Rows, binary: bool) -> float:
    """Fraction of a target column (n,) that a proposals' column (m,) does not reach."""
    wanted, made = (column[~np.isnan(column)] for column in (target, proposal))
    if not len(wanted):
        return 0.0
    if not len(made):
        return len(wanted) / len(target)
    if binary:
        missing = [value for value in (0.0, 1.0) if np.mean(made == value) < ABSENT]
        return max((float(np.mean(wanted == value)) for value in missing), default=0.0)
    low, high = np.quantile(made, OUTSIDE)
    outside = (wanted < low) | (wanted > high)
    # The two tails that the quantiles themselves leave out are within reach.
    return max(0.0, float(outside.sum() / len(target)) - (OUTSIDE[0] + 1 - OUTSIDE[1]))
