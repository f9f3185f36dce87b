"""Scores of label maps from counts: F1 and IoU a class, their means.

Label maps are (..., H, W) uint8; 255 = ignore in the reference. Everything starts from a confusion matrix
(C, C) int64 with the reference in rows and the prediction in columns, so that scores pool over any set of
pictures by adding matrices. F1 of a class is 2 TP / (2 TP + FP + FN), the Dice coefficient.
"""

import math
from dataclasses import dataclass

import numpy as np

from facegen.datasets.conventions.label_conventions import Convention
from facegen.datasets.conventions.native_labels import IGNORE

BACKGROUND = 0


def confusion_matrix(predicted: np.ndarray, reference: np.ndarray, classes: int) -> np.ndarray:
    """Pixels of each (reference, predicted) pair.

    Parameters
    ----------
    predicted, reference : same shape, uint8 ids below `classes`; IGNORE in `reference` counts nowhere
    classes : int

    Returns
    -------
    (C, C) int64

    Raises
    ------
    ValueError : the shapes differ, or an id is out of range.
    """
    if predicted.shape != reference.shape:
        raise ValueError(f"prediction {predicted.shape} and reference {reference.shape} differ in shape")
    valid = reference != IGNORE
    rows, columns = reference[valid].astype(np.int64), predicted[valid].astype(np.int64)
    if rows.size and max(rows.max(), columns.max()) >= classes:
        raise ValueError(f"an id is not below {classes}")
    return np.bincount(rows * classes + columns, minlength=classes**2).reshape(classes, classes)


def f1_per_class(confusion: np.ndarray) -> np.ndarray:
    """(..., C) float in [0, 1]; nan where the reference never holds the class: not measured, not 0."""
    return f1_of_counts(*_counts(confusion))


def iou_per_class(confusion: np.ndarray) -> np.ndarray:
    """(..., C) float in [0, 1]: TP / (TP + FP + FN); nan where the reference never holds the class."""
    return iou_of_counts(*_counts(confusion))


def _counts(confusion: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Hits, pixels of the reference and predicted pixels of each class, (..., C)."""
    hits = np.diagonal(confusion, axis1=-2, axis2=-1).astype(float)
    return hits, confusion.sum(-1), confusion.sum(-2)


def f1_of_counts(hits: np.ndarray, reference: np.ndarray, predicted: np.ndarray) -> np.ndarray:
    """F1 = 2 TP / (2 TP + FP + FN) from pixel counts (..., C); nan where the reference lacks the class."""
    return np.where(reference > 0, 2 * hits / np.maximum(reference + predicted, 1), np.nan)


def iou_of_counts(hits: np.ndarray, reference: np.ndarray, predicted: np.ndarray) -> np.ndarray:
    """TP / (TP + FP + FN) from counts of pixels (..., C); nan where the reference lacks the class."""
    return np.where(reference > 0, hits / np.maximum(reference + predicted - hits, 1), np.nan)


def foreground_classes(convention: Convention, accessories: bool = True) -> list[int]:
    """Ids that count in a mean: all but background, or also without accessories."""
    left_out = {BACKGROUND} if accessories else {BACKGROUND, *convention.accessories}
    return [i for i in range(len(convention.classes)) if i not in left_out]


def mean_present(values: np.ndarray, ids: list[int]) -> np.ndarray:
    """Mean over those of `ids` that are not nan: (..., C) → (...); nan where none is."""
    chosen = values[..., ids]
    count = (~np.isnan(chosen)).sum(-1)
    return np.where(count > 0, np.nansum(chosen, -1) / np.maximum(count, 1), np.nan)


@dataclass(frozen=True)
class Scores:
    """Scores pooled over a set. nan = not measured.

    Attributes
    ----------
    f1, iou : one value a class, in [0, 1]
    mean_f1 : over the foreground classes present (18 in celebamaskhq)
    mean_f1_core : the same without accessories (14)
    mean_iou : over background and foreground classes present
    accuracy : fraction of pixels that agree
    absent : names of foreground classes that the reference never holds
    """

    f1: tuple[float, ...]
    iou: tuple[float, ...]
    mean_f1: float
    mean_f1_core: float
    mean_iou: float
    accuracy: float
    absent: tuple[str, ...]

    def as_json(self, convention: Convention) -> dict:
        """Plain values with class names; nan becomes None."""
        return {
            "mean_f1": number(self.mean_f1),
            "mean_f1_core": number(self.mean_f1_core),
            "mean_iou": number(self.mean_iou),
            "accuracy": number(self.accuracy),
            "not_measured": list(self.absent),
            "f1": {name: number(v) for name, v in zip(convention.classes, self.f1, strict=True)},
            "iou": {name: number(v) for name, v in zip(convention.classes, self.iou, strict=True)},
        }


def score(confusion: np.ndarray, convention: Convention) -> Scores:
    """All scores of a (C, C) confusion matrix."""
    f1, iou = f1_per_class(confusion), iou_per_class(confusion)
    foreground = foreground_classes(convention)
    total = confusion.sum()
    return Scores(
        f1=tuple(f1.tolist()),
        iou=tuple(iou.tolist()),
        mean_f1=float(mean_present(f1, foreground)),
        mean_f1_core=float(mean_present(f1, foreground_classes(convention, accessories=False))),
        mean_iou=float(mean_present(iou, list(range(len(convention.classes))))),
        accuracy=float(np.trace(confusion) / total) if total else math.nan,
        absent=tuple(convention.classes[i] for i in foreground if math.isnan(f1[i])),
    )


def number(value: float) -> float | None:
    """A float for JSON: None where it is not finite."""
    return float(value) if math.isfinite(value) else None
