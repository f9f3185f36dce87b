"""Trains what a plan lists and judges each training on real faces; what the folder holds is kept."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import torch

from facegen.datasets.errors import FacegenError
from facegen.datasets.layouts.face_set import FaceSet
from facegen.parse.data.device import gpu_memory
from facegen.parse.experiment.experiment_plan import Plan, Training
from facegen.parse.experiment.scoring_cache import NETWORK, PROBABILITIES, RULES, Judge
from facegen.parse.metrics.evaluate import Evaluation
from facegen.parse.metrics.validation_log import ValidationLook, overfitting, read_looks
from facegen.parse.models.checkpoints import load_parser, read_torch
from facegen.parse.training.trainer import (
    CHECKPOINT_FILE,
    STATE_FILE,
    Progress,
    Recipe,
    require_key,
    train,
    training_key,
)

FREE_MEMORY = (
    "while scoring: close what else runs on the GPU, or call again with --device cpu; what is trained stays"
)
MADE_WITH = ("facegen", "device", "precision")  # metadata that should not differ between trainings


@dataclass(frozen=True)
class Judged:
    """A training and its scores on the real test set.

    adapted : behind a label adapter, for trainings that ask for it
    overfit : step of the best look at the validation faces and the fall since, where there is one
    made_with : {"facegen", "device", "precision"} of the training; None where the checkpoint does not say
    """

    training: Training
    plain: Evaluation = field(repr=False)
    adapted: Evaluation | None = field(repr=False)
    overfit: tuple[int, float] | None = None
    made_with: Mapping[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True)
class AdapterStudy:
    """What adapters of other kinds and sizes make of one training (seed 0 of an arm's first set).

    scores : {"network-25": evaluation, "rules": …, "probabilities": …}
    rules  : the habits found by counting, in words
    """

    arm: str
    scores: dict[str, Evaluation] = field(repr=False)
    rules: list[str]


def common_number(fit: FaceSet, synthetic: Sequence[FaceSet], asked: int | None) -> int:
    """N of all arms: what was asked, else the most that every set offers.

    Raises
    ------
    FacegenError : conventions differ, or a set holds fewer than asked.
    """
    for one in synthetic:
        if one.convention.name != fit.convention.name:
            raise FacegenError(
                f"{one.path} is labelled as {one.convention.name}, the real set as "
                f"{fit.convention.name}; render with --convention {fit.convention.name}"
            )
    if asked is None:
        return min(len(one) for one in (fit, *synthetic))
    if asked < 1:
        raise FacegenError(f"--num {asked}: need at least 1")
    for place, one in enumerate((fit, *synthetic)):
        if len(one) < asked:
            part = " to fit (70 % of its training set)" if place == 0 else ""
            raise FacegenError(
                f"{one.path} offers {len(one)} samples{part}, --num asks for {asked}; lower --num"
            )
    return asked


def missing(plan: Plan, folder: Path, recipe: Recipe, devices: int = 1) -> list[Training]:
    """The trainings that the run folder does not hold yet.

    Raises
    ------
    FacegenError : it holds one of other data or settings under that name, or a damaged file.
    """
    lacking = []
    for one in plan.trainings():
        place = folder / one.name
        key = training_key(one.data, recipe, one.seed, devices)
        if (place / CHECKPOINT_FILE).exists():
            require_key(load_parser(place / CHECKPOINT_FILE).metadata, key, place)
            continue
        if (place / STATE_FILE).exists():
            require_key(read_torch(place / STATE_FILE), key, place)
        lacking.append(one)
    return lacking


def run_plan(
    plan: Plan,
    judge: Judge,
    recipe: Recipe,
    device: torch.device,
    folder: Path,
    look: ValidationLook | None = None,
    on_start: Callable[[Training], None] | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    devices: int = 1,
) -> dict[str, Judged]:
    """Every training of the plan by its name.

    Each has a folder with log.csv, validation.csv, checkpoint.pt, predictions.npz and its scores. A training
    that is there is loaded; one of other data or settings is refused with its folder's name.
    """
    judged = {}
    for one in plan.trainings():
        if on_start is not None:
            on_start(one)
        place = folder / one.name
        parser = train(one.data, recipe, one.seed, device, place, on_progress, look=look, devices=devices)
        assert parser is not None  # only with stop_after
        with gpu_memory(FREE_MEMORY):
            plain = judge.plain(parser, place)
            adapted = judge.adapted(parser, place) if one.adapter else None
        judged[one.name] = Judged(
            one,
            plain,
            adapted,
            overfitting(read_looks(place)),
            {key: parser.metadata.get(key) for key in MADE_WITH},
        )
    return judged


def study_adapters(
    plan: Plan,
    judge: Judge,
    recipe: Recipe,
    device: torch.device,
    folder: Path,
    counts: Sequence[int] = (),
    probabilities: bool = False,
    devices: int = 1,
) -> list[AdapterStudy]:
    """The network and the rules of each arm, and on request those on fewer pictures or on probabilities."""
    studies = []
    for key, rows in plan.arms.items():
        one = rows[0][0]
        place = folder / one.name
        parser = train(one.data, recipe, one.seed, device, place, devices=devices)
        assert parser is not None
        asked: list[tuple[str, str, int | None]] = [(kind, kind, None) for kind in (NETWORK, RULES)]
        asked += [(f"{kind}-{n}", kind, n) for n in sorted(set(counts)) for kind in (NETWORK, RULES)]
        asked += [(PROBABILITIES, PROBABILITIES, None)] if probabilities else []
        with gpu_memory(FREE_MEMORY):
            scores = {name: judge.adapted(parser, place, kind, count) for name, kind, count in asked}
            studies.append(AdapterStudy(key, scores, judge.rules(parser, place)))
    return studies
