"""A parser's predictions on a set, and everything scored from them.

Scoring happens at the size the set was loaded at, which is the parser's training size: reference masks are
reduced by majority to that size (loaded_set.py), and every report states the size.
"""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
import torch

from facegen.audit.distances.boundary import band_width, boundary_counts, boundary_offsets
from facegen.datasets.conventions.label_conventions import Convention
from facegen.datasets.errors import FacegenError
from facegen.parse.data.device import use_bfloat16
from facegen.parse.data.loaded_set import LoadedSet
from facegen.parse.metrics.scores import (
    Scores,
    confusion_matrix,
    f1_per_class,
    foreground_classes,
    mean_present,
    number,
    score,
)
from facegen.parse.models.checkpoints import Parser
from facegen.parse.models.networks import normalise

BATCH = 32


@torch.inference_mode()
def predict(
    parser: Parser, images: np.ndarray, device: torch.device, on_batch: Callable[[int], None] | None = None
) -> np.ndarray:
    """Label maps of pictures.

    Parameters
    ----------
    images : (N, 3, S, S) uint8 RGB at the parser's size
    on_batch : called with the number of pictures done in each batch

    Returns
    -------
    (N, S, S) uint8
    """
    labels = np.empty((len(images), *images.shape[-2:]), np.uint8)
    for place, logits in _logits(parser, images, device):
        labels[place] = logits.argmax(1).to(torch.uint8).cpu().numpy()
        if on_batch is not None:
            on_batch(len(logits))
    return labels


@torch.inference_mode()
def predict_with_entropy(
    parser: Parser, images: np.ndarray, device: torch.device
) -> tuple[np.ndarray, np.ndarray]:
    """Label maps of pictures, and how sure the parser is of them.

    Parameters
    ----------
    images : (N, 3, S, S) uint8 RGB at the parser's size

    Returns
    -------
    labels : (N, S, S) uint8, the same as `predict`
    entropy : (N,) float64, mean over the pixels of the entropy of the class probabilities, in nats
    """
    labels = np.empty((len(images), *images.shape[-2:]), np.uint8)
    entropy = np.empty(len(images))
    for place, logits in _logits(parser, images, device):
        labels[place] = logits.argmax(1).to(torch.uint8).cpu().numpy()
        logs = logits.float().log_softmax(1)
        entropy[place] = -(logs.exp() * logs).sum(1).mean((1, 2)).double().cpu().numpy()
    return labels, entropy


def _logits(parser: Parser, images: np.ndarray, device: torch.device) -> Iterator[tuple[slice, torch.Tensor]]:
    """Places of a batch of pictures, and their logits (b, C, S, S) on the device."""
    if images.shape[-1] != parser.size:
        raise FacegenError(f"the parser works at {parser.size} px, the pictures are {images.shape[-1]} px")
    network = parser.network.to(device, memory_format=torch.channels_last).eval()  # type: ignore[call-overload]
    for start in range(0, len(images), BATCH):
        place = slice(start, min(start + BATCH, len(images)))
        part = torch.from_numpy(np.array(images[place])).to(device)
        # On a CPU the speed is not needed, and float32 gives the same labels on every machine.
        on_gpu = device.type == "cuda" and use_bfloat16(device)
        with torch.autocast(device.type, torch.bfloat16, enabled=on_gpu):
            logits = network(normalise(part.to(torch.float32) / 255))
        yield place, logits


def probabilities(parser: Parser, images: np.ndarray, device: torch.device) -> Callable[..., torch.Tensor]:
    """Class probabilities of pictures, computed on demand.

    Parameters
    ----------
    images : (N, 3, S, S) uint8 RGB at the parser's size

    Returns
    -------
    callable : sample indices (b,) → (b, C, S, S) float32
    """
    network = parser.network.to(device, memory_format=torch.channels_last).eval()  # type: ignore[call-overload]

    def make(index: np.ndarray) -> torch.Tensor:
        part = torch.from_numpy(np.ascontiguousarray(images[index])).to(device)
        with torch.no_grad():
            return network(normalise(part.to(torch.float32) / 255)).float().softmax(1)

    return make


