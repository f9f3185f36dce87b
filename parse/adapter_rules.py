"""Label adapter without weights: classes grow, shrink or merge by rules that are found by counting.

Label maps are (N, S, S) uint8 argmax predictions and references, 255 = ignore in the references. Every
pixel has its own class, the nearest other class and the distance to it in pixels. For each ordered pair
(own, other) the counts say how deep `other` should reach into `own`; a class whose pixels mostly belong to
another one is merged into it. A rule needs more evidence than half of the pixels it changes, so on a set
without a habit of its own no rule is found.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from facegen.datasets.conventions import Convention
from facegen.datasets.labels import IGNORE

REACH = 0.06  # of the side: the deepest growth that is tried, 8 px at 128
MIN_PIXELS = 20  # claimed pixels in a pair below which it has no rule


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
    classes, reach = len(convention.classes), _reach(references)
    both = np.zeros((classes, classes), np.int64)  # predicted, reference
    for guess, truth in zip(predicted, references, strict=True):
        valid = truth != IGNORE
        both += np.bincount(guess[valid].astype(int) * classes + truth[valid], minlength=classes**2).reshape(
            classes, classes
        )
    merge = np.arange(classes, dtype=np.uint8)
    for own in range(classes):
        best = int(both[own].argmax())
        if best != own and 2 * both[own, best] > both[own].sum() >= MIN_PIXELS:
            merge[own] = best
    # gain[own, other, d]: pixels right after minus pixels right before, if `other` took those d deep.
    gain = np.zeros((classes, classes, reach + 1), np.int64)
    seen = np.zeros((classes, classes), np.int64)
    for guess, truth in zip(merge[predicted], references, strict=True):
        for own, rows, columns, other, depth in _border_pixels(guess, reach):
            true = truth[rows, columns]
            claimed = true != IGNORE
            change = (true == other).astype(np.int64) - (true == own)
            np.add.at(gain[own], (other[claimed], depth[claimed]), change[claimed])
            np.add.at(seen[own], other[claimed], 1)
    total = gain.cumsum(-1)
    depth = total.argmax(-1)
    return Rules(merge, np.where((total.max(-1) > 0) & (seen >= MIN_PIXELS), depth, 0))


def apply_rules(rules: Rules, predicted: np.ndarray) -> np.ndarray:
    """Maps after the rules: (N, S, S) uint8. Every pixel is judged by the map before any growth."""
    merged = rules.merge[predicted]
    result = merged.copy()
    reach = int(rules.depth.max())
    if reach:
        for before, after in zip(merged, result, strict=True):
            for own, rows, columns, other, depth in _border_pixels(before, reach):
                taken = depth <= rules.depth[own, other]
                after[rows[taken], columns[taken]] = other[taken]
    return result


def _reach(maps: np.ndarray) -> int:
    return max(1, round(REACH * maps.shape[-1]))


def _border_pixels(
    labels: np.ndarray, reach: int
) -> Iterator[tuple[int, np.ndarray, np.ndarray, np.ndarray, np.ndarray]]:
    """For each class: rows, columns of its pixels near another class, that class, and the depth in pixels.

    A pixel beside the border has depth 1.
    """
    for own in np.unique(labels):
        region = labels == own
        if region.all():
            continue
        distance, nearest = ndimage.distance_transform_edt(region, return_indices=True)
        rows, columns = np.nonzero(region & (distance <= reach))
        other = labels[nearest[0][rows, columns], nearest[1][rows, columns]]
        yield int(own), rows, columns, other, np.ceil(distance[rows, columns] - 1e-9).astype(int)
