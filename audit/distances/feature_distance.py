"""Distances between two sets of pictures in the feature space of a network.

Features are (n, d) float, one row a picture. Both distances depend on n: they are taken at one n for both
sides, and beside them stand those of the reference against itself at the same n.
"""

from dataclasses import dataclass

import numpy as np
from threadpoolctl import threadpool_limits

from facegen.audit.distances.joint import MIN_ROWS, density_coverage

MOST_ROWS = 2000  # of each set


@dataclass(frozen=True)
class FeatureDistance:
    """How far two sets lie apart for one network; NaN throughout where `why` says why.

    name : of the network; n : pictures of each side; dimensions : of the features
    frechet : Fréchet distance of two normal laws (Heusel et al., GANs Trained by a Two Time-Scale Update
        Rule, NeurIPS 2017, eq. 6); kernel : squared MMD of the cubic kernel, unbiased (Binkowski et al.,
        Demystifying MMD GANs, ICLR 2018, eq. 4); density, coverage : Naeem et al., ICML 2020
    floor : the same of two halves of the reference at the same n, or None
    """

    name: str
    n: int
    dimensions: int
    frechet: float = np.nan
    kernel: float = np.nan
    density: float = np.nan
    coverage: float = np.nan
    floor: "FeatureDistance | None" = None
    why: str = ""


def feature_distance(name: str, real: np.ndarray, synthetic: np.ndarray, seed: int = 0) -> FeatureDistance:
    """Distance of synthetic (n, d) from real (m, d), as many rows of each, beside the reference's own floor.

    The floor needs two halves of real rows: where they are fewer than the synthetic ones, all distances are
    taken at their number.
    """
    dimensions = real.shape[1]
    n = min(len(synthetic), len(real) // 2, MOST_ROWS)
    if n < MIN_ROWS:
        why = f"{len(real)} real and {len(synthetic)} synthetic pictures are too few"
        return FeatureDistance(name, n, dimensions, why=why)
    rng = np.random.Generator(np.random.Philox(key=seed))
    order = rng.permutation(len(real))
    one, other = real[order[:n]].astype(float), real[order[n : 2 * n]].astype(float)
    own = synthetic[rng.permutation(len(synthetic))[:n]].astype(float)
    floor = FeatureDistance(name, n, dimensions, *_distances(one, other))
    return FeatureDistance(name, n, dimensions, *_distances(one, own), floor)


def not_measured(name: str, why: str) -> FeatureDistance:
    """A network that could not be asked."""
    return FeatureDistance(name, 0, 0, why=why)


def _distances(one: np.ndarray, other: np.ndarray) -> tuple[float, float, float, float]:
    # One thread: on a machine that others use too, two that wait for each other took many times as long.
    with threadpool_limits(1):
        return frechet(one, other), kernel(one, other), *density_coverage(one, other)


def frechet(one: np.ndarray, other: np.ndarray) -> float:
    """Fréchet distance of the normal laws fitted to (n, d) and (m, d) float64.

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
