"""Measuring a whole set: one pass over its pictures, in one process or several, memory flat in their
number."""

import multiprocessing
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

import numpy as np

from facegen.audit import labels_stats, measures
from facegen.audit.schema import Table
from facegen.audit.view import make_view
from facegen.datasets.errors import FacegenError
from facegen.datasets.faceset import FaceSet

CONVENTION = "celebamaskhq"
_CHUNK = 16  # pictures a process takes at a time


@dataclass(frozen=True)
class Measurement:
    """What one pass over a set gives: its attributes and its label statistics, row for row."""

    attributes: Table
    labels: Table

    def __len__(self) -> int:
        return len(self.attributes)

    def rows(self, index: np.ndarray) -> "Measurement":
        """The measurement of some rows, by integer index."""
        return Measurement(self.attributes.rows(index), self.labels.rows(index))


def measure_set(
    faces: FaceSet, workers: int = 1, on_progress: Callable[[int], object] | None = None
) -> Measurement:
    """Measure every picture of a set.

    Parameters
    ----------
    faces : FaceSet with masks in the celebamaskhq convention, or without masks
    workers : processes; 1 measures in this one
    on_progress : called with the number of pictures just finished

    Raises
    ------
    FacegenError : an empty set, another convention, a file that cannot be read (named).
    """
    if not len(faces):
        raise FacegenError(f"{faces.path}: holds no picture to measure")
    if faces.has_masks and faces.convention.name != CONVENTION:
        raise FacegenError(
            f"{faces.path}: masks are in the convention {faces.convention.name}, the audit reads "
            "{CONVENTION}: "
            f"export the set with `facegen export --convention {CONVENTION}`"
        )
    rows = []
    for chunk in _chunks(faces, workers):
        rows.append(chunk)
        if on_progress is not None:
            on_progress(len(chunk))
    values, split, ids = np.concatenate(rows), len(measures.NAMES), tuple(faces.ids)
    attributes = Table(measures.NAMES, values[:, :split], ids, faces.name)
    return Measurement(attributes, Table(labels_stats.NAMES, values[:, split:], ids, faces.name))


def _chunks(faces: FaceSet, workers: int) -> Iterator[np.ndarray]:
    starts = range(0, len(faces), _CHUNK)
    parts = [list(range(start, min(start + _CHUNK, len(faces)))) for start in starts]
    if workers <= 1 or len(parts) == 1:
        yield from (measure_some(faces, part) for part in parts)
        return
    # Not forked: a parent that has loaded torch or holds threads must not be copied.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(workers, len(parts)), context, _remember, (faces,)) as pool:
        yield from pool.map(_measure_remembered, parts)


def measure_some(faces: FaceSet, indices: list[int]) -> np.ndarray:
    """(len(indices), attributes + label statistics) float64 of some pictures of a set."""
    return np.stack([_row(faces, index) for index in indices])


def _row(faces: FaceSet, index: int) -> np.ndarray:
    image, mask = faces.image(index), faces.mask(index) if faces.has_masks else None
    try:
        view = make_view(image, mask)
    except FacegenError as error:
        raise FacegenError(f"{faces.path}: picture {faces.ids[index]}: {error}") from None
    return np.concatenate([measures.measure_view(view), labels_stats.label_row(view)])


_faces: FaceSet | None = None  # of a worker process, set once by its initializer


def _remember(faces: FaceSet) -> None:
    global _faces
    _faces = faces


def _measure_remembered(indices: list[int]) -> np.ndarray:
    assert _faces is not None
    return measure_some(_faces, indices)
