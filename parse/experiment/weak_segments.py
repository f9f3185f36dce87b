"""Segments of the test set on which synthetic training loses most, found by shallow trees.

The test pictures are split in two halves. On the first one a regression tree of at most LEAVES leaves is
grown on each pair of attributes against the loss, and its worst leaf is a candidate. The candidates that
stand out most are then measured on the second half, which had no part in finding them: mean loss inside and
outside with Welch intervals, and p values with Holm's adjustment for all candidates tested (Holm, A simple
sequentially rejective multiple test procedure, Scandinavian Journal of Statistics 6, 1979). Slice discovery
by trees: Chung et al., Slice Finder, ICDE 2019.

The loss of a picture is (N,) float64; attributes are (N, k) float64, nan = not measured. A picture belongs to
no segment of an attribute that was not measured on it.
"""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import stats
from sklearn.tree import DecisionTreeRegressor

from facegen.datasets.keyed_random import keyed_generator
from facegen.parse.metrics.scores import number

LEAVES = 4
MIN_FACES = 12  # of a leaf in each half: fewer have no mean worth an interval
MIN_KNOWN = 0.8  # of the pictures, on which an attribute must be measured
TESTED = 20  # candidates measured on the second half
SHOWN = 12  # attributes of the heat map
LEVEL = 0.95
WEAK, NOT_CLEAR = "weak", "not clear"

Values = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Segment:
    """A box in the plane of two attributes (or one, named twice).

    Attributes
    ----------
    attributes : names
    low, high : the values of each attribute that belong to it: low < value <= high
    """

    attributes: tuple[str, str]
    low: tuple[float, float]
    high: tuple[float, float]

    def holds(self, pair: Values) -> npt.NDArray[np.bool_]:
        """(n,) bool: which rows (n, 2) lie in it; unmeasured ones do not."""
        with np.errstate(invalid="ignore"):
            inside = (pair > self.low) & (pair <= self.high)
        return np.asarray(inside.all(1) & ~np.isnan(pair).any(1))

    @property
    def words(self) -> str:
        """ "hair_low > 0.61 and yaw_nose <= -12"."""
        parts: dict[str, None] = {}
        for name, low, high in zip(self.attributes, self.low, self.high, strict=True):
            if np.isfinite(low):
                parts[f"{name} > {low:.3g}"] = None
            if np.isfinite(high):
                parts[f"{name} <= {high:.3g}"] = None
        return " and ".join(parts)


@dataclass(frozen=True)
class _Candidate:
    """A segment, how clearly it stands out on the first half (Welch's t), and the columns it is of."""

    segment: Segment
    t: float
    columns: tuple[int, int]


