"""A set of faces as a stream for torch: shards and a buffer are shuffled, processes share it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch

from facegen.api.torch_faces import Pair, pair_of
from facegen.datasets.layouts.face_set import FaceSet
from facegen.datasets.layouts.shard_stream import BUFFER, stream


class TorchStream(torch.utils.data.IterableDataset[Pair]):
    """Pairs as of `TorchFaces`, in a new random order each time the stream is read.

    The processes of a distributed training and the workers of a DataLoader read disjoint parts.

    Parameters
    ----------
    faces : FaceSet with masks
    transform : callable, optional
        Takes a pair and returns the pair to use.
    seed : int
        Of the order.
    buffer : int
        Samples that are shuffled, in each process.
    part : (int, int), optional
        Number of this process, from 0, and how many there are; by default those of torch.distributed.

    Attributes
    ----------
    epoch : int
        Of the order of the next reading; it grows by one with each. Set it to resume a training.
    """

    def __init__(
        self,
        faces: FaceSet,
        transform: Callable[[torch.Tensor, torch.Tensor], Pair] | None = None,
        seed: int = 0,
        buffer: int = BUFFER,
        part: tuple[int, int] | None = None,
    ) -> None:
        self.faces, self.transform = faces, transform
        self.seed, self.buffer, self.part, self.epoch = seed, buffer, part, 0

    def __iter__(self) -> Iterator[Pair]:
        epoch, self.epoch = self.epoch, self.epoch + 1
        number, of = self.part or _of_training()
        worker = torch.utils.data.get_worker_info()
        threads = None
        if worker is not None:
            number, of = number * worker.num_workers + worker.id, of * worker.num_workers
            threads = 1
        for one in stream(self.faces, self.seed, epoch, (number, of), self.buffer, threads):
            assert one.mask is not None
            pair = pair_of(one.image, one.mask)
            yield pair if self.transform is None else self.transform(*pair)


def _of_training() -> tuple[int, int]:
    """Rank and number of processes of a distributed training; (0, 1) outside of one."""
    if torch.distributed.is_available() and torch.distributed.is_initialized():
        return torch.distributed.get_rank(), torch.distributed.get_world_size()
    return 0, 1
