"""A Gaussian mixture over the latents of attributes, and keyed draws from it.

Every attribute has a latent, a number on the scale of normal scores. The latents are jointly distributed as a
mixture of normal distributions; one component of mean 0 and unit variances is a Gaussian copula. What an
attribute's latent means in its own unit is the matter of its marginal (marginals.py), through the rank of the
latent in the mixture (latent_scale.py).

Latents are (n, d) float64, a mixture's parameters weights (K,), means (K, d) and covariances (K, d, d).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.special import logsumexp, ndtr, ndtri

from facegen.audit.profiles.copula import upper_orthant
from facegen.datasets.keyed_random import keyed_uniform

_GIBBS_SWEEPS = 60
_WEIGHTS_SUM = 1e-3  # by how much written weights may miss 1
COMPONENT = "component of the mixture"  # key of the draw of a row's component
Bounds = Mapping[str, tuple[np.ndarray, np.ndarray]]


@dataclass(frozen=True)
class Mixture:
    """Normal distributions of d latents, mixed.

    Attributes
    ----------
    weights : (K,) float64, positive, sum 1
    means : (K, d) float64
    covariances : (K, d, d) float64, positive definite
    """

    weights: np.ndarray
    means: np.ndarray
    covariances: np.ndarray

    @classmethod
    def copula(cls, correlation: np.ndarray) -> "Mixture":
        """One component of mean 0 with this (d, d) correlation."""
        return cls(np.ones(1), np.zeros((1, len(correlation))), correlation[None])

    @classmethod
    def checked(cls, weights: np.ndarray, means: np.ndarray, covariances: np.ndarray) -> "Mixture":
        """A mixture from numbers that somebody wrote; the weights are scaled to sum 1 exactly.

        Raises
        ------
        ValueError : shapes that do not fit, NaN or infinite numbers, weights that are not positive or do not
            sum to 1, a covariance that is not positive definite.
        """
        count, size = len(weights), means.shape[-1]
        if means.shape != (count, size) or covariances.shape != (count, size, size):
            raise ValueError(f"{count} weights, means {means.shape} and covariances {covariances.shape}")
        for name, numbers in (("weight", weights), ("mean", means), ("covariance", covariances)):
            if not np.isfinite(numbers).all():
                raise ValueError(f"a {name} of the mixture is no finite number")
        if not count or weights.min() <= 0 or abs(weights.sum() - 1) > _WEIGHTS_SUM:
            raise ValueError(f"the weights of the mixture sum to {weights.sum():.4g}, not to 1, or one is 0")
        for k, covariance in enumerate(covariances):
            if size and np.linalg.eigvalsh(covariance)[0] <= 0:
                raise ValueError(f"covariance {k} of the mixture is not positive definite")
        return cls(weights / weights.sum(), means, covariances)

    @property
    def size(self) -> int:
        """Number of latents."""
        return self.means.shape[1]

    @cached_property
    def mean(self) -> np.ndarray:
        """(d,) float64: of the whole mixture."""
        return self.weights @ self.means

    @cached_property
    def covariance(self) -> np.ndarray:
        """(d, d) float64: of the whole mixture."""
        apart = self.means - self.mean
        within = np.tensordot(self.weights, self.covariances, 1)
        return within + (self.weights[:, None] * apart).T @ apart

    @property
    def correlation(self) -> np.ndarray:
        """(d, d) float64: of the whole mixture."""
        sd = np.sqrt(np.diag(self.covariance))
        return self.covariance / sd[:, None] / sd[None, :]

    def rank(self, place: int, z: np.ndarray) -> np.ndarray:
        """P(latent `place` <= z), of the shape of z."""
        sd = np.sqrt(self.covariances[:, place, place])
        parts = [
            w * ndtr((z - m) / s) for w, m, s in zip(self.weights, self.means[:, place], sd, strict=True)
        ]
        return np.sum(parts, axis=0)

    def both_above(self, places: tuple[int, int], ends: tuple[float, float]) -> float:
        """P(latent i > its end and latent j > its end) of two latents."""
        total = 0.0
        for weight, mean, covariance in zip(self.weights, self.means, self.covariances, strict=True):
            pair = np.ix_(places, places)
            sd = np.sqrt(np.diag(covariance[pair]))
            h, k = (np.array(ends) - mean[list(places)]) / sd
            rho = covariance[places] / sd.prod()
            total += weight * float(upper_orthant(np.array([h]), np.array([k]), np.array([rho]))[0])
        return total

    def mapped(self, matrix: np.ndarray, shift: np.ndarray) -> "Mixture":
        """The mixture of the latents `matrix` @ z + `shift`."""
        return Mixture(self.weights, self.means @ matrix.T + shift, matrix @ self.covariances @ matrix.T)

    def with_latent(self, place: int) -> "Mixture":
        """The mixture with one more latent at `place`, a standard normal that depends on no other."""
        means = np.insert(self.means, place, 0.0, axis=1)
        covariances = np.insert(np.insert(self.covariances, place, 0.0, axis=1), place, 0.0, axis=2)
        covariances[:, place, place] = 1.0
        return Mixture(self.weights, means, covariances)

    def log_densities(self, z: np.ndarray, places: Sequence[int]) -> np.ndarray:
        """(n, K) float64: log of weight times density of each component at the latents `places` (n, g)."""
        out = np.empty((len(z), len(self.weights)))
        for k, weight in enumerate(self.weights):
            root = np.linalg.cholesky(self.covariances[k][np.ix_(places, places)])
            white = np.linalg.solve(root, (z - self.means[k, places]).T)
            norm = np.log(np.diag(root)).sum() + 0.5 * len(places) * np.log(2 * np.pi)
            out[:, k] = np.log(weight) - 0.5 * (white**2).sum(0) - norm
        return out


def draw_latents(names: Sequence[str], mixture: Mixture, n: int, seed: int, bounds: Bounds) -> np.ndarray:
    """Draw latents, given that some lie in intervals.

    Parameters
    ----------
    names : sequence of d str
        They key the random numbers: a further latent shifts no other.
    mixture : Mixture
    n, seed : int
        Rows and seed; the first m rows are the same for every n >= m.
    bounds : mapping
        Name -> the two ends of the latent's interval, scalars or (n,); equal ends fix it.

    Returns
    -------
    (n, d) float64
        Fixed latents enter exactly; component and latents in intervals by Gibbs sampling; all the rest from
        the exact conditional distribution.
    """
    given = [j for j, name in enumerate(names) if name in bounds]
    rest = [j for j, name in enumerate(names) if name not in bounds]
    out = np.empty((n, len(names)))
    component = chosen(np.log(mixture.weights)[None].repeat(n, 0), keyed_uniform(seed, COMPONENT, n))
    if given:
        ends = [np.broadcast_arrays(*map(np.asarray, bounds[names[j]]), np.empty(n))[:2] for j in given]
        low, high = (np.stack([pair[side] for pair in ends], axis=1).astype(float) for side in (0, 1))
        keys = [names[j] for j in given]
        component, out[:, given] = _in_intervals(keys, mixture, given, low, high, component, seed)
    noise = np.empty((n, len(rest)))
    for place, j in enumerate(rest):
        noise[:, place] = ndtri(keyed_uniform(seed, names[j], n))
    for k, covariance in enumerate(mixture.covariances):
        rows = component == k
        mean, cover = mixture.means[k, rest], covariance[np.ix_(rest, rest)]
        if given:
            cross = covariance[np.ix_(rest, given)]
            gain = np.linalg.solve(covariance[np.ix_(given, given)], cross.T).T
            mean = mean + (out[np.ix_(rows, given)] - mixture.means[k, given]) @ gain.T
            cover = cover - gain @ cross.T
        if rest and rows.any():
            root = np.linalg.cholesky(cover + 1e-9 * np.eye(len(rest)))
            out[np.ix_(rows, rest)] = mean + noise[rows] @ root.T
    return out


def chosen(log_weights: np.ndarray, u: np.ndarray) -> np.ndarray:
    """(n,) int: a component for each row, by its (n, K) log weights up to a constant and a uniform number."""
    weights = np.exp(log_weights - logsumexp(log_weights, axis=1, keepdims=True))
    return np.minimum((weights.cumsum(1) <= u[:, None]).sum(1), weights.shape[1] - 1)


def _in_intervals(
    names: Sequence[str],
    mixture: Mixture,
    places: Sequence[int],
    low: np.ndarray,
    high: np.ndarray,
    component: np.ndarray,
    seed: int,
) -> tuple[np.ndarray, np.ndarray]:
    """(n,) components and (n, g) latents `places` inside their intervals, by Gibbs sampling of both."""
    n = len(low)
    fixed = low == high
    start = ndtri(np.clip(0.5 * (ndtr(low) + ndtr(high)), 1e-12, 1 - 1e-12))
    z = np.where(fixed, low, start)
    means = mixture.means[:, places]
    precisions = np.linalg.inv(mixture.covariances[:, places][:, :, places])
    alone = len(mixture.weights) == 1
    loose = [j for j in range(len(names)) if not fixed[:, j].all()]
    sweeps = _GIBBS_SWEEPS if loose else 1
    for sweep in range(sweeps):
        if not alone:
            u = keyed_uniform(seed, f"{COMPONENT}:{sweep}", n)
            component = chosen(mixture.log_densities(z, places), u)
        for j in loose:
            row = precisions[component, j]  # (n, g)
            sd = row[:, j] ** -0.5
            mean = z[:, j] - ((z - means[component]) * row).sum(1) / row[:, j]
            u = keyed_uniform(seed, f"{names[j]}:{sweep}", n)
            drawn = mean + sd * truncated((low[:, j] - mean) / sd, (high[:, j] - mean) / sd, u)
            z[:, j] = np.where(fixed[:, j], z[:, j], np.clip(drawn, low[:, j], high[:, j]))
    return component, z


def truncated(low: np.ndarray, high: np.ndarray, u: np.ndarray) -> np.ndarray:
    """Standard normal between low and high by inversion, on whichever tail keeps the digits."""
    flip = low > 0
    a, b = np.where(flip, -high, low), np.where(flip, -low, high)
    p = ndtr(a) + u * (ndtr(b) - ndtr(a))
    z = ndtri(np.clip(p, 1e-300, 1 - 1e-16))
    return np.where(flip, -z, z)
