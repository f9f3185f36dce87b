"""A set of faces decoded once to its working size and held as uint8.

Pictures become (N, 3, S, S) uint8 RGB by area averaging, label maps (N, S, S) uint8 by majority of the
area of a cell, so that both see the same cell and borders keep their place. Scores computed on such maps
are scores at the size S, not at the size of the files.
"""

import contextlib
import hashlib
import json
import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from facegen.cache_folder import cache_folder as cache_folder_of_user
from facegen.datasets.conventions.label_conventions import Convention
from facegen.datasets.conventions.native_labels import IGNORE
from facegen.datasets.errors import FacegenError
from facegen.datasets.io.files import fingerprint, temporary_name
from facegen.datasets.io.hardware import free_memory
from facegen.datasets.io.images import IMAGE_SUFFIXES
from facegen.datasets.io.progress import ProgressCallback, ProgressEvent, say
from facegen.datasets.io.shard_record import SHARDS
from facegen.datasets.layouts.face_set import FaceSet, fits_shape

MEMORY_FRACTION = 0.25  # of the free memory, above which a set is decoded to the disk
BAND = 2048  # rows that are averaged at a time: more of a photo of 64 megapixels would take gigabytes
_SHARD_SUFFIXES = (".tar", ".zip", ".parquet")
CACHE_FORMAT = 2  # raise when a change here alters the arrays


@dataclass(frozen=True)
class LoadedSet:
    """A decoded set.

    images : (N, 3, S, S) uint8 RGB
    masks  : (N, S, S) uint8 ids of `convention`, 255 = ignore
    ids    : N names
    """

    name: str
    convention: Convention
    ids: list[str]
    images: npt.NDArray[np.uint8] = field(repr=False)
    masks: npt.NDArray[np.uint8] = field(repr=False)

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def size(self) -> int:
        """Side of the pictures in pixels."""
        return int(self.images.shape[-1])

    def take(self, indices: Sequence[int] | npt.NDArray[np.int64]) -> "LoadedSet":
        """The samples at these places, in this order."""
        index = np.asarray(indices, dtype=int)
        return replace(
            self, ids=[self.ids[i] for i in index], images=self.images[index], masks=self.masks[index]
        )

    def digest(self) -> str:
        """sha256 of names, pixels, labels and convention: equal sets train equal networks."""
        total = hashlib.sha256(json.dumps([self.convention.name, self.ids, self.size]).encode())
        for images, masks in zip(self.images, self.masks, strict=True):
            total.update(np.ascontiguousarray(images).data)
            total.update(np.ascontiguousarray(masks).data)
        return total.hexdigest()


def join(name: str, parts: Sequence[LoadedSet]) -> LoadedSet:
    """Several sets of one convention and size as one; ids are prefixed with the name of their set."""
    return LoadedSet(
        name,
        parts[0].convention,
        [f"{part.name}/{one}" for part in parts for one in part.ids],
        np.concatenate([part.images for part in parts]),
        np.concatenate([part.masks for part in parts]),
    )


def cache_folder() -> Path:
    """The user's cache of decoded sets and of the reverse test's parsers; never in a repository."""
    return cache_folder_of_user() / "parse"


def cache_if_large(count: int, size: int) -> Path | None:
    """The folder where `load_set` keeps a set that is too large for the memory; None for a smaller one."""
    needed = count * size * size * 4  # three colours and a label a pixel
    return cache_folder() / "decoded" if needed > MEMORY_FRACTION * free_memory() else None


def to_square(picture: npt.NDArray[np.uint8], fill: int) -> npt.NDArray[np.uint8]:
    """Centre a picture or label map on the smallest square around it; new pixels get `fill`."""
    height, width = picture.shape[:2]
    if height == width:
        return picture
    side = max(height, width)
    square = np.full((side, side, *picture.shape[2:]), fill, picture.dtype)
    top, left = (side - height) // 2, (side - width) // 2
    square[top : top + height, left : left + width] = picture
    return square


