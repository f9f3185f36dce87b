"""Small pieces of a class away from the rest of it: slips of the drawing tool, and slivers along borders.

A slip lies within another class: somebody clicked there. A sliver lies between two classes: what is left of a
part under the hair that was drawn over it, or a brow between the strands of a fringe, which is right.
"""

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from facegen.datasets.conventions.label_conventions import Convention
from facegen.datasets.conventions.native_labels import IGNORE
from facegen.datasets.inspection.class_places import MIN_AREA

# Of the picture, under which a piece of a class is a slip of the tool: 4 pixels of 256 x 256. Jewellery and
# hair are drawn in pieces of any size.
SPECK = 4 / 256**2
GAP = 0.015  # of the longer side: 8 of 512 pixels; nearer ones are crumbs of an outline
# Specks that move the middle of a class by less of the longer side change no measure: the place of the part
# that moves least, an eye, has a standard deviation of .01 over real faces (class_places).
MOVED = 0.001
DRAWN_IN_PIECES = ("ear_r", "neck_l", "hair", "beard", "background", "cloth")
RING = 2  # pixels around a piece that say where it lies
# Of the ring, from which on the piece lies within one class. Of the 46 specks of brows, ears, eyes and lips
# that move a class by .0003 or more in 1,000 masks of CelebAMask-HQ, all lie on a border: at most .83.
WITHIN = 0.9

Labels = npt.NDArray[np.uint8]
Marked = npt.NDArray[np.bool_]


def specks(mask: Labels, convention: Convention) -> Marked:
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


def slips(mask: Labels, small: Marked) -> Marked:
    """The specks that lie within one other class: their ring of RING pixels is of it by WITHIN or more.

    Parameters
    ----------
    mask : (h, w) uint8
    small : (h, w) bool
        Of `specks`.

    Returns
    -------
    (h, w) bool
        Part of `small`.
    """
    found = np.zeros(mask.shape, bool)
    for one in np.unique(mask[small]):
        pieces, _ = ndimage.label(small & (mask == one), np.ones((3, 3)))
        for number, (rows, columns) in enumerate(ndimage.find_objects(pieces), start=1):
            box = (
                slice(max(0, rows.start - RING), rows.stop + RING),
                slice(max(0, columns.start - RING), columns.stop + RING),
            )
            piece = pieces[box] == number
            ring = ndimage.binary_dilation(piece, np.ones((3, 3)), iterations=RING) & ~piece
            around = np.bincount(mask[box][ring])
            if around.max() >= WITHIN * around.sum():
                found[box] |= piece
    return found


def displacement(mask: Labels, small: Marked) -> float:
    """How far specks move the middle of a class: of all classes the most, in longer sides of the map.

    Classes that no measure counts as present, with less than MIN_AREA of the map, are left out.

    Parameters
    ----------
    mask : (h, w) uint8
    small : (h, w) bool
        Some pixels of it, as of `specks`; not all of any class.
    """
    area = np.bincount(mask.ravel(), minlength=256)
    ids = [int(one) for one in np.unique(mask[small]) if area[one] >= MIN_AREA * mask.size]
    if not ids:
        return 0.0
    kept = np.where(small, np.uint8(IGNORE), mask)
    with_specks, without = (
        np.array(ndimage.center_of_mass(np.ones(one.shape), one, ids)) for one in (mask, kept)
    )
    return float(np.hypot(*(with_specks - without).T).max() / max(mask.shape))
