"""Distances between two sets of pictures in the feature space of a network.

Features are (n, d) float, one row a picture. Both distances depend on n: they are computed at one n for both
sides, together with those of the reference against itself at the same n.

torch-fidelity has both distances too, but cannot replace these lines without changing digits: it takes the
root of the product of two covariances, which is singular where there are fewer rows than columns (300
pictures, 2048 Inception features), and its kernel distance averages random subsets. It is also an optional
dependency.
"""

from dataclasses import dataclass

import numpy as np
from threadpoolctl import threadpool_limits

from facegen.audit.distances.joint import MIN_ROWS, density_coverage
from facegen.datasets.keyed_random import philox

MOST_ROWS = 2000  # of each set


@dataclass(frozen=True)
class FeatureDistance:
    """How far two sets lie apart for one network; NaN in all fields where `reason` says why.

    Attributes
    ----------
    name : of the network
    n, dimensions : pictures of each side, columns of the features
    frechet : Fréchet distance of two normal distributions (Heusel et al., GANs Trained by a Two Time-Scale
        Update Rule, NeurIPS 2017, eq. 6)
    kernel : squared MMD of the cubic kernel, unbiased (Binkowski et al., Demystifying MMD GANs, ICLR 2018,
        eq. 4)
    density, coverage : Naeem et al., ICML 2020
    floor : the same distances between two halves of the reference at the same n, or None
    reason : why it was not measured, "" where it was
    """

    name: str
    n: int
    dimensions: int
    frechet: float = np.nan
    kernel: float = np.nan
    density: float = np.nan
    coverage: float = np.nan
    floor: "FeatureDistance | None" = None
    reason: str = ""


def feature_distance(name: str, real: np.ndarray, synthetic: np.ndarray, seed: int = 0) -> FeatureDistance:
    """Distance of synthetic from real features, and the floor of the reference.

    Parameters
    ----------
    name : str
        Of the network.
    real, synthetic : (m, d) and (n, d) float
        The same number of rows is drawn of each. The floor needs two halves of the real rows; where a half is
        smaller than the synthetic set, its size is used.
    seed : int
        Of the draw of rows.
    """
    dimensions = real.shape[1]
    n = min(len(synthetic), len(real) // 2, MOST_ROWS)
    if n < MIN_ROWS:
        reason = f"{len(real)} real and {len(synthetic)} synthetic pictures are too few"
        return FeatureDistance(name, n, dimensions, reason=reason)
    rng = philox(seed)
    order = rng.permutation(len(real))
    one, other = real[order[:n]].astype(float), real[order[n : 2 * n]].astype(float)
    own = synthetic[rng.permutation(len(synthetic))[:n]].astype(float)
    floor = FeatureDistance(name, n, dimensions, *_distances(one, other))
    return FeatureDistance(name, n, dimensions, *_distances(one, own), floor)


def not_measured(name: str, reason: str) -> FeatureDistance:
    """A network without features, and the reason."""
    return FeatureDistance(name, 0, 0, reason=reason)


def _distances(one: np.ndarray, other: np.ndarray) -> tuple[float, float, float, float]:
    # One thread: on a busy machine two threads that wait for each other took many times as long.
    with threadpool_limits(1):
        return frechet(one, other), kernel(one, other), *density_coverage(one, other)


def frechet(one: np.ndarray, other: np.ndarray) -> float:
    """Fréchet distance of the normal distributions fitted to (n, d) and (m, d) float64.

    The trace of the root of the product of both covariances is the sum of the singular values of the product
    of both centred tables, which needs no root of a singular matrix where there are fewer rows than columns.
    """
    a, b = ((rows - rows.mean(0)) / np.sqrt(len(rows) - 1) for rows in (one, other))
    gap = one.mean(0) - other.mean(0)
    root = np.linalg.svd(a @ b.T, compute_uv=False).sum()
    return float(max(0.0, gap @ gap + (a * a).sum() + (b * b).sum() - 2 * root))


def kernel(one: np.ndarray, other: np.ndarray) -> float:
    """Unbiased squared MMD of the kernel (x . y / d + 1)^3 between (n, d) and (m, d) float64."""
    d = one.shape[1]
    within = 0.0
    for rows in (one, other):
        table = (rows @ rows.T / d + 1) ** 3
        within += (table.sum() - np.trace(table)) / (len(rows) * (len(rows) - 1))
    return float(within - 2 * ((one @ other.T / d + 1) ** 3).mean())
