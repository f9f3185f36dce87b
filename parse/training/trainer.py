"""One step of a training after another: the network, its optimiser and its moving average on a device."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from torch import nn

from facegen.datasets.errors import FacegenError
from facegen.datasets.keyed_random import keyed_seed
from facegen.parse.data.augment import augment
from facegen.parse.data.batches import Batches
from facegen.parse.data.device import gpu_memory, half_precision
from facegen.parse.data.loaded_set import LoadedSet
from facegen.parse.data.torch_random import keyed_torch
from facegen.parse.metrics.losses import segmentation_loss
from facegen.parse.models.networks import STRIDE, build_network, normalise
from facegen.parse.training.data_parallel import DeviceGroup
from facegen.parse.training.moving_average import MovingAverage
from facegen.parse.training.recipe import Recipe, learning_rate
from facegen.parse.training.self_training import Unlabelled, sure_labels


class Trainer:
    """The state of one training in this process; `advance` makes one step.

    Parameters
    ----------
    data : LoadedSet of side recipe.size
    recipe, seed : with the data they decide the training
    group : the devices of the training
    unlabelled : pictures without labels of the same size, learned from as well

    Raises
    ------
    FacegenError : the sizes of data and recipe do not fit, or the network cannot be built.
    """

    def __init__(
        self,
        data: LoadedSet,
        recipe: Recipe,
        seed: int,
        group: DeviceGroup,
        unlabelled: Unlabelled | None = None,
    ) -> None:
        if recipe.size % STRIDE:
            raise FacegenError(f"training size {recipe.size} is not a multiple of {STRIDE}; try 128 or 256")
        for one in (data, *([unlabelled.data] if unlabelled else [])):
            if recipe.size != one.size:
                raise FacegenError(
                    f"{one.name} was loaded at {one.size} px, the recipe trains at {recipe.size}"
                )
        self.data, self.recipe, self.seed, self.group = data, recipe, seed, group
        self.device = device = group.device
        weights = Path(recipe.encoder_weights) if recipe.encoder_weights else None
        network = build_network(recipe.network, len(data.convention.classes), seed, weights)
        network = group.common_statistics(network)
        self.network = network.to(device, memory_format=torch.channels_last).train()  # type: ignore[call-overload]
        self.average = MovingAverage(self.network, recipe.ema)
        decayed = [p for p in self.network.parameters() if p.ndim > 1]
        plain = [p for p in self.network.parameters() if p.ndim <= 1]
        self.optimizer = torch.optim.AdamW(
            [
                {"params": decayed, "weight_decay": recipe.weight_decay},
                {"params": plain, "weight_decay": 0.0},
            ],
            lr=recipe.learning_rate,
            fused=True,
        )
        # Gradients of float16 vanish unless they are scaled up; a disabled scaler changes nothing.
        self.half = half_precision(device)
        self.scaler = torch.amp.GradScaler(device.type, enabled=self.half is torch.float16)
        self.forward = group.prepare(self.network, self.optimizer)
        self.table = torch.from_numpy(data.convention.flip_table()).to(device)
        self.batches = Batches(data, recipe.batch, seed, device)
        self.unlabelled = unlabelled
        self.more = (
            Batches(unlabelled.data, recipe.batch, keyed_seed(seed, "unlabelled"), device)
            if unlabelled
            else None
        )
        self.step = 0

    def advance(self) -> tuple[torch.Tensor, torch.Tensor]:
        """One step; returns loss and gradient norm as scalar tensors, not yet waited for."""
        images, masks = self.batches(self.step)
        picture, reference = augment(
            images, masks, self.table, self.recipe.augmentation, self.seed, self.step
        )
        extra = self._taught()
        loss, norm = self.fit(self.group.part(picture), self.group.part(reference), extra)
        self.average.update(self.network, self.step)
        self.step += 1
        return loss, norm

    def _taught(self) -> tuple[torch.Tensor, torch.Tensor, float] | None:
        """Augmented unlabelled pictures, the labels that the teacher is sure of, and their weight."""
        if self.unlabelled is None or self.more is None:
            return None
        settings = self.unlabelled.settings
        images, _ = self.more(self.step)
        labels = sure_labels(self.average.module, images, settings.confidence)
        own = keyed_seed(self.seed, "unlabelled")  # other edits than those of the labelled pictures
        picture, reference = augment(images, labels, self.table, self.recipe.augmentation, own, self.step)
        weight = settings.weight_at(self.step, self.recipe.steps)
        return self.group.part(picture), self.group.part(reference), weight

    def fit(
        self,
        picture: torch.Tensor,
        reference: torch.Tensor,
        extra: tuple[torch.Tensor, torch.Tensor, float] | None = None,
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Forward, backward and update on one prepared batch.

        extra : further pictures, their labels and the weight of their loss; the network sees both in one
            batch, so that its statistics are those of both
        """
        for group in self.optimizer.param_groups:
            group["lr"] = learning_rate(self.recipe, self.step)
        autocast = torch.autocast(self.device.type, self.half, enabled=self.half is not None)
        # Dropout draws from torch's own generator only.
        with keyed_torch(self.device, self.seed, "dropout", self.step, self.group.rank), autocast:
            seen = picture if extra is None else torch.cat([picture, extra[0]])
            logits = self.forward(normalise(seen))
        loss = segmentation_loss(logits[: len(picture)], reference, self.recipe.dice_weight)
        if extra is not None:
            own = segmentation_loss(logits[len(picture) :], extra[1], self.recipe.dice_weight)
            loss = loss + extra[2] * own
        self.optimizer.zero_grad(set_to_none=True)
        self.group.backward(self.scaler.scale(loss))
        self.scaler.unscale_(self.optimizer)
        norm = nn.utils.clip_grad_norm_(self.network.parameters(), self.recipe.clip)
        self.scaler.step(self.optimizer)
        self.scaler.update()
        return loss.detach(), norm.detach()

    def state(self) -> dict[str, Any]:
        """Tensors and plain values from which `restore` continues exactly."""
        return {
            "step": self.step,
            "network": self.network.state_dict(),
            "ema": self.average.module.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "scaler": self.scaler.state_dict(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Continue from what `state` gave."""
        self.network.load_state_dict(state["network"])
        self.average.module.load_state_dict(state["ema"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.scaler.load_state_dict(state["scaler"])
        self.step = int(state["step"])


def smaller_batch(recipe: Recipe) -> str:
    """What to do where the memory does not suffice for a training."""
    return f"at batch {recipe.batch} and size {recipe.size}; try --batch {max(1, recipe.batch // 2)}"


@contextmanager
def stepping(trainer: Trainer) -> Iterator[None]:
    """Run steps within GPU memory; reading ahead is stopped at the end."""
    try:
        with gpu_memory(smaller_batch(trainer.recipe)):
            yield
    finally:
        trainer.batches.close()
        if trainer.more is not None:
            trainer.more.close()
