"""One training: the same recipe for every arm, repeatable from (data, recipe, seed).

Last-EMA rule: the result is the exponential moving average of the weights after the last step. No
checkpoint is chosen by a score, so no arm is favoured by what it was chosen on.
"""

import math
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import nn

from facegen.datasets.errors import FacegenError
from facegen.datasets.io.files import fingerprint
from facegen.datasets.io.progress import ProgressEvent
from facegen.parse.data.augment import Augmentation, augment
from facegen.parse.data.batches import Feed
from facegen.parse.data.device import gpu_memory, half_precision
from facegen.parse.data.loaded_set import LoadedSet
from facegen.parse.data.torch_random import keyed_torch
from facegen.parse.metrics.losses import segmentation_loss
from facegen.parse.metrics.validation_log import ValidationLook
from facegen.parse.models.checkpoints import (
    Parser,
    load_parser,
    parser_metadata,
    read_torch,
    save_parser,
    write_torch,
)
from facegen.parse.models.ema import Ema
from facegen.parse.models.networks import STRIDE, build_network, normalise
from facegen.parse.training.data_parallel import Shared, share_training
from facegen.parse.training.step_log import StepLog

STATE_FILE, CHECKPOINT_FILE, LOG_FILE = "state.pt", "checkpoint.pt", "log.csv"
SAVES = 10  # states kept on the way, one after another


@dataclass(frozen=True)
class Recipe:
    """Everything but data and seed that decides a training."""

    network: str = "small"
    size: int = 128  # pixels
    steps: int = 2000
    batch: int = 16
    learning_rate: float = 4e-3  # peak
    weight_decay: float = 0.01  # not on biases and norms
    warmup: float = 0.05  # share of the steps
    ema: float = 0.99  # decay a step, reached gradually
    clip: float = 1.0  # gradient norm
    dice_weight: float = 1.0
    augmentation: Augmentation = field(default_factory=Augmentation)
    encoder_weights: str = ""  # file that the encoder starts from; "": random weights
    encoder_digest: str = ""  # sha256 of that file


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


def learning_rate(recipe: Recipe, step: int) -> float:
    """Linear warm-up, then half a cosine to 0 (Loshchilov and Hutter, ICLR 2017)."""
    warm = max(1, round(recipe.warmup * recipe.steps))
    if step < warm:
        return recipe.learning_rate * (step + 1) / warm
    return recipe.learning_rate * 0.5 * (1 + math.cos(math.pi * (step - warm) / max(1, recipe.steps - warm)))


