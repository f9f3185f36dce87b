"""Fitting a mixture to the cells of a table, and choosing how many components it has.

Stochastic EM (Celeux and Diebolt, Computational Statistics Quarterly 2, 1985): by turns the latents that
are no points are drawn given the rest of their row, rows are given to components, and the components are
fitted. A covariance of 100 and more latents cannot be learned from the rows of one component. So each is
drawn towards the covariance within all components, as the posterior mean of an inverse Wishart prior does,
and that one towards a factor model, which has a third of its numbers.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.special import logsumexp, ndtr, ndtri

from facegen.audit.profiles.latent_cells import Cells
from facegen.audit.profiles.mixture import Mixture, chosen, truncated
from facegen.cpu_threads import one_blas_thread
from facegen.datasets.keyed_random import keyed_generator

FEWEST = 25  # pictures of a component: it describes no single ones
SIZES = (1, 2, 3, 4, 6, 8)  # numbers of components that are tried
# Rows that the prior counts for: of the covariance within all components in that of one, and of the factor
# model in the former. Chosen by the likelihood of held-out rows of 1,000 real faces (50 to 600, 20 to 2,000,
# 15 to 45 factors).
PRIOR_ROWS, FACTOR_ROWS, FACTORS = 300.0, 300.0, 20
_MEAN_ROWS = 0.1  # the same of the overall mean in that of a component
LEAST_VARIANCE = 0.01  # added to every variance, of 1: keeps covariances definite when they are rounded
START_SWEEPS, SWEEPS, KEPT_SWEEPS = 15, 40, 20  # of one component; of all; over which parameters are averaged
_FARTHEST = 6.0  # a drawn latent lies within this many standard deviations
_HELD_OUT = 3  # one row in this many is held out where the size is chosen
_PLACES = 20  # principal components in which rows are first told apart
_FACTOR_STEPS = 30
_MOST_COMMON = 0.995  # of a variance that factors may explain


@dataclass(frozen=True)
class FittedMixture:
    """A mixture, and the rows of each of its components.

    Attributes
    ----------
    mixture : Mixture
    rows : (K,) int, at least FEWEST unless there is one component
    """

    mixture: Mixture
    rows: np.ndarray


def best_mixture(cells: Cells, seed: int = 0) -> FittedMixture:
    """The smallest mixture that explains held-out rows as well as the best one, fitted to all rows.

    As well as the best: its mean log likelihood lies less than one standard error of the paired differences
    below (Hastie, Tibshirani and Friedman, The Elements of Statistical Learning, 2009, 7.10). Larger ones
    differ from it by the chance of the split, and their rows are told from real ones more easily.

    Parameters
    ----------
    cells : Cells of n rows
    seed : int
        Of the split and of all draws.
    """
    n = len(cells.low)
    order = keyed_generator(seed, "held-out").permutation(n)
    held, kept = cells.rows(order[: n // _HELD_OUT]), cells.rows(order[n // _HELD_OUT :])
    sizes = [size for size in SIZES if size == 1 or size * 2 * FEWEST <= len(kept.low)]
    if len(sizes) == 1:
        return fit_mixture(cells, 1, seed)
    scores: dict[int, np.ndarray] = {}
    for size in sizes:
        fitted = fit_mixture(kept, size, seed)
        score = held_out_likelihood(fitted.mixture, held)
        if scores and score.mean() < max(other.mean() for other in scores.values()) - 1:
            break  # a nat a row worse: larger ones only repeat rows
        scores[size] = score
    return fit_mixture(cells, smallest_of_the_best(scores), seed)


def smallest_of_the_best(scores: Mapping[int, np.ndarray]) -> int:
    """The smallest size whose mean score is within one standard error of the best.

    scores : size -> (n,) float64, of the same rows; the standard error is that of the differences
    """
    best = max(scores.values(), key=lambda score: float(score.mean()))
    return min(
        size
        for size, score in scores.items()
        if (gap := best - score).mean() <= gap.std(ddof=1) / np.sqrt(len(gap))
    )


def held_out_likelihood(mixture: Mixture, cells: Cells) -> np.ndarray:
    """(n,) float64: log likelihood, in nats, of the latents of each row that are points."""
    return np.array(
        [
            logsumexp(mixture.log_densities(low[None, fixed], np.flatnonzero(fixed).tolist()))
            for low, fixed in zip(cells.low, cells.fixed, strict=True)
        ]
    )


@one_blas_thread
def fit_mixture(cells: Cells, size: int, seed: int = 0, factor_rows: float = FACTOR_ROWS) -> FittedMixture:
    """A mixture of at most `size` components, each of at least FEWEST rows.

    Parameters
    ----------
    cells : Cells of n rows and d latents
    size : int
    seed : int
    factor_rows : float
        Rows that the factor model counts for.
    """
    stream = keyed_generator(seed, "mixture", size)
    z = _started(cells, stream)
    groups = _apart(z, size, stream)
    found: list[Mixture] = []
    for sweep in range(SWEEPS):
        fitted = _components(z, groups, factor_rows)
        if sweep < SWEEPS - KEPT_SWEEPS:
            groups = chosen(fitted.log_densities(z, range(z.shape[1])), stream.random(len(z)))
            groups = _large(z, groups)
            fitted = _components(z, groups, factor_rows)
        else:
            found.append(fitted)
        for k in range(len(fitted.weights)):
            rows = np.flatnonzero(groups == k)
            z[rows] = _imputed(z[rows], cells.rows(rows), fitted.means[k], fitted.covariances[k], stream)
    means, covariances = (
        np.mean([getattr(one, key) for one in found], 0) for key in ("means", "covariances")
    )
    return FittedMixture(Mixture(found[0].weights, means, covariances), np.bincount(groups))


def _started(cells: Cells, stream: np.random.Generator) -> np.ndarray:
    """(n, d) float64: latents inside their cells, drawn from one normal distribution."""
    middle = 0.5 * (ndtr(cells.low) + ndtr(cells.high))
    z = np.where(cells.fixed, cells.low, ndtri(np.clip(middle, 1e-6, 1 - 1e-6)))
    for _ in range(START_SWEEPS):
        covariance = np.cov(z.T) + 0.05 * np.eye(
            z.shape[1]
        )  # a wide start: latents are still at their middle
        z = _imputed(z, cells, z.mean(0), covariance, stream)
    return z


def _imputed(
    z: np.ndarray, cells: Cells, mean: np.ndarray, covariance: np.ndarray, stream: np.random.Generator
) -> np.ndarray:
    """(n, d): one Gibbs sweep over the latents that are no points, given the others of their row."""
    z, fixed = z.copy(), cells.fixed
    precision = np.linalg.inv(covariance)
    for j in range(z.shape[1]):
        rows = np.flatnonzero(~fixed[:, j])
        if not len(rows):
            continue
        sd = precision[j, j] ** -0.5
        middle = z[rows, j] - (z[rows] - mean) @ precision[:, j] / precision[j, j]
        low, high = cells.low[rows, j], cells.high[rows, j]
        drawn = middle + sd * truncated((low - middle) / sd, (high - middle) / sd, stream.random(len(rows)))
        z[rows, j] = np.clip(np.clip(drawn, low, high), -_FARTHEST, _FARTHEST)
    return z


def _apart(z: np.ndarray, size: int, stream: np.random.Generator) -> np.ndarray:
    """(n,) int: rows in `size` groups by k-means on their principal components, the small ones dissolved."""
    from sklearn.cluster import KMeans

    if size == 1:
        return np.zeros(len(z), int)
    left, values, _ = np.linalg.svd(z - z.mean(0), full_matrices=False)
    places = (left * values)[:, :_PLACES]
    seed = int(stream.integers(2**31))
    return _large(z, KMeans(size, n_init=4, random_state=seed).fit_predict(places))


def _large(z: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """The groups numbered from 0, those of fewer than FEWEST rows given to the nearest other."""
    groups = groups.copy()
    while True:
        names, counts = np.unique(groups, return_counts=True)
        if len(names) == 1 or counts.min() >= FEWEST:
            return np.searchsorted(names, groups)
        small = names[np.argmin(counts)]
        others = names[names != small]
        centres = np.stack([z[groups == name].mean(0) for name in others])
        rows = np.flatnonzero(groups == small)
        nearest = ((z[rows, None] - centres[None]) ** 2).sum(2).argmin(1)
        groups[rows] = others[nearest]


def _components(z: np.ndarray, groups: np.ndarray, factor_rows: float) -> Mixture:
    """The posterior means of all components, given their rows."""
    n, d = z.shape
    counts, overall = np.bincount(groups), z.mean(0)
    means, scatters = [], []
    for k, count in enumerate(counts):
        rows = z[groups == k]
        means.append((rows.sum(0) + _MEAN_ROWS * overall) / (count + _MEAN_ROWS))
        scatters.append((rows - means[-1]).T @ (rows - means[-1]))
    within = np.sum(scatters, axis=0) / n
    share = factor_rows / (n + factor_rows)
    prior = (1 - share) * within + share * factor_model(within, FACTORS)
    covariances = [
        (scatter + PRIOR_ROWS * prior) / (count + PRIOR_ROWS) + LEAST_VARIANCE * np.eye(d)
        for scatter, count in zip(scatters, counts, strict=True)
    ]
    return Mixture(counts / n, np.array(means), np.array(covariances))


def factor_model(covariance: np.ndarray, factors: int) -> np.ndarray:
    """(d, d) covariance of a factor model of the same variances, by iterated principal factors."""
    sd = np.sqrt(np.diag(covariance))
    correlation = covariance / sd[:, None] / sd[None, :]
    common = np.abs(correlation - np.eye(len(sd))).max(0, initial=0.0)
    top = slice(max(0, len(sd) - factors), None)
    loadings = np.zeros((len(sd), 0))
    for _ in range(_FACTOR_STEPS):
        reduced = correlation.copy()
        np.fill_diagonal(reduced, common)
        values, vectors = np.linalg.eigh(reduced)
        loadings = vectors[:, top] * np.sqrt(np.maximum(values[top], 0))
        share = (loadings**2).sum(1, keepdims=True)
        loadings *= np.sqrt(np.minimum(1.0, _MOST_COMMON / np.maximum(share, _MOST_COMMON)))
        common = (loadings**2).sum(1)
    model = loadings @ loadings.T
    np.fill_diagonal(model, 1.0)
    return model * sd[:, None] * sd[None, :]