def weak_segments(names: Sequence[str], values: Values, loss: Values, seed: int = 0) -> dict[str, Any] | None:
    """Find and test weak segments.

    Parameters
    ----------
    names : k attributes
    values : (N, k) float64
    loss : (N,) float64, larger is worse; nan = not measured
    seed : of the split in halves

    Returns
    -------
    dict of plain values: "found_on" and "tested_on" (pictures), "tested" (candidates), "rows" by rising p,
    each with "segment", "attributes", "faces", "loss" and "excess" over the other pictures as figures, "p",
    "p_adjusted" and "verdict"; and "heat_map" {"attributes", "excess" (rows of cells, None = not measured)}.
    None where too few pictures or attributes are measured.
    """
    known = np.flatnonzero(~np.isnan(loss))
    usable = (
        [
            i
            for i in range(len(names))
            if (~np.isnan(values[known, i])).mean() >= MIN_KNOWN and np.nanstd(values[known, i]) > 0
        ]
        if len(known)
        else []
    )
    if len(known) < 4 * MIN_FACES or not usable:
        return None
    order = keyed_generator(seed, "weak segments").permutation(known)
    first, second = order[: len(order) // 2], order[len(order) // 2 :]
    candidates = sorted(_candidates(names, values[first], loss[first], usable), key=lambda one: -one.t)
    rows = [_measured(one, values[second], loss[second]) for one in _distinct(candidates)]
    tested = [row for row in rows if row is not None]
    for row, adjusted in zip(tested, holm([row["p"] for row in tested]), strict=True):
        row["p_adjusted"] = adjusted
        row["verdict"] = WEAK if adjusted <= 1 - LEVEL else NOT_CLEAR
    return {
        "found_on": len(first),
        "tested_on": len(second),
        "tested": len(tested),
        "rows": sorted(tested, key=lambda row: row["p"]),
        "heat_map": _heat_map(candidates, values[second], loss[second]),
    }


def holm(p: Sequence[float]) -> list[float]:
    """P values adjusted for testing all of them, in the order given (Holm, 1979)."""
    order = np.argsort(p, kind="stable")
    steps = np.asarray(p, float)[order] * np.arange(len(p), 0, -1)
    adjusted = np.empty(len(p))
    adjusted[order] = np.minimum(1, np.maximum.accumulate(steps)) if len(p) else []
    return [float(one) for one in adjusted]


def _candidates(
    names: Sequence[str], values: Values, loss: Values, usable: Sequence[int]
) -> Iterator[_Candidate]:
    """The worst leaf of the tree of each pair of attributes, and of each attribute alone."""
    for pair in itertools.combinations_with_replacement(usable, 2):
        table = values[:, pair]
        rows = ~np.isnan(table).any(1)
        if rows.sum() < 2 * MIN_FACES:
            continue
        tree = DecisionTreeRegressor(max_leaf_nodes=LEAVES, min_samples_leaf=MIN_FACES, random_state=0)
        tree.fit(table[rows], loss[rows])
        segment = _worst_leaf(tree, (names[pair[0]], names[pair[1]]))
        inside = segment.holds(table)
        if MIN_FACES <= inside.sum() <= rows.sum() - MIN_FACES:
            yield _Candidate(segment, welch(loss[inside], loss[rows & ~inside])[1], pair)


def _worst_leaf(tree: DecisionTreeRegressor, attributes: tuple[str, str]) -> Segment:
    """The leaf with the highest mean as a box."""
    grown = tree.tree_
    boxes = [(0, (-np.inf, -np.inf), (np.inf, np.inf))]
    best, worst = Segment(attributes, (-np.inf,) * 2, (np.inf,) * 2), -np.inf
    while boxes:
        node, low, high = boxes.pop()
        column, cut = int(grown.feature[node]), float(grown.threshold[node])
        if grown.children_left[node] < 0:
            mean = float(grown.value[node].ravel()[0])
            if mean > worst:
                best, worst = Segment(attributes, low, high), mean
            continue
        under = (min(high[0], cut), high[1]) if column == 0 else (high[0], min(high[1], cut))
        over = (max(low[0], cut), low[1]) if column == 0 else (low[0], max(low[1], cut))
        boxes += [(int(grown.children_left[node]), low, under), (int(grown.children_right[node]), over, high)]
    return best


def _distinct(candidates: Sequence[_Candidate]) -> list[_Candidate]:
    """The first TESTED candidates that differ in words: pairs whose second attribute says nothing repeat."""
    return list({one.segment.words: one for one in reversed(candidates)}.values())[::-1][:TESTED]


def welch(inside: Values, outside: Values) -> tuple[float, float, float, float]:
    """Difference of means, Welch's t, degrees of freedom, and the standard error; t is 0 without spread."""
    parts = inside.var(ddof=1) / len(inside), outside.var(ddof=1) / len(outside)
    error = float(np.sqrt(sum(parts)))
    difference = float(inside.mean() - outside.mean())
    if error == 0:
        return difference, 0.0, 1.0, 0.0
    freedom = error**4 / (parts[0] ** 2 / (len(inside) - 1) + parts[1] ** 2 / (len(outside) - 1))
    return difference, difference / error, float(freedom), error


def _sides(one: _Candidate, values: Values, loss: Values) -> tuple[Values, Values] | None:
    """Losses inside and outside a segment; None where a side has too few pictures."""
    table = values[:, one.columns]
    inside = one.segment.holds(table)
    outside = ~np.isnan(table).any(1) & ~inside
    return None if min(inside.sum(), outside.sum()) < MIN_FACES else (loss[inside], loss[outside])


def _measured(one: _Candidate, values: Values, loss: Values) -> dict[str, Any] | None:
    """A candidate on the second half; None where too few pictures lie in it."""
    sides = _sides(one, values, loss)
    if sides is None:
        return None
    inside, outside = sides
    difference, t, freedom, error = welch(inside, outside)
    reach = float(stats.t.ppf(0.5 + LEVEL / 2, freedom)) * error
    own = float(stats.t.ppf(0.5 + LEVEL / 2, len(inside) - 1) * inside.std(ddof=1) / np.sqrt(len(inside)))
    mean = float(inside.mean())
    return {
        "segment": one.segment.words,
        "attributes": sorted(set(one.segment.attributes)),
        "faces": len(inside),
        "loss": {"value": mean, "low": mean - own, "high": mean + own},
        "excess": {"value": difference, "low": difference - reach, "high": difference + reach},
        "p": float(stats.t.sf(t, freedom)),
    }


def _heat_map(candidates: Sequence[_Candidate], values: Values, loss: Values) -> dict[str, Any]:
    """Excess loss of the worst leaf of each pair on the second half, for the attributes found first."""
    found = dict.fromkeys(name for one in candidates for name in one.segment.attributes)
    shown = list(found)[:SHOWN]
    cells: list[list[float | None]] = [[None] * len(shown) for _ in shown]
    for one in candidates:
        if not all(name in shown for name in one.segment.attributes):
            continue
        sides = _sides(one, values, loss)
        if sides is not None:
            i, j = (shown.index(name) for name in one.segment.attributes)
            cells[i][j] = cells[j][i] = number(float(sides[0].mean() - sides[1].mean()))
    return {"attributes": shown, "excess": cells}
