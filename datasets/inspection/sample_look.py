"""One picture and its mask looked at in full: what is wrong with them, and what the set is compared by."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from facegen.datasets.conventions.label_conventions import Convention
from facegen.datasets.conventions.left_right import count_sides
from facegen.datasets.conventions.native_labels import IGNORE
from facegen.datasets.errors import FacegenError
from facegen.datasets.inspection.duplicates import Thumbnails, thumbnail
from facegen.datasets.inspection.mask_content import MaskContent, mask_content
from facegen.datasets.inspection.part_places import exchanged_sides, odd_parts, other_sides
from facegen.datasets.inspection.specks import MOVED, displacement, slips, specks
from facegen.datasets.layouts.face_set import FaceSet, Problem

NAMED = 3  # odd parts of a mask that are named


@dataclass(frozen=True)
class SampleLook:
    """What one sample gives.

    Attributes
    ----------
    index : int
        Place in the set.
    problems : list of Problem
    thumbnail : (SIDE, SIDE) uint8 or None
        None where the picture cannot be read.
    content : MaskContent or None
    """

    index: int
    problems: list[Problem] = field(default_factory=list)
    thumbnail: Thumbnails | None = None
    content: MaskContent | None = None


def look_at(faces: FaceSet, index: int) -> SampleLook:
    """Look at one sample of a set."""
    name, problems = faces.ids[index], []
    small = None
    try:
        small = thumbnail(faces.image(index))
    except FacegenError as error:
        path = faces.image_path(name)
        problems.append(Problem(path, str(error).removeprefix(f"{path}: "), "damaged", name))
    if not faces.has_masks:
        return SampleLook(index, problems, small)
    try:
        mask = faces.read_mask(name)
    except FacegenError:
        return SampleLook(index, problems, small)  # the check of the set reports it
    content = mask_content(mask)
    problems += _mask_problems(faces, name, mask, content)
    return SampleLook(index, problems, small, content)


def _mask_problems(
    faces: FaceSet, name: str, mask: npt.NDArray[np.uint8], content: MaskContent
) -> list[Problem]:
    path, convention = faces.mask_path(name), faces.convention
    problems = _specks(path, name, mask, convention)
    if not np.delete(content.area, (0, IGNORE)).any():
        return problems  # nothing lies in its place
    if exchanged_sides(content, count_sides(mask, convention), convention):
        problems.append(Problem(path, "left and right are exchanged", "exchanged", name, 1.0))
        content = other_sides(content, convention)
    odd = odd_parts(content, convention)
    if odd:
        text = ", ".join(one.text for one in odd[:NAMED])
        problems.append(Problem(path, text, "out_of_place", name, odd[0].score))
    return problems


def _specks(path: Path, name: str, mask: npt.NDArray[np.uint8], convention: Convention) -> list[Problem]:
    """A fault where slips move a class, else a note."""
    small = specks(mask, convention)
    if not small.any():
        return []
    moved = displacement(mask, slips(mask, small))
    classes = ", ".join(convention.classes[i] for i in np.unique(mask[small]))
    text = f"{int(small.sum())} pixels in specks of {classes}; a class moves by {moved:.1%} of the picture"
    return [Problem(path, text, "speck" if moved >= MOVED else "crumb", name, moved)]