def resize_image(image: npt.NDArray[np.uint8], size: int) -> npt.NDArray[np.uint8]:
    """(H, W, 3) uint8 → (S, S, 3) uint8: area average when shrinking, bicubic when enlarging."""
    square = to_square(image, 0)
    side = square.shape[0]
    if side == size:
        return square
    if side > size and side % size:
        return _area_average(square, size)
    method = Image.Resampling.BOX if side > size else Image.Resampling.BICUBIC
    return np.asarray(Image.fromarray(square).resize((size, size), method))


def _area_average(square: npt.NDArray[np.uint8], size: int) -> npt.NDArray[np.uint8]:
    """(side, side, 3) uint8 → (S, S, 3) uint8.

    Pillow's BOX assigns a pixel on the border of two cells to one of them, which moves pictures by 1/6 pixel
    at 3:2; here it is divided between them.
    """
    pixel, cell, length = _pieces(len(square), size)
    weight = np.zeros((size, len(square)), np.float32)
    weight[cell, pixel] = length / len(square)
    rows = np.zeros((size, len(square), square.shape[2]), np.float32)
    for start in range(0, len(square), BAND):
        part = slice(start, start + BAND)
        rows += np.tensordot(weight[:, part], square[part].astype(np.float32), 1)
    return np.rint(np.einsum("xc,yck->yxk", weight, rows, optimize=True)).astype(np.uint8)


def resize_mask(mask: npt.NDArray[np.uint8], size: int) -> npt.NDArray[np.uint8]:
    """(h, w) uint8 → (S, S) uint8: the class that covers most of a cell.

    IGNORE counts like a class. Ties are common (an edge half way through a cell) and go to the lower and
    the higher id in turn, as on a chessboard: a rule by place would move borders to one side, one by id
    would shrink classes.
    """
    square = to_square(mask, IGNORE)
    side = square.shape[0]
    if side == size:
        return square
    present = np.flatnonzero(np.bincount(square.ravel(), minlength=256))
    rank = np.zeros(256, np.int64)
    rank[present] = np.arange(len(present))
    pixel, cell, length = _pieces(side, size)
    slot = (cell[:, None] * size + cell) * len(present) + rank[square][pixel[:, None], pixel]
    area = np.bincount(slot.ravel(), np.outer(length, length).ravel(), size * size * len(present))
    area = area.reshape(size, size, len(present))
    lowest, highest = area.argmax(-1), len(present) - 1 - area[..., ::-1].argmax(-1)
    odd = np.add.outer(np.arange(size), np.arange(size)) % 2
    return present[np.where(odd, highest, lowest)].astype(np.uint8)


