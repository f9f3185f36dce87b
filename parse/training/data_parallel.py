"""The devices of one training: a single one, or several that share every batch.

With several devices Lightning Fabric starts a process for each. Every process augments the whole batch, so
that pictures depend on (seed, step) alone, and learns from its part of it; gradients are averaged. On GPUs
the statistics of normalisation are those of the whole batch.

A training sees its devices as a `DeviceGroup`. `OneDevice` stands in for Fabric(devices=1) on purpose: Fabric
stays an extra that one device does not need, and wraps every call of the network.
"""

import functools
from collections.abc import Callable
from typing import Any, Protocol

import torch
from torch import nn

from facegen.datasets.errors import FacegenError

_RAISED = f"{FacegenError.__module__}.{FacegenError.__qualname__}: "


class DeviceGroup(Protocol):
    """What one process of a training knows about its device and about the other processes."""

    @property
    def device(self) -> torch.device:
        """The device of this process."""

    @property
    def first(self) -> bool:
        """Whether this process writes logs and checkpoints."""

    @property
    def rank(self) -> int:
        """Number of this process, from 0."""

    def common_statistics(self, network: nn.Module) -> nn.Module:
        """The network with normalisation over the whole batch, where the device supports it."""

    def prepare(self, network: nn.Module, optimizer: torch.optim.Optimizer) -> nn.Module:
        """The network to call in training steps: its gradients are averaged over the processes."""

    def part(self, batch: torch.Tensor) -> torch.Tensor:
        """The part of a batch (B, …) that this process learns from."""

    def backward(self, loss: torch.Tensor) -> None:
        """Compute the gradients of a loss."""

    def check_identical(self, network: nn.Module) -> None:
        """RuntimeError where the processes hold different weights."""


class OneDevice:
    """A group of one process."""

    first, rank = True, 0

    def __init__(self, device: torch.device) -> None:
        self.device = device

    def common_statistics(self, network: nn.Module) -> nn.Module:
        return network

    def prepare(self, network: nn.Module, optimizer: torch.optim.Optimizer) -> nn.Module:
        return network

    def part(self, batch: torch.Tensor) -> torch.Tensor:
        return batch

    def backward(self, loss: torch.Tensor) -> None:
        loss.backward()

    def check_identical(self, network: nn.Module) -> None:
        pass


class FabricGroup:
    """One process of a group that Lightning Fabric has launched."""

    def __init__(self, fabric: Any) -> None:
        self.fabric = fabric

    @property
    def device(self) -> torch.device:
        return self.fabric.device

    @property
    def first(self) -> bool:
        return bool(self.fabric.is_global_zero)

    @property
    def rank(self) -> int:
        return int(self.fabric.global_rank)

    def common_statistics(self, network: nn.Module) -> nn.Module:
        if self.device.type != "cuda":
            return network
        return nn.SyncBatchNorm.convert_sync_batchnorm(network)

    def prepare(self, network: nn.Module, optimizer: torch.optim.Optimizer) -> nn.Module:
        return self.fabric.setup(network, optimizer)[0]

    def part(self, batch: torch.Tensor) -> torch.Tensor:
        return batch[self.rank :: self.fabric.world_size]

    def backward(self, loss: torch.Tensor) -> None:
        self.fabric.backward(loss)

    def check_identical(self, network: nn.Module) -> None:
        # The processes share gradients, so their weights cannot differ unless something is broken.
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
    """Check that `devices` devices can share batches of `batch` pictures.

    Raises
    ------
    FacegenError : there are fewer GPUs, one GPU is named, or the parts of a batch are unequal or hold one
        picture, from which normalisation cannot be learned.
    """
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


def launch(devices: int, device: torch.device, work: Callable[[DeviceGroup], object]) -> None:
    """Call `work` in a process on each of several devices and wait for all of them.

    Parameters
    ----------
    devices : number of devices, at least 2
    device : its type says which devices: the first GPUs, or processes of the CPU
    work : a function that can be pickled; what it returns is lost

    Raises
    ------
    FacegenError : as in a process; or a process died.
    """
    fabric = require_fabric().Fabric(
        accelerator=device.type, devices=devices, strategy="ddp_spawn", precision="32-true"
    )
    try:
        # Bound, not passed: Fabric walks through arguments and refuses frozen dataclasses.
        fabric.launch(functools.partial(_in_process, work=work))
    except Exception as error:  # torch.multiprocessing gives a child's traceback as text
        text = str(error).strip()
        if _RAISED in text:
            raise FacegenError(text.rsplit(_RAISED, 1)[1].splitlines()[0]) from None
        last = (text or type(error).__name__).splitlines()[-1]
        raise FacegenError(f"a training process died: {last}") from error


def _in_process(fabric: Any, work: Callable[[DeviceGroup], object]) -> None:
    work(FabricGroup(fabric))
