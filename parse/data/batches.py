"""Batches of uint8 samples on the computing device, in an order that depends only on (seed, step).

A set that fits into a quarter of a GPU's free memory lies there whole and costs nothing to load; a larger
one is gathered by a background thread into pinned memory one batch ahead.
"""

from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
import torch

from facegen.datasets.keyed_random import keyed_generator
from facegen.parse.data.loaded_set import LoadedSet

DEVICE_FRACTION = 0.25  # of the free memory; the rest is for activations


def batch_indices(seed: int, step: int, batch: int, count: int) -> np.ndarray:
    """Samples of one step: (batch,) int64 in [0, count).

    Epochs are keyed permutations, one after another. A batch may reach into the next epoch, so that all
    batches have the same size and sets of different size train for the same number of steps.
    """
    place = np.arange(step * batch, (step + 1) * batch)
    epochs = place // count
    result = np.empty(batch, np.int64)
    for epoch in np.unique(epochs):
        order = keyed_generator(seed, "order", int(epoch)).permutation(count)
        inside = epochs == epoch
        result[inside] = order[place[inside] % count]
    return result


class Batches:
    """Gives the batch of any step; rising steps profit from reading ahead."""

    def __init__(self, data: LoadedSet, batch: int, seed: int, device: torch.device) -> None:
        self.data, self.batch, self.seed, self.device = data, batch, seed, device
        self.resident: tuple[torch.Tensor, torch.Tensor] | None = None
        self.pool: ThreadPoolExecutor | None = None
        self.ahead: tuple[int, Future] | None = None
        if device.type != "cuda":
            return
        bytes_needed = data.images.nbytes + data.masks.nbytes
        if bytes_needed <= DEVICE_FRACTION * torch.cuda.mem_get_info(device)[0]:
            self.resident = tuple(  # type: ignore[assignment]
                torch.from_numpy(np.array(part)).to(device) for part in (data.images, data.masks)
            )
        else:
            self.pool = ThreadPoolExecutor(max_workers=1)

    def indices(self, step: int) -> np.ndarray:
        """Samples of the batch of `step`."""
        return batch_indices(self.seed, step, self.batch, len(self.data))

    def __call__(self, step: int) -> tuple[torch.Tensor, torch.Tensor]:
        """Images (B, 3, S, S) and masks (B, S, S), uint8, on the device."""
        if self.resident is not None:
            index = torch.from_numpy(self.indices(step)).to(self.device)
            return self.resident[0][index], self.resident[1][index]
        if self.pool is None:
            return self._gather(step, pin=False)
        future = (
            self.ahead[1]
            if self.ahead and self.ahead[0] == step
            else self.pool.submit(self._gather, step, True)
        )
        self.ahead = (step + 1, self.pool.submit(self._gather, step + 1, True))
        images, masks = future.result()
        return images.to(self.device, non_blocking=True), masks.to(self.device, non_blocking=True)

    def _gather(self, step: int, pin: bool) -> tuple[torch.Tensor, torch.Tensor]:
        index = self.indices(step)
        images, masks = torch.from_numpy(self.data.images[index]), torch.from_numpy(self.data.masks[index])
        return (images.pin_memory(), masks.pin_memory()) if pin else (images, masks)

    def close(self) -> None:
        """Stop reading ahead."""
        if self.pool is not None:
            self.pool.shutdown(cancel_futures=True)
