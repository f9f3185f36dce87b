"""Gaussian copula of mixed attributes: latent correlations from data.

Each attribute has a standard normal latent (marginals.py); the latents are jointly normal with one
correlation matrix. Estimated pair by pair from the rows where both are measured:

    continuous - continuous   Pearson correlation of the van der Waerden scores
    ordinal or binary - any   correlation of the scores over the standard deviation of the level means
                              (the two-step polyserial estimate; Olsson, Drasgow and Dorans, 1982)
    binary - binary           tetrachoric: the correlation whose bivariate normal gives the 2 x 2 table

and the nearest correlation matrix to these (Higham, IMA J. Numer. Anal. 22, 2002, alg. 3.3) is kept.
"""

from collections.abc import Sequence

import numpy as np
from scipy.optimize import minimize
from scipy.special import ndtr, ndtri

from facegen.audit.profiles.marginals import Levels, Marginal
from facegen.cpu_threads import one_blas_thread

MIN_PAIR = 30  # rows with both attributes: under this a correlation is not estimated but taken as 0
MAX_CORRELATION = 0.995
LINK_WEIGHT = 1e5  # nats a squared error
_MIN_EIGENVALUE = 1e-4
_PROJECTIONS, _CONVERGED = 1000, 1e-6  # iterations at most; change of the diagonal at which to stop


def latent_correlation(
    values: np.ndarray, marginals: Sequence[Marginal], weights: np.ndarray | None = None
) -> np.ndarray:
    """Correlation matrix of the latents.

    Parameters
    ----------
    values : (n, k) float64
        Values of continuous attributes, level numbers of the others; NaN = missing.
    marginals : the k marginals
    weights : (k,) float64, how much the correlations of each count when the matrix is made definite;
        default 1

    Returns
    -------
    (k, k) float64, symmetric, unit diagonal, positive definite.
    """
    present = ~np.isnan(values)
    scores = np.zeros_like(values, dtype=float)
    for j, marginal in enumerate(marginals):
        scores[present[:, j], j] = marginal.scores(values[present[:, j], j])
    result = _pearson(scores, present)
    sd = np.array([_level_sd(marginal) for marginal in marginals])
    result /= sd[:, None] * sd[None, :]
    binary = [j for j, marginal in enumerate(marginals) if marginal.kind == "binary"]
    result[np.ix_(binary, binary)] = _tetrachoric(values[:, binary])
    together = present.astype(float).T @ present
    constant = np.array([_is_constant(marginal) for marginal in marginals])
    result[(together < MIN_PAIR) | ~np.isfinite(result) | constant[:, None] | constant[None, :]] = 0.0
    result = np.clip(result, -MAX_CORRELATION, MAX_CORRELATION)
    np.fill_diagonal(result, 1.0)
    return nearest_correlation(result, weights)


def _is_constant(marginal: Marginal) -> bool:
    if isinstance(marginal, Levels):
        return bool(marginal.frequencies.max() >= 1)
    return bool(marginal.quantiles[0] == marginal.quantiles[-1])


def _pearson(scores: np.ndarray, present: np.ndarray) -> np.ndarray:
    """(k, k) pairwise-complete Pearson correlations; `scores` is 0 where not `present`."""
    seen = present.astype(float)
    n = seen.T @ seen
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = (scores.T @ seen) / n  # mean[i, j]: of i over the rows where j is there too
        square = ((scores**2).T @ seen) / n - mean**2
        return ((scores.T @ scores) / n - mean * mean.T) / np.sqrt(square * square.T)


def _level_sd(marginal: Marginal) -> float:
    """Standard deviation of the scores that a marginal gives: 1 for a continuous one, less for few levels."""
    if not isinstance(marginal, Levels):
        return 1.0
    means = marginal.scores(np.arange(len(marginal.names)))
    return max(float(np.sqrt(marginal.frequencies @ means**2)), 1e-6)


def _tetrachoric(values: np.ndarray) -> np.ndarray:
    """(k, k) tetrachoric correlations of (n, k) 0/1 columns with NaN, by bisection on all pairs at once."""
    present = ~np.isnan(values)
    seen, ones = present.astype(float), np.where(present, values, 0.0)
    n = np.maximum(seen.T @ seen, 1.0)
    # Half a row more in each of the four cells: an empty cell would otherwise give a correlation of 1.
    both = (ones.T @ ones + 0.5) / (n + 2)
    first, second = (ones.T @ seen + 1) / (n + 2), (seen.T @ ones + 1) / (n + 2)
    h, k = -ndtri(first), -ndtri(second)
    low, high = np.full_like(n, -MAX_CORRELATION), np.full_like(n, MAX_CORRELATION)
    for _ in range(40):
        middle = 0.5 * (low + high)
        below = upper_orthant(h, k, middle) < both
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return 0.5 * (low + high)


