"""A set read shard by shard in a random order, in memory that does not grow with the set.

Shards are shuffled, each is read from its beginning to its end, and samples leave a buffer in random order:
the disk or store is read in long runs, and neighbours in the output are rarely neighbours in a shard. Several
processes take disjoint parts of the same length, and the workers of a process share its part.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import chain, groupby, islice
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from facegen.datasets.errors import FacegenError
from facegen.datasets.keyed_random import keyed_generator
from facegen.datasets.layouts.face_set import FaceSet

LARGEST = 256  # samples read in a row: a shard of `facegen render`
BUFFER = 1024  # samples: four shards; at 256 x 256 pixels 0.25 GB
AHEAD = 4  # samples that are decoded ahead, times the threads


class Streamed(NamedTuple):
    """One sample.

    place : in the set
    image : (H, W, 3) uint8 RGB
    mask : (h, w) uint8 ids of the set's convention, 255 = ignore; None where the set has no masks
    """

    place: int
    image: npt.NDArray[np.uint8]
    mask: npt.NDArray[np.uint8] | None


def runs_of(faces: FaceSet) -> list[range]:
    """Places of samples that are read in a row: those of an archive, or neighbours in a folder.

    Parameters
    ----------
    faces : FaceSet

    Returns
    -------
    list of range
        Disjoint, together the whole set; none longer than LARGEST.
    """
    runs = []
    for _, same in groupby(range(len(faces)), lambda i: faces.image_path(faces.ids[i]).parent):
        places = list(same)
        start, stop = places[0], places[-1] + 1
        runs += [range(one, min(one + LARGEST, stop)) for one in range(start, stop, LARGEST)]
    return runs


def order_of(
    faces: FaceSet,
    seed: int,
    epoch: int = 0,
    part: tuple[int, int] = (0, 1),
    worker: tuple[int, int] = (0, 1),
    shuffle: bool = True,
) -> Iterator[int]:
    """The order in which a worker of a process reads samples.

    Shards come in random order, each is read from its beginning.

    Parameters
    ----------
    faces : FaceSet
    seed, epoch : int
        Another order of shards each epoch.
    part : (int, int)
        Number of the process, from 0, and how many there are. Parts are of the same length: up to
        (processes - 1) samples are left out, others in each epoch where the order is shuffled.
    worker : (int, int)
        Number of the worker in its process, and how many there are: they share the part, to the last sample.
    shuffle : bool
        False: in the order of the set.

    Raises
    ------
    FacegenError : there is no such part or worker, or a part would be empty.
    """
    for what, (number, of) in (("part", part), ("worker", worker)):
        if not 0 <= number < of:
            raise FacegenError(f"{what} {number} of {of}: {what}s are numbered from 0 to {of - 1}")
    number, of = part
    each = len(faces) // of
    if not each:
        raise FacegenError(f"{faces.path}: {len(faces)} samples cannot be shared by {of} processes")
    start, stop = (number * each + each * edge // worker[1] for edge in (worker[0], worker[0] + 1))
    runs = runs_of(faces)
    if shuffle:
        order = keyed_generator(seed, "stream.shards", epoch).permutation(len(runs))
        runs = [runs[one] for one in order]
    return islice(chain.from_iterable(runs), start, stop)


def stream(
    faces: FaceSet,
    seed: int = 0,
    epoch: int = 0,
    part: tuple[int, int] = (0, 1),
    worker: tuple[int, int] = (0, 1),
    buffer: int = BUFFER,
    threads: int | None = None,
) -> Iterator[Streamed]:
    """Read every sample of a set, or of a part of it, once.

    Parameters
    ----------
    faces : FaceSet
    seed, epoch, part, worker :
        As of `order_of`.
    buffer : int
        Samples that are shuffled; 1 or less: samples come in the order of the set.
    threads : int, optional
        That decode; by default one a processor.

    Yields
    ------
    Streamed

    Raises
    ------
    FacegenError : no such part or worker, or a file that cannot be read (named).
    """
    shuffle = buffer > 1
    random = keyed_generator(seed, "stream.buffer", epoch, *part, *worker)
    held: list[Streamed] = []
    for sample in _decoded(
        faces, order_of(faces, seed, epoch, part, worker, shuffle), threads or os.cpu_count() or 1
    ):
        if not shuffle:
            yield sample
        elif len(held) < buffer:
            held.append(sample)
        else:
            place = int(random.integers(buffer))
            held[place], sample = sample, held[place]
            yield sample
    for place in random.permutation(len(held)):
        yield held[place]


def _decoded(faces: FaceSet, order: Iterator[int], threads: int) -> Iterator[Streamed]:
    """Samples in the given order, some decoded ahead by threads: decoding leaves Python's lock."""

    def read(index: int) -> Streamed:
        return Streamed(index, faces.image(index), faces.mask(index) if faces.has_masks else None)

    waiting: deque[Future[Streamed]] = deque()
    with ThreadPoolExecutor(threads) as pool:
        try:
            for index in order:
                waiting.append(pool.submit(read, index))
                if len(waiting) >= AHEAD * threads:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            pool.shutdown(cancel_futures=True)
