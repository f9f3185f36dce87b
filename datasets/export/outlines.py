"""Outlines of the pieces of a region as polygons that fill back to exactly its pixels.

Corners of a polygon are corners of pixels, (x, y) from the picture's corner. A pixel belongs to a polygon
when its middle lies inside by the even-odd rule. A hole is joined to the outline around it by a cut that is
walked there and back, so one ring describes a piece with its holes.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from scipy import ndimage

Ring = npt.NDArray[np.int64]


def outlines(region: npt.NDArray[np.bool_]) -> list[Ring]:
    """One ring for each 4-connected piece of a region.

    Parameters
    ----------
    region : (H, W) bool

    Returns
    -------
    list of (K, 2) int64
        Corners x, y in [0, W] and [0, H]; the last one is joined to the first one.
    """
    pieces, _ = ndimage.label(region)
    rings = []
    for label, box in enumerate(ndimage.find_objects(pieces), 1):
        offset = (box[1].start, box[0].start)
        ring, *holes = sorted(_rings(pieces[box] == label), key=_size, reverse=True)
        for hole in holes:
            ring = _joined(ring, hole)
        rings.append(ring + offset)
    return rings


def _rings(piece: npt.NDArray[np.bool_]) -> Iterator[Ring]:
    """Closed walks along all borders of a piece (h, w), the piece on the right hand."""
    padded = np.pad(piece, 1)
    inner = padded[1:-1, 1:-1]
    following: dict[tuple[int, int], list[tuple[int, int]]] = {}
    # Each side of a pixel: its neighbour there, and where the side begins and ends from the pixel's corner.
    for beside, start, end in (
        (padded[:-2, 1:-1], (0, 0), (1, 0)),
        (padded[1:-1, 2:], (1, 0), (1, 1)),
        (padded[2:, 1:-1], (1, 1), (0, 1)),
        (padded[1:-1, :-2], (0, 1), (0, 0)),
    ):
        for row, column in np.argwhere(inner & ~beside).tolist():
            here = (column + start[0], row + start[1])
            following.setdefault(here, []).append((column + end[0], row + end[1]))
    while following:
        first = here = next(iter(following))
        walk: list[tuple[int, int]] = []
        while not walk or here != first:
            walk.append(here)
            ends = following[here]
            there = ends.pop()
            if not ends:
                del following[here]
            here = there
        yield _corners(np.array(walk))


def _corners(walk: Ring) -> Ring:
    """The points of a closed walk at which it turns."""
    into, out = walk - np.roll(walk, 1, axis=0), np.roll(walk, -1, axis=0) - walk
    return walk[(into != out).any(1)]


def _size(ring: Ring) -> float:
    """Area of a ring's bounding box: the outline's is the largest of a piece."""
    return float(np.ptp(ring, axis=0).prod())


def _joined(ring: Ring, hole: Ring) -> Ring:
    """A ring with a hole joined to it where both come nearest.

    The cut follows borders of pixels: no middle lies on it, which fillers would judge in different ways.
    """
    distance = ((ring[:, None] - hole[None]) ** 2).sum(-1)
    at, to = np.unravel_index(int(distance.argmin()), distance.shape)
    around = np.roll(hole, -int(to), axis=0)
    bend = np.array([[around[0, 0], ring[at, 1]]])
    return np.concatenate([ring[: at + 1], bend, around, around[:1], bend, ring[at:]])
