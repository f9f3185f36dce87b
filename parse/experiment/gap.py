"""From scored trainings to figures with intervals: arms, the gap and its split, controls, curves.

Everything here is plain JSON values; a figure is {"value", "low", "high"}, None where not measured.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from facegen.datasets.conventions.label_conventions import Convention
from facegen.parse.experiment.bootstrap import Resampled, columns, counts_of, covered, interval, resample
from facegen.parse.experiment.experiment_plan import REAL, Plan, Training, adapted_key
from facegen.parse.experiment.learning_curves import fit_power_law
from facegen.parse.experiment.run_plan import ScoredTraining
from facegen.parse.experiment.set_roles import DEFAULT, MATCHED
from facegen.parse.experiment.shapley import ARMS, fractions, split_gap
from facegen.parse.metrics.evaluate import Evaluation
from facegen.parse.metrics.scores import number

HEADLINE = ("mean_f1_core", "mean_f1", "mean_iou")  # the 14-class mean is the one to improve

Figure = dict[str, float | None]


def evaluations(plan: Plan, scored: Mapping[str, ScoredTraining]) -> dict[str, list[list[Evaluation]]]:
    """{arm: [rendered set][seed]} of all arms, each followed by its partner behind the adapter."""
    table = {}
    for key, rows in plan.arms.items():
        table[key] = [[scored[one.name].plain for one in row] for row in rows]
        table[adapted_key(key)] = [[_adapted(scored[one.name]) for one in row] for row in rows]
    return table


def _adapted(one: ScoredTraining) -> Evaluation:
    assert one.adapted is not None, one.training.name  # only controls have none
    return one.adapted


def stacked(table: Sequence[Sequence[Evaluation]]) -> np.ndarray:
    """Counts (J, K, N, 3, C) of an arm."""
    return np.stack([np.stack([counts_of(one.confusions) for one in row]) for row in table])


def resample_arms(
    table: Mapping[str, list[list[Evaluation]]], convention: Convention, faces: np.ndarray | None = None
) -> Resampled:
    """Bootstrap the arms of `evaluations`; an arm and its adapted partner share their trainings' draws.

    faces : (N,) bool, the test pictures to take; None takes all
    """
    family = {adapted_key(key): key for key in table}
    taken = slice(None) if faces is None else faces
    return resample(
        {arm: stacked(rows)[:, :, taken] for arm, rows in table.items()},
        {arm: family.get(arm, arm) for arm in table},
        convention,
    )


def figure(value: Any, draws: np.ndarray, freedom: Sequence[float]) -> Figure:
    """A value and the interval of its draws (1 + D, B)."""
    low, high = interval(np.asarray(value, float), draws, freedom)
    return {"value": number(float(value)), "low": number(float(low)), "high": number(float(high))}


def arm_figures(resampled: Resampled, convention: Convention) -> dict[str, dict[str, Figure]]:
    """{arm: {measure: figure}}; measures are the classes' F1 and the means."""
    return {
        arm: {
            name: _score(figure(value, resampled.draws[arm][..., i], resampled.freedom))
            for i, (name, value) in enumerate(zip(columns(convention), values, strict=True))
        }
        for arm, values in resampled.values.items()
    }


def _score(one: Figure) -> Figure:
    """A figure with its interval clipped to [0, 1]."""
    return {key: None if value is None else min(max(value, 0.0), 1.0) for key, value in one.items()}


def loss_figure(
    resampled: Resampled, first: str, second: str, measure: str, convention: Convention
) -> Figure:
    """By how much one arm scores above another in one measure."""
    place = columns(convention).index(measure)
    return figure(
        resampled.values[first][place] - resampled.values[second][place],
        resampled.draws[first][..., place] - resampled.draws[second][..., place],
        resampled.freedom,
    )


def best_informed(arms: Collection[str]) -> str | None:
    """The synthetic arm with most information about the real set: matched, else default, else None."""
    return next((key for key in (MATCHED, DEFAULT) if key in arms), None)


