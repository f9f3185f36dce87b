"""Distances between two sets of rows taken jointly: MMD, sliced Wasserstein, density and coverage.

Rows are (n, k) float64, NaN = missing. They are put in spreads of the reference first; what is missing stands
at the reference's mean and adds a column saying that it is missing, so that absence is seen too.
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy.spatial.distance import cdist

PERMUTATIONS = 199  # smallest p value 0.005
DIRECTIONS = 128  # of the sliced Wasserstein distance
NEIGHBOURS = 5  # Naeem et al., Reliable Fidelity and Diversity Metrics, ICML 2020: k of density and coverage
MOST_ROWS = 1000  # of each set; the rest add hours, not digits
MIN_ROWS = 50
CLIP = 6.0  # spreads: a single wild value must not be the distance


@dataclass(frozen=True)
class Joint:
    """How far two sets lie apart jointly; NaN throughout where there are too few rows.

    Attributes
    ----------
    mmd : unbiased squared maximum mean discrepancy, Gaussian kernel of the median distance
    mmd_p : share of permutations with at least that MMD, in (0, 1]; NaN against a law fitted to pictures
    sliced : mean over directions of W1, in spreads of the reference
    density, coverage : Naeem et al. 2020; near 1 where the laws are the same. Both depend on the number of
        rows: taken at one number for both sides, that of the smaller half in the floor too
    floor : the same of the reference's own halves; None where there is none
    """

    mmd: float
    mmd_p: float
    sliced: float
    density: float
    coverage: float
    floor: "Joint | None" = None


_UNMEASURED = Joint(np.nan, np.nan, np.nan, np.nan, np.nan)


def joint_distances(real: np.ndarray, synthetic: np.ndarray, seed: int = 0) -> Joint:
    """Joint distances of synthetic (n, k) from real (m, k), beside those of two halves of the real rows.

    Not measured (NaN) where there are under MIN_ROWS rows or no attribute that both show.

    The halves have the sizes that the real set leaves: its floor is an upper one where it is small. Density
    and coverage are not measured where halves of MIN_ROWS cannot be had.
    """
    if min(len(real), len(synthetic)) < MIN_ROWS or not real.shape[1]:
        return _UNMEASURED
    rng = np.random.Generator(np.random.Philox(key=seed))
    real, synthetic = (at_most(rows, MOST_ROWS, rng) for rows in (real, synthetic))
    part = min(len(synthetic), len(real) // 2)
    if part < MIN_ROWS:
        return _distances(real, synthetic, 0, rng)
    order = rng.permutation(len(real))
    found = _distances(real, synthetic, part, rng)
    if np.isnan(found.mmd):
        return found
    fresh = np.random.Generator(np.random.Philox(key=seed))
    return replace(found, floor=_distances(real[order[part:]], real[order[:part]], part, fresh))


def _distances(real: np.ndarray, synthetic: np.ndarray, n: int, rng: np.random.Generator) -> Joint:
    """The distances, density and coverage of n rows of each side; of none where n is 0."""
    one, other = standardised(real, synthetic)
    if not one.shape[1]:
        return _UNMEASURED
    mmd, p = mmd_test(one, other, rng)
    sliced = sliced_wasserstein(one, other, rng)
    density, coverage = np.nan, np.nan
    if n:
        density, coverage = density_coverage(at_most(one, n, rng), at_most(other, n, rng))
    return Joint(mmd, p, sliced, density, coverage)


def at_most(rows: np.ndarray, most: int, rng: np.random.Generator) -> np.ndarray:
    """(min(n, most), ...) of the rows (n, ...), drawn without replacement, in their order."""
    return rows if len(rows) <= most else rows[np.sort(rng.permutation(len(rows))[:most])]


def standardised(real: np.ndarray, synthetic: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Both in spreads of `real`, missing values at its mean, with a column for each attribute that is missing
    at times; attributes that either never shows are left out."""
    kept = ~(np.isnan(real).all(0) | np.isnan(synthetic).all(0))
    real, synthetic = real[:, kept], synthetic[:, kept]
    middle, spread = np.nanmean(real, 0), np.nanstd(real, 0)
    spread[spread == 0] = 1.0
    gaps = np.isnan(real).any(0) | np.isnan(synthetic).any(0)
    share = np.isnan(real[:, gaps]).mean(0)
    out = []
    for rows in (real, synthetic):
        z = np.clip((rows - middle) / spread, -CLIP, CLIP)
        absent = (np.isnan(rows[:, gaps]) - share) / np.sqrt(np.maximum(share * (1 - share), 0.01))
        out.append(np.hstack([np.where(np.isnan(z), 0.0, z), absent]))
    return out[0], out[1]


def mmd_test(one: np.ndarray, other: np.ndarray, rng: np.random.Generator) -> tuple[float, float]:
    """Unbiased squared MMD (Gretton et al., JMLR 13, 2012, eq. 3) and its permutation p value."""
    pooled = np.concatenate([one, other])
    squared = cdist(pooled, pooled, "sqeuclidean")
    middle = np.median(squared[np.triu_indices(len(pooled), 1)])
    kernel = np.exp(-squared / max(middle, 1e-12))
    np.fill_diagonal(kernel, 0.0)
    m, n = len(one), len(other)
    labels = np.zeros((PERMUTATIONS + 1, m + n))
    labels[0, :m] = 1
    for line in labels[1:]:
        line[rng.permutation(m + n)[:m]] = 1
    # One product gives the within-first sums of all permutations; the rest follow from the totals.
    across = labels @ kernel
    first = (across * labels).sum(1)
    total, rows = kernel.sum(), kernel.sum(0)
    second = total - 2 * (labels @ rows) + first
    between = (labels @ rows) - first
    values = first / (m * (m - 1)) + second / (n * (n - 1)) - 2 * between / (m * n)
    return float(values[0]), float(np.mean(values >= values[0] - 1e-12))


def sliced_wasserstein(one: np.ndarray, other: np.ndarray, rng: np.random.Generator) -> float:
    """Mean W1 over random directions (Bonneel et al., 2015), by quantiles common to both."""
    directions = rng.normal(size=(one.shape[1], DIRECTIONS))
    directions /= np.linalg.norm(directions, axis=0)
    at = (np.arange(256) + 0.5) / 256
    gap = np.quantile(one @ directions, at, axis=0) - np.quantile(other @ directions, at, axis=0)
    return float(np.abs(gap).mean())


def density_coverage(one: np.ndarray, other: np.ndarray) -> tuple[float, float]:
    """Density and coverage of `other` over `one` (Naeem et al. 2020, eq. 3 and 4)."""
    within = cdist(one, one)
    radius = np.partition(within, NEIGHBOURS, axis=1)[:, NEIGHBOURS]  # the row itself is its nearest
    inside = cdist(other, one) <= radius[None, :]
    return float(inside.sum() / (NEIGHBOURS * len(other))), float(inside.any(0).mean())
