"""Label adapter without weights: classes grow, shrink or merge by rules that are found by counting.

Label maps are (N, S, S) uint8 argmax predictions and references, 255 = ignore in the references. Every
pixel has its own class, the nearest other class and the distance to it in pixels. For each ordered pair
(own, other) the counts say how deep `other` should reach into `own`: the depth at which the F1 of the two
is highest. If only the number of correct pixels counted, an unsure parser would lose every small class.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from facegen.datasets.conventions.label_conventions import Convention
from facegen.datasets.conventions.native_labels import IGNORE
from facegen.parse.metrics.scores import confusion_matrix

REACH = 0.06  # of the side: the deepest growth that is tried, 8 px at 128
MIN_GAIN = 0.002  # of the F1 of both classes together, below which a rule is noise


@dataclass(frozen=True)
class Rules:
    """What is done to a map.

    merge : (C,) uint8, the class that each class becomes first
    depth : (C, C) int pixels; depth[own, other] = how far `other` then grows into `own`
    """

    merge: np.ndarray
    depth: np.ndarray

    def sentences(self, classes: Sequence[str]) -> list[str]:
        """The rules in words, "nose grows 2 px into skin"."""
        merged = [
            f"{classes[own]} becomes {classes[other]}" for own, other in enumerate(self.merge) if own != other
        ]
        grown = [
            f"{classes[other]} grows {self.depth[own, other]} px into {classes[own]}"
            for own, other in np.argwhere(self.depth > 0)
        ]
        return merged + grown


def fit_rules(predicted: np.ndarray, references: np.ndarray, convention: Convention) -> Rules:
    """Count on pictures of which both maps are known."""
    classes, reach = len(convention.classes), max(1, round(REACH * references.shape[-1]))
    confusion = confusion_matrix(predicted, references, classes)
    merge = np.arange(classes, dtype=np.uint8)
    for own in range(classes):
        best = int(confusion[:, own].argmax())
        if best != own and f1_change(confusion, own, best, confusion[:, own]) > MIN_GAIN:
            merge[own] = best
    # moved[own, other, d, c]: pixels of reference c that lie d deep in `own` next to `other`.
    moved = np.zeros((classes, classes, reach + 1, classes), np.int64)
    for guess, truth in zip(merge[predicted], references, strict=True):
        for own, rows, columns, other, depth in _border_pixels(guess, reach):
            true = truth[rows, columns]
            claimed = true != IGNORE
            np.add.at(moved[own], (other[claimed], depth[claimed], true[claimed]), 1)
    confusion = confusion_matrix(merge[predicted], references, classes)
    depth = np.zeros((classes, classes), int)
    for own, other in np.argwhere(moved.any((-2, -1))):
        gains = f1_change(confusion, own, other, moved[own, other].cumsum(0))
        if gains.max() > MIN_GAIN:
            depth[own, other] = int(gains.argmax())
    return Rules(merge, depth)


def f1_change(confusion: np.ndarray, own: int, other: int, moved: np.ndarray) -> np.ndarray:
    """Change of the F1 of both classes together if pixels go from prediction `own` to `other`.

    Parameters
    ----------
    confusion : (C, C) int, reference in rows
    moved : (..., C) int, the pixels by their reference class

    Returns
    -------
    (...,) float
    """
    hits, sizes = np.diagonal(confusion), confusion.sum(1) + confusion.sum(0)

    def f1(class_id: int, more_hits: np.ndarray, more: np.ndarray) -> np.ndarray:
        return 2 * (hits[class_id] + more_hits) / np.maximum(sizes[class_id] + more, 1)

    every = moved.sum(-1)
    after = f1(own, -moved[..., own], -every) + f1(other, moved[..., other], every)
    none = np.zeros_like(every)
    return after - f1(own, none, none) - f1(other, none, none)


def apply_rules(rules: Rules, predicted: np.ndarray) -> np.ndarray:
    """Maps after the rules: (N, S, S) uint8. All rules look at the map before any growth."""
    merged = rules.merge[predicted]
    result = merged.copy()
    reach = int(rules.depth.max())
    if reach:
        for before, after in zip(merged, result, strict=True):
            for own, rows, columns, other, depth in _border_pixels(before, reach):
                taken = depth <= rules.depth[own, other]
                after[rows[taken], columns[taken]] = other[taken]
    return result


def _border_pixels(
    labels: np.ndarray, reach: int
) -> Iterator[tuple[int, np.ndarray, np.ndarray, np.ndarray, np.ndarray]]:
    """For each class: rows, columns of its pixels near another class, that class, and the depth in pixels.

    A pixel at the border has depth 1.
    """
    for own in np.unique(labels):
        region = labels == own
        if region.all():
            continue
        distance, nearest = ndimage.distance_transform_edt(region, return_indices=True)
        rows, columns = np.nonzero(region & (distance <= reach))
        other = labels[nearest[0][rows, columns], nearest[1][rows, columns]]
        yield int(own), rows, columns, other, np.ceil(distance[rows, columns] - 1e-9).astype(int)
