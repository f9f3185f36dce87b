"""Where the parts of a face lie in a label map, and how large they are: aggregates of real training masks.

`class_places.json` holds, for each class of the celebamaskhq convention, the fraction of masks that show it,
and mean and standard deviation of its place and its size. Units are those of the mean face: its crop square
(Karras et al. 2018) is 1 x 1, x to the right and y down. A mask is brought there by the rotation, scale and
shift that lay the centres of its inner parts on the mean ones (least squares: Umeyama, PAMI 1991), so neither
crop, size nor tilt of a face matter.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from facegen.datasets.conventions.label_conventions import Convention
from facegen.datasets.inspection.mask_content import Floats, MaskContent

PLACES_FILE = Path(__file__).with_name("class_places.json")
# Parts that move little within a face: what a mask is aligned by.
INNER = ("nose", "l_eye", "r_eye", "l_brow", "r_brow", "mouth", "u_lip", "l_lip")
MIN_INNER = 3  # centres: fewer say nothing about a rotation
MIN_AREA = 8 / 256**2  # of the map: as `face_view.PRESENT_FRACTION`; smaller patches are slips of a tool
MAX_TILT = 60.0  # degrees: no head is held further from upright; beyond, labels are taken for others
MIN_SCALE, MAX_SCALE = 0.05, 2.0  # sides of a face's crop in sides of the map: a face of 5 % to one cut off


@dataclass(frozen=True)
class ClassPlace:
    """Of one class: `presence` in [0, 1], then means and standard deviations of (x, y, log of the area)."""

    presence: float
    mean: tuple[float, float, float]
    sd: tuple[float, float, float]


@cache
def class_places() -> dict[str, ClassPlace]:
    """The shipped table, by class name."""
    rows = json.loads(PLACES_FILE.read_text(encoding="utf-8"))["classes"]
    return {
        name: ClassPlace(row["presence"], tuple(row["mean"]), tuple(row["sd"])) for name, row in rows.items()
    }


@dataclass(frozen=True)
class FaceSquare:
    """Where the crop square of a face lies. Units are sides of the map, or pixels of a picture.

    Attributes
    ----------
    x, y : float
        Its centre, x to the right and y down.
    side : float
    tilt : float
        Degrees by which the face is turned to the right (clockwise) in the picture; 0 = upright.
    """

    x: float
    y: float
    side: float
    tilt: float = 0.0

    @property
    def across(self) -> Floats:
        """(2,) float64: unit vector along the square's upper side, (x, y)."""
        angle = np.radians(self.tilt)
        return np.array([np.cos(angle), np.sin(angle)])

    def to_square(self, points: Floats) -> Floats:
        """Points (..., 2) of the map in units of the square: its corners are (0, 0) and (1, 1)."""
        cosine, sine = self.across
        dx, dy = points[..., 0] - self.x, points[..., 1] - self.y
        return np.stack([cosine * dx + sine * dy, cosine * dy - sine * dx], axis=-1) / self.side + 0.5

    def within(self, other: "FaceSquare") -> "FaceSquare":
        """This square, given in units of `other`, in the units in which `other` is given."""
        cosine, sine = other.across
        dx, dy = (self.x - 0.5) * other.side, (self.y - 0.5) * other.side
        return FaceSquare(
            other.x + cosine * dx - sine * dy,
            other.y + sine * dx + cosine * dy,
            self.side * other.side,
            other.tilt + self.tilt,
        )


def face_square(content: MaskContent, centres: dict[str, Floats], names: dict[int, str]) -> FaceSquare | None:
    """The crop square of the face in a map, in sides of the map (of its longer one).

    Parameters
    ----------
    content, centres, names :
        As of `aligned`.

    Returns
    -------
    FaceSquare, or None where there is no upright face in the map
    """
    big = _large(content)
    inner = [one for one, name in names.items() if big[one] and name in centres]
    if len(inner) < MIN_INNER:
        return None
    source = content.centre[inner] / max(content.shape)
    return _square(source, np.array([centres[names[one]] for one in inner]))


