"""One picture and its mask looked at in full: what is wrong with them, and what the set is compared by."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from facegen.datasets.conventions.label_conventions import Convention
from facegen.datasets.conventions.left_right import count_sides
from facegen.datasets.conventions.native_labels import IGNORE
from facegen.datasets.errors import FacegenError
from facegen.datasets.inspection.class_places import INNER, aligned, class_places
from facegen.datasets.inspection.duplicates import Thumbnails, thumbnail
from facegen.datasets.inspection.mask_content import MaskContent, mask_content
from facegen.datasets.layouts.face_set import FaceSet, Problem

# Of the picture, under which a piece of a class is a slip of the tool: 4 pixels of 256 x 256. Jewellery and
# hair are drawn in pieces of any size.
SPECK = 4 / 256**2
GAP = 0.015  # of the longer side: 8 of 512 pixels; nearer ones are crumbs of an outline
# Specks that move the middle of a class by less of the longer side change no measure: the place of the part
# that moves least, an eye, has a standard deviation of .01 over real faces (class_places).
MOVED = 0.001
DRAWN_IN_PIECES = ("ear_r", "neck_l", "hair", "beard", "background", "cloth")
# Parts that have one place in a face; glasses are pushed up, hair, hats and clothes lie anywhere.
FIXED = (*INNER, "l_ear", "r_ear")
FAR = 7.0  # deviations of place or size (class_places) beyond which a part is named
NO_FACE = 1000.0  # score of a mask without a face, above all deviations


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
    problems += _mask_problems(faces, name, mask)
    return SampleLook(index, problems, small, mask_content(mask))


def specks(mask: npt.NDArray[np.uint8], convention: Convention) -> npt.NDArray[np.bool_]:
    """Pixels of pieces below SPECK that lie further than GAP from the larger pieces of their class.

    Parameters
    ----------
    mask : (h, w) uint8
        Ids of the convention.
    convention : Convention

    Returns
    -------
    (h, w) bool
    """
    found = np.zeros(mask.shape, bool)
    least = max(1.0, SPECK * mask.size)
    boxes = ndimage.find_objects(mask.astype(np.int32) + 1)
    for one, box in enumerate(boxes):
        if box is None or one >= len(convention.classes) or convention.classes[one] in DRAWN_IN_PIECES:
            continue
        region = mask[box] == one
        pieces, count = ndimage.label(region, np.ones((3, 3)))
        if count < 2:
            continue
        sizes = np.bincount(pieces.ravel())
        sizes[0] = 0
        tiny = sizes <= least
        tiny[[0, int(sizes.argmax())]] = False
        if tiny.any():
            away = ndimage.distance_transform_edt(~region | tiny[pieces]) > GAP * max(mask.shape)
            found[box] |= tiny[pieces] & away
    return found


def displacement(mask: npt.NDArray[np.uint8], small: npt.NDArray[np.bool_]) -> float:
    """How far specks move the middle of a class: of all classes the most, in longer sides of the map.

    Parameters
    ----------
    mask : (h, w) uint8
    small : (h, w) bool
        Of `specks`.
    """
    kept = np.where(small, np.uint8(IGNORE), mask)
    ids = np.unique(mask[small])
    with_specks, without = (
        np.array(ndimage.center_of_mass(np.ones(one.shape), one, ids)) for one in (mask, kept)
    )
    return float(np.hypot(*(with_specks - without).T).max() / max(mask.shape))


def _mask_problems(faces: FaceSet, name: str, mask: npt.NDArray[np.uint8]) -> list[Problem]:
    path, convention = faces.mask_path(name), faces.convention
    problems = []
    if count_sides(mask, convention).swapped:
        problems.append(Problem(path, "left and right are exchanged", "exchanged", name, 1.0))
    small = specks(mask, convention)
    if small.any():
        classes = ", ".join(convention.classes[i] for i in np.unique(mask[small]))
        moved = displacement(mask, small)
        text = (
            f"{int(small.sum())} pixels in specks of {classes}; a class moves by {moved:.1%} of the picture"
        )
        problems.append(Problem(path, text, "speck" if moved >= MOVED else "crumb", name, moved))
    content = mask_content(mask)
    if count_sides(mask, convention).swapped or not np.delete(content.area, (0, IGNORE)).any():
        return problems  # nothing lies in its place
    return problems + _out_of_place(path, name, content, convention)


def _out_of_place(path: Path, name: str, content: MaskContent, convention: Convention) -> list[Problem]:
    places = class_places()
    names = {i: one for i, one in enumerate(convention.classes) if i and one in places}
    rows = aligned(content, {one: np.array(places[one].mean[:2]) for one in INNER}, names)
    if rows is None:
        return (
            [Problem(path, "no upright face is recognised", "out_of_place", name, NO_FACE)] if names else []
        )
    far = {}
    for i, row in rows.items():
        place = places[names[i]]
        far[i] = float((np.abs(row - place.mean) / np.array(place.sd)).max())
    wrong = sorted((i for i in far if far[i] > FAR and names[i] in FIXED), key=lambda i: -far[i])
    if not wrong:
        return []
    text = ", ".join(f"{names[i]} by {far[i]:.0f} standard deviations" for i in wrong[:3])
    return [Problem(path, f"place or size of {text}", "out_of_place", name, far[wrong[0]])]
