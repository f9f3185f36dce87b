"""Distances between the distributions of one attribute in two sets, with their noise.

Samples are rows with weights: a bootstrap draw is a row of counts, so that many draws cost one cumulative
sum. Both distances are integrals over the gap of the two distribution functions:

    W1 = integral |F - G| dx, in the attribute's unit (for a 0/1 attribute the difference of proportions)
    KS = max |F - G|

W1 is given in standard deviations of the reference, so that attributes of different units can be ranked.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from facegen.audit.measures.schema import BINARY, Measure
from facegen.datasets.keyed_random import philox

DRAWS = 300  # bootstrap draws for floors and intervals
MIN_VALUES = 8  # measured values in each set; under this the attribute is not compared
FLOOR_LEVEL = 0.95  # the floor: 95 of 100 pairs of samples of the reference itself lie under it
# Of twenty audits of two sets of one distribution at most one shall raise any alarm at all. At 0.95, two
# alarms or more would come up one time in four.
FAMILY_LEVEL = 0.98
INTERVAL = 0.95  # coverage of the interval of a distance
_CLIP = (0.01, 0.99)  # quantiles beyond which values do not widen the unit of the distances


@dataclass(frozen=True)
class Gap:
    """How far two samples of one attribute lie apart.

    Attributes
    ----------
    n_reference, n_synthetic : measured values
    reference, synthetic : mean, or frequency of a binary attribute
    reference_median, synthetic_median, reference_sd, synthetic_sd : NaN for a binary attribute
    distance_unit : one standard deviation in the attribute's own unit, see `distance_unit`
    distance : W1 in this unit; ci_low, ci_high : its 95 % interval, see `gap_deviation`
    floor : W1 in this unit that two samples of the reference's own distribution, of these two sizes, stay
        under in 95 of 100 cases
    ks : Kolmogorov-Smirnov distance, [0, 1]
    shuffled : (draws,) float64: W1 in this unit after the rows of both sets were shuffled
    """

    n_reference: int
    n_synthetic: int
    reference: float
    synthetic: float
    reference_median: float
    synthetic_median: float
    reference_sd: float
    synthetic_sd: float
    distance_unit: float
    distance: float
    ci_low: float
    ci_high: float
    floor: float
    ks: float
    shuffled: np.ndarray

    @property
    def critical(self) -> float:
        """W1 in standard deviations that shuffled sets stay under in 95 of 100 cases."""
        return float(np.nanquantile(self.shuffled, FLOOR_LEVEL))


def cdf_gap(
    values: npt.NDArray[np.float64], first: np.ndarray, second: np.ndarray
) -> tuple[npt.NDArray[np.floating], npt.NDArray[np.floating]]:
    """W1 and KS of pairs of weighted samples on common values.

    Parameters
    ----------
    values : (m,) float64, rising
    first, second : (d, m) non-negative weights of the values in the two samples of each of d pairs

    Returns
    -------
    (d,) W1 in the unit of the values and (d,) KS; NaN where a sample has no weight.
    """
    step = np.diff(values)
    inner = np.abs(_gaps(first, second)[:, :-1])
    # Within a run of equal values the distribution function has not arrived yet.
    return inner @ step, np.max(inner * (step > 0), axis=1, initial=0.0)


def gap_deviation(
    values: npt.NDArray[np.float64],
    first: npt.NDArray[np.bool_],
    second: npt.NDArray[np.bool_],
    both: npt.NDArray[np.float32],
) -> npt.NDArray[np.float32]:
    """How much the gap of two samples changes when both are redrawn: integral |(F* - G*) - (F - G)| dx.

    W1 of two samples differs from W1 of their distributions by at most the integral of |the samples' gap
    minus the distributions' gap| (triangle inequality). The bootstrap estimates this integral by the one
    above. So W1 plus or minus its 95th percentile, cut at 0, is a 95 % interval, also near 0. There the
    percentiles of a redrawn W1 would leave the truth out, because redrawing only adds to a W1 that is noise.

    Parameters
    ----------
    values : (m,) float64, rising
    first, second : (m,) weights of the values in the two samples
    both : (d, m) counts of d draws

    Returns
    -------
    (d,) in the unit of the values; NaN where a draw leaves a sample empty.
    """
    moved = _gaps(both * first, both * second) - _gaps(first[None], second[None])
    return np.abs(moved[:, :-1]) @ np.diff(values)


def _gaps(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """(d, m) float32: difference of the distribution functions of pairs of weighted samples (d, m)."""
    with np.errstate(invalid="ignore", divide="ignore"):
        # Counts add up exactly in float32 as long as a sample has fewer than 2^24 rows.
        reached, other = (np.cumsum(weights, axis=1, dtype=np.float32) for weights in (first, second))
        return reached / reached[:, -1:] - other / other[:, -1:]


def distance_unit(values: npt.NDArray[np.float64], measure: Measure) -> float:
    """Unit of the normalised distances: the standard deviation with the extreme values clipped.

    Of a 0/1 attribute it is sqrt(p (1 - p)) with half a row added to each value, so that a class that the
    reference never shows does not make every difference infinite. 1 where all values are equal.

    Parameters
    ----------
    values : (n,) float64
        Measured values of the reference, without NaN.
    measure : Measure
    """
    if measure.kind == BINARY:
        p = (values.sum() + 0.5) / (len(values) + 1)
        return float(np.sqrt(p * (1 - p)))
    clipped = float(np.clip(values, *np.quantile(values, _CLIP)).std())
    return clipped or float(values.std()) or 1.0


def bootstrap_counts(rows: int, size: int, draws: int, rng: np.random.Generator) -> np.ndarray:
    """(draws, rows) float32: how often each row comes up in draws of `size` rows with replacement."""
    return rng.multinomial(size, np.full(rows, 1 / rows), size=draws).astype(np.float32)


def compare_columns(
    reference: np.ndarray, synthetic: np.ndarray, measure: Measure, draws: "Draws"
) -> Gap | None:
    """The gap between two columns of one attribute.

    Parameters
    ----------
    reference, synthetic : (m,) and (n,) float64
        In the attribute's unit, NaN = missing.
    measure : Measure
    draws : Draws
        Of these m and n rows.

    Returns
    -------
    Gap, or None where one side has fewer than MIN_VALUES measured values.
    """
    there, here = ~np.isnan(reference), ~np.isnan(synthetic)
    r, s = reference[there], synthetic[here]
    if min(len(r), len(s)) < MIN_VALUES:
        return None
    unit = distance_unit(r, measure)
    order = np.argsort(r)
    rows = np.flatnonzero(there)[order]
    noise, _ = cdf_gap(r[order], draws.null_first[:, rows], draws.null_second[:, rows])

    # Both sets in one rising order; `mine` marks the reference's values in it.
    pooled = np.concatenate([r, s])
    order = np.argsort(pooled)
    pooled, mine = pooled[order], order < len(r)
    distance, ks = cdf_gap(pooled, mine[None], ~mine[None])
    pool_rows = np.concatenate([np.flatnonzero(there), len(reference) + np.flatnonzero(here)])[order]
    dealt, taken = draws.dealt[:, pool_rows], draws.pool[pool_rows]
    shuffled, _ = cdf_gap(pooled[taken], dealt[:, taken], ~dealt[:, taken])
    half = np.nanquantile(gap_deviation(pooled, mine, ~mine, draws.both[:, pool_rows]), INTERVAL)
    binary = measure.kind == BINARY
    return Gap(
        n_reference=len(r),
        n_synthetic=len(s),
        reference=float(r.mean()),
        synthetic=float(s.mean()),
        reference_median=np.nan if binary else float(np.median(r)),
        synthetic_median=np.nan if binary else float(np.median(s)),
        reference_sd=np.nan if binary else float(r.std()),
        synthetic_sd=np.nan if binary else float(s.std()),
        distance_unit=unit,
        distance=float(distance[0] / unit),
        ci_low=float(max(0.0, distance[0] - half) / unit),
        ci_high=float((distance[0] + half) / unit),
        floor=float(np.nanquantile(noise / unit, FLOOR_LEVEL)),
        ks=float(ks[0]),
        shuffled=shuffled / unit,
    )


@dataclass(frozen=True)
class Draws:
    """Bootstrap counts shared by all attributes, so that the joint noise over attributes is kept.

    Attributes
    ----------
    null_first, null_second : (draws, m) float32
        Rows of the reference drawn twice, in the sizes of the two sets.
    both : (draws, m + n) float32
        Each set redrawn, the reference's rows first.
    pool : (m + n,) bool
        The rows that are shuffled: of the reference as many as it has pictures.
    dealt : (draws, m + n) bool
        Those of them that a shuffle assigns to the reference's side.
    """

    null_first: np.ndarray
    null_second: np.ndarray
    both: np.ndarray
    pool: np.ndarray
    dealt: np.ndarray

    @classmethod
    def make(cls, rows: int, n_reference: int, n_synthetic: int, seed: int, draws: int = DRAWS) -> "Draws":
        """Draw the counts.

        Parameters
        ----------
        rows : int
            Rows of the reference.
        n_reference : int
            Pictures they stand for: the same number for a set, the fitted pictures for a profile.
        n_synthetic : int
        seed, draws : int
        """
        rng = philox(seed)
        pool = np.arange(rows + n_synthetic) < n_reference
        pool[rows:] = True
        dealt = np.zeros((draws, rows + n_synthetic), bool)
        for line in dealt:
            line[rng.permutation(np.flatnonzero(pool))[: min(rows, n_reference)]] = True
        redrawn = [(rows, n_reference), (n_synthetic, n_synthetic)]
        return cls(
            null_first=bootstrap_counts(rows, n_reference, draws, rng),
            null_second=bootstrap_counts(rows, n_synthetic, draws, rng),
            both=np.hstack([bootstrap_counts(*one, draws, rng) for one in redrawn]),
            pool=pool,
            dealt=dealt,
        )


def family_factor(gaps: list[Gap]) -> float:
    """How many times its critical distance an attribute must exceed to differ, at least 1.

    One factor for all attributes and label statistics together.

    A high percentile (FAMILY_LEVEL), over shuffles, of the largest distance in critical distances (Westfall
    and Young, Resampling-Based Multiple Testing, 1993).
    """
    ratios = [gap.shuffled / gap.critical for gap in gaps if gap.critical > 0]
    if not ratios:
        return 1.0
    return max(1.0, float(np.quantile(np.nanmax(ratios, axis=0), FAMILY_LEVEL)))


def adjusted_p(gaps: dict[str, Gap]) -> dict[str, float]:
    """p values adjusted for all attributes together: name -> p in (0, 1].

    How often shuffled sets reach, in any attribute, this many critical distances (single-step maxT of
    Westfall and Young, 1993). An attribute that never varies has p = 1.
    """
    ratios = {
        name: (gap.distance, gap.shuffled, gap.critical) for name, gap in gaps.items() if gap.critical > 0
    }
    if not ratios:
        return dict.fromkeys(gaps, 1.0)
    largest = np.nanmax([shuffled / critical for _, shuffled, critical in ratios.values()], axis=0)
    found = dict.fromkeys(gaps, 1.0)
    for name, (distance, _, critical) in ratios.items():
        found[name] = float((1 + np.count_nonzero(largest >= distance / critical)) / (1 + len(largest)))
    return found
