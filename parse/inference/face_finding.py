"""Faces in a photo, found by the label maps that a parser gives: no other network, no download.

Squares of several sizes are parsed all over the photo. Where the label map of one looks like a face - its
classes lie and are as large as in real label maps (`convention_fit`) - the crop square of that face follows
from the centres of its eyes, brows, nose and mouth (`class_places.face_square`). The square is parsed again,
which gives a better one. Pictures are (H, W, 3) uint8 RGB, label maps (S, S) uint8, S the parser's size.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from PIL import Image

from facegen.datasets.conventions.label_conventions import Convention
from facegen.datasets.inspection.class_places import INNER, FaceSquare, class_places, face_square
from facegen.datasets.inspection.convention_fit import agreement, reading_of
from facegen.datasets.inspection.mask_content import mask_content

WINDOW_SCALE = 1.5  # of the sides of two sizes of window: parsers are trained with a jitter of size
SMALLEST = 6  # windows of a photo's longer side: a face's crop is at least 1/6 of the photo wide
STEP = 0.35  # of a window's side, between the middles of two windows
PROPOSED = 0.45  # fit from which on a window's face is looked at again
RECOGNISED = 0.7  # fit from which on the map of a whole photo is one of a face
# The best of a hundred windows of a photo without a face fits by chance better than most: it must fit better
# than the map of a whole photo, and windows beside it must see the same face. By a parser of 700 steps, real
# crops fit from .69 on, faces in photos from .87 on, and photos without one up to .78.
SEARCHED, LEAST_WINDOWS = 0.78, 2
REFINED = 2  # times that a face's square is found again from its own labels
SAME = 0.5  # of the larger one's side: two squares with nearer middles show one face
SAME_SIDES = 1.5  # ratio of the sides of squares that agree on a face
BATCH = 4  # windows that are parsed at a time: more are hardly faster and take memory
# A photo is one face's crop where the face's own square is about as large and in the middle. Training sets
# are cut wider than CelebA-HQ's rule by up to 1.6, closer by up to 1.4; a tilt beyond 20 degrees is levelled.
WHOLE_SIDES, WHOLE_SHIFT, WHOLE_TILT = (0.6, 1.4), 0.2, 20.0

Pixels = npt.NDArray[np.uint8]
Parse = Callable[[Pixels], Pixels]  # (n, 3, S, S) uint8 -> (n, S, S) uint8


@dataclass(frozen=True)
class FoundFace:
    """A face of a photo.

    Attributes
    ----------
    square : FaceSquare
        What was parsed, in pixels of the photo.
    labels : (S, S) uint8
        Class ids of the square.
    fit : float in [0, 1]
        Fraction of the classes that lie in their place and are as large as in real label maps.
    """

    square: FaceSquare
    labels: Pixels
    fit: float


def whole(width: int, height: int) -> FaceSquare:
    """The square around a picture of this size, in pixels: its middle is the picture's, to a whole pixel."""
    side = max(width, height)
    return FaceSquare(side / 2 - (side - width) // 2, side / 2 - (side - height) // 2, side)


class PhotoWindows:
    """Squares of one photo at the parser's size, from copies of half, a quarter, ... of its size.

    Parameters
    ----------
    photo : Pillow picture of mode RGB
    size : int
        Side S of what is cut, in pixels.
    """

    def __init__(self, photo: Image.Image, size: int) -> None:
        self.size = size
        self._levels = [photo]
        while max(self._levels[-1].size) >= 4 * size:
            self._levels.append(self._levels[-1].reduce(2))

    def cut(self, square: FaceSquare) -> Pixels:
        """(3, S, S) uint8 of a square in pixels of the photo; black outside of the photo."""
        wanted = square.side / (2 * self.size)  # pixels of the photo a pixel that is averaged below
        level = int(np.clip(np.floor(np.log2(max(wanted, 1.0))), 0, len(self._levels) - 1))
        scale = 0.5**level
        step = square.side * scale / (2 * self.size)
        cosine, sine = square.across * step
        x, y = square.x * scale, square.y * scale
        middle = float(self.size)  # of the cut, which has twice the size
        affine = (
            *(cosine, -sine, x - middle * (cosine - sine)),
            *(sine, cosine, y - middle * (sine + cosine)),
        )
        double = (2 * self.size, 2 * self.size)
        cut = self._levels[level].transform(double, Image.Transform.AFFINE, affine, Image.Resampling.BILINEAR)
        return np.asarray(cut.reduce(2)).transpose(2, 0, 1)


def find_faces(photo: Image.Image, parse: Parse, convention: Convention, size: int) -> list[FoundFace]:
    """Faces of a photo that is not one face's crop, the best fit first.

    Parameters
    ----------
    photo : Pillow picture of mode RGB
    parse : callable
        Gives label maps (n, S, S) uint8 of pictures (n, 3, S, S) uint8.
    convention : Convention
        With enough parts of known place (`meaning.has_face`).
    size : int
        Side S of the parser's pictures in pixels.
    """
    windows = PhotoWindows(photo, size)
    tiles = _tiles(*photo.size)
    proposed: list[FoundFace] = []
    for start in range(0, len(tiles), BATCH):
        proposed += _proposals(windows, tiles[start : start + BATCH], parse, convention, PROPOSED)
    seen = [one.square for one in proposed]
    for _ in range(REFINED):
        squares = [one.square for one in _distinct(proposed)]
        proposed = []
        for start in range(0, len(squares), BATCH):
            proposed += _proposals(windows, squares[start : start + BATCH], parse, convention, PROPOSED)
    squares = [one.square for one in _distinct(proposed)]
    parsed = _parsed(windows, squares, parse, convention)
    return _distinct(
        [one for one in parsed if one.fit >= SEARCHED and _windows_of(one.square, seen) >= LEAST_WINDOWS]
    )


def fit_of(labels: Pixels, convention: Convention) -> float:
    """Fraction in [0, 1] of the classes of one label map that lie where they do in real ones."""
    return agreement([mask_content(labels)], reading_of(convention)).fraction


def is_crop(labels: Pixels, convention: Convention) -> bool:
    """Whether a label map shows one face that fills it as in a training set."""
    inner = _inner_square(labels, convention)
    return (
        inner is not None
        and WHOLE_SIDES[0] <= inner.side <= WHOLE_SIDES[1]
        and max(abs(inner.x - 0.5), abs(inner.y - 0.5)) < WHOLE_SHIFT
        and abs(inner.tilt) < WHOLE_TILT
        and fit_of(labels, convention) >= RECOGNISED
    )


def _tiles(width: int, height: int) -> list[FaceSquare]:
    """Windows of all sizes, the largest first; those at the photo's edges lie within it where they fit."""
    tiles, side = [], float(max(width, height))
    while side >= max(width, height) / SMALLEST:
        across, down = (_middles(length, side) for length in (width, height))
        tiles += [FaceSquare(x, y, side) for y in down for x in across]
        side /= WINDOW_SCALE
    return tiles


def _middles(length: int, side: float) -> list[float]:
    if length <= side:
        return [length / 2]
    count = int(np.ceil((length - side) / (STEP * side))) + 1
    return [float(one) for one in np.linspace(side / 2, length - side / 2, count)]


def _parsed(
    windows: PhotoWindows, squares: Sequence[FaceSquare], parse: Parse, convention: Convention
) -> list[FoundFace]:
    if not squares:
        return []
    maps = parse(np.stack([windows.cut(one) for one in squares]))
    return [
        FoundFace(square, labels, fit_of(labels, convention))
        for square, labels in zip(squares, maps, strict=True)
    ]


def _proposals(
    windows: PhotoWindows,
    squares: Sequence[FaceSquare],
    parse: Parse,
    convention: Convention,
    least: float,
) -> list[FoundFace]:
    """The crop squares of the faces that some windows show."""
    found = []
    for one in _parsed(windows, squares, parse, convention):
        inner = _inner_square(one.labels, convention)
        if inner is not None and one.fit >= least:
            found.append(replace(one, square=inner.within(one.square)))
    return found


def _inner_square(labels: Pixels, convention: Convention) -> FaceSquare | None:
    """The crop square of the face of a label map, in sides of the map."""
    places = class_places()
    names = {i: name for i, name in enumerate(convention.classes) if i and name in places}
    return face_square(mask_content(labels), {one: np.array(places[one].mean[:2]) for one in INNER}, names)


def _distinct(faces: Sequence[FoundFace]) -> list[FoundFace]:
    """Of the squares that show one face, the one that fits best."""
    kept: list[FoundFace] = []
    for one in sorted(faces, key=lambda face: -face.fit):
        if not any(_same(one.square, other.square) for other in kept):
            kept.append(one)
    return kept


def _windows_of(square: FaceSquare, seen: Sequence[FaceSquare]) -> int:
    """Number of windows that see a face in this place and of this size."""
    return sum(_same(square, one) and 1 / SAME_SIDES < square.side / one.side < SAME_SIDES for one in seen)


def _same(one: FaceSquare, other: FaceSquare) -> bool:
    return float(np.hypot(one.x - other.x, one.y - other.y)) < SAME * max(one.side, other.side)
