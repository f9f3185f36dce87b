"""An early look at overfitting: the averaged weights scored on held-out real faces during a training.

The scores choose nothing: the checkpoint is always the average after the last step. A score that peaks early
and then falls shows that fewer steps, more images or stronger augmentation would be better.
"""

import copy
import csv
import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn

from facegen.datasets.errors import FacegenError
from facegen.datasets.io.files import write_bytes
from facegen.parse.data.loaded_set import LoadedSet
from facegen.parse.metrics.evaluate import predict
from facegen.parse.metrics.scores import confusion_matrix, score
from facegen.parse.models.checkpoints import Parser

VALIDATION_FILE = "validation.csv"
FIELDS = ("step", "mean_f1", "mean_f1_core")
OVERFIT = 0.01  # fall from the best look to the last that is reported


@dataclass(frozen=True)
class ValidationLook:
    """Scores on validation faces, `times` times, evenly over the steps, the last time at the end."""

    data: LoadedSet
    device: torch.device
    times: int = 6

    def due(self, step: int, steps: int) -> bool:
        """Whether to score after `step` of `steps` (from 1)."""
        return step == steps or step % max(1, steps // self.times) == 0

    def __call__(self, averaged: nn.Module, step: int, folder: Path) -> None:
        """Score a network with the averaged weights and write the row of `step`.

        Rows of later steps, which an interrupted training left, are dropped.
        """
        parser = Parser(copy.deepcopy(averaged), self.data.convention, self.data.size, {})
        labels = predict(parser, self.data.images, self.device)
        result = score(
            confusion_matrix(labels, np.asarray(self.data.masks), len(self.data.convention.classes)),
            self.data.convention,
        )
        rows = [row for row in read_looks(folder) if row[0] < step]
        rows.append((step, result.mean_f1, result.mean_f1_core))
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(FIELDS)
        writer.writerows((one, *(f"{value:.5f}" for value in values)) for one, *values in rows)
        write_bytes(folder / VALIDATION_FILE, text.getvalue().encode())


def read_looks(folder: Path) -> list[tuple[int, float, float]]:
    """Step, mean F1 and mean F1 without accessories of every look so far; empty where there was none.

    Raises
    ------
    FacegenError : the file is damaged.
    """
    file = folder / VALIDATION_FILE
    if not file.exists():
        return []
    try:
        rows = list(csv.reader(file.read_text("utf-8").splitlines()))
        return [(int(step), float(f1), float(core)) for step, f1, core in rows[1:]]
    except (ValueError, csv.Error):
        raise FacegenError(f"{file}: damaged log of scores: remove it") from None


def overfitting(looks: list[tuple[int, float, float]]) -> tuple[int, float] | None:
    """Step of the best look and the fall from it to the last, where that is more than OVERFIT."""
    if not looks:
        return None
    best = max(looks, key=lambda look: look[1])
    fall = best[1] - looks[-1][1]
    return (best[0], fall) if fall > OVERFIT else None
