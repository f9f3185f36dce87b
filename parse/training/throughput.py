"""How fast a training runs, and how much of that is the network.

Rates are images a second. "loop" is the whole step as training makes it: gathering, augmentation,
network, update. "network" repeats forward, backward and update on one prepared batch that already lies on
the device.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch

from facegen.parse.data.augment import augment
from facegen.parse.data.device import gpu_memory
from facegen.parse.data.loaded_set import LoadedSet
from facegen.parse.training.data_parallel import OneDevice
from facegen.parse.training.recipe import Recipe
from facegen.parse.training.trainer import Trainer, smaller_batch, stepping

WARM_STEPS = 2  # the first steps choose kernels and allocate
BLOCK_SECONDS = 0.5


@dataclass(frozen=True)
class Rate:
    """Images a second: medians over blocks of half a second, which alternate to see the same machine load."""

    loop: float
    network: float

    @property
    def loader_fraction(self) -> float:
        """Loop over network: 1 = loading and augmenting cost nothing."""
        return self.loop / self.network


def _block(step: Callable[[], object], device: torch.device, batch: int) -> float:
    """Images a second of one block of steps."""
    began, count = time.perf_counter(), 0
    while time.perf_counter() - began < BLOCK_SECONDS or not count:
        step()
        count += 1
        if device.type == "cuda" and count % 16 == 0:
            torch.cuda.synchronize(device)  # otherwise the queue runs far ahead of the clock
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    return count * batch / (time.perf_counter() - began)


def measure_rate(data: LoadedSet, recipe: Recipe, device: torch.device, seconds: float) -> Rate:
    """Run a training for about `seconds` and discard it."""
    with gpu_memory(smaller_batch(recipe)):
        trainer = Trainer(data, recipe, 0, OneDevice(device))
    with stepping(trainer):
        images, masks = trainer.batches(0)
        picture, reference = augment(images, masks, trainer.table, recipe.augmentation, 0, 0)
        steps = (trainer.advance, lambda: trainer.fit(picture, reference))
        for step in steps:
            for _ in range(WARM_STEPS):
                step()
        blocks = max(1, round(seconds / (2 * BLOCK_SECONDS)))
        rates = [[_block(step, device, recipe.batch) for step in steps] for _ in range(blocks)]
    loop, network = np.median(rates, axis=0)
    return Rate(float(loop), float(network))


def seconds_for(recipe: Recipe, rate: Rate) -> float:
    """Time of one training at this rate, in seconds."""
    return recipe.steps * recipe.batch / rate.loop
