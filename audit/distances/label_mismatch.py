"""How a parser trained on the real set disagrees with labels, class by class.

A score mixes two errors that are separated here. Where the parser's border runs next to the label's, a few
pixels off, the two sides *draw* the class differently. Where the parser has no border near the label's, it
did not *recognise* the class. The parser's errors on real pictures are the reference, where there are any.

Maps are (n, H, W) uint8 class ids, 255 = ignore in the labels.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from facegen.audit.distances.boundary import band_width, boundary_counts, boundary_offsets
from facegen.audit.measures.face_view import CLASSES
from facegen.audit.measures.label_drawing import LABELLED
from facegen.audit.measures.schema import Table
from facegen.datasets.conventions.native_labels import IGNORE

AGREES, DRAWN, UNRECOGNISED, UNMEASURED = "agrees", "drawn differently", "not recognised", "not measured"
MIN_PICTURES = 8  # pictures with a class: with fewer it gets no verdict
# Difference of mean offsets at 128 px that two halves of a real set show too: one drawing convention.
CONVENTION_PX = 0.3
# Fraction of border pieces with a counterpart that may be lost before a class counts as not recognised.
FOUND_DROP = 0.1
WORST = 8  # pictures listed
UNKNOWN_IDS = "ids of no class, taken as not labelled"


@dataclass(frozen=True)
class Confusion:
    """A wrong class, and the fraction in [0, 1] of labelled pixels that are predicted as it."""

    name: str
    fraction: float


@dataclass(frozen=True)
class ClassMismatch:
    """One class.

    Attributes
    ----------
    name : of the class
    pictures : that contain the class in label or prediction
    boundary_iou : pooled over pictures (Cheng et al. 2021)
    offset : mean signed distance in pixels from the label's border to the prediction's, over the pieces that
        found each other; positive where the prediction is larger
    found_fraction : fraction of border pieces whose counterpart lies within the band, [0, 1]
    recall : fraction of the class's labelled pixels that are predicted as it, [0, 1]
    confused_with : the class it is most often predicted as instead, or None
    """

    name: str
    pictures: int
    boundary_iou: float
    offset: float
    found_fraction: float
    recall: float
    confused_with: Confusion | None


@dataclass(frozen=True)
class Mismatch:
    """How a parser disagrees with labels.

    Attributes
    ----------
    classes : one for every class but the background
    confusion : (C, C) int64 pixels, labels in rows, predictions in columns
    worst : id and mean recall of the pictures that agree least
    size : side of the maps in pixels
    """

    classes: tuple[ClassMismatch, ...]
    confusion: np.ndarray
    worst: tuple[tuple[str, float], ...]
    size: int


@dataclass(frozen=True)
class ClassVerdict:
    """A class on both sides and the verdict.

    Attributes
    ----------
    synthetic, real : ClassMismatch; real is None without predictions on real pictures
    verdict : AGREES, DRAWN, UNRECOGNISED or UNMEASURED
    """

    synthetic: ClassMismatch
    real: ClassMismatch | None
    verdict: str


def label_mismatch(predicted: np.ndarray, labels: np.ndarray, ids: Sequence[str]) -> Mismatch:
    """Compare predictions (n, H, W) with labels (n, H, W), both in celebamaskhq ids.

    Raises
    ------
    ValueError : shapes disagree, or ids are not n names.
    """
    if predicted.shape != labels.shape or len(ids) != len(labels):
        raise ValueError(f"predictions {predicted.shape}, labels {labels.shape}, {len(ids)} ids")
    count, reach = len(CLASSES), band_width(labels.shape)
    confusion, bands = np.zeros((count, count), np.int64), np.zeros((count, 2), np.int64)
    close, pictures, agreement = np.zeros((count, 3)), np.zeros(count, int), np.full(len(ids), np.nan)
    for i, (guess, truth) in enumerate(zip(predicted, labels, strict=True)):
        valid = truth != IGNORE
        pairs = np.bincount(truth[valid].astype(int) * count + guess[valid], minlength=count**2)
        table = pairs.reshape(count, count)
        confusion += table
        bands += boundary_counts(guess, truth, count)
        held = (table.sum(1) + table.sum(0)) > 0
        pictures += held
        there = table.sum(1) > 0
        there[0] = False
        if there.any():
            agreement[i] = np.mean(np.diag(table)[there] / table.sum(1)[there])
        for label in np.flatnonzero(held[1:]) + 1:
            offsets = boundary_offsets(guess, truth, int(label))
            near = offsets[np.abs(offsets) <= reach]
            close[label] += near.sum(), near.size, offsets.size
    rows = tuple(_row(c, pictures[c], bands[c], close[c], confusion) for c in range(1, count))
    order = np.argsort(np.where(np.isnan(agreement), np.inf, agreement), kind="stable")[:WORST]
    worst = tuple((ids[i], float(agreement[i])) for i in order if not np.isnan(agreement[i]))
    return Mismatch(rows, confusion, worst, labels.shape[-1])


def _row(
    label: int, pictures: int, band: np.ndarray, close: np.ndarray, confusion: np.ndarray
) -> ClassMismatch:
    total = confusion[label].sum()
    others = np.where(np.arange(len(CLASSES)) == label, 0, confusion[label])
    taken_for = int(others.argmax())
    return ClassMismatch(
        name=CLASSES[label],
        pictures=int(pictures),
        boundary_iou=float(band[0] / band[1]) if band[1] else np.nan,
        offset=float(close[0] / close[1]) if close[1] else np.nan,
        found_fraction=float(close[1] / close[2]) if close[2] else np.nan,
        recall=float(confusion[label, label] / total) if total else np.nan,
        confused_with=Confusion(CLASSES[taken_for], float(others[taken_for] / total))
        if total and others.any()
        else None,
    )


def class_verdicts(synthetic: Mismatch, real: Mismatch | None) -> tuple[ClassVerdict, ...]:
    """The verdict on each class. Without a real side, offsets are compared with 0 and losses with none."""
    by_name = {row.name: row for row in real.classes} if real else {}
    return tuple(
        ClassVerdict(row, by_name.get(row.name), _verdict(row, by_name.get(row.name), synthetic.size))
        for row in synthetic.classes
    )


def _verdict(row: ClassMismatch, real: ClassMismatch | None, size: int) -> str:
    usable = real if real is not None and real.pictures >= MIN_PICTURES else None
    if row.pictures < MIN_PICTURES or np.isnan(row.found_fraction) or (real is not None and usable is None):
        return UNMEASURED
    found, offset = (usable.found_fraction, usable.offset) if usable else (1.0, 0.0)
    if row.found_fraction < found - FOUND_DROP:
        return UNRECOGNISED
    apart = abs(row.offset - offset)
    if np.isnan(found + apart):
        return UNMEASURED
    return DRAWN if apart > CONVENTION_PX * size / 128 else AGREES


@dataclass(frozen=True)
class LabelFault:
    """An error in masks themselves: what, in how many pictures, and the ids of those that show it most."""

    what: str
    pictures: int
    examples: tuple[str, ...]


def label_faults(
    attributes: Table, labels: Table, unknown: np.ndarray | None = None
) -> tuple[LabelFault, ...]:
    """Exchanged sides, unknown ids, specks, and classes that no picture shows.

    Parameters
    ----------
    attributes, labels : Table
        Of one measured set of n pictures.
    unknown : (n,) float64 in [0, 1] or None
        Fraction of each mask that holds ids of no class.
    """
    found = []
    if unknown is not None and unknown.any():
        order = np.argsort(-unknown, kind="stable")[:WORST]
        worst = tuple(f"{labels.ids[i]} ({100 * unknown[i]:.1f} %)" for i in order if unknown[i] > 0)
        found.append(LabelFault(UNKNOWN_IDS, int(np.count_nonzero(unknown)), worst))
    swapped = np.flatnonzero(attributes.column("sides_swapped") > 0)
    if len(swapped):
        found.append(LabelFault("left and right exchanged", len(swapped), _names(attributes, swapped)))
    specks = np.nansum(labels.columns([f"{name}.specks" for name in LABELLED]), axis=1)
    if (specks > 0).any():
        order = np.argsort(-specks, kind="stable")[:WORST]
        worst = tuple(f"{labels.ids[i]} ({int(specks[i])})" for i in order if specks[i] > 0)
        found.append(LabelFault("specks under 4 pixels", int((specks > 0).sum()), worst))
    for name in LABELLED:
        presence = labels.column(f"{name}.presence")  # missing where the convention does not say the class
        if not np.isnan(presence).all() and not np.nansum(presence):
            found.append(LabelFault(f"no picture shows the class {name}", len(labels), ()))
    seen = labels.columns([f"{name}.presence" for name in LABELLED])
    nothing = ~np.isnan(seen).all(axis=1) & (np.nansum(seen, axis=1) == 0)
    if nothing.any():
        found.append(
            LabelFault(
                "masks of background alone", int(nothing.sum()), _names(labels, np.flatnonzero(nothing))
            )
        )
    return tuple(found)


def _names(table: Table, index: np.ndarray) -> tuple[str, ...]:
    return tuple(table.ids[i] for i in index[:WORST])
