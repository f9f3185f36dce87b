"""Two sets whose masks are drawn in different conventions, brought to what both of them can say."""

from __future__ import annotations

from dataclasses import dataclass

from facegen.audit.said_classes import ids_of, left_out, remark
from facegen.datasets.conventions.label_conventions import Convention
from facegen.datasets.conventions.public.celebamaskhq_labels import CELEBAMASKHQ
from facegen.datasets.io.progress import ProgressCallback, ignore_progress, say
from facegen.datasets.layouts.class_table import translated
from facegen.datasets.layouts.face_set import FaceSet
from facegen.datasets.layouts.facegen_folder import can_redraw, redrawn


@dataclass(frozen=True)
class SharedLabels:
    """What the masks of two sets have in common.

    Attributes
    ----------
    lost : frozenset of str
        Measures and label statistics that cannot be compared: a side does not say their classes, or the sides
        draw them differently.
    maps : bool
        Whether whole label maps can be compared: both are of one convention.
    """

    lost: frozenset[str]
    maps: bool


def one_convention(
    one: FaceSet, other: FaceSet | None, progress: ProgressCallback = ignore_progress
) -> tuple[FaceSet, FaceSet | None]:
    """Two sets in one convention, where one of them is rendered and can be drawn as the other one is.

    Parameters
    ----------
    one : FaceSet
    other : FaceSet, optional
        None stands for a profile, which is of celebamaskhq masks.
    progress : callable
        Gets a line on a set that is drawn again.

    Returns
    -------
    (FaceSet, FaceSet or None)
        Two rendered sets are both brought to celebamaskhq. Sets that facegen did not render stay as they are.
    """
    wanted = CELEBAMASKHQ
    for foreign in (other, one):
        if foreign is not None and foreign.has_masks and not can_redraw(foreign):
            wanted = foreign.convention
            break
    return _as(wanted, one, progress), None if other is None else _as(wanted, other, progress)


def _as(wanted: Convention, faces: FaceSet, progress: ProgressCallback) -> FaceSet:
    """A set in a convention where it can be drawn in it, else itself."""
    if faces.convention.name == wanted.name or not can_redraw(faces):
        return faces
    say(progress, f"{faces.name}: masks are drawn as {wanted.name}, from the native labels")
    return redrawn(faces, wanted)


def shared_labels(
    one: FaceSet, other: FaceSet | None, progress: ProgressCallback = ignore_progress
) -> SharedLabels:
    """What the masks of two sets have in common.

    Parameters
    ----------
    one, other :
        As of `one_convention`.
    progress : callable
        Gets a line on each convention for which something is left out.
    """
    conventions = {
        faces.convention.name: faces.convention
        for faces in (one, other)
        if faces is not None and faces.has_masks
    }
    alike = other is not None and len(conventions) == 1
    lost: frozenset[str] = frozenset()
    for convention in conventions.values():
        here = left_out(convention, alike)
        if here:
            say(progress, remark(convention, here))
        lost |= here
    return SharedLabels(lost, len(conventions) < 2)


def in_measured_ids(faces: FaceSet) -> FaceSet:
    """The set with celebamaskhq ids, which the measures read; itself where it has them or no masks."""
    if not faces.has_masks or faces.convention.name == CELEBAMASKHQ.name:
        return faces
    return translated(faces, CELEBAMASKHQ, ids_of(faces.convention))