class Trainer:
    """The moving parts of one training; `advance` makes one step."""

    def __init__(
        self, data: LoadedSet, recipe: Recipe, seed: int, device: torch.device, shared: Shared | None = None
    ) -> None:
        if recipe.size % STRIDE:
            raise FacegenError(f"training size {recipe.size} is not a multiple of {STRIDE}; try 128 or 256")
        if recipe.size != data.size:
            raise FacegenError(
                f"{data.name} was loaded at {data.size} px, the recipe trains at {recipe.size}"
            )
        self.data, self.recipe, self.seed, self.device = data, recipe, seed, device
        weights = Path(recipe.encoder_weights) if recipe.encoder_weights else None
        network = build_network(recipe.network, len(data.convention.classes), seed, weights)
        if shared:
            network = shared.common_statistics(network)
        self.network = network.to(device, memory_format=torch.channels_last).train()  # type: ignore[call-overload]
        self.ema = Ema(self.network, recipe.ema)
        decayed = [p for p in self.network.parameters() if p.ndim > 1]
        plain = [p for p in self.network.parameters() if p.ndim <= 1]
        self.shared = shared
        self.optimizer = torch.optim.AdamW(
            [
                {"params": decayed, "weight_decay": recipe.weight_decay},
                {"params": plain, "weight_decay": 0.0},
            ],
            lr=recipe.learning_rate,
            fused=True,
        )
        # Gradients of float16 vanish unless they are scaled up; disabled, the scaler hands all through.
        self.half = half_precision(device)
        self.scaler = torch.amp.GradScaler(device.type, enabled=self.half is torch.float16)
        self.forward = shared.prepare(self.network, self.optimizer) if shared else self.network
        self.table = torch.from_numpy(data.convention.flip_table()).to(device)
        self.feed = Feed(data, recipe.batch, seed, device)
        self.step = 0

    def advance(self) -> tuple[torch.Tensor, torch.Tensor]:
        """One step; returns loss and gradient norm as scalar tensors, not yet waited for."""
        images, masks = self.feed(self.step)
        picture, reference = augment(
            images, masks, self.table, self.recipe.augmentation, self.seed, self.step
        )
        if self.shared:
            picture, reference = self.shared.part(picture), self.shared.part(reference)
        loss, norm = self.fit(picture, reference)
        self.ema.update(self.network, self.step)
        self.step += 1
        return loss, norm

    def fit(self, picture: torch.Tensor, reference: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Forward, backward and update on one prepared batch."""
        for group in self.optimizer.param_groups:
            group["lr"] = learning_rate(self.recipe, self.step)
        rank = self.shared.rank if self.shared else 0
        autocast = torch.autocast(self.device.type, self.half, enabled=self.half is not None)
        # Dropout knows no generator but torch's own.
        with keyed_torch(self.device, self.seed, "dropout", self.step, rank), autocast:
            logits = self.forward(normalise(picture))
        loss = segmentation_loss(logits, reference, self.recipe.dice_weight)
        self.optimizer.zero_grad(set_to_none=True)
        if self.shared:
            self.shared.backward(self.scaler.scale(loss))
        else:
            self.scaler.scale(loss).backward()
        self.scaler.unscale_(self.optimizer)
        norm = nn.utils.clip_grad_norm_(self.network.parameters(), self.recipe.clip)
        self.scaler.step(self.optimizer)
        self.scaler.update()
        return loss.detach(), norm.detach()

    def state(self) -> dict[str, Any]:
        """Tensors and plain values from which `restore` goes on exactly."""
        return {
            "step": self.step,
            "network": self.network.state_dict(),
            "ema": self.ema.values,
            "optimizer": self.optimizer.state_dict(),
            "scaler": self.scaler.state_dict(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Take over what `state` gave."""
        self.network.load_state_dict(state["network"])
        for name, value in state["ema"].items():
            self.ema.values[name].copy_(value)
        self.optimizer.load_state_dict(state["optimizer"])
        self.scaler.load_state_dict(state["scaler"])
        self.step = int(state["step"])


def smaller_batch(recipe: Recipe) -> str:
    """The remedy of a training."""
    return f"at batch {recipe.batch} and size {recipe.size}; try --batch {max(1, recipe.batch // 2)}"


@contextmanager
def stepping(trainer: Trainer) -> Iterator[None]:
    """Run steps within GPU memory; the feed is closed at the end."""
    try:
        with gpu_memory(smaller_batch(trainer.recipe)):
            yield
    finally:
        trainer.feed.close()


def training_key(data: LoadedSet, recipe: Recipe, seed: int, devices: int = 1) -> str:
    """Fingerprint of what decides a training: the weights of the encoder by their content, wherever they
    lie."""
    settings = {key: value for key, value in asdict(recipe).items() if key != "encoder_weights"}
    return fingerprint([settings, seed, data.digest(), *([devices] if devices > 1 else [])])


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
) -> Parser | None:
    """Train one parser, going on from where an earlier call in `folder` stopped.

    Parameters
    ----------
    data : LoadedSet of side recipe.size
    recipe, seed : with the data they decide the result (bit for bit on one CPU and thread count; CUDA
        kernels add in varying order)
    folder : gets log.csv, state.pt on the way and checkpoint.pt at the end
    on_progress : called about every second
    stop_after : leave after this step with the state saved; None runs to the end
    look : scores the averaged weights on held-out faces now and then, into validation.csv; nothing is
        chosen by it
    devices : that share every batch, see several.py; their number changes the result a little, since the
        normalisation of a CPU process sees its share alone

    Returns
    -------
    Parser with the averaged weights, or None where `stop_after` came first.

    Raises
    ------
    FacegenError : the folder holds another training, the loss is not finite, or GPU memory is out.
    """
    key = training_key(data, recipe, seed, devices)
    final = folder / CHECKPOINT_FILE
    if final.exists():
        parser = load_parser(final, device)
        require_key(parser.metadata, key, folder)
        return parser
    if devices > 1:
        share_training(
            devices, device, folder / LOG_FILE, recipe, on_progress, data, seed, folder, key, stop_after, look
        )
        return load_parser(final, device) if final.exists() else None
    return train_here(data, recipe, seed, device, folder, key, on_progress, stop_after, look)