_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(24)


def upper_orthant(h: np.ndarray, k: np.ndarray, rho: np.ndarray) -> np.ndarray:
    """P(X > h, Y > k) of a standard bivariate normal with correlation rho, elementwise.

    From dP/drho = density(h, k; rho), integrated over the angle asin(rho) by Gauss-Legendre (Drezner and
    Wesolowsky, J. Stat. Comput. Simul. 35, 1990); error under 1e-6 for |rho| <= 0.995.
    """
    angle = np.arcsin(rho)[..., None] * 0.5 * (_NODES + 1)
    h_, k_ = h[..., None], k[..., None]
    exponent = -(h_**2 + k_**2 - 2 * h_ * k_ * np.sin(angle)) / (2 * np.cos(angle) ** 2)
    area = (np.exp(exponent) * _WEIGHTS).sum(axis=-1) * np.arcsin(rho) * 0.5 / (2 * np.pi)
    return ndtr(-h) * ndtr(-k) + area


@one_blas_thread
def nearest_correlation(matrix: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray:
    """The nearest correlation matrix, its eigenvalues at least about _MIN_EIGENVALUE.

    Nearest in the Frobenius norm of W^1/2 (matrix - result) W^1/2 with W = diag(weights): alternating
    projections with Dykstra's correction.
    """
    root = np.sqrt(np.ones(len(matrix)) if weights is None else weights)
    outer = root[:, None] * root[None, :]
    current, correction = matrix.copy(), np.zeros_like(matrix)
    for _ in range(_PROJECTIONS):
        shifted = current - correction
        lifted = _lift(shifted * outer) / outer
        correction = lifted - shifted
        current = lifted.copy()
        np.fill_diagonal(current, 1.0)
        if np.abs(current - lifted).max() < _CONVERGED:
            break
    lifted = _lift(current)
    scale = np.sqrt(np.diag(lifted))
    return lifted / scale[:, None] / scale[None, :]


def _lift(matrix: np.ndarray) -> np.ndarray:
    """The nearest matrix without eigenvalues under _MIN_EIGENVALUE."""
    eigenvalues, vectors = np.linalg.eigh(0.5 * (matrix + matrix.T))
    return (vectors * np.maximum(eigenvalues, _MIN_EIGENVALUE)) @ vectors.T


def linked(
    left: np.ndarray, right: np.ndarray, pairs: Sequence[tuple[int, int]], requested: np.ndarray
) -> np.ndarray:
    """Covariance (a, b) between two groups of known covariances, given that of some pairs.

    The one of largest entropy: the groups are independent given the members of the pairs. Where the pairs
    contradict the groups, largest entropy less LINK_WEIGHT times the squared errors.

    Parameters
    ----------
    left, right : (a, a) and (b, b) float64, covariances of the groups; definite among the pairs' members
    pairs : k of (member of left, member of right); requested : (k,) their covariances

    Raises
    ------
    LinAlgError : a member of a pair has no variance of its own.
    """
    if not len(pairs):
        return np.zeros((len(left), len(right)))
    one, other = (sorted({pair[side] for pair in pairs}) for side in (0, 1))
    # In whitened members the joint distribution is definite where the cross-covariance w has singular
    # values below 1, and its entropy is half the logarithm of det(1 - w w').
    roots = [np.linalg.cholesky(cov[np.ix_(m, m)]) for cov, m in ((left, one), (right, other))]
    rows, columns = ([m.index(pair[side]) for pair in pairs] for side, m in ((0, one), (1, other)))

    def cost(flat: np.ndarray, weight: float) -> tuple[float, np.ndarray]:
        w = flat.reshape(len(one), len(other))
        inner = np.eye(len(one)) - w @ w.T
        values = np.linalg.eigvalsh(inner)
        if values[0] <= 0:
            return np.inf, np.zeros_like(flat)
        error = (roots[0] @ w @ roots[1].T)[rows, columns] - requested
        pull = np.zeros((len(one), len(other)))
        np.add.at(pull, (rows, columns), error)
        slope = np.linalg.solve(inner, w) + 2 * weight * roots[0].T @ pull @ roots[1]
        return weight * float(error @ error) - 0.5 * float(np.log(values).sum()), slope.ravel()

    w = np.zeros(len(one) * len(other))
    # By steps: with the whole weight at once the search stops where the distribution is singular.
    for weight in np.geomspace(1, LINK_WEIGHT, 11):
        w = minimize(cost, w, args=(weight,), jac=True, method="BFGS", options={"gtol": 1e-6}).x
    between = roots[0] @ w.reshape(len(one), len(other)) @ roots[1].T
    to_left = np.linalg.solve(left[np.ix_(one, one)], left[one]).T
    to_right = np.linalg.solve(right[np.ix_(other, other)], right[other]).T
    return to_left @ between @ to_right.T