def other_sets(arms: Iterable[str]) -> list[str]:
    """Of all arms those of sets outside the split, without their adapted partners."""
    present = list(arms)
    partners = {adapted_key(key) for key in present}
    return [key for key in present if key not in ARMS and key not in partners]


def comparison_figures(resampled: Resampled, convention: Convention) -> dict[str, Any] | None:
    """What sets outside the split score above its best informed arm.

    Returns
    -------
    {"reference": arm, "above_reference": {arm: {measure: figure}}} in the headline measures; None where there
    is nothing to compare
    """
    reference, others = best_informed(resampled.values), other_sets(resampled.values)
    if reference is None or not others:
        return None
    above = {
        arm: {name: loss_figure(resampled, arm, reference, name, convention) for name in HEADLINE}
        for arm in others
    }
    return {"reference": reference, "above_reference": above}


def gap_figures(resampled: Resampled, convention: Convention) -> dict[str, Any]:
    """{measure: gap, its split, ratios}. `split` is None where an arm of it was not trained, `fractions`
    where the gap's interval holds 0."""
    result = {}
    whole = all(arm in resampled.values for arm in ARMS)
    freedom = resampled.freedom
    for i, name in enumerate(columns(convention)):
        values = {arm: one[i] for arm, one in resampled.values.items()}
        draws = {arm: one[..., i] for arm, one in resampled.draws.items()}
        if any(np.isnan(values[arm]) for arm in values):
            continue
        entry: dict[str, Any] = {
            f"{REAL} - {key}": figure(values[REAL] - values[key], draws[REAL] - draws[key], freedom)
            for key in values
            if key != REAL
        }
        entry["relative_to_real"] = {
            f"{top} / {base}": figure(values[top] / values[base], _ratio(draws[top], draws[base]), freedom)
            for base, tops in ((REAL, (DEFAULT, MATCHED)), ("R_L", ("S_L", "S_DL")))
            for top in tops
            if top in values and values[base] > 0
        }
        entry["split"] = _split(values, draws, freedom) if whole else None
        result[name] = entry
    return result


def _split(
    values: dict[str, float], draws: dict[str, np.ndarray], freedom: Sequence[float]
) -> dict[str, Any]:
    point, drawn = split_gap(values), split_gap(draws)
    gap = figure(point.gap, drawn.gap, freedom)
    low, high = (np.nan if gap[end] is None else gap[end] for end in ("low", "high"))
    portions = fractions(point, low, high)  # type: ignore[arg-type]
    return {
        "gap": gap,
        "parts": {part: figure(v, drawn.parts[part], freedom) for part, v in point.parts.items()},
        "orders": {
            order: {part: figure(v, drawn.orders[order][part], freedom) for part, v in parts.items()}
            for order, parts in point.orders.items()
        },
        "fractions": None
        if portions is None
        else {part: figure(v, _ratio(drawn.parts[part], drawn.gap), freedom) for part, v in portions.items()},
    }


def _ratio(top: np.ndarray, base: np.ndarray) -> np.ndarray:
    return np.where(base != 0, top / np.where(base != 0, base, 1), np.nan)


def difference(first: Evaluation, second: Evaluation) -> dict[str, Figure]:
    """First minus second on the same pictures, headline measures; the interval covers the pictures only."""
    convention = first.convention
    one = resample({"a": stacked([[first]]), "b": stacked([[second]])}, {"a": "a", "b": "b"}, convention)
    return {name: loss_figure(one, "a", "b", name, convention) for name in HEADLINE}


