"""The marginal distribution of one attribute: quantiles, a frequency or ordered levels.

Every marginal maps between values and probabilities u in (0, 1): uniform numbers give values of the marginal.
A binary attribute is 1 where u lies above a threshold; the levels of an ordinal one cut the unit interval.
Attributes depend on one another through their latents (mixture.py), whose ranks the numbers u are.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri
from scipy.stats import rankdata

# Probabilities of the stored quantiles: every percent, and finer in the tails, where a straight line from the
# 99th percentile to the most extreme of thousands of values would make far too many extremes.
TAIL = (0.001, 0.0025, 0.005)
GRID = np.array([0, *TAIL, *(np.arange(1, 100) / 100), *(1 - p for p in TAIL[::-1]), 1])
_EDGE = 1e-9  # keeps the normal scale finite where a frequency is 0 or 1


@dataclass(frozen=True)
class Continuous:
    """The marginal of a continuous attribute.

    Attributes
    ----------
    quantiles : (len(GRID),) float64, rising, at the probabilities GRID, in the attribute's unit
    """

    quantiles: np.ndarray
    kind = "continuous"

    @classmethod
    def fit(cls, values: np.ndarray) -> "Continuous":
        return cls(np.quantile(values, GRID))

    def value(self, u: np.ndarray) -> np.ndarray:
        """(n,) float64 of (n,) probabilities."""
        return np.interp(u, GRID, self.quantiles)

    def interval(self, value: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Lowest and highest probability of each value: one point, or an interval at an atom."""
        place = np.atleast_1d(np.asarray(value, float))
        low = np.interp(place, self.quantiles, GRID)
        high = low.copy()
        # Where quantiles repeat, interp returns either end; searchsorted gives both.
        first = np.searchsorted(self.quantiles, place, "left")
        last = np.searchsorted(self.quantiles, place, "right") - 1
        atom = last > first
        low[atom], high[atom] = GRID[first[atom]], GRID[last[atom]]
        edge = GRID[1] / 2  # a value outside the quantiles is placed at their end, not at infinity
        return np.clip(low, edge, 1 - edge), np.clip(high, edge, 1 - edge)

    def scores(self, values: np.ndarray) -> np.ndarray:
        """(n,) van der Waerden scores: normal quantiles of the mid ranks."""
        return ndtri((rankdata(values) - 0.5) / len(values))


@dataclass(frozen=True)
class Levels:
    """The marginal of ordered levels (two for a binary attribute).

    Attributes
    ----------
    names : level names, lowest first; ("0", "1") for a binary attribute
    frequencies : (levels,) float64, sum 1
    """

    names: tuple[str, ...]
    frequencies: np.ndarray

    @property
    def kind(self) -> str:
        return "binary" if self.names == BINARY_LEVELS else "ordinal"

    @classmethod
    def binary(cls, frequency: float) -> "Levels":
        return cls(BINARY_LEVELS, np.array([1 - frequency, frequency]))

    @classmethod
    def fit(cls, values: np.ndarray, names: tuple[str, ...]) -> "Levels":
        """values : (n,) integer level numbers."""
        return cls(names, np.bincount(values.astype(int), minlength=len(names)) / len(values))

    @property
    def cuts(self) -> np.ndarray:
        """(levels + 1,) float64: ends of the levels' intervals, from 0 to 1."""
        return np.concatenate([[0.0], np.clip(np.cumsum(self.frequencies)[:-1], 0, 1), [1.0]])

    def value(self, u: np.ndarray) -> np.ndarray:
        """(n,) bool for a binary attribute, (n,) str level names for an ordinal one."""
        level = np.searchsorted(self.cuts[1:-1], u, "right")
        return level == 1 if self.kind == "binary" else np.array(self.names)[level]

    def interval(self, value: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Ends of the interval of each value (bool, or level name)."""
        wanted = np.atleast_1d(np.asarray(value))
        if self.kind == "binary":
            level = wanted.astype(bool).astype(int)
        else:
            unknown = set(wanted.tolist()) - set(self.names)
            if unknown:
                raise ValueError(
                    f"unknown level {sorted(map(str, unknown))[0]!r}: levels are {', '.join(self.names)}"
                )
            level = np.array([self.names.index(str(one)) for one in wanted])
        return self.cuts[level], self.cuts[level + 1]

    def scores(self, values: np.ndarray) -> np.ndarray:
        """(n,) mean of a standard normal within each value's level (integer level numbers in)."""
        cuts = ndtri(np.concatenate([[0.0], np.clip(self.cuts[1:-1], _EDGE, 1 - _EDGE), [1.0]]))
        density = np.exp(-0.5 * np.where(np.isfinite(cuts), cuts, np.inf) ** 2) / np.sqrt(2 * np.pi)
        means = (density[:-1] - density[1:]) / np.maximum(self.frequencies, _EDGE)
        return means[values.astype(int)]


BINARY_LEVELS = ("0", "1")
Marginal = Continuous | Levels
