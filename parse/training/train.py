"""One training: the same recipe for every arm, repeatable from (data, recipe, seed).

Last-average rule: the result is the exponential moving average of the weights after the last step. No
checkpoint is chosen by a score, because that would favour the arm whose choice was luckier.
"""

import functools
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch

from facegen.datasets.errors import FacegenError
from facegen.datasets.io.files import fingerprint
from facegen.datasets.io.progress import ProgressEvent
from facegen.parse.data.device import gpu_memory
from facegen.parse.data.loaded_set import LoadedSet
from facegen.parse.metrics.validation_log import ValidationLook
from facegen.parse.models.checkpoints import (
    Parser,
    load_parser,
    parser_metadata,
    read_torch,
    save_parser,
    write_torch,
)
from facegen.parse.training.data_parallel import DeviceGroup, OneDevice, check_devices, launch
from facegen.parse.training.recipe import Recipe, learning_rate
from facegen.parse.training.self_training import Unlabelled
from facegen.parse.training.step_log import LOG_FILE, LoggedStep, StepLog, watched_log
from facegen.parse.training.trainer import Trainer, smaller_batch, stepping

STATE_FILE, CHECKPOINT_FILE = "state.pt", "checkpoint.pt"
SAVES = 10  # states that a training saves on the way, each in place of the one before
REPORT_SECONDS = 1.0


@dataclass(frozen=True)
class Progress:
    """State of a training after a step. `loss` is the mean since the last report."""

    step: int
    steps: int
    loss: float
    images_per_second: float

    def event(self, title: str) -> ProgressEvent:
        """This state as an event of the training `title`."""
        note = f"loss {self.loss:.3f}  {self.images_per_second:.0f} images/s"
        return ProgressEvent("train", title, self.step, self.steps, note)


def training_key(
    data: LoadedSet, recipe: Recipe, seed: int, devices: int = 1, unlabelled: Unlabelled | None = None
) -> str:
    """Fingerprint of what decides a training: the weights of the encoder by their content, wherever they
    lie."""
    settings = {key: value for key, value in asdict(recipe).items() if key != "encoder_weights"}
    more = [*([devices] if devices > 1 else []), *([unlabelled.key] if unlabelled else [])]
    return fingerprint([settings, seed, data.digest(), *more])


def require_key(content: Mapping[str, Any], key: str, folder: Path) -> None:
    """FacegenError where a checkpoint's metadata or a state in `folder` is of another training."""
    if content.get("key") != key:
        raise FacegenError(f"{folder} holds a training of other data or settings; choose another --out")


def train(
    data: LoadedSet,
    recipe: Recipe,
    seed: int,
    device: torch.device,
    folder: Path,
    on_progress: Callable[[Progress], object] | None = None,
    stop_after: int | None = None,
    look: ValidationLook | None = None,
    devices: int = 1,
    unlabelled: Unlabelled | None = None,
) -> Parser | None:
    """Train one parser; a training that an earlier call in `folder` began is continued.

    Parameters
    ----------
    data : LoadedSet of side recipe.size
    recipe, seed : with the data they decide the result (bit for bit on one CPU and thread count; CUDA
        kernels add in varying order)
    folder : gets log.csv, state.pt on the way and checkpoint.pt at the end
    on_progress : called about every second
    stop_after : leave after this step with the state saved; None runs to the end
    look : scores the averaged weights on validation faces from time to time, into validation.csv; the scores
        choose nothing
    devices : number of devices that share every batch, see data_parallel.py; it changes the result a little,
        since a CPU process normalises over its own part of a batch
    unlabelled : pictures without labels that are learned from as well, see self_training.py

    Returns
    -------
    Parser with the averaged weights, or None where `stop_after` came first.

    Raises
    ------
    FacegenError : the folder holds another training, the loss is not finite, or GPU memory is out.
    """
    key = training_key(data, recipe, seed, devices, unlabelled)
    job = _Job(data, recipe, seed, folder, key, stop_after, look, unlabelled)
    final = folder / CHECKPOINT_FILE
    if final.exists():
        parser = load_parser(final, device)
        require_key(parser.metadata, job.key, folder)
        return parser
    if devices == 1:
        return _train(OneDevice(device), job, on_progress)
    check_devices(devices, device, recipe.batch)
    _saved_state(job)  # that of another training is refused before any process starts

    def on_step(row: LoggedStep) -> None:
        if on_progress is not None:
            on_progress(Progress(row.step, recipe.steps, row.loss, row.images_per_second))

    with watched_log(folder / LOG_FILE, on_step):
        launch(devices, device, functools.partial(_train, job=job))
    return load_parser(final, device) if final.exists() else None


