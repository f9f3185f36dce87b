"""A set of faces as a stream for torch: shards and a buffer are shuffled, processes share it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from multiprocessing.context import get_spawning_popen
from typing import Any

import torch

from facegen.api.torch_faces import Pair, pair_of
from facegen.datasets.layouts.face_set import FaceSet
from facegen.datasets.layouts.shard_stream import BUFFER, stream

LATEST = 16  # readings whose epoch is remembered: workers of several loaders may start in any order
NO_LOADER = -1  # no seed of a loader is negative


class TorchStream(torch.utils.data.IterableDataset[Pair]):
    """Pairs as of `TorchFaces`, in a new random order each time the stream is read.

    The processes of a distributed training read disjoint parts of the same length, so that none waits for
    another at the end: up to (processes - 1) samples are left out, others in each epoch. The workers of a
    DataLoader read disjoint parts that together are the part of their process.

    The epoch lies in memory that workers share: a DataLoader gives a new order each time it is read, with
    workers that live on (`persistent_workers`) as well. The processes of a distributed training count for
    themselves and have to read the stream equally often; `set_epoch`, as of
    torch.utils.data.DistributedSampler, puts them in step.

    Parameters
    ----------
    faces : FaceSet with masks
    transform : callable, optional
        Takes a pair and returns the pair to use.
    seed : int
        Of the order.
    buffer : int
        Samples that are shuffled, in each process and worker.
    part : (int, int), optional
        Number of this process, from 0, and how many there are; by default those of torch.distributed. These
        are asked for in the process that reads the stream or makes a DataLoader's workers, not in these.
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
        self.seed, self.buffer, self.part = seed, buffer, part
        self._readings = _Readings()

    @property
    def epoch(self) -> int:
        """Of the order of the next reading; it grows by one with each."""
        return self._readings.following

    def set_epoch(self, epoch: int) -> None:
        """Set the epoch of the next reading, between two readings: to resume a training, or before each."""
        self._readings.following = epoch

    def __iter__(self) -> Iterator[Pair]:
        # Counted before the first sample is asked for: a worker counts even where it is left early.
        return self._pairs(self._readings.count(), self.part or part_of_training() or (0, 1))

    def _pairs(self, epoch: int, part: tuple[int, int]) -> Iterator[Pair]:
        info = torch.utils.data.get_worker_info()
        worker, threads = ((0, 1), None) if info is None else ((info.id, info.num_workers), 1)
        for one in stream(self.faces, self.seed, epoch, part, worker, self.buffer, threads):
            assert one.mask is not None
            pair = pair_of(one.image, one.mask)
            yield pair if self.transform is None else self.transform(*pair)

    def __getstate__(self) -> dict[str, Any]:
        """For a worker that is spawned: torch.distributed is not set up there."""
        return self.__dict__ | {"part": self.part or part_of_training()}


class _Readings:
    """The epoch of a stream, in memory that is shared with the workers of DataLoaders.

    All workers of one reading have the same epoch, whichever starts first: they are known by the seed that
    a DataLoader draws anew for them.
    """

    def __init__(self, following: int = 0) -> None:
        # Of "spawn": such memory may be inherited by fork as well.
        spawning = torch.multiprocessing.get_context("spawn")
        self._held = spawning.Array("q", [following] + [NO_LOADER, 0] * LATEST)
        self._again = 0  # readings of this worker, if this is the copy of a worker that lives on

    @property
    def following(self) -> int:
        """Epoch of the next reading."""
        return int(self._held[0])

    @following.setter
    def following(self, epoch: int) -> None:
        with self._held.get_lock():
            self._held[:] = [epoch] + [NO_LOADER, 0] * LATEST

    def count(self) -> int:
        """The epoch of a reading that begins, in this process or in a worker of it."""
        info = torch.utils.data.get_worker_info()
        with self._held.get_lock():
            following, *latest = self._held[:]
            epoch = following
            if info is not None:
                loader = info.seed - info.id
                first = dict(zip(latest[::2], latest[1::2], strict=True))
                if loader not in first:
                    first[loader] = following - self._again
                    latest = [loader, first[loader], *latest[:-2]]
                epoch = first[loader] + self._again
                self._again += 1
            self._held[:] = [max(following, epoch + 1), *latest]
        return epoch

    def __getstate__(self) -> dict[str, Any]:
        """Shared with a process that is being spawned; of a pickle, the epoch alone."""
        return {"_held": self._held, "_again": 0} if get_spawning_popen() else {"following": self.following}

    def __setstate__(self, state: dict[str, Any]) -> None:
        if "following" in state:
            self.__init__(state["following"])  # type: ignore[misc]
        else:
            self.__dict__.update(state)


def part_of_training() -> tuple[int, int] | None:
    """Rank and number of processes of a distributed training; None outside of one."""
    if torch.distributed.is_available() and torch.distributed.is_initialized():
        return torch.distributed.get_rank(), torch.distributed.get_world_size()
    return None
