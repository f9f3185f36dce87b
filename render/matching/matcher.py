"""FaceSpecs that follow the distribution of a Profile: candidates are previewed, assigned and refined.

The stages, for one block of rows drawn from the profile:

    targets_of    the rows, and the values of the attributes that a preview can show
    propose       PER_ROW faces of the prior for each row, conditioned on it (condition.py)
    preview       their label maps without Blender, measured (label_preview.py)
    assign        one proposal for each row, none twice, at the lowest total cost (assignment.py)
    take_rows     the assigned faces get the colours, development targets and framing of their rows
    refine        small changes of shape bring each face nearer to its row (refinement.py)

Overrides (`--set`) are applied at the end of every stage that gives new specs (propose, take_rows, refine),
so that each preview and the result hold them. Each stage redraws or moves attributes that may be overridden.

Faces are matched in blocks that double in size, so that sample i depends on the seed and on i alone: a larger
set, a resumed one and a single sample give the same faces.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from facegen.audit.distances.univariate import cdf_gap
from facegen.audit.measures.measure_table import BY_NAME, CONTENT_NAMES
from facegen.audit.measures.schema import BINARY
from facegen.audit.profiles.measured_rows import MeasuredRows, RowSource
from facegen.cpu_threads import one_blas_thread
from facegen.datasets.keyed_random import generator
from facegen.render.matching.assignment import Space, assign, assignment_cost, out_of_reach
from facegen.render.matching.condition import condition, recolour
from facegen.render.matching.face_price import Prices
from facegen.render.matching.followers import Followers
from facegen.render.matching.knob_effects import Effects
from facegen.render.matching.label_preview import measure_specs
from facegen.render.matching.pilot_correction import START, Correction, corrected
from facegen.render.matching.redraw import Faces, price_report, redraw_dear
from facegen.render.matching.refinement import Aims, Pull, aims_of, refine
from facegen.render.matching.row_completion import completed
from facegen.render.prior.default_prior import draw_base, draw_spec
from facegen.render.spec import face_spec as s
from facegen.render.spec.overrides import Override, apply_all

Rows = npt.NDArray[np.float64]
Measure = Callable[[Iterable[s.FaceSpec]], Rows]

PER_ROW = 6  # proposals for each row: eight gain nothing that can be measured and cost a preview each
# Rows matched together. Larger blocks gain nothing, and the last one draws more rows than the set needs.
FIRST_BLOCK, LARGEST_BLOCK = 32, 256
# What a face keeps from the row it was drawn for and a preview does not show: cost of assigning it to a row
# with another value, in mean squared whitened differences (two unrelated faces are about 2 apart). Weights by
# eye.
KEPT = {
    "male": 4.0,
    "bald": 2.0,
    "glasses": 2.0,
    "hat": 2.0,
    "young": 1.0,
    "no_beard": 1.0,
    "goatee": 0.5,
    "mustache": 0.5,
    "gray_hair": 0.5,
    "5_o_clock_shadow": 0.3,
    "smiling": 0.5,
    "hair_form": 0.3,
}
# The same for numbers: cost of a difference of one unit, and that unit in degrees. Ancestry follows the skin.
KEPT_NUMBERS = {"skin_ita": (0.15, 20.0), "yaw": (0.1, 10.0), "pitch": (0.1, 6.0)}
# Knob -> the measure it needs. A knob moves only where this measure is matched: angles that a handwritten
# profile gives stay as they are.
NEEDED_MEASURE = {"yaw": "yaw_nose", "pitch": "pitch_nose"}


class Origin(NamedTuple):
    """Which draw of the prior a matched face was; the index is also that of the row it was conditioned on."""

    prior_seed: int
    prior_index: int


@dataclass(frozen=True)
class Matched:
    """One block of matched faces.

    Attributes
    ----------
    specs : n FaceSpec, in the order of the rows
    names : k content attributes that were matched
    targets : (n, k) float64, values of the rows; NaN where the row's face does not have the attribute
    predicted : (n, k) float64, what the previews of the faces show, corrected by the bias of previews
    report : JSON-ready account of the block
    origins : for each face the draw of the prior (`default_prior.draw_base`) that its proposal was
    """

    specs: list[s.FaceSpec]
    names: tuple[str, ...]
    targets: Rows = field(repr=False)
    predicted: Rows = field(repr=False)
    report: dict = field(repr=False)
    origins: tuple[Origin, ...] = ()


@dataclass(frozen=True)
class Target:
    """The rows of a profile that the faces of one block are matched to.

    Attributes
    ----------
    seed : seed of the set
    start : index of the first sample
    rows : n dicts, attribute -> value; without the attributes that are kept for comparison only
    names : k content attributes that a preview shows
    values : (n, k) float64, the rows' values of these
    binary : (k,) bool, which of them are 0 or 1
    """

    seed: int
    start: int
    rows: list[dict]
    names: tuple[str, ...]
    values: Rows
    binary: npt.NDArray[np.bool_]


def block_of(index: int) -> tuple[int, int]:
    """First row, and the one after the last, of the block that holds row `index`."""
    start, size = 0, FIRST_BLOCK
    while index >= start + size:
        start, size = start + size, min(max(start + size, FIRST_BLOCK), LARGEST_BLOCK)
    return start, start + size


def draw_specs(
    profile: RowSource | None,
    seed: int,
    indices: Sequence[int],
    total: int,
    overrides: Iterable[Override] = (),
    correction: Correction = START,
    pool: Executor | None = None,
    on_block: Callable[[Matched], object] = lambda block: None,
    on_progress: Callable[[int], object] | None = None,
) -> Iterator[s.FaceSpec]:
    """Specs of the given sample indices.

    Parameters
    ----------
    profile : distribution to follow, or None for the default prior
    seed : of the set
    indices : which samples, rising; each spec depends on (seed, index) only, whatever `total` is
    total : how many samples the set will have
    overrides : attributes that are set; they win over the prior and the profile
    correction : what a pilot render measured, see pilot_correction.py
    pool : processes that preview, of label_preview.preview_processes; None previews in this process
    on_block : called with each block that is matched
    on_progress : called with the number of previews just made

    Yields
    ------
    FaceSpec, one for each index
    """
    overrides = tuple(overrides)
    if profile is None:
        for index in indices:
            yield _drawn(seed, index, overrides)
        return
    block, (start, stop) = None, (0, 0)
    for index in indices:
        if block is None or not start <= index < stop:
            start, stop = block_of(index)
            block = match_block(profile, seed, start, stop, overrides, correction, pool, on_progress)
            on_block(block)
        yield block.specs[index - start]


@one_blas_thread
def match_block(
    profile: RowSource,
    seed: int,
    start: int,
    stop: int,
    overrides: Sequence[Override] = (),
    correction: Correction = START,
    pool: Executor | None = None,
    on_progress: Callable[[int], object] | None = None,
) -> Matched:
    """Match faces to the rows `start` to `stop` of a profile; see the module for the stages.

    Parameters
    ----------
    profile : distribution to follow
    seed : of the set
    start, stop : a block of `block_of`, or a part of its own for a pilot
    overrides, correction, pool, on_progress : as in `draw_specs`
    """
    target = targets_of(profile, seed, start, stop)
    if not target.names:
        return _conditioned_only(target, overrides, correction)
    measure = _measure_of(target, correction, pool, on_progress)
    proposals: list[s.FaceSpec] = []
    shown = measure(_collected(propose(target, overrides), proposals))
    space = _space_of(target, shown)
    origin = np.tile(np.arange(len(target.rows)), PER_ROW)
    cost = assignment_cost(space, target.values, shown, _kept_cost(target.rows, origin))
    chosen = assign(cost)
    still = [knob for knob, needed in NEEDED_MEASURE.items() if needed not in target.names]
    effects = Effects.learn(space, proposals, shown).without(still)
    pull = Pull(space, effects, Prices.learn(proposals), Followers.learn(proposals))

    def turned(rows: Sequence[int], numbers: Sequence[int], aim: Aims) -> Faces:
        """Faces for some rows, from the proposals of these numbers, refined."""
        taken = take_rows(target, rows, [proposals[j] for j in numbers], overrides, correction)
        specs, reached = refine(pull, taken, measure(taken), target.values[rows], measure, aim)
        return Faces(np.array(numbers), [apply_all(spec, overrides) for spec in specs], reached)

    first = turned(range(len(target.rows)), chosen.tolist(), aims_of)
    faces, redrawn = redraw_dear(pull.prices, cost, first, turned)
    stages = {"proposed": shown[: len(target.rows)], "assigned": shown[chosen], "refined": faces.shown}
    report = _report(space, target, shown, faces.numbers, stages)
    report["prices"] = price_report(pull.prices, proposals, faces.specs, redrawn)
    origins = origins_of(target, faces.numbers)
    return Matched(faces.specs, target.names, target.values, faces.shown, report, origins)


def targets_of(profile: RowSource, seed: int, start: int, stop: int) -> Target:
    """The rows `start` to `stop` of a profile or of a real folder."""
    columns = rows_of(profile, stop, seed)
    rows = [{name: column[i] for name, column in columns.items()} for i in range(start, stop)]
    names = tuple(n for n in CONTENT_NAMES if n in profile.names and profile.attribute(n).matched)
    values = np.array([[float(row[name]) for name in names] for row in rows])
    binary = np.array([BY_NAME[name].kind == BINARY for name in names], bool)
    return Target(seed, start, rows, names, values, binary)


def rows_of(source: RowSource, n: int, seed: int) -> dict[str, npt.NDArray]:
    """The first n rows that faces are matched to, as columns.

    Attributes that a profile keeps for comparison only are left out: the distribution of another source takes
    their place. Measured rows get what annotators would say of them (row_completion.py).
    """
    columns = source.sample(n, seed)
    matched = {name: column for name, column in columns.items() if source.attribute(name).matched}
    return completed(matched, seed) if isinstance(source, MeasuredRows) else matched


def propose(target: Target, overrides: Sequence[Override] = ()) -> Iterator[s.FaceSpec]:
    """PER_ROW faces for each row: all rows once, then all rows with other faces, and so on."""
    for k in range(PER_ROW):
        seed = proposal_seed(target.seed, k)
        for i, row in enumerate(target.rows):
            index = target.start + i
            yield apply_all(condition(draw_base(seed, index), row), overrides)


def origins_of(target: Target, chosen: Iterable[int]) -> tuple[Origin, ...]:
    """Where the chosen proposals, by their numbers in the order of `propose`, came from."""
    count = len(target.rows)
    return tuple(
        Origin(proposal_seed(target.seed, int(j) // count), target.start + int(j) % count) for j in chosen
    )


def proposal_seed(seed: int, number: int) -> int:
    """Seed of the `number`-th proposals of all rows: another face of the prior for the same row."""
    return int(generator(seed, number, "match.proposal").integers(2**48))


def take_rows(
    target: Target,
    rows: Sequence[int],
    chosen: Sequence[s.FaceSpec],
    overrides: Sequence[Override] = (),
    correction: Correction = START,
) -> list[s.FaceSpec]:
    """The faces assigned to some rows of the target, with the seed, index, colours and framing of these rows.

    What else the face draws (its hat, its hair) keeps the draws of the proposal, so drawing with the final
    seed and index gives something else: `Matched.origins` says which proposal a face was.
    """
    specs = []
    for i, spec in zip(rows, chosen, strict=True):
        own = s.replace(s.replace(spec, "seed", target.seed), "index", target.start + i)
        specs.append(apply_all(recolour(own, corrected(target.rows[i], correction)), overrides))
    return specs


def _measure_of(
    target: Target,
    correction: Correction,
    pool: Executor | None,
    on_progress: Callable[[int], object] | None,
) -> Measure:
    """A function of specs: the (n, k) values that their finished masks are predicted to show."""
    place = [CONTENT_NAMES.index(name) for name in target.names]
    bias = np.array([correction.bias.get(name, 0.0) for name in target.names])

    def measure(specs: Iterable[s.FaceSpec]) -> Rows:
        shown = measure_specs(specs, pool, on_progress)[:, place]
        # A value of 0 means that there is none (no hair below the mouth, no fringe): the render has none
        # either.
        return np.where(target.binary | (shown == 0), shown, shown + bias)

    return measure


def _collected(specs: Iterable[s.FaceSpec], into: list[s.FaceSpec]) -> Iterator[s.FaceSpec]:
    """The specs one by one, each kept: they are drawn while processes preview those before them."""
    for spec in specs:
        into.append(spec)
        yield spec


def _space_of(target: Target, shown: Rows) -> Space:
    """The whitened space of the targets.

    Attributes that are constant over all proposals are left out of it; otherwise their unreachable targets
    would shift the correlated attributes.
    """
    varies = np.array([len(np.unique(column[~np.isnan(column)])) > 1 for column in shown.T])
    return Space.of(np.where(varies, target.values, np.nan), target.binary)


def _drawn(seed: int, index: int, overrides: Sequence[Override]) -> s.FaceSpec:
    """A face of the default prior. Overrides of the identity come first: grey hair follows a given age."""
    spec = draw_spec(seed, index)
    person = [override for override in overrides if override.path.startswith("identity.")]
    if person:
        spec = draw_spec(seed, index, apply_all(spec, person).identity)
    return apply_all(spec, overrides)


def _conditioned_only(target: Target, overrides: Sequence[Override], correction: Correction) -> Matched:
    """Rows without anything that a preview shows: one face for each row, conditioned on it."""
    specs = []
    for i, row in enumerate(target.rows):
        wanted = corrected(row, correction)
        spec = recolour(condition(draw_base(target.seed, target.start + i), wanted), wanted)
        specs.append(apply_all(spec, overrides))
    n = len(target.rows)
    nothing = np.empty((n, 0))
    report = {"rows": n, "proposals": n, "faces": n, "out_of_reach": {}, "stages": {}}
    origins = tuple(Origin(target.seed, target.start + i) for i in range(n))
    return Matched(specs, (), nothing, nothing, report, origins)


def _kept_cost(rows: Sequence[Mapping], origin: npt.NDArray[np.int_]) -> Rows:
    """(n, m) cost of giving row i a face that was drawn for row origin[j]."""
    cost = np.zeros((len(rows), len(rows)))
    for name, weight in KEPT.items():
        if name in rows[0]:
            values = np.array([row[name] for row in rows])
            cost += weight * (values[:, None] != values[None, :])
    for name, (weight, unit) in KEPT_NUMBERS.items():
        if name in rows[0]:
            values = np.array([row[name] for row in rows], float)
            values = np.where(np.isnan(values), np.nanmedian(values), values)
            cost += weight * ((values[:, None] - values[None, :]) / unit) ** 2
    return cost[:, origin]


def _report(
    space: Space,
    target: Target,
    shown: Rows,
    chosen: npt.NDArray[np.int_],
    stages: Mapping[str, Rows],
) -> dict:
    """What matching did: distances of paired rows and of distributions after each stage, reach, diversity."""
    return {
        "rows": len(target.values),
        "proposals": len(shown),
        "faces": len(set(chosen.tolist())),
        "out_of_reach": out_of_reach(target.names, target.binary, target.values, shown),
        "stages": {
            stage: {
                "distance": round(float(space.distance(found, target.values).mean()), 4),
                "mean_w1": round(float(np.nanmean(_marginal_distances(space, target.values, found))), 4),
            }
            for stage, found in stages.items()
        },
        "nearest_neighbour": {
            "targets": _nearest(space, target.values),
            "faces": _nearest(space, stages["refined"]),
        },
    }


def _marginal_distances(space: Space, targets: Rows, found: Rows) -> Rows:
    """(k,) W1 of each attribute in standard deviations of the targets; NaN where one side never has it."""
    out = np.full(targets.shape[1], np.nan)
    for j in range(targets.shape[1]):
        out[j] = w1(targets[:, j], found[:, j]) / space.scale[j]
    return out


def w1(one: Rows, other: Rows) -> float:
    """Wasserstein-1 distance of two columns (n,) and (m,) float64, in their unit.

    NaN values are left out; NaN where a column has none other. The audit's own sum of differences of
    cumulative distributions is used, so that a report and the audit agree to the last digit.
    """
    a, b = one[~np.isnan(one)], other[~np.isnan(other)]
    if not len(a) or not len(b):
        return float("nan")
    pooled = np.concatenate([a, b])
    order = np.argsort(pooled)
    in_one = (order < len(a))[None].astype(float)
    return float(cdf_gap(pooled[order], in_one, 1 - in_one)[0][0])


def _nearest(space: Space, rows: Rows) -> float:
    """Median whitened distance of a row to its nearest other row: small where faces repeat one another."""
    from scipy.spatial import cKDTree

    z = space.whiten(rows) / np.sqrt(rows.shape[1])
    return round(float(np.median(cKDTree(z).query(z, k=2)[0][:, 1])), 4)
