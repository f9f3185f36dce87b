"""FaceSpecs whose law is a Profile's: many faces are previewed, and the ones that fit are kept.

For every row drawn from the profile PER_TARGET faces of the prior are bent to it (follow.py) and previewed
without Blender (proposals.py). All of them then compete for all rows: each row gets one face and no face
serves twice (assign.py). Chosen faces take their row's colours, look and framing and are refined (refine.py).

Faces are matched in blocks that double in size, so that sample i depends on the seed and on i alone: a
larger set, a resumed one and a single sample give the same faces.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field

import numpy as np

from facegen.audit.distances.univariate import cdf_gap
from facegen.audit.measures.measure_table import BY_NAME, CONTENT_NAMES
from facegen.audit.measures.schema import BINARY
from facegen.blas_threads import one_blas_thread
from facegen.render.matching.assignment import Space, assign, out_of_reach
from facegen.render.matching.condition import follow, recolour
from facegen.render.matching.label_preview import measure_specs
from facegen.render.matching.pilot_correction import START, Correction, asked
from facegen.render.matching.refinement import Effects, refine, scatter
from facegen.render.prior.default_prior import draw_base, draw_spec
from facegen.render.spec import face_spec as s
from facegen.render.spec.keyed_random import Draw, generator
from facegen.render.spec.overrides import Override, apply_all

PER_TARGET = 8  # proposals a row
FIRST_BLOCK, LARGEST_BLOCK = 32, 256  # rows matched together; larger ones gain nothing and waste the last
# What a face keeps from the row it was drawn for and a preview does not show: cost of standing for a row that
# says otherwise, in mean squared whitened differences (two unrelated faces are about 2 apart).
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
# Numbers of a row that shape the face: cost of a gap of one spread (degrees). Ancestry follows the skin.
KEPT_NUMBERS = {"skin_ita": (0.15, 20.0), "yaw": (0.1, 10.0), "pitch": (0.1, 6.0)}
# A knob turns only where its own measure is matched: a law of angles written by hand stays as it is.
LED_BY = {"yaw": "yaw_nose", "pitch": "pitch_nose"}


@dataclass(frozen=True)
class Matched:
    """One block of matched faces.

    Attributes
    ----------
    specs : n FaceSpec, row for row
    targets : (n, k) what each row asks for; expected : (n, k) what the faces show, over `names`
    report : JSON-ready account of the block
    """

    specs: list[s.FaceSpec]
    names: tuple[str, ...]
    targets: np.ndarray = field(repr=False)
    expected: np.ndarray = field(repr=False)
    report: dict = field(repr=False)


def block_of(index: int) -> tuple[int, int]:
    """First and last-plus-one row of the block that holds row `index`."""
    start, size = 0, FIRST_BLOCK
    while index >= start + size:
        start, size = start + size, min(max(start + size, FIRST_BLOCK), LARGEST_BLOCK)
    return start, start + size


def draw_specs(
    profile,
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
    profile : audit.profile.Profile or None for the default prior
    indices : which samples, rising; each spec depends on (seed, index) only, whatever `total` is
    total : how many samples the set will have
    overrides : applied last
    correction : what a pilot render taught, see pilot.py
    pool : processes that preview, see proposals.preview_processes
    on_block : told of each block that is matched; on_progress : of the number of previews just made
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
    profile,
    seed: int,
    start: int,
    stop: int,
    overrides: Sequence[Override] = (),
    correction: Correction = START,
    pool: Executor | None = None,
    on_progress: Callable[[int], object] | None = None,
) -> Matched:
    """Match rows start to stop of the profile; see the module for how."""
    columns = profile.sample(stop, seed)
    # What is kept for comparison only must not be followed: the law of another source takes its place.
    said = {name: column for name, column in columns.items() if profile.attribute(name).matched}
    rows = [{name: column[i] for name, column in said.items()} for i in range(start, stop)]
    names = tuple(n for n in CONTENT_NAMES if n in profile.names and profile.attribute(n).matched)
    if not names:
        return _followed(profile, seed, start, rows, overrides, correction)
    place = [CONTENT_NAMES.index(name) for name in names]
    bias = np.array([correction.bias.get(name, 0.0) for name in names])
    binary = np.array([BY_NAME[name].kind == BINARY for name in names])
    targets = np.array([[float(row[name]) for name in names] for row in rows])

    def measure(specs):
        shown = measure_specs(specs, pool, on_progress)[:, place]
        # What is not there at all (no hair under the mouth, no fringe) is not there in the render either.
        return np.where(binary | (shown == 0), shown, shown + bias)

    proposals = []

    def propose():
        for k in range(PER_TARGET):
            for i, row in enumerate(rows):
                spec = apply_all(_proposal(proposal_seed(seed, k), start + i, row), overrides)
                proposals.append(spec)
                yield spec

    shown = measure(propose())
    # What no proposal can follow must not draw other attributes along through the correlations.
    varies = np.array([len(np.unique(column[~np.isnan(column)])) > 1 for column in shown.T])
    space = Space.of(np.where(varies, targets, np.nan), binary)
    origin = np.tile(np.arange(len(rows)), PER_TARGET)
    chosen = assign(space, targets, shown, _kept_cost(rows, origin))
    assigned = shown[chosen]
    specs = []
    for i, (row, j) in enumerate(zip(rows, chosen, strict=True)):
        own = s.replace(s.replace(proposals[j], "seed", seed), "index", start + i)
        specs.append(apply_all(recolour(own, asked(row, correction)), overrides))
    effects = Effects.learn(space, proposals, shown).without(
        [knob for knob, led_by in LED_BY.items() if led_by not in names]
    )
    refined, reached = refine(space, effects, specs, measure(specs), targets, measure)
    specs = [apply_all(spec, overrides) for spec in refined]
    stages = {"followed": shown[: len(rows)], "assigned": assigned, "refined": reached}
    report = _report(space, names, binary, targets, shown, chosen, stages)
    return Matched(specs, names, targets, reached, report)


def _drawn(seed, index, overrides):
    """A face of the default prior. What is set of who it is comes first: grey hair follows a given age."""
    spec = draw_spec(seed, index)
    person = [override for override in overrides if override.path.startswith("identity.")]
    if person:
        spec = draw_spec(seed, index, apply_all(spec, person).identity)
    return apply_all(spec, overrides)


def proposal_seed(seed: int, number: int) -> int:
    """Seed of the `number`-th proposals of all rows: another face of the prior for the same row."""
    return int(generator(seed, number, "match.proposal").integers(2**48))


def _followed(profile, seed, start, rows, overrides, correction):
    """Rows that say nothing a preview shows: each face follows its own, there is nothing to choose by."""
    specs = []
    for i, row in enumerate(rows):
        specs.append(apply_all(follow(draw_base(seed, start + i), asked(row, correction)), overrides))
    nothing = np.empty((len(rows), 0))
    report = {"rows": len(rows), "proposals": len(rows), "faces": len(rows), "out_of_reach": {}, "stages": {}}
    return Matched(specs, (), nothing, nothing, report)


def _proposal(seed, index, row):
    followed = follow(draw_base(seed, index), row)
    return scatter(followed, Draw(seed, index))


def _kept_cost(rows, origin):
    """(n, m) cost of giving row i a face drawn for row origin[j]."""
    cost = np.zeros((len(rows), len(rows)))
    for name, weight in KEPT.items():
        if name in rows[0]:
            values = np.array([row[name] for row in rows])
            cost += weight * (values[:, None] != values[None, :])
    for name, (weight, spread) in KEPT_NUMBERS.items():
        if name in rows[0]:
            values = np.array([row[name] for row in rows], float)
            values = np.where(np.isnan(values), np.nanmedian(values), values)
            cost += weight * ((values[:, None] - values[None, :]) / spread) ** 2
    return cost[:, origin]


def _report(space, names, binary, targets, shown, chosen, stages):
    """What matching did: distances of paired rows and of laws before and after, reach, diversity."""
    return {
        "rows": len(targets),
        "proposals": len(shown),
        "faces": len(set(chosen.tolist())),
        "out_of_reach": out_of_reach(names, binary, targets, shown),
        "stages": {
            stage: {
                "distance": round(float(space.distance(found, targets).mean()), 4),
                "mean_w1": round(float(np.nanmean(_law_gaps(space, targets, found))), 4),
            }
            for stage, found in stages.items()
        },
        "nearest_neighbour": {
            "targets": _nearest(space, targets),
            "faces": _nearest(space, stages["refined"]),
        },
    }


def _law_gaps(space, targets, found):
    """(k,) W1 of each attribute in spreads of the targets; NaN where one side never has it."""
    out = np.full(targets.shape[1], np.nan)
    for j in range(targets.shape[1]):
        out[j] = w1(targets[:, j], found[:, j]) / space.scale[j]
    return out


def w1(one: np.ndarray, other: np.ndarray) -> float:
    """Wasserstein-1 of two columns (n,) and (m,) float64, NaN left out; NaN where one is empty."""
    a, b = one[~np.isnan(one)], other[~np.isnan(other)]
    if not len(a) or not len(b):
        return float("nan")
    pooled = np.concatenate([a, b])
    order = np.argsort(pooled)
    mine = (order < len(a))[None].astype(float)
    return float(cdf_gap(pooled[order], mine, 1 - mine)[0][0])


def _nearest(space, rows):
    """Median distance of a row to its nearest other row, whitened: how alike the most alike are."""
    from scipy.spatial import cKDTree

    z = space.whiten(rows) / np.sqrt(rows.shape[1])
    return round(float(np.median(cKDTree(z).query(z, k=2)[0][:, 1])), 4)
