"""Measuring a whole set: one pass over its pictures, in one process or several, memory flat in their
number."""

from collections.abc import Callable, Iterator, Set
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from facegen.audit.measures import aligned_labels, label_drawing, measure_table
from facegen.audit.measures.face_view import make_view
from facegen.audit.measures.schema import Table
from facegen.audit.row_cache import RowCache, key_of
from facegen.datasets.errors import FacegenError
from facegen.datasets.io.process_pool import ProcessPool
from facegen.datasets.layouts.face_set import FaceSet

CONVENTION = "celebamaskhq"
_CHUNK = 16  # pictures a process takes at a time


@dataclass(frozen=True)
class Measurement:
    """What one pass over a set gives, row for row.

    Attributes
    ----------
    attributes, labels : Table, of measure_table.py and label_drawing.py
    maps : (n, GRID * GRID) uint8 of aligned_labels.aligned_map, or None where they were not taken
    adjacency : (n, pairs) float32 of aligned_labels.adjacency, or None likewise
    unknown : (n,) float64: fraction of each mask with ids of no class, measured as not labelled; or None
    """

    attributes: Table
    labels: Table
    maps: np.ndarray | None = None
    adjacency: np.ndarray | None = None
    unknown: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.attributes)

    def rows(self, index: np.ndarray) -> "Measurement":
        """The measurement of some rows, by integer index."""
        parts = (self.maps, self.adjacency, self.unknown)
        return Measurement(
            self.attributes.rows(index),
            self.labels.rows(index),
            *(None if part is None else part[index] for part in parts),
        )

    def without(self, names: Set[str], maps: bool = True) -> "Measurement":
        """The measurement in which attributes and label statistics of these names are missing.

        Parameters
        ----------
        names : set of str
        maps : bool
            Keep label maps and adjacency.
        """
        attributes, labels = (
            replace(table, values=np.where([name in names for name in table.names], np.nan, table.values))
            for table in (self.attributes, self.labels)
        )
        kept = (self.maps, self.adjacency) if maps else (None, None)
        return Measurement(attributes, labels, *kept, self.unknown)


def measure_set(
    faces: FaceSet,
    workers: int = 1,
    on_progress: Callable[[int], object] | None = None,
    cache: Path | None = None,
) -> Measurement:
    """Measure every picture of a set.

    Parameters
    ----------
    faces : FaceSet with masks in the celebamaskhq convention, or without masks
    workers : processes; 1 measures in this one
    on_progress : called with the number of pictures just finished
    cache : file that keeps rows by the content of picture and mask, see row_cache.py; None keeps nothing

    Raises
    ------
    FacegenError : an empty set, another convention, a file that cannot be read (named).
    """
    if not len(faces):
        raise FacegenError(f"{faces.path}: holds no picture to measure")
    if faces.has_masks:
        check_masks(faces)
    rows = np.empty((len(faces), ROW_WIDTH))
    maps, unknown = np.empty((len(faces), MAP_WIDTH), np.uint8), np.empty(len(faces))
    for indices, (values, drawn, strange) in _chunks(faces, workers, cache):
        rows[indices], maps[indices], unknown[indices] = values, drawn, strange
        if on_progress is not None:
            on_progress(len(indices))
    ids, ends = tuple(faces.ids), np.cumsum(_WIDTHS)
    attributes, labels, adjacency = rows[:, : ends[0]], rows[:, ends[0] : ends[1]], rows[:, ends[1] :]
    masked = faces.has_masks
    return Measurement(
        Table(measure_table.NAMES, attributes, ids, faces.name),
        Table(label_drawing.NAMES, labels, ids, faces.name),
        maps if masked else None,
        adjacency.astype(np.float32) if masked else None,
        unknown if masked else None,
    )


def check_masks(faces: FaceSet) -> None:
    """FacegenError where a set has no masks in the audit's convention."""
    if not faces.has_masks:
        raise FacegenError(f"{faces.path} holds pictures without masks: add a masks/ folder")
    if faces.convention.name != CONVENTION:
        raise FacegenError(
            f"{faces.path}: masks are in the convention {faces.convention.name}, the audit reads "
            f"{CONVENTION}: `facegen export --to segmentation --convention {CONVENTION}` derives them for a "
            "rendered set"
        )


_WIDTHS = (len(measure_table.NAMES), len(label_drawing.NAMES), len(aligned_labels.PAIRS))
ROW_WIDTH, MAP_WIDTH = sum(_WIDTHS), aligned_labels.GRID**2
Row = tuple[np.ndarray, np.ndarray]  # (ROW_WIDTH,) float64 and (MAP_WIDTH,) uint8
Rows = tuple[np.ndarray, np.ndarray, np.ndarray]  # the same of n pictures, and Measurement.unknown of each


def _chunks(faces: FaceSet, workers: int, cache: Path | None) -> Iterator[tuple[list[int], Rows]]:
    starts = range(0, len(faces), _CHUNK)
    parts = [list(range(start, min(start + _CHUNK, len(faces)))) for start in starts]
    if workers <= 1 or len(parts) == 1:
        yield from ((part, measure_some(faces, part, cache)) for part in parts)
        return
    measure = partial(measure_some, faces, cache=cache)
    with ProcessPool(min(workers, len(parts)), "measuring") as pool:
        yield from zip(parts, pool.map(measure, parts), strict=True)


def measure_some(faces: FaceSet, indices: list[int], cache: Path | None = None) -> Rows:
    """Rows of some pictures of a set, those that the cache holds taken from it."""
    with RowCache(cache, ROW_WIDTH, MAP_WIDTH) as kept:
        found, unknown = [], []
        for index in indices:
            mask, strange = faces.known_mask(index) if faces.has_masks else (None, 0.0)
            pixels = faces.image(index), mask
            unknown.append(strange)
            key = key_of(*pixels) if cache else b""
            row = kept.get(key)
            if row is None:
                row = _row(faces, index, *pixels)
                kept.put(key, row)
            found.append(row)
    values, maps = (np.stack(part) for part in zip(*found, strict=True))
    return values, maps, np.array(unknown)


def _row(faces: FaceSet, index: int, image: np.ndarray, mask: np.ndarray | None) -> Row:
    try:
        view = make_view(image, mask)
    except FacegenError as error:
        raise FacegenError(f"{faces.path}: picture {faces.ids[index]}: {error}") from None
    parts = [measure_table.measure_view(view), label_drawing.label_row(view), aligned_labels.adjacency(view)]
    return np.concatenate(parts), aligned_labels.aligned_map(view)
