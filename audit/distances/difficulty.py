"""How hard faces are for a parser that was trained on real ones: easier faces teach less.

Hardness of a picture is larger where it is harder: the fraction of labelled pixels that the parser gets
wrong, the mean entropy of its class probabilities over the pixels, and one minus the mean F1 of the classes
that the label map holds. Statistics are means and high percentiles over pictures, because a few hard ones
make much of what is lost. Confusion matrices are (C, C) int64 pixels, labels in rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from facegen.audit.distances.sides import Sides
from facegen.datasets.keyed_random import keyed_generator

ERROR, ENTROPY, F1_LOSS = "error", "entropy", "f1_loss"
ABOUT = {
    ERROR: "fraction of labelled pixels that the parser gets wrong",
    ENTROPY: "mean entropy of its class probabilities, in nats a pixel",
    F1_LOSS: "1 - mean F1 of the classes that the label map holds",
}
MEAN, P90, P95 = "mean", "p90", "p95"
PERCENTILES = {P90: 90.0, P95: 95.0}
EASIER, HARDER, WITHIN, UNMEASURED = "easier", "harder", "within noise", "not measured"
MIN_MEAN = 8  # pictures of each side for a mean, as for every attribute of the audit
MIN_TAIL = 40  # for a percentile: with fewer, under two pictures lie above the 95th
DRAWS = 1000  # bootstrap draws for intervals and floors
LEVEL = 0.95
HARDEST_PART = 0.1  # of the pictures, whose confusions are listed by themselves
MOST_CONFUSIONS = 12  # listed
SHEET = 18  # hardest pictures named

Values = npt.NDArray[np.float64]


@dataclass(frozen=True)
class PictureHardness:
    """What a parser makes of each of the n pictures of one side.

    Attributes
    ----------
    ids : names
    entropy : (n,) float64, nats, at least 0
    error, f1_loss : (n,) float64 in [0, 1], nan where a picture has no labelled pixel; None without masks
    confusions : (n, C, C) int64; None without masks
    """

    ids: tuple[str, ...]
    entropy: Values = field(repr=False)
    error: Values | None = field(default=None, repr=False)
    f1_loss: Values | None = field(default=None, repr=False)
    confusions: npt.NDArray[np.int64] | None = field(default=None, repr=False)

    def measured(self, name: str) -> Values:
        """The known values of ERROR, ENTROPY or F1_LOSS; empty without masks."""
        values = {ERROR: self.error, ENTROPY: self.entropy, F1_LOSS: self.f1_loss}[name]
        return np.empty(0) if values is None else values[~np.isnan(values)]

    @property
    def order(self) -> npt.NDArray[np.int64]:
        """Places of the pictures, hardest first: by error, without masks by entropy."""
        values = self.entropy if self.error is None else self.error
        return np.argsort(np.where(np.isnan(values), np.inf, -values), kind="stable")


@dataclass(frozen=True)
class HardnessGap:
    """One statistic of one hardness on both sides; nan where it was not measured.

    Attributes
    ----------
    measure, statistic : one of ABOUT; MEAN, P90 or P95
    counts : pictures of each side
    real, synthetic : the statistic of each side
    ci_low, ci_high : 95 % bootstrap interval of synthetic - real, pictures of both sides drawn again
    floor : |difference| that two samples of the real pictures, of these two sizes, stay under in 95 of 100
        cases
    """

    measure: str
    statistic: str
    counts: Sides[int]
    real: float
    synthetic: float
    ci_low: float
    ci_high: float
    floor: float

    @property
    def gap(self) -> float:
        """synthetic - real: negative where the synthetic faces are easier."""
        return self.synthetic - self.real

    @property
    def relative(self) -> float:
        """|gap| as a fraction of the real side; nan where that is 0."""
        return abs(self.gap) / self.real if self.real > 0 else np.nan

    @property
    def verdict(self) -> str:
        """EASIER, HARDER, WITHIN or UNMEASURED. A gap counts beyond the floor, with an interval without 0."""
        if not np.isfinite(self.gap):
            return UNMEASURED
        if abs(self.gap) <= self.floor or self.ci_low <= 0 <= self.ci_high:
            return WITHIN
        return EASIER if self.gap < 0 else HARDER


@dataclass(frozen=True)
class ConfusionShare:
    """Pixels of one class that are taken for another.

    Attributes
    ----------
    truth, taken_for : class names
    real, synthetic : such pixels as a fraction of all labelled pixels of the side
    real_part, synthetic_part : as a fraction of the side's wrong pixels; nan where none is wrong
    """

    truth: str
    taken_for: str
    real: float
    synthetic: float
    real_part: float
    synthetic_part: float


@dataclass(frozen=True)
class Difficulty:
    """How hard the synthetic faces are beside the real ones.

    Attributes
    ----------
    gaps : each of ABOUT with each statistic
    class_f1 : class -> F1 pooled over the pictures of each side; empty without masks
    confusions, hardest_confusions : those that make the gap, of all pictures and of the hardest tenth of each
        side, largest difference of shares first; empty without masks
    sides : the values behind the figures
    """

    gaps: tuple[HardnessGap, ...]
    class_f1: dict[str, Sides[float]]
    confusions: tuple[ConfusionShare, ...]
    hardest_confusions: tuple[ConfusionShare, ...]
    sides: Sides[PictureHardness] = field(repr=False)

    def find(self, measure: str, statistic: str) -> HardnessGap:
        """The gap of one measure and statistic."""
        return next(one for one in self.gaps if (one.measure, one.statistic) == (measure, statistic))

    @property
    def hardest(self) -> Sides[tuple[str, ...]]:
        """Ids of the SHEET hardest pictures of each side, hardest first."""
        return self.sides.map(lambda one: tuple(one.ids[i] for i in one.order[:SHEET]))

    @property
    def sentence(self) -> str:
        """The result in one sentence."""
        first = next((one for one in self.gaps if one.verdict != UNMEASURED), None)
        if first is None:
            return "Not measured: too few pictures, which is no pass."
        tail = self.find(first.measure, P95)
        verdicts = {one.verdict for one in self.gaps if one.measure == first.measure}
        what = "as hard as the real ones"
        if verdicts & {EASIER, HARDER}:
            what = " and ".join(sorted(verdicts & {EASIER, HARDER})) + " than the real ones"
        words = f"Synthetic faces are {what}: {first.measure} {_pair(first)} on average"
        return words + (f", {_pair(tail)} at the 95th percentile." if tail.verdict != UNMEASURED else ".")


def _pair(one: HardnessGap) -> str:
    return f"{one.synthetic:.3f} against {one.real:.3f}"


def compare_difficulty(sides: Sides[PictureHardness], classes: Sequence[str], seed: int = 0) -> Difficulty:
    """Compare how hard both sides are.

    Parameters
    ----------
    sides : Sides of PictureHardness
    classes : names of the C classes
    seed : of the bootstrap

    Raises
    ------
    ValueError : the confusion matrices of a side are not of these classes.
    """
    for one in sides:
        if one.confusions is not None and one.confusions.shape[1:] != (len(classes),) * 2:
            raise ValueError(f"confusions {one.confusions.shape} of {len(classes)} classes")
    gaps = tuple(
        gap
        for name in ABOUT
        for gap in _gaps(name, Sides(sides.real.measured(name), sides.synthetic.measured(name)), seed)
    )
    if sides.real.confusions is None or sides.synthetic.confusions is None:
        return Difficulty(gaps, {}, (), (), sides)
    pooled = Sides(sides.real.confusions.sum(0), sides.synthetic.confusions.sum(0))
    f1 = pooled.map(_f1)
    by_class = {name: Sides(float(f1.real[i]), float(f1.synthetic[i])) for i, name in enumerate(classes)}
    return Difficulty(
        gaps, by_class, _confusions(pooled, classes), _confusions(_hardest(sides), classes), sides
    )


def _gaps(name: str, values: Sides[Values], seed: int) -> list[HardnessGap]:
    """The gap of each statistic of one hardness."""
    counts = values.map(len)
    if min(counts) < MIN_MEAN:
        return [HardnessGap(name, one, counts, *[np.nan] * 5) for one in (MEAN, *PERCENTILES)]
    draw = keyed_generator(seed, "difficulty", name)
    real, synthetic = values

    def drawn(source: Values, count: int) -> Values:
        return _statistics(source[draw.integers(len(source), size=(DRAWS, count))])

    again = drawn(synthetic, len(synthetic)) - drawn(real, len(real))
    own = np.abs(drawn(real, len(synthetic)) - drawn(real, len(real)))
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(again, [tail, 1 - tail], axis=1)
    floor = np.quantile(own, LEVEL, axis=1)
    table = np.stack([_statistics(real), _statistics(synthetic), low, high, floor])
    if min(counts) < MIN_TAIL:
        table[:, 1:] = np.nan
    columns = zip((MEAN, *PERCENTILES), table.T.tolist(), strict=True)
    return [HardnessGap(name, one, counts, *values) for one, values in columns]


def _statistics(values: Values) -> Values:
    """(..., n) -> (3, ...): mean, 90th and 95th percentile."""
    return np.stack([values.mean(-1), *np.percentile(values, list(PERCENTILES.values()), axis=-1)])


def _hardest(sides: Sides[PictureHardness]) -> Sides[npt.NDArray[np.int64]]:
    """Pooled confusions of the hardest tenth of each side, at least one picture."""

    def of(one: PictureHardness) -> npt.NDArray[np.int64]:
        assert one.confusions is not None  # asked for by the caller
        count = max(1, round(HARDEST_PART * len(one.ids)))
        return np.asarray(one.confusions[one.order[:count]].sum(0))

    return sides.map(of)


def _confusions(pooled: Sides[npt.NDArray[np.int64]], classes: Sequence[str]) -> tuple[ConfusionShare, ...]:
    """The wrong pairs whose shares of the labelled pixels differ most between the sides."""
    shares = pooled.map(lambda one: one / max(1, one.sum()))
    wrong = pooled.map(lambda one: one.sum() - np.trace(one))

    def part(pixels: int, total: int) -> float:
        return float(pixels / total) if total else np.nan

    rows = [
        ConfusionShare(
            classes[i],
            classes[j],
            float(shares.real[i, j]),
            float(shares.synthetic[i, j]),
            part(pooled.real[i, j], wrong.real),
            part(pooled.synthetic[i, j], wrong.synthetic),
        )
        for i in range(len(classes))
        for j in range(len(classes))
        if i != j and (pooled.real[i, j] or pooled.synthetic[i, j])
    ]
    return tuple(sorted(rows, key=lambda row: -abs(row.real - row.synthetic))[:MOST_CONFUSIONS])


def _f1(confusion: npt.NDArray[np.int64]) -> Values:
    """(C,) F1 = 2 TP / (2 TP + FP + FN); nan where no label holds the class."""
    hits, labelled = np.diag(confusion).astype(float), confusion.sum(1)
    return np.where(labelled > 0, 2 * hits / np.maximum(labelled + confusion.sum(0), 1), np.nan)
