"""What each factor is worth: the same network, trained on sets with one factor exchanged, on real faces.

Arms: R real faces; S synthetic ones; S+NAME synthetic faces with a real factor; R-NAME real faces with the
synthetic one. Every arm has the same number of pictures, recipe and seeds. The worth of a factor is what
S+NAME scores above S, its cost what R-NAME scores below R, both paired by test picture. An exchange also
leaves seams and torn patterns: S~NAME exchanges the factor between synthetic faces, and S+NAME above S~NAME
is the worth with these the same on both sides.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch

import facegen
from facegen.datasets.errors import FacegenError
from facegen.datasets.io.progress import ProgressCallback, ProgressEvent, ignore_progress
from facegen.parse.data.device import describe_machine
from facegen.parse.data.loaded_set import LoadedSet
from facegen.parse.experiment.bootstrap import Resampled, columns
from facegen.parse.experiment.experiment_plan import REAL, nested
from facegen.parse.experiment.gap import Figure, arm_figures, figure, loss_figure, resample_arms
from facegen.parse.experiment.oracle_registry import ORACLES, Exchange
from facegen.parse.experiment.set_roles import DEFAULT
from facegen.parse.metrics.evaluate import Evaluation, compare, predict, require_convention
from facegen.parse.models.checkpoints import Parser
from facegen.parse.training.recipe import Recipe
from facegen.parse.training.train import Progress, train

FORMAT, FORMAT_VERSION = "facegen-oracles", 1
GAIN, LOSS, OWN = "+", "-", "~"  # of an arm's key: S+NAME, R-NAME, S~NAME
HEADLINE = "mean_f1_core"


@dataclass(frozen=True)
class OracleRun:
    """The settings of a run.

    Attributes
    ----------
    real, synthetic : sets to train on, of one convention and size
    hidden : real pictures that nothing is trained on
    names : oracles to run, of ORACLES
    recipe, seeds : of every training
    losses : train also on real faces with the synthetic factor
    folder : keeps the trainings, so that an interrupted run continues
    """

    real: LoadedSet
    synthetic: LoadedSet
    hidden: LoadedSet
    names: Sequence[str]
    recipe: Recipe
    seeds: int
    losses: bool
    device: torch.device
    folder: Path


def run_oracles(run: OracleRun, progress: ProgressCallback = ignore_progress) -> dict[str, Any]:
    """Train and score all arms.

    Returns
    -------
    dict of plain values: "arms" {arm: {measure: figure}}, and "oracles" with, of each, "worth",
    "worth_above_own", "cost" and "fraction_of_gap" of the measures. No pictures, and no names of them.

    Raises
    ------
    FacegenError : an unknown oracle, sets of different conventions, or a folder that holds another run.
    """
    unknown = [name for name in run.names if name not in ORACLES]
    if unknown:
        raise FacegenError(f"unknown oracle {', '.join(unknown)}; choose from {', '.join(ORACLES)}")
    for one in (run.synthetic, run.hidden):
        if one.convention.name != run.real.convention.name:
            raise FacegenError(
                f"{one.name} is {one.convention.name}, {run.real.name} {run.real.convention.name}"
            )
    count = min(len(run.real), len(run.synthetic))
    sets = {REAL: nested(run.real, count), DEFAULT: nested(run.synthetic, count)}
    parsers: dict[str, Parser] = {}
    table: dict[str, list[list[Evaluation]]] = {}
    for arm, data in sets.items():
        parsers[arm], table[arm] = _scored(run, arm, data, progress)
    for name in run.names:
        for arm, target, donor in _arms_of(name, run.losses):
            progress(ProgressEvent("exchange", arm))
            own = Exchange(sets[target], sets[donor], 0, _reader(parsers[donor], run.device))
            _, table[arm] = _scored(run, arm, ORACLES[name].apply(own), progress)
    return _content(run, table, count)


def _arms_of(name: str, losses: bool) -> list[tuple[str, str, str]]:
    """Key, target and donor of the arms of an oracle."""
    arms = [(f"{DEFAULT}{GAIN}{name}", DEFAULT, REAL), (f"{DEFAULT}{OWN}{name}", DEFAULT, DEFAULT)]
    return [*arms, (f"{REAL}{LOSS}{name}", REAL, DEFAULT)] if losses else arms


def _reader(parser: Parser, device: torch.device) -> Callable[..., Any]:
    return lambda images: predict(parser, images, device)


def _scored(
    run: OracleRun, arm: str, data: LoadedSet, progress: ProgressCallback
) -> tuple[Parser, list[list[Evaluation]]]:
    """The first parser of an arm, and the scores [one set][seed] of all on the hidden pictures."""
    parsers = []
    for seed in range(run.seeds):
        title = f"{arm}, seed {seed}"

        def report(now: Progress, title: str = title) -> None:
            progress(now.event(title))

        parser = train(data, run.recipe, seed, run.device, run.folder / f"{arm}-seed{seed}", report)
        assert parser is not None  # only with stop_after
        require_convention(parser, run.hidden)
        parsers.append(parser)
    rows = [
        compare(
            predict(one, run.hidden.images, run.device),
            run.hidden.masks,
            run.hidden.ids,
            run.hidden.convention,
            borders=False,
        )
        for one in parsers
    ]
    return parsers[0], [rows]


def _content(run: OracleRun, table: Mapping[str, list[list[Evaluation]]], count: int) -> dict[str, Any]:
    convention = run.hidden.convention
    resampled = resample_arms(table, convention)
    figures = arm_figures(resampled, convention)
    measures = [name for name, one in figures[REAL].items() if one["value"] is not None]
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "facegen": facegen.__version__,
        "machine": describe_machine(run.device),
        "recipe": asdict(run.recipe) | {"encoder_weights": Path(run.recipe.encoder_weights).name},
        "num": count,
        "seeds": run.seeds,
        "scored_on": len(run.hidden),
        "gap": {name: loss_figure(resampled, REAL, DEFAULT, name, convention) for name in measures},
        "arms": {arm: {name: figures[arm][name] for name in measures} for arm in table},
        "oracles": [_entry(resampled, name, run.losses, measures, convention) for name in run.names],
    }


def _entry(
    resampled: Resampled, name: str, losses: bool, measures: Sequence[str], convention: Any
) -> dict[str, Any]:
    gained, lost = f"{DEFAULT}{GAIN}{name}", f"{REAL}{LOSS}{name}"
    return {
        "name": name,
        "about": ORACLES[name].about,
        "worth": {m: loss_figure(resampled, gained, DEFAULT, m, convention) for m in measures},
        "worth_above_own": {
            m: loss_figure(resampled, gained, f"{DEFAULT}{OWN}{name}", m, convention) for m in measures
        },
        "cost": {m: loss_figure(resampled, REAL, lost, m, convention) for m in measures} if losses else None,
        "fraction_of_gap": _fraction(resampled, gained, convention),
    }


def _fraction(resampled: Resampled, arm: str, convention: Any) -> Figure | None:
    """Worth over gap in HEADLINE; None where the gap's interval holds 0."""
    gap = loss_figure(resampled, REAL, DEFAULT, HEADLINE, convention)
    if gap["low"] is None or gap["high"] is None or gap["low"] <= 0 <= gap["high"]:
        return None
    place = columns(convention).index(HEADLINE)
    value = {key: one[place] for key, one in resampled.values.items()}
    draws = {key: one[..., place] for key, one in resampled.draws.items()}
    return figure(
        (value[arm] - value[DEFAULT]) / (value[REAL] - value[DEFAULT]),
        (draws[arm] - draws[DEFAULT]) / (draws[REAL] - draws[DEFAULT]),
        resampled.freedom,
    )
