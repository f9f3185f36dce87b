"""Train what a plan lists and score each training on real faces; what the run folder holds is kept."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import torch

from facegen.datasets.errors import FacegenError
from facegen.datasets.io.progress import ProgressCallback, ProgressEvent, ignore_progress
from facegen.datasets.layouts.face_set import FaceSet
from facegen.parse.data.device import gpu_memory
from facegen.parse.experiment.experiment_plan import Plan, Training
from facegen.parse.experiment.scoring_cache import NETWORK, PROBABILITIES, RULES, Scorer
from facegen.parse.metrics.evaluate import Evaluation
from facegen.parse.metrics.validation_log import ValidationLook, overfitting, read_looks
from facegen.parse.models.checkpoints import Parser, load_parser, read_torch
from facegen.parse.training.recipe import Recipe
from facegen.parse.training.train import (
    CHECKPOINT_FILE,
    STATE_FILE,
    Progress,
    require_key,
    train,
    training_key,
)

FREE_MEMORY = (
    "while scoring: close what else runs on the GPU, or call again with --device cpu; what is trained stays"
)
MADE_WITH = ("facegen", "device", "precision")  # metadata that should not differ between trainings


@dataclass(frozen=True)
class ScoredTraining:
    """A training and its scores on the real test set.

    Attributes
    ----------
    plain : without a label adapter
    adapted : behind a label adapter, for trainings that have one
    overfit : step of the best validation score and the fall since then, where there is one
    made_with : {"facegen", "device", "precision"} of the training; None where the checkpoint lacks it
    """

    training: Training
    plain: Evaluation = field(repr=False)
    adapted: Evaluation | None = field(repr=False)
    overfit: tuple[int, float] | None = None
    made_with: Mapping[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True)
class AdapterStudy:
    """Scores of one training (seed 0 of an arm's first set) behind adapters of other kinds and sizes.

    Attributes
    ----------
    scores : {"network-25": evaluation, "rules": …, "probabilities": …}
    rules : the differences in labelling that counting found, in words
    """

    arm: str
    scores: dict[str, Evaluation] = field(repr=False)
    rules: list[str]


def common_number(fit: FaceSet, synthetic: Sequence[FaceSet], requested: int | None) -> int:
    """N of all arms: the requested number, else the most that every set offers.

    Raises
    ------
    FacegenError : conventions differ, or a set holds fewer than requested.
    """
    for one in synthetic:
        if one.convention.name != fit.convention.name:
            raise FacegenError(
                f"{one.path} is labelled as {one.convention.name}, the real set as "
                f"{fit.convention.name}; render with --convention {fit.convention.name}"
            )
    if requested is None:
        return min(len(one) for one in (fit, *synthetic))
    if requested < 1:
        raise FacegenError(f"--num {requested}: need at least 1")
    for place, one in enumerate((fit, *synthetic)):
        if len(one) < requested:
            part = " to fit (70 % of its training set)" if place == 0 else ""
            raise FacegenError(
                f"{one.path} offers {len(one)} samples{part}, --num requests {requested}; lower --num"
            )
    return requested


@dataclass(frozen=True)
class Workplace:
    """What all trainings of a run share: what scores them, the recipe, where they run and lie.

    Attributes
    ----------
    folder : the run folder; each training has its own folder there
    look : scores the averaged weights on validation faces during a training
    devices : number of devices that share each training
    """

    scorer: Scorer
    recipe: Recipe
    device: torch.device
    folder: Path
    look: ValidationLook | None = None
    devices: int = 1

    def train(self, one: Training, on_progress: Callable[[Progress], object] | None = None) -> Parser:
        """The parser of a training: loaded if it is there, else trained."""
        parser = train(
            one.data,
            self.recipe,
            one.seed,
            self.device,
            self.folder / one.name,
            on_progress,
            look=self.look,
            devices=self.devices,
            unlabelled=one.unlabelled,
        )
        assert parser is not None  # only with stop_after
        return parser


def missing(plan: Plan, place: Workplace) -> list[Training]:
    """The trainings that the run folder does not hold yet.

    Raises
    ------
    FacegenError : it holds one of other data or settings under that name, or a damaged file.
    """
    lacking = []
    for one in plan.trainings():
        own = place.folder / one.name
        key = training_key(one.data, place.recipe, one.seed, place.devices, one.unlabelled)
        if (own / CHECKPOINT_FILE).exists():
            require_key(load_parser(own / CHECKPOINT_FILE).metadata, key, own)
            continue
        if (own / STATE_FILE).exists():
            require_key(read_torch(own / STATE_FILE), key, own)
        lacking.append(one)
    return lacking


def run_plan(
    plan: Plan, place: Workplace, progress: ProgressCallback = ignore_progress
) -> dict[str, ScoredTraining]:
    """Train and score everything a plan lists.

    Each training has a folder with log.csv, validation.csv, checkpoint.pt, predictions.npz and its scores.
    A training that is there is loaded.

    Returns
    -------
    {name of the training: the training with its scores}

    Raises
    ------
    FacegenError : a folder holds a training of other data or settings, or memory is out.
    """
    return {one.name: _trained_and_scored(one, place, progress) for one in plan.trainings()}


def _trained_and_scored(one: Training, place: Workplace, progress: ProgressCallback) -> ScoredTraining:
    parser = place.train(one, lambda now: progress(now.event(one.title)))
    own = place.folder / one.name
    with gpu_memory(FREE_MEMORY):
        plain = place.scorer.plain(parser, own)
        adapted = place.scorer.adapted(parser, own) if one.adapter else None
    made_with = {key: parser.metadata.get(key) for key in MADE_WITH}
    return ScoredTraining(one, plain, adapted, overfitting(read_looks(own)), made_with)


def study_adapters(
    plan: Plan,
    place: Workplace,
    counts: Sequence[int] = (),
    probabilities: bool = False,
    progress: ProgressCallback = ignore_progress,
) -> list[AdapterStudy]:
    """Fit and score label adapters of other kinds and sizes on the first training of each arm.

    Parameters
    ----------
    counts : numbers of pictures on which further adapters are fitted
    probabilities : fit also adapters that see class probabilities
    """
    variants: list[tuple[str, str, int | None]] = [(kind, kind, None) for kind in (NETWORK, RULES)]
    variants += [(f"{kind}-{n}", kind, n) for n in sorted(set(counts)) for kind in (NETWORK, RULES)]
    variants += [(PROBABILITIES, PROBABILITIES, None)] if probabilities else []
    studies = []
    for done, (key, rows) in enumerate(plan.arms.items()):
        progress(ProgressEvent("adapt", "label adapters", done, len(plan.arms)))
        own, parser = place.folder / rows[0][0].name, place.train(rows[0][0])
        with gpu_memory(FREE_MEMORY):
            scores = {name: place.scorer.adapted(parser, own, kind, count) for name, kind, count in variants}
            studies.append(AdapterStudy(key, scores, place.scorer.rules(parser, own)))
    return studies