def control_figures(plan: Plan, scored: Mapping[str, ScoredTraining]) -> dict[str, Any]:
    """Differences that do not come from synthetic faces: two halves of the real ones, two renders of one
    order, reweighted real faces. None where not trained.

    Reweighting to the default set's distribution draws some real faces many times, which lowers the score by
    itself: the reweighted faces are compared with real faces that are repeated as often.
    """

    def plain(one: Training) -> Evaluation:
        return scored[one.name].plain

    repeats = {
        key: difference(plain(rows[0][0]), plain(rows[1][0]))
        for key, rows in plan.arms.items()
        if key in (DEFAULT, MATCHED) and len(rows) > 1
    }
    return {
        "real_half_minus_other_half": difference(plain(plan.halves[0]), plain(plan.halves[1]))
        if plan.halves
        else None,
        "rendered_set_minus_other_set": repeats or None,
        "repeated_real_minus_reweighted_real": difference(*map(plain, plan.reweighted))
        if plan.reweighted
        else None,
        "reweighted_distinct_faces": len(set(plan.reweighted[0].data.ids)) if plan.reweighted else None,
    }


def taught_figures(plan: Plan, scored: Mapping[str, ScoredTraining]) -> dict[str, Any] | None:
    """What unlabelled pictures bring to the arm `plan.taught_of`, on its first set; None where not trained.

    Returns
    -------
    {"of", "pictures", "settings", "figures": {"plain", "adapted"}, "gain": {"plain", "adapted"}} in the
    headline measures
    """
    if not plan.taught:
        return None
    key, rows = plan.taught_of, plan.arms[plan.taught_of][0]
    with_, convention = "taught", scored[rows[0].name].plain.convention
    table = {}
    for name, trainings in ((key, rows), (with_, plan.taught)):
        table[name] = [[scored[one.name].plain for one in trainings]]
        table[adapted_key(name)] = [[_adapted(scored[one.name]) for one in trainings]]
    resampled = resample_arms(table, convention)
    figures = arm_figures(resampled, convention)
    kinds = {"plain": (with_, key), "adapted": (adapted_key(with_), adapted_key(key))}
    unlabelled = plan.taught[0].unlabelled
    assert unlabelled is not None  # that is what makes it one of plan.taught
    return {
        "of": key,
        "pictures": len(unlabelled.data),
        "settings": asdict(unlabelled.settings),
        "figures": {kind: {m: figures[arm][m] for m in HEADLINE} for kind, (arm, _) in kinds.items()},
        "gain": {
            kind: {m: loss_figure(resampled, arm, base, m, convention) for m in HEADLINE}
            for kind, (arm, base) in kinds.items()
        },
    }


def curve_figures(
    line: Mapping[int, Training], scored: Mapping[str, ScoredTraining], key: str
) -> dict[str, Any]:
    """The points of a curve and the power laws fitted through them.

    Returns
    -------
    {"points": [{"n", arm: {measure: figure}}] by rising number of images, "fits": {arm: {measure: the fit or
    None}}}; the intervals cover the test pictures only
    """
    points: list[dict[str, Any]] = []
    for count, training in line.items():
        one = scored[training.name]
        table = {key: [[one.plain]], adapted_key(key): [[_adapted(one)]]}
        figures = arm_figures(resample_arms(table, one.plain.convention), one.plain.convention)
        points.append({"n": count, **{arm: {m: figures[arm][m] for m in HEADLINE} for arm in table}})
    fits: dict[str, Any] = {}
    for arm in (key, adapted_key(key)):
        for measure in HEADLINE:
            pairs = [(p["n"], p[arm][measure]["value"]) for p in points if p["n"]]
            known = [pair for pair in pairs if pair[1] is not None]
            fit = fit_power_law([n for n, _ in known], [score for _, score in known])
            fits.setdefault(arm, {})[measure] = None if fit is None else fit.as_json()
    return {"points": points, "fits": fits}


def interval_note(table: Mapping[str, list[list[Evaluation]]]) -> dict[str, Any]:
    """What the intervals cover, in words: `covers` for all arms together, `arms` for each."""
    shapes = {arm: (len(rows), len(rows[0])) for arm, rows in table.items()}
    return {
        "level": 0.95,
        "covers": covered({arm: np.empty(shape) for arm, shape in shapes.items()}),
        "arms": {arm: covered({arm: np.empty(shape)}) for arm, shape in shapes.items()},
        "rendered_sets": {arm: shape[0] for arm, shape in shapes.items()},
        "seeds": next(iter(shapes.values()))[1],
    }
