"""Distances between two sets of rows taken jointly: MMD, sliced Wasserstein, density and coverage.

Rows are (n, k) float64, NaN = missing. They are divided by the reference's standard deviations first. A
missing value becomes the reference's mean, and a further column says that it was missing, so that absence
counts too.

Sliced Wasserstein, density and coverage are not taken from POT and prdc: both would change the digits of
older audits. POT draws its directions from another generator and integrates over all order statistics, where
this file uses 256 quantiles common to both sides. prdc computes the radii of both sides, twice
the work, and prints.
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy.spatial.distance import cdist

from facegen.datasets.keyed_random import philox

PERMUTATIONS = 199  # smallest p value 0.005
DIRECTIONS = 128  # of the sliced Wasserstein distance
NEIGHBOURS = 5  # Naeem et al., Reliable Fidelity and Diversity Metrics, ICML 2020: k of density and coverage
MOST_ROWS = 1000  # of each set; more rows add hours and change no shown digit
MIN_ROWS = 50
CLIP = 6.0  # standard deviations: a single extreme value must not decide the distance


@dataclass(frozen=True)
class Joint:
    """How far two sets lie apart jointly; NaN in all fields where there are too few rows.

    Attributes
    ----------
    mmd : unbiased squared maximum mean discrepancy, Gaussian kernel of the median distance
    mmd_p : fraction of permutations with at least that MMD, in (0, 1]; NaN against a fitted profile
    sliced : mean over directions of W1, in standard deviations of the reference
    density, coverage : Naeem et al. 2020; near 1 where the distributions are the same. Both depend on the
        number of rows, so one number is used for both sides, the size of the smaller half, also in the floor
    floor : the same distances between two halves of the reference; None where there is none
    """

    mmd: float
    mmd_p: float
    sliced: float
    density: float
    coverage: float
    floor: "Joint | None" = None


_UNMEASURED = Joint(np.nan, np.nan, np.nan, np.nan, np.nan)


def joint_distances(real: np.ndarray, synthetic: np.ndarray, seed: int = 0) -> Joint:
    """Joint distances of synthetic from real rows, and of two halves of the real rows as their floor.

    Parameters
    ----------
    real, synthetic : (m, k) and (n, k) float64
        NaN = missing.
    seed : int
        Of the drawn rows, the permutations and the directions.

    Returns
    -------
    Joint
        NaN where one side has fewer than MIN_ROWS rows, or where no attribute is measured on both sides.
        The floor of a small real set is too high, because its halves are small. Density and coverage are not
        measured where the halves have fewer than MIN_ROWS rows.
    """
    if min(len(real), len(synthetic)) < MIN_ROWS or not real.shape[1]:
        return _UNMEASURED
    rng = philox(seed)
    real, synthetic = (at_most(rows, MOST_ROWS, rng) for rows in (real, synthetic))
    part = min(len(synthetic), len(real) // 2)
    if part < MIN_ROWS:
        return _distances(real, synthetic, 0, rng)
    order = rng.permutation(len(real))
    found = _distances(real, synthetic, part, rng)
    if np.isnan(found.mmd):
        return found
    fresh = philox(seed)
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
    """Both in standard deviations of `real`, missing values at its mean.

    Attributes that one side never has are left out. Each attribute that is missing in some rows adds a column
    for its absence: (m, c) and (n, c) float64.
    """
    kept = ~(np.isnan(real).all(0) | np.isnan(synthetic).all(0))
    real, synthetic = real[:, kept], synthetic[:, kept]
    mean, sd = np.nanmean(real, 0), np.nanstd(real, 0)
    sd[sd == 0] = 1.0
    gaps = np.isnan(real).any(0) | np.isnan(synthetic).any(0)
    fraction = np.isnan(real[:, gaps]).mean(0)
    out = []
    for rows in (real, synthetic):
        z = np.clip((rows - mean) / sd, -CLIP, CLIP)
        absent = (np.isnan(rows[:, gaps]) - fraction) / np.sqrt(np.maximum(fraction * (1 - fraction), 0.01))
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
