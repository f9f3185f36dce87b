"""How each class is drawn: statistics of its region in a mask, whatever the picture shows.

Masks are (h, w) uint8 at working size, celebamaskhq ids. Regions are 8-connected, so that a thin diagonal
line is one piece. Counted on the mask as it is scaled to the working size: a frame one pixel wide at 512
breaks in pieces at 256, on real and synthetic masks.
"""

import numpy as np
from scipy import ndimage

from facegen.audit.measures.face_view import CLASSES, ID, FaceView
from facegen.audit.measures.schema import BINARY, CONTINUOUS, Measure

_STATISTICS = (
    # name, unit, kind, about
    ("presence", "0/1", BINARY, "The class covers at least 8 of 65,536 pixels."),
    ("area", "side²", CONTINUOUS, "Its area over that of the crop rule's square: in the face's own frame."),
    ("u", "side", CONTINUOUS, "Its centroid from the eyes' middle to the subject's left."),
    ("v", "side", CONTINUOUS, "Its centroid below the eyes."),
    ("components", "count", CONTINUOUS, "Its connected pieces of at least 4 pixels."),
    ("specks", "count", CONTINUOUS, "Its pieces of fewer than 4 pixels."),
    ("holes", "count", CONTINUOUS, "Its holes."),
    ("boundary", "ratio", CONTINUOUS, "Length of its boundary over that of a circle of the same area."),
)
_FRAMED = "the class is not visible, or an eye or the mouth is not"
_MISSING = {"presence": "there is no mask", "area": _FRAMED, "u": _FRAMED, "v": _FRAMED}
MIN_PIECE = 4  # working pixels, 16 at 512 px: a smaller piece is an accident of the annotation tool
LABELLED = tuple(name for name in CLASSES if name != "background")
STATISTICS = tuple(
    Measure(
        f"{label}.{name}",
        unit,
        kind,
        "labels",
        -np.inf if name in ("u", "v") else 0,
        np.inf,
        _MISSING.get(name, "the class is not visible"),
        about,
        gate=() if name == "presence" else (f"{label}.presence",),
        matchable=False,
    )
    for label in LABELLED
    for name, unit, kind, about in _STATISTICS
)
NAMES = tuple(one.name for one in STATISTICS)
BY_NAME = {one.name: one for one in STATISTICS}
_WIDTH = len(_STATISTICS)

# Counting pixel edges overstates a slanted boundary by 4 / pi on average (Crofton's formula).
_EDGE_LENGTH = np.pi / 4


def label_row(view: FaceView) -> np.ndarray:
    """(len(STATISTICS),) float64: the statistics of one mask, NaN where a class is not visible."""
    row = np.full((len(LABELLED), _WIDTH), np.nan)
    if view.mask is None:
        return row.ravel()
    mask = view.mask
    edges = _edges(mask)
    boxes = ndimage.find_objects(np.where(mask < len(CLASSES), mask, 0))
    for line, name in zip(row, LABELLED, strict=True):
        label = ID[name]
        line[0] = view.present(label)
        if not line[0]:
            continue
        count = view.sums[label, 0]
        if view.has_axes:
            line[1] = count / view.axes.side**2
            line[2:4] = view.axes.to_face(view.centroid(label))
        line[4:7] = _pieces(mask[boxes[label - 1]] == label)
        line[7] = edges[label] * _EDGE_LENGTH / (2 * np.sqrt(np.pi * count))
    return row.ravel()


def _edges(mask: np.ndarray) -> np.ndarray:
    """(256,) number of pixel edges between each class and any other; the picture's border is no edge."""
    total = np.zeros(256)
    for one, other in ((mask[:, 1:], mask[:, :-1]), (mask[1:], mask[:-1])):
        differ = one != other
        total += np.bincount(one[differ], minlength=256) + np.bincount(other[differ], minlength=256)
    return total


def _pieces(region: np.ndarray) -> tuple[int, int, int]:
    """Pieces of at least MIN_PIECE pixels, smaller ones, and holes of a (h, w) bool region.

    Holes = pieces - Euler number; the latter from the counts of 2 x 2 neighbourhoods (Gray, 1971).
    """
    labelled, count = ndimage.label(region, structure=np.ones((3, 3)))
    small = int(np.count_nonzero(np.bincount(labelled.ravel(), minlength=count + 1)[1:] < MIN_PIECE))
    r = np.pad(region, 1).astype(np.uint8)
    quad = r[:-1, :-1] + r[1:, :-1] + r[:-1, 1:] + r[1:, 1:]
    diagonal = (quad == 2) & (r[:-1, :-1] == r[1:, 1:])
    euler = (np.count_nonzero(quad == 1) - np.count_nonzero(quad == 3) - 2 * np.count_nonzero(diagonal)) // 4
    return count - small, small, count - euler
