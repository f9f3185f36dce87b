"""One training on several devices: Lightning Fabric starts a process for each, and they share every batch.

Every process augments the whole batch, so that pictures depend on (seed, step) alone, and learns from its
share of it; gradients are averaged. On GPUs the statistics of normalisation are those of the whole batch.
"""

import csv
import functools
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from facegen.datasets.errors import FacegenError

if TYPE_CHECKING:
    from facegen.parse.training.trainer import Recipe

POLL_SECONDS = 0.5
_RAISED = f"{FacegenError.__module__}.{FacegenError.__qualname__}: "


class Shared:
    """What a process needs to know of the others. `fabric` is a launched lightning_fabric.Fabric."""

    def __init__(self, fabric: Any) -> None:
        self.fabric = fabric

    @property
    def first(self) -> bool:
        """Whether this process writes logs and checkpoints."""
        return bool(self.fabric.is_global_zero)

    @property
    def rank(self) -> int:
        """Number of this process, from 0."""
        return int(self.fabric.global_rank)

    def common_statistics(self, network: nn.Module) -> nn.Module:
        """The network with normalisation over the whole batch, where the device can do that."""
        if self.fabric.device.type != "cuda":
            return network
        return nn.SyncBatchNorm.convert_sync_batchnorm(network)

    def prepare(self, network: nn.Module, optimizer: torch.optim.Optimizer) -> nn.Module:
        """The network to call: what is learned through it is learned by all."""
        return self.fabric.setup(network, optimizer)[0]

    def part(self, batch: torch.Tensor) -> torch.Tensor:
        """This process's share of a batch (B, …)."""
        return batch[self.rank :: self.fabric.world_size]

    def backward(self, loss: torch.Tensor) -> None:
        self.fabric.backward(loss)

    def check_alike(self, network: nn.Module) -> None:
        """RuntimeError where weights have drifted apart: the processes share gradients, so they cannot."""
        mark = torch.stack([value.detach().double().abs().sum() for value in network.parameters()])
        mark = mark.nan_to_num()  # a loss that is not finite is reported as such
        marks = self.fabric.all_gather(mark).reshape(-1, len(mark))
        if not torch.equal(marks, mark.expand_as(marks)):
            raise RuntimeError("the processes of one training hold different weights")


def require_fabric() -> Any:
    """lightning_fabric; FacegenError with what to install where it is missing."""
    try:
        import lightning_fabric
    except ImportError:
        raise FacegenError("several devices need Lightning Fabric: pip install 'facegen[devices]'") from None
    return lightning_fabric


def check_devices(devices: int, device: torch.device, batch: int) -> None:
    """FacegenError where `devices` cannot share batches of `batch`: no such GPUs, one GPU named, or shares
    that are unequal or of a single picture, which normalisation cannot be learned from."""
    if devices == 1:
        return
    require_fabric()
    if device.type == "cuda" and devices > torch.cuda.device_count():
        raise FacegenError(f"--devices {devices}: only {torch.cuda.device_count()} CUDA device(s) here")
    if device.index is not None:
        raise FacegenError(f"--devices {devices} takes the first GPUs: give --device cuda without a number")
    if batch % devices or batch < 2 * devices:
        fits = devices * max(2, round(batch / devices))
        raise FacegenError(f"--devices {devices}: a batch of {batch} cannot be shared; try --batch {fits}")


def share_training(
    devices: int,
    device: torch.device,
    log: Path,
    recipe: "Recipe",
    on_progress: Callable[[Any], object] | None,
    *arguments: Any,
) -> None:
    """Run `train_here` in `devices` processes; progress is read from the first one's log.

    arguments : data, seed, folder, key, stop_after, look

    Raises
    ------
    FacegenError : as `train_here`; a process that died otherwise.
    """
    check_devices(devices, device, recipe.batch)
    fabric = require_fabric().Fabric(
        accelerator=device.type, devices=devices, strategy="ddp_spawn", precision="32-true"
    )
    with _watched(log, recipe, on_progress):
        try:
            # Bound, not passed: Fabric walks through arguments and refuses frozen dataclasses.
            fabric.launch(functools.partial(_share, arguments=(recipe, *arguments)))
        except Exception as error:  # torch.multiprocessing gives a child's traceback as text
            text = str(error).strip()
            if _RAISED in text:
                raise FacegenError(text.rsplit(_RAISED, 1)[1].splitlines()[0]) from None
            last = (text or type(error).__name__).splitlines()[-1]
            raise FacegenError(f"a training process died: {last}") from error


def _share(fabric, arguments):
    from facegen.parse.training.trainer import train_here

    recipe, data, seed, folder, key, stop_after, look = arguments
    train_here(data, recipe, seed, fabric.device, folder, key, None, stop_after, look, shared=Shared(fabric))


@contextmanager
def _watched(log: Path, recipe: "Recipe", on_progress: Callable[[Any], object] | None) -> Iterator[None]:
    """Tell `on_progress` of new rows of another process's log."""
    from facegen.parse.training.trainer import Progress

    done = threading.Event()

    def last():
        rows = list(csv.DictReader(log.open(newline=""))) if log.exists() else []
        return rows[-1] if rows and rows[-1]["images_per_second"] else None

    def watch():
        told, over = last(), False
        while not over:
            over = done.wait(POLL_SECONDS)  # what came since the last look is told, too
            row = last()
            if row is not None and row != told:
                told = row
                rate = float(row["images_per_second"])
                on_progress(Progress(int(row["step"]), recipe.steps, float(row["loss"]), rate))

    thread = threading.Thread(target=watch, daemon=True)
    if on_progress is not None:
        thread.start()
    try:
        yield
    finally:
        done.set()
        if on_progress is not None:
            thread.join()
