"""The price of a face: how unlikely its knobs are jointly in the prior.

Factors and sliders of the head's shape are independent standard normal numbers, so each costs its square. The
other knobs (expression, brows, hair, what is worn) cost their squared Mahalanobis distance from the mean of
the proposals, which are the prior's own draws for the rows. A knob that does not apply to a face costs
nothing; each that does costs 1 in the mean over the prior, which is taken off: prices of bald and long-haired
faces can be compared, and the prior's mean is about 0.

K knobs, in units (knobs.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from facegen.render.matching.knobs import IS_DRAWN, IS_FREE, IS_SHAPE, KNOBS, Flags, Rows, knob_values
from facegen.render.spec import face_spec as s

# Fraction of the prior's own faces that are cheaper than the dearest matched one may be.
DEAREST = 0.99
# Weight of the identity in the correlation of DRAWN knobs: some are seen in few faces only (Ledoit and Wolf,
# J. Multivariate Analysis 88, 2004, with a fixed weight).
SHRINK = 0.1
LEAST_SD = 0.05  # units: of a knob that `--set` holds
# What is priced and has a limit: all of a face, its shape alone, and all but its shape. A strong head is none
# the less strong where its brows and hair are usual.
PARTS = (~IS_FREE, IS_SHAPE, IS_DRAWN)
FEWEST = 8  # faces from which the standard deviation of a knob is taken; else it is one unit


@dataclass(frozen=True)
class Prices:
    """What knobs cost.

    Attributes
    ----------
    mean : (K,) float64, units
    covariance : (K, K) float64, units squared; FREE knobs, which cost nothing, are independent of all others
    limits : (3,) float64, prices of the PARTS that DEAREST of the prior's own faces do not pass
    """

    mean: Rows
    covariance: Rows
    limits: Rows = field(default_factory=lambda: np.full(len(PARTS), np.inf))
    _metrics: dict[bytes, Rows] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def learn(cls, specs: Sequence[s.FaceSpec]) -> Prices:
        """From n draws of the prior: proposals, before any is chosen."""
        knobs = np.array([knob_values(spec) for spec in specs])
        seen = ~np.isnan(knobs)
        count = seen.sum(0)
        known = IS_DRAWN & (count >= FEWEST)
        total = np.where(seen & IS_DRAWN, knobs, 0.0).sum(0)
        mean = total / np.maximum(count, 1)
        off = np.where(seen & known, knobs - mean, 0.0)
        spread = np.sqrt((off**2).sum(0) / np.maximum(count, 1))
        sd = np.where(known, np.maximum(spread, LEAST_SD), 1.0)
        together = np.maximum(seen.T.astype(float) @ seen, 1.0)
        correlation = (1 - SHRINK) * (off.T @ off / together) / np.outer(sd, sd)
        np.fill_diagonal(correlation, 1.0)
        covariance = _definite(correlation) * np.outer(sd, sd)
        found = cls(mean, covariance)
        limits = np.array([np.quantile(found.of_values(knobs, part), DEAREST) for part in PARTS])
        return cls(mean, covariance, limits, found._metrics)

    @property
    def limit(self) -> float:
        """Price of a whole face that DEAREST of the prior's own do not pass."""
        return float(self.limits[0])

    def metric(self, present: Flags) -> Rows:
        """(K, K) float64: moves m of a face cost m @ metric @ m; knobs that are not `present` (K,) cost 0."""
        key = present.tobytes()
        if key not in self._metrics:
            out = np.zeros((len(KNOBS), len(KNOBS)))
            at = np.flatnonzero(present)
            out[np.ix_(at, at)] = np.linalg.inv(self.covariance[np.ix_(at, at)])
            self._metrics[key] = out
        return self._metrics[key]

    def of(self, specs: Sequence[s.FaceSpec]) -> Rows:
        """(n,) float64: prices of faces; 0 in the mean over the prior."""
        return self.of_values(np.array([knob_values(spec) for spec in specs]).reshape(-1, len(KNOBS)))

    def of_values(self, knobs: Rows, part: Flags = PARTS[0]) -> Rows:
        """(n,) float64: the same of knob values (n, K), NaN where a knob does not apply; of a `part` (K,)."""
        out = np.empty(len(knobs))
        for i, row in enumerate(knobs):
            priced = ~np.isnan(row) & part
            off = np.where(priced, row - self.mean, 0.0)
            out[i] = off @ self.metric(priced) @ off - priced.sum()
        return out

    def beyond(self, specs: Sequence[s.FaceSpec]) -> Rows:
        """(n, 3) float64: by how much the prices of the PARTS pass their limits; negative within them."""
        knobs = np.array([knob_values(spec) for spec in specs]).reshape(-1, len(KNOBS))
        return np.stack([self.of_values(knobs, part) for part in PARTS], 1) - self.limits


def _definite(correlation: Rows) -> Rows:
    """A correlation matrix whose eigenvalues, made from different faces for each pair, are all positive."""
    values, vectors = np.linalg.eigh(correlation)
    out = (vectors * np.maximum(values, SHRINK / 2)) @ vectors.T
    sd = np.sqrt(np.diag(out))
    fixed: Rows = out / np.outer(sd, sd)
    return fixed