@dataclass(frozen=True)
class _Job:
    """The arguments of `train`, for the processes that do it."""

    data: LoadedSet
    recipe: Recipe
    seed: int
    folder: Path
    key: str
    stop_after: int | None
    look: ValidationLook | None
    unlabelled: Unlabelled | None = None

    @property
    def until(self) -> int:
        """The step to stop after."""
        return self.recipe.steps if self.stop_after is None else min(self.stop_after, self.recipe.steps)


def _train(
    group: DeviceGroup, job: _Job, on_progress: Callable[[Progress], object] | None = None
) -> Parser | None:
    """As `train`, in one process of the group, of which only the first one writes."""
    with gpu_memory(smaller_batch(job.recipe)):
        trainer = Trainer(job.data, job.recipe, job.seed, group, job.unlabelled)
    state = _saved_state(job)
    if state is not None:
        trainer.restore(state)
    with stepping(trainer):
        if group.first:
            _run(trainer, job, on_progress)
        else:
            while trainer.step < job.until:
                trainer.advance()
    group.check_identical(trainer.network)
    if trainer.step < job.recipe.steps or not group.first:
        return None
    parser = _finished(trainer, job)
    save_parser(job.folder / CHECKPOINT_FILE, parser.network, parser.metadata)
    (job.folder / STATE_FILE).unlink(missing_ok=True)
    return parser


def _saved_state(job: _Job) -> dict[str, Any] | None:
    """The state that an interrupted call left, None where there is none."""
    file = job.folder / STATE_FILE
    if not file.exists():
        return None
    state = read_torch(file)
    require_key(state, job.key, job.folder)
    return state


def _finished(trainer: Trainer, job: _Job) -> Parser:
    """The parser with the averaged weights."""
    data, recipe = job.data, job.recipe
    trainer.network.load_state_dict(trainer.average.module.state_dict())
    metadata = parser_metadata(
        data.convention,
        recipe.network,
        recipe.size,
        recipe=_plain(asdict(recipe)),
        seed=job.seed,
        trained_on={"name": data.name, "count": len(data)},
        **({"unlabelled": _unlabelled(job.unlabelled)} if job.unlabelled else {}),
        device=trainer.device.type,
        precision=str(trainer.half or torch.float32).removeprefix("torch."),
        key=job.key,
    )
    return Parser(trainer.network.eval(), data.convention, recipe.size, metadata)


def _unlabelled(one: Unlabelled) -> dict[str, Any]:
    return {"name": one.data.name, "count": len(one.data), "settings": asdict(one.settings)}


def _run(trainer: Trainer, job: _Job, on_progress: Callable[[Progress], object] | None) -> None:
    """Make the steps; log, report and save on the way."""
    recipe, until = job.recipe, job.until
    every = max(1, recipe.steps // SAVES)
    job.folder.mkdir(parents=True, exist_ok=True)
    with StepLog(job.folder / LOG_FILE, trainer.step) as log:
        since, began, losses = trainer.step, time.perf_counter(), []
        while trainer.step < until:
            loss, norm = trainer.advance()
            losses.append(loss)
            last, save = trainer.step == until, trainer.step % every == 0
            if job.look is not None and job.look.due(trainer.step, recipe.steps):
                job.look(trainer.average.module, trainer.step, job.folder)
            if not (last or save or time.perf_counter() - began > REPORT_SECONDS):
                continue
            mean = _finite_mean(losses, trainer.step)
            rate = (trainer.step - since) * recipe.batch / max(time.perf_counter() - began, 1e-9)
            log.row(trainer.step, mean, float(norm), learning_rate(recipe, trainer.step - 1), rate)
            if on_progress is not None:
                on_progress(Progress(trainer.step, recipe.steps, mean, rate))
            if (last and until < recipe.steps) or (save and not last):
                write_torch(job.folder / STATE_FILE, {**trainer.state(), "key": job.key})
            since, began, losses = trainer.step, time.perf_counter(), []


def _finite_mean(losses: list[torch.Tensor], step: int) -> float:
    """The mean loss; FacegenError where it is not finite."""
    mean = float(torch.stack(losses).mean())
    if not math.isfinite(mean):
        raise FacegenError(f"the loss is not finite at step {step}; lower the learning rate")
    return mean


def _plain(value: Any) -> Any:
    """Tuples as lists, so that JSON and a weights-only file give back what was put in."""
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else value