@lru_cache(maxsize=4)
def _pieces(
    side: int, size: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """A line of `side` pixels and of `size` cells, cut wherever one of either ends: pixel, cell and length
    of each piece, in parts of which a cell has `side`."""
    ends = np.union1d(np.arange(1, side + 1) * size, np.arange(1, size + 1) * side)
    starts = np.r_[0, ends[:-1]]
    return starts // size, starts // side, ends - starts


def load_set(
    faces: FaceSet,
    size: int,
    cache: Path | None = None,
    on_sample: Callable[[], None] | None = None,
    strict: bool = True,
) -> LoadedSet:
    """Decode a set of faces to S × S.

    Parameters
    ----------
    faces : FaceSet with masks
    size : working side S in pixels
    cache : folder that keeps the arrays as .npy and maps them on the next call, so that a large set needs
        no memory of its own; None decodes into memory.
    on_sample : called once a decoded sample, from any thread
    strict : refuse ids of no class; else those pixels count as not labelled (and nothing is cached)

    Raises
    ------
    FacegenError : no masks, no samples, an unreadable file, or a mask of other proportions than its picture.
    """
    if not faces.has_masks:
        raise FacegenError(f"{faces.path} holds pictures without masks: training and scoring need masks/")
    if not len(faces):
        raise FacegenError(f"{faces.path} holds no samples")
    if cache is not None and strict:
        return _load_cached(faces, size, cache, on_sample)
    images = np.empty((len(faces), 3, size, size), np.uint8)
    masks = np.empty((len(faces), size, size), np.uint8)
    _decode(faces, images, masks, on_sample, strict)
    return LoadedSet(faces.name, faces.convention, list(faces.ids), images, masks)


def load_pictures(faces: FaceSet, size: int) -> npt.NDArray[np.uint8]:
    """(N, 3, size, size) uint8 pictures of a set; its masks, if any, are not read."""
    images = np.empty((len(faces), 3, size, size), np.uint8)

    def one(index: int) -> None:
        images[index] = resize_image(faces.image(index), size).transpose(2, 0, 1)

    with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
        list(pool.map(one, range(len(faces))))
    return images


def load_reported(faces: FaceSet, size: int, progress: ProgressCallback) -> LoadedSet:
    """Decode a set and report each picture; a set too large for the memory is kept in the cache folder."""
    cache = cache_if_large(len(faces), size)
    if cache is not None:
        say(progress, f"{faces.name} is large: decoded pictures are kept in {cache}")
    done, one_at_a_time = 0, threading.Lock()  # samples are decoded by several threads

    def on_sample() -> None:
        nonlocal done
        with one_at_a_time:
            done += 1
            progress(ProgressEvent("load", faces.name, done, len(faces)))

    return load_set(faces, size, cache, on_sample)


def _decode(
    faces: FaceSet,
    images: npt.NDArray[np.uint8],
    masks: npt.NDArray[np.uint8],
    on_sample: Callable[[], None] | None,
    strict: bool = True,
) -> None:
    size = images.shape[-1]

    def one(index: int) -> None:
        image = faces.image(index)
        mask = faces.mask(index) if strict else faces.known_mask(index)[0]
        _require_proportions(faces, index, image.shape[:2], mask.shape)
        images[index] = resize_image(image, size).transpose(2, 0, 1)
        masks[index] = resize_mask(mask, size)
        if on_sample is not None:
            on_sample()

    # Threads, because decoding and resampling leave Python's lock.
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
        try:
            list(pool.map(one, range(len(faces))))
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _require_proportions(faces: FaceSet, index: int, image: tuple[int, ...], mask: tuple[int, ...]) -> None:
    """FacegenError unless picture and mask have one shape."""
    if not fits_shape(mask, image):
        name = faces.ids[index]
        raise FacegenError(
            f"{faces.mask_path(name)}: {mask[1]}x{mask[0]} px, but {faces.image_path(name).name} has "
            f"{image[1]}x{image[0]}: bring both to one shape"
        )


def _load_cached(faces: FaceSet, size: int, cache: Path, on_sample: Callable[[], None] | None) -> LoadedSet:
    """Decode into `cache`, or map what an earlier call left there for the very same files."""
    key = fingerprint([CACHE_FORMAT, faces.convention.name, faces.ids, size, _file_stamps(faces.path)])[:32]
    paths = [cache / f"{key}-{part}.npy" for part in ("images", "masks")]
    if not all(path.exists() for path in paths):
        partial = [path.with_name(temporary_name(path.name)) for path in paths]
        shapes = [(len(faces), 3, size, size), (len(faces), size, size)]
        try:
            cache.mkdir(parents=True, exist_ok=True)
            arrays = [
                np.lib.format.open_memmap(path, mode="w+", dtype=np.uint8, shape=shape)
                for path, shape in zip(partial, shapes, strict=True)
            ]
            _decode(faces, arrays[0], arrays[1], on_sample)
            for array, path, final in zip(arrays, partial, paths, strict=True):
                array.flush()
                path.replace(final)
        except OSError as error:
            raise FacegenError(
                f"{cache}: decoded pictures cannot be written ({error.strerror}); make room"
            ) from None
        finally:
            for path in partial:
                with contextlib.suppress(OSError):
                    path.unlink(missing_ok=True)
    images, masks = (np.load(path, mmap_mode="r", allow_pickle=False) for path in paths)
    return LoadedSet(faces.name, faces.convention, list(faces.ids), images, masks)


def _file_stamps(folder: Path) -> list[tuple[str, int, int]]:
    """Name, length and time of every picture and archive under `folder`: changes when any of them does.

    Of archives on an object store the records of their shards change with them.
    """
    stamps = []
    for base, _, names in os.walk(folder):
        for name in names:
            path = Path(base) / name
            if path.suffix.lower() in IMAGE_SUFFIXES + _SHARD_SUFFIXES or path.parent.name == SHARDS:
                status = path.stat()
                stamps.append((str(path.relative_to(folder)), status.st_size, status.st_mtime_ns))
    return sorted(stamps)
