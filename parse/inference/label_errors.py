"""Labels that are most likely wrong, by a parser that has not been trained on them: confident learning.

For each class, a threshold is the mean probability that the parser gives the class where it is labelled. A
pixel counts as confidently of another class where that class reaches its own threshold and has the highest
probability among those that do (Northcutt, Jiang and Chuang, Confident Learning: Estimating Uncertainty in
Dataset Labels, JAIR 70, 2021, equations 1 and 2). A threshold is no lower than SURE: where most labels of a
rare class are wrong, the mean says nothing. Such pixels are joined to patches; thin ones, which lie along
borders that two annotators draw differently, are left out, unless the whole part that the parser sees is
hardly labelled as that: a brow that is missing is thin.

What a parser contradicts in many pictures says more of the parser than of the labels: a confusion of two
classes is a habit where it is found in more than HABIT of the pictures.

Pictures and label maps have the parser's size S.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from scipy import ndimage

from facegen.datasets.conventions.native_labels import IGNORE
from facegen.datasets.layouts.face_set import FaceSet, Problem
from facegen.parse.data.loaded_set import load_set
from facegen.parse.metrics.evaluate import probabilities, require_convention
from facegen.parse.models.checkpoints import Parser

BATCH = 16
FIRST_PASS = 300  # pictures that the thresholds are taken from
SURE = 0.5  # least threshold: such a class has the highest probability of all
UNLABELLED = 0.1  # fraction of a part as the parser sees it, below which its label is missing
THIN = 2  # pixels that a patch loses on every side: borders of two annotators differ by less
LEAST = 16  # pixels of what is left of a patch at S = 128; scales with the area
PATCHES = 3  # of a picture that are named
# Of the pictures, and at least so many of them. Of 50 findings in CelebAMask-HQ with the shipped parser, 28
# were of such confusions alone (background and clothes, hair and skin); in one of these the label was wrong.
HABIT, HABIT_LEAST = 0.04, 10


@dataclass(frozen=True)
class Patch:
    """A part of a label map that a parser takes for another class.

    Attributes
    ----------
    given, found : int
        Class ids of the label and of the parser.
    fraction : float in [0, 1]
        Of the picture.
    centre : (float, float)
        Mean (x, y) in sides of the picture.
    """

    given: int
    found: int
    fraction: float
    centre: tuple[float, float]


def label_errors(
    parser: Parser,
    faces: FaceSet,
    device: torch.device,
    on_progress: Callable[[int], object] | None = None,
) -> list[Problem]:
    """A problem for each picture with patches that a parser contradicts.

    Parameters
    ----------
    parser : Parser
        Trained on other pictures than these, or it has learned their faults.
    faces : FaceSet with masks
    device : torch.device
    on_progress : callable, optional
        Called with the number of pictures just read.

    Returns
    -------
    list of Problem
        Of the kind "disagrees", or "habit" where every patch of the picture is of a habit of the parser; the
        score is the fraction of the picture. The largest first.

    Raises
    ------
    FacegenError : a file cannot be read, or the set has another convention than the parser.
    """
    step = max(1, len(faces) // FIRST_PASS)
    limits = thresholds(
        (chances, masks)
        for _, chances, masks in _batches(parser, faces.subset(range(0, len(faces), step)), device, None)
    )
    found = {
        name: patches
        for names, chances, masks in _batches(parser, faces, device, on_progress)
        for name, chance, mask in zip(names, chances, masks, strict=True)
        if (patches := contradicted(chance, mask, limits))
    }
    usual = habits(list(found.values()), len(faces))
    problems = [_problem(faces, name, patches, usual) for name, patches in found.items()]
    return sorted(problems, key=lambda one: -one.score)


def habits(found: Sequence[Sequence[Patch]], count: int) -> set[tuple[int, int]]:
    """Confusions (label, parser) that a parser makes in more than HABIT of the pictures.

    Parameters
    ----------
    found : sequence of sequence of Patch
        Of each picture that has some.
    count : int
        Of all pictures.
    """
    pictures = Counter(pair for patches in found for pair in {(one.given, one.found) for one in patches})
    return {pair for pair, times in pictures.items() if times > max(HABIT * count, HABIT_LEAST)}


def _problem(faces: FaceSet, name: str, patches: list[Patch], usual: set[tuple[int, int]]) -> Problem:
    """What is contradicted in one picture; habits are left out where there is something else."""
    rare = [one for one in patches if (one.given, one.found) not in usual]
    told = rare or patches
    score, text = sum(one.fraction for one in told), _in_words(told, faces.convention.classes)
    return Problem(faces.mask_path(name), text, "disagrees" if rare else "habit", name, score)


def thresholds(
    parts: Iterator[tuple[npt.NDArray[np.float32], npt.NDArray[np.uint8]]],
) -> npt.NDArray[np.float64]:
    """Mean probability of each class where it is labelled, at least SURE; 1 for a class that is nowhere.

    Parameters
    ----------
    parts : iterator of (n, C, S, S) float32 and (n, S, S) uint8
    """
    total, count = np.zeros(256), np.zeros(256)
    classes = 0
    for chances, masks in parts:
        classes = chances.shape[1]
        known = masks < classes
        index = np.where(known, masks, 0)[:, None].astype(np.intp)
        own = np.take_along_axis(chances, index, axis=1)[:, 0]
        total += np.bincount(masks[known], own[known], 256)
        count += np.bincount(masks[known], minlength=256)
    return np.maximum(np.divide(total, count, out=np.ones(256), where=count > 0)[:classes], SURE)


def contradicted(
    chances: npt.NDArray[np.float32], mask: npt.NDArray[np.uint8], limits: npt.NDArray[np.float64]
) -> list[Patch]:
    """Patches of a label map that are confidently of another class.

    Parameters
    ----------
    chances : (C, S, S) float32
        Probabilities of the classes.
    mask : (S, S) uint8
        The labels, 255 = ignore.
    limits : (C,) float64
        Of `thresholds`.

    Returns
    -------
    list of Patch
        The largest first.
    """
    sure = np.where(chances >= limits[:, None, None], chances, 0.0)
    found = np.where(sure.max(0) > 0, sure.argmax(0), mask).astype(np.uint8)
    wrong = (found != mask) & (mask != IGNORE)
    least = LEAST * mask.size / 128**2
    patches = [
        patch
        for given, other in np.unique(np.stack([mask[wrong], found[wrong]], axis=1), axis=0)
        for patch in _pieces(
            ndimage.binary_erosion(wrong & (mask == given) & (found == other), iterations=THIN),
            least,
            int(given),
            int(other),
        )
    ]
    for other in np.unique(found[wrong]):
        if other and other not in {one.found for one in patches}:
            patches += _missing(found == other, mask, least, int(other))
    return sorted(patches, key=lambda one: -one.fraction)


def _pieces(region: npt.NDArray[np.bool_], least: float, given: int, found: int) -> list[Patch]:
    """The connected pieces of a region (S, S) bool that have at least `least` pixels."""
    pieces, count = ndimage.label(region)
    patches = []
    for one in range(1, count + 1):
        place = np.argwhere(pieces == one)
        if len(place) >= least:
            y, x = (place.mean(0) + 0.5) / len(region)
            patches.append(Patch(given, found, len(place) / region.size, (float(x), float(y))))
    return patches


def _missing(
    seen: npt.NDArray[np.bool_], mask: npt.NDArray[np.uint8], least: float, found: int
) -> list[Patch]:
    """Parts of a class as a parser sees them, (S, S) bool, that are hardly labelled as that class."""
    parts, count = ndimage.label(seen)
    patches = []
    for one in range(1, count + 1):
        labels = mask[parts == one]
        known = labels[labels != IGNORE]
        if known.size >= 2 * least and (known == found).mean() < UNLABELLED:
            given = int(np.bincount(known).argmax())
            patches += _pieces((parts == one) & (mask == given), least, given, found)
    return patches


def _batches(
    parser: Parser, faces: FaceSet, device: torch.device, on_progress: Callable[[int], object] | None
) -> Iterator[tuple[list[str], npt.NDArray[np.float32], npt.NDArray[np.uint8]]]:
    """(names, (n, C, S, S) probabilities, (n, S, S) labels) of BATCH pictures at a time."""
    for start in range(0, len(faces), BATCH):
        part = faces.subset(range(start, min(start + BATCH, len(faces))))
        data = load_set(part, parser.size, strict=False)
        require_convention(parser, data)
        chances = probabilities(parser, data.images, device)(np.arange(len(data)))
        yield data.ids, chances.cpu().numpy(), data.masks
        if on_progress is not None:
            on_progress(len(data))


def _in_words(patches: list[Patch], classes: tuple[str, ...]) -> str:
    return "; ".join(
        f"{classes[one.given]} that looks like {classes[one.found]} ({one.fraction:.1%} of the picture, at "
        f"{one.centre[0]:.0%} from the left, {one.centre[1]:.0%} from the top)"
        for one in patches[:PATCHES]
    )
