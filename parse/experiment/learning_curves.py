"""Score against number of training images, and a power law through it: score(n) = limit − drop · n^(−rate).

Learning curves of networks follow a power law over the range that can be trained (Hestness et al.,
Deep Learning Scaling is Predictable, Empirically, arXiv 1712.00409).
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np

# Exponents that are tried: flatter or steeper curves do not occur. A grid instead of
# scipy.optimize.least_squares: limit and drop are exact for each exponent, no start values are needed, and
# the result is the same on every machine. On the published curves both fits have the same rms; drop and rate,
# which a few points hardly determine, differ by up to 2 % and 1 %.
RATES = np.geomspace(0.02, 3, 400)
MIN_POINTS = 3


@dataclass(frozen=True)
class PowerLawFit:
    """A fitted curve.

    Attributes
    ----------
    limit, drop, rate : as in the formula above
    rms : root mean square of the residuals
    points : number of points; three leave no residual
    """

    limit: float
    drop: float
    rate: float
    rms: float
    points: int

    def __call__(self, n: np.ndarray) -> np.ndarray:
        """Score at n images."""
        return self.limit - self.drop * np.asarray(n, float) ** -self.rate

    def as_json(self) -> dict[str, float]:
        return asdict(self)


def fit_power_law(numbers: Sequence[float], scores: Sequence[float]) -> PowerLawFit | None:
    """Least squares over (numbers, scores); None for fewer than three different numbers.

    For a given rate the problem is linear in limit and drop. drop stays at 0 or above and limit at 1 or
    below, since a score neither falls with more images of one distribution nor exceeds 1.
    """
    n, y = np.asarray(numbers, float), np.asarray(scores, float)
    if len(np.unique(n)) < MIN_POINTS:
        return None
    best: tuple[float, float, float, float] | None = None
    for rate in RATES:
        x = n**-rate
        drop = -np.cov(x, y, bias=True)[0, 1] / np.var(x)
        limit = y.mean() + drop * x.mean()
        if limit > 1:
            limit, drop = 1.0, float(((1 - y) * x).sum() / (x * x).sum())
        if drop < 0:
            limit, drop = float(y.mean()), 0.0
        error = float(np.sqrt(np.mean((limit - drop * x - y) ** 2)))
        if best is None or error < best[0] - 1e-12:
            best = error, float(limit), float(drop), float(rate)
    assert best is not None
    return PowerLawFit(best[1], best[2], best[3], best[0], len(n))