@dataclass(frozen=True)
class Evaluation:
    """Counts and scores of predictions against references.

    Attributes
    ----------
    scores : pooled over the set
    confusions : (N, C, C) int64, one matrix a picture, reference in rows; resample these for intervals
    boundary : (C,) float, boundary IoU pooled over the set, nan where unmeasured
    offsets : (N, C) float, median signed boundary offset of each picture in pixels, positive where the
        prediction is larger, nan where either lacks the class
    near : (C, 3) float: sum of the offsets no longer than the boundary band (4 px at 128 px), their number,
        and the number of all offsets
    """

    convention: Convention
    ids: list[str]
    scores: Scores
    confusions: np.ndarray = field(repr=False)
    boundary: np.ndarray = field(repr=False)
    offsets: np.ndarray = field(repr=False)
    near: np.ndarray = field(repr=False)

    def image_scores(self) -> np.ndarray:
        """(N,) mean F1 of each picture over the foreground classes that its reference holds."""
        return mean_present(f1_per_class(self.confusions), foreground_classes(self.convention))

    def median_offsets(self) -> np.ndarray:
        """(C,) median over the pictures of their signed boundary offsets, pixels; nan where unmeasured."""
        measured = ~np.isnan(self.offsets).all(0)
        result = np.full(self.offsets.shape[1], np.nan)
        result[measured] = np.nanmedian(self.offsets[:, measured], 0)
        return result

    def near_offsets(self) -> np.ndarray:
        """(C,) mean signed offset in pixels of the border pieces within the band; nan if unmeasured.

        On a pixel grid the median moves in half pixels. This mean also shows that a class is drawn a quarter
        of a pixel larger, and border pieces outside the band (not recognised) do not affect it.
        """
        return np.where(self.near[:, 1] > 0, self.near[:, 0] / np.maximum(self.near[:, 1], 1), np.nan)

    def found(self) -> np.ndarray:
        """(C,) fraction of the border pieces within the band of their counterpart; nan if unmeasured."""
        return np.where(self.near[:, 2] > 0, self.near[:, 1] / np.maximum(self.near[:, 2], 1), np.nan)

    def as_json(self) -> dict:
        """Scores, boundary IoU and offsets by class name, plain values, nan as None."""

        def named(values: np.ndarray) -> dict[str, float | None]:
            return {name: number(v) for name, v in zip(self.convention.classes, values.tolist(), strict=True)}

        return {
            "images": len(self.ids),
            **self.scores.as_json(self.convention),
            "boundary_iou": named(self.boundary),
            "offset_median_px": named(self.median_offsets()),
            "offset_near_px": named(self.near_offsets()),
            "border_found": named(self.found()),
        }

    def worst(self, count: int) -> list[tuple[str, float]]:
        """Ids and scores of the pictures that agree least, worst first."""
        values = self.image_scores()
        order = np.argsort(np.where(np.isnan(values), np.inf, values), kind="stable")[:count]
        return [(self.ids[i], float(values[i])) for i in order]


def compare(
    predicted: np.ndarray,
    reference: np.ndarray,
    ids: list[str],
    convention: Convention,
    borders: bool = True,
) -> Evaluation:
    """Score predictions against references.

    Parameters
    ----------
    predicted, reference : (N, S, S) uint8 class ids; 255 in the reference is ignored
    ids : N names of the pictures
    borders : whether to measure boundary IoU and offsets, which takes most of the time
    """
    classes = len(convention.classes)
    confusions = np.stack(
        [confusion_matrix(guess, truth, classes) for guess, truth in zip(predicted, reference, strict=True)]
    )
    bands = np.zeros((classes, 2), np.int64)
    offsets, near = np.full((len(ids), classes), np.nan), np.zeros((classes, 3))
    if borders:
        # Threads, because distance transforms and nearest-point queries leave Python's lock.
        with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
            pairs = (predicted, reference, [convention] * len(ids))
            for i, (counts, median, close) in enumerate(pool.map(_borders, *pairs)):
                bands += counts
                offsets[i] = median
                near += close
    there = (bands[:, 1] > 0) & (confusions.sum((0, 2)) > 0)  # a class that is nowhere is not measured
    boundary = np.where(there, bands[:, 0] / np.maximum(bands[:, 1], 1), np.nan)
    return Evaluation(
        convention, list(ids), score(confusions.sum(0), convention), confusions, boundary, offsets, near
    )


def _borders(
    guess: np.ndarray, truth: np.ndarray, convention: Convention
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of one picture: band counts (C, 2), median offsets (C,), and (C, 3) as `Evaluation.near`."""
    classes, reach = len(convention.classes), band_width(truth.shape)
    median, near = np.full(classes, np.nan), np.zeros((classes, 3))
    for class_id in foreground_classes(convention):
        values = boundary_offsets(guess, truth, class_id)
        if values.size:
            median[class_id] = np.median(values)
            close = values[np.abs(values) <= reach]
            near[class_id] = close.sum(), close.size, values.size
    return boundary_counts(guess, truth, classes), median, near


def evaluate(
    parser: Parser, data: LoadedSet, device: torch.device, on_batch: Callable[[int], None] | None = None
) -> Evaluation:
    """Predict a set and score it against its own masks.

    Raises
    ------
    FacegenError : the set follows another convention than the parser.
    """
    require_convention(parser, data)
    return compare(
        predict(parser, data.images, device, on_batch), np.asarray(data.masks), data.ids, data.convention
    )


def require_convention(parser: Parser, data: LoadedSet) -> None:
    """FacegenError where a set follows another convention than the parser."""
    if parser.convention.name != data.convention.name:
        raise FacegenError(
            f"{data.name} is labelled as {data.convention.name}, the parser predicts "
            f"{parser.convention.name}; use sets of one convention"
        )