def train_here(
    data: LoadedSet,
    recipe: Recipe,
    seed: int,
    device: torch.device,
    folder: Path,
    key: str,
    on_progress: Callable[[Progress], object] | None = None,
    stop_after: int | None = None,
    look: ValidationLook | None = None,
    shared: Shared | None = None,
) -> Parser | None:
    """As `train`, in this process; of several that share a training, the first alone writes."""
    with gpu_memory(smaller_batch(recipe)):
        trainer = Trainer(data, recipe, seed, device, shared)
    if (folder / STATE_FILE).exists():
        state = read_torch(folder / STATE_FILE)
        require_key(state, key, folder)
        trainer.restore(state)
    until = recipe.steps if stop_after is None else min(stop_after, recipe.steps)
    with stepping(trainer):
        if shared is None or shared.first:
            _run(trainer, folder, key, on_progress, until, look)
        else:
            while trainer.step < until:
                trainer.advance()
    if shared:
        shared.check_alike(trainer.network)
    if trainer.step < recipe.steps or (shared and not shared.first):
        return None
    trainer.network.load_state_dict(trainer.ema.values)
    metadata = parser_metadata(
        data.convention,
        recipe.network,
        recipe.size,
        recipe=_plain(asdict(recipe)),
        seed=seed,
        trained_on={"name": data.name, "count": len(data)},
        device=device.type,
        precision=str(trainer.half or torch.float32).removeprefix("torch."),
        key=key,
    )
    save_parser(folder / CHECKPOINT_FILE, trainer.network, metadata)
    (folder / STATE_FILE).unlink(missing_ok=True)
    return Parser(trainer.network.eval(), data.convention, recipe.size, metadata)


def _run(
    trainer: Trainer,
    folder: Path,
    key: str,
    on_progress: Callable[[Progress], object] | None,
    until: int,
    look: ValidationLook | None,
) -> None:
    recipe = trainer.recipe
    every = max(1, recipe.steps // SAVES)
    folder.mkdir(parents=True, exist_ok=True)
    with StepLog(folder / LOG_FILE, trainer.step) as log:
        since, began, losses = trainer.step, time.perf_counter(), []
        while trainer.step < until:
            loss, norm = trainer.advance()
            losses.append(loss)
            last = trainer.step == until
            if look is not None and look.due(trainer.step, recipe.steps):
                look(trainer.network, trainer.ema, trainer.step, folder)
            if last or trainer.step % every == 0 or time.perf_counter() - began > 1:
                mean = float(torch.stack(losses).mean())
                if not math.isfinite(mean):
                    raise FacegenError(
                        f"the loss is not finite at step {trainer.step}; lower the learning rate"
                    )
                rate = (trainer.step - since) * recipe.batch / max(time.perf_counter() - began, 1e-9)
                log.row(trainer.step, mean, float(norm), learning_rate(recipe, trainer.step - 1), rate)
                if on_progress is not None:
                    on_progress(Progress(trainer.step, recipe.steps, mean, rate))
                if (last and until < recipe.steps) or (trainer.step % every == 0 and not last):
                    write_torch(folder / STATE_FILE, {**trainer.state(), "key": key})
                since, began, losses = trainer.step, time.perf_counter(), []


def _plain(value: Any) -> Any:
    """Tuples as lists, so that JSON and a weights-only file give back what was put in."""
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else value
