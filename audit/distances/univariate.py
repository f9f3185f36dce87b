"""Distances between the laws of one attribute in two sets, with their noise.

Samples are rows with weights: a bootstrap draw is a row of counts, so that many draws cost one cumulative
sum. Both distances are integrals over the gap of the two distribution functions:

    W1 = integral |F - G| dx, in the attribute's unit (for a 0/1 attribute the difference of proportions)
    KS = max |F - G|

W1 is given in spreads of the reference, so that attributes of different units can be ranked.
"""

from dataclasses import dataclass

import numpy as np

from facegen.audit.measures.schema import BINARY, Measure

DRAWS = 300  # bootstrap draws for floors and intervals
MIN_VALUES = 8  # measured values in each set; under this the attribute is not compared
FLOOR_LEVEL = 0.95  # the floor: 95 of 100 pairs of samples of the reference itself lie under it
# Of twenty audits of sets of one law at most one shall raise any alarm at all: at 0.95 two alarms or more
# would come up one time in four.
FAMILY_LEVEL = 0.98
INTERVAL = 0.95  # coverage of the interval of a distance
_CLIP = (0.01, 0.99)  # quantiles beyond which values do not widen the spread


@dataclass(frozen=True)
class Gap:
    """How far two samples of one attribute lie apart.

    Attributes
    ----------
    n_reference, n_synthetic : measured values
    reference, synthetic : mean, or frequency of a binary attribute
    reference_median, synthetic_median, reference_sd, synthetic_sd : NaN for a binary attribute
    spread : unit of the distances, see `spread`
    distance : W1 in spreads; low, high : its 95 % interval, see `stray`
    floor : W1 in spreads that two samples of the reference's own law, of these two sizes, stay under 95
        times of 100
    ks : Kolmogorov-Smirnov distance, [0, 1]
    shuffled : (draws,) float64: W1 in spreads after the rows of both sets were dealt out anew
    """

    n_reference: int
    n_synthetic: int
    reference: float
    synthetic: float
    reference_median: float
    synthetic_median: float
    reference_sd: float
    synthetic_sd: float
    spread: float
    distance: float
    low: float
    high: float
    floor: float
    ks: float
    shuffled: np.ndarray

    @property
    def critical(self) -> float:
        """W1 in spreads that shuffled sets stay under 95 times of 100."""
        return float(np.nanquantile(self.shuffled, FLOOR_LEVEL))


def cdf_gap(values: np.ndarray, first: np.ndarray, second: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
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


def stray(values: np.ndarray, first: np.ndarray, second: np.ndarray, both: np.ndarray) -> np.ndarray:
    """How far the gap of two samples strays when both are redrawn: integral |(F* - G*) - (F - G)| dx.

    W1 of two samples lies no further from W1 of their laws than the integral of |their gap less the laws'|
    (triangle inequality), and that the bootstrap estimates by this. So W1 plus or minus its 95th percentile,
    cut at 0, is a 95 % interval near 0 too, where the percentiles of a redrawn W1 leave the truth out: to a
    W1 that is all noise redrawing only adds.

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


def spread(values: np.ndarray, measure: Measure) -> float:
    """Unit of the normalised distances: the standard deviation, of a few extreme values shorn.

    For a 0/1 attribute sqrt(p (1 - p)) with half a row added to both sides, so that a class that the
    reference never shows does not make every difference infinite. 1 where all values are equal.
    """
    if measure.kind == BINARY:
        p = (values.sum() + 0.5) / (len(values) + 1)
        return float(np.sqrt(p * (1 - p)))
    shorn = float(np.clip(values, *np.quantile(values, _CLIP)).std())
    return shorn or float(values.std()) or 1.0


def bootstrap_counts(rows: int, size: int, draws: int, rng: np.random.Generator) -> np.ndarray:
    """(draws, rows) float32: how often each row comes up in draws of `size` rows with replacement."""
    return rng.multinomial(size, np.full(rows, 1 / rows), size=draws).astype(np.float32)


def compare_columns(
    reference: np.ndarray, synthetic: np.ndarray, measure: Measure, draws: "Draws"
) -> Gap | None:
    """The gap between two columns (m,) and (n,) float64 with NaN; None where too few values were measured."""
    there, here = ~np.isnan(reference), ~np.isnan(synthetic)
    r, s = reference[there], synthetic[here]
    if min(len(r), len(s)) < MIN_VALUES:
        return None
    unit = spread(r, measure)
    order = np.argsort(r)
    rows = np.flatnonzero(there)[order]
    noise, _ = cdf_gap(r[order], draws.null_first[:, rows], draws.null_second[:, rows])

    # Both sets in one rising order; `mine` are the reference's places in it.
    pooled = np.concatenate([r, s])
    order = np.argsort(pooled)
    pooled, mine = pooled[order], order < len(r)
    distance, ks = cdf_gap(pooled, mine[None], ~mine[None])
    pool_rows = np.concatenate([np.flatnonzero(there), len(reference) + np.flatnonzero(here)])[order]
    dealt, taken = draws.dealt[:, pool_rows], draws.pool[pool_rows]
    shuffled, _ = cdf_gap(pooled[taken], dealt[:, taken], ~dealt[:, taken])
    half = np.nanquantile(stray(pooled, mine, ~mine, draws.both[:, pool_rows]), INTERVAL)
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
        spread=unit,
        distance=float(distance[0] / unit),
        low=float(max(0.0, distance[0] - half) / unit),
        high=float((distance[0] + half) / unit),
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
        The rows that are shuffled: of the reference as many as pictures are behind it.
    dealt : (draws, m + n) bool
        Those of them that shuffling deals to the reference's side.
    """

    null_first: np.ndarray
    null_second: np.ndarray
    both: np.ndarray
    pool: np.ndarray
    dealt: np.ndarray

    @classmethod
    def make(cls, rows: int, n_reference: int, n_synthetic: int, seed: int, draws: int = DRAWS) -> "Draws":
        """rows : rows of the reference at hand; n_reference : pictures they stand for (a profile's n)."""
        rng = np.random.Generator(np.random.Philox(key=seed))
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
    """How many times its critical distance an attribute must reach to differ, all attributes taken together.

    A high percentile (FAMILY_LEVEL), over shuffles, of the largest distance in critical distances (Westfall
    and Young, Resampling-Based Multiple Testing, 1993).
    """
    ratios = [gap.shuffled / gap.critical for gap in gaps if gap.critical > 0]
    if not ratios:
        return 1.0
    return max(1.0, float(np.quantile(np.nanmax(ratios, axis=0), FAMILY_LEVEL)))


def family_p(gaps: dict[str, Gap]) -> dict[str, float]:
    """Attribute name -> p value adjusted for all attributes together, in (0, 1].

    How often shuffled sets reach, in any attribute, this many critical distances: single-step maxT of
    Westfall and Young. An attribute that never varies has p = 1.
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