def aligned(
    content: MaskContent, centres: dict[str, Floats], names: dict[int, str]
) -> dict[int, Floats] | None:
    """Place and size of every class of a map in units of the mean face.

    Parameters
    ----------
    content : MaskContent
    centres : mapping of inner part to (2,) float64
        Of the mean face.
    names : mapping of id to class name

    Returns
    -------
    dict of id to (3,) float64 (x, y, log of the area), or None where there is no upright face in the map
    """
    square = face_square(content, centres, names)
    if square is None:
        return None
    longer, big = max(content.shape), _large(content)
    rows = {}
    for one in names:
        if big[one]:
            area = content.area[one] / longer**2 / square.side**2
            rows[one] = np.array([*square.to_square(content.centre[one] / longer), np.log(area)])
    return rows


def _large(content: MaskContent) -> npt.NDArray[np.bool_]:
    """(256,) bool: ids that cover more than a slip of a tool."""
    large: npt.NDArray[np.bool_] = content.area >= MIN_AREA * content.shape[0] * content.shape[1]
    return large


def _square(source: Floats, target: Floats) -> FaceSquare | None:
    """The crop square whose inner parts (n, 2), in its own units, lie at `source` (n, 2) by least squares.

    None where the square is no face's: turned beyond MAX_TILT, or of a size that is none.
    """
    a, b = source - source.mean(0), target - target.mean(0)
    spread = float((a**2).sum())
    if not spread:
        return None
    cosine = float((a * b).sum()) / spread
    sine = float((a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]).sum()) / spread
    scale, tilt = float(np.hypot(cosine, sine)), float(-np.degrees(np.arctan2(sine, cosine)))
    if not scale or abs(tilt) > MAX_TILT or not MIN_SCALE <= 1 / scale <= MAX_SCALE:
        return None
    turn = np.array([[cosine, -sine], [sine, cosine]])
    # The point that is mapped to the middle (0.5, 0.5) of the square.
    x, y = source.mean(0) + turn.T @ (0.5 - target.mean(0)) / scale**2
    return FaceSquare(float(x), float(y), 1 / scale, tilt)


def fit_places(contents: Iterable[MaskContent], convention: Convention) -> dict[str, ClassPlace]:
    """The table of a set of masks that are right: two passes, the first one for the mean face.

    Parameters
    ----------
    contents : iterable of MaskContent
        Of square maps cut by the crop rule of CelebA-HQ.
    convention : Convention
    """
    maps = list(contents)
    names = {i: name for i, name in enumerate(convention.classes) if i}
    means = {
        name: np.nanmedian([one.centre[i] / max(one.shape) for one in maps], axis=0)
        for i, name in names.items()
        if name in INNER
    }
    rows: dict[str, list[npt.NDArray[np.float64]]] = {name: [] for name in names.values()}
    shown = 0
    for one in maps:
        placed = aligned(one, means, names)
        if placed is None:
            continue
        shown += 1
        for i, row in placed.items():
            rows[names[i]].append(row)
    return {name: _summary(np.array(values), shown) for name, values in rows.items() if len(values) > 1}


def _summary(rows: npt.NDArray[np.float64], shown: int) -> ClassPlace:
    """Presence, medians, and standard deviations from the middle 80 %: 7 % of the masks are exchanged."""
    low, middle, high = np.quantile(rows, (0.1, 0.5, 0.9), axis=0)
    sd = (high - low) / (2 * 1.2816)  # the 90th percentile of a standard normal
    x, y, size = (round(float(one), 4) for one in middle)
    sd_x, sd_y, sd_size = (round(float(one), 4) for one in sd)
    return ClassPlace(round(len(rows) / shown, 4), (x, y, size), (sd_x, sd_y, sd_size))
