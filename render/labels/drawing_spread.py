"""How annotators draw the same thing differently: borders farther in or out, eyes narrower or wider.

A convention gives the spread (`Convention.border_sd`, `eye_width_sd`). Each face draws its own by its key, so
that its preview and its mask agree. Native labels keep borders neutral and eyes as they are seen. Label maps
are (h, w) uint8 native ids.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from facegen.datasets.conventions.hair_lines import hair_lines
from facegen.datasets.conventions.label_conventions import Convention
from facegen.datasets.conventions.native_groups import LEFT_EYE, RIGHT_EYE
from facegen.datasets.conventions.native_labels import Native
from facegen.datasets.keyed_random import Draw

Labels = npt.NDArray[np.uint8]
Widths = tuple[float, float]

AS_SEEN: Widths = (1.0, 1.0)
MOST_SD = 2.5  # standard deviations beyond which nothing is drawn


@dataclass(frozen=True)
class Drawing:
    """How one face is drawn in a convention.

    Attributes
    ----------
    borders : border -> mm outside the native one, as `label_pass.skin_labels` takes them
    eye_widths : drawn over seen width of the left and of the right eye
    hair_lines : how coarsely hair is drawn, of `hair_lines.hair_lines`; None = as the mean annotator
    """

    borders: Mapping[str, float]
    eye_widths: Widths = AS_SEEN
    hair_lines: float | None = None

    @property
    def is_native(self) -> bool:
        """Whether every border is the native one."""
        return not any(self.borders.values()) and self.eye_widths == AS_SEEN and self.hair_lines is None


def drawing_of(convention: Convention, seed: int, index: int) -> Drawing:
    """How the face of the key (seed, index) is drawn in a convention."""
    d = Draw(seed, index)

    def normal(name: str) -> float:
        return d.normal(f"labels.{name}", 0, 1, -MOST_SD, MOST_SD)

    borders = dict(convention.borders)
    for name, sd in convention.border_sd.items():
        borders[name] = borders.get(name, 0.0) + sd * normal(name)
    shared, own = convention.eye_width_sd
    both = shared * normal("eye_width")
    left, right = (float(np.exp(both + own * normal(f"eye_width.{side}"))) for side in ("left", "right"))
    lines = hair_lines(convention, seed, index) if convention.hair_lines[1] else None
    return Drawing(borders, (left, right), lines)


def with_eye_widths(labels: Labels, widths: Widths) -> Labels:
    """A label map with each eye stretched along its longer axis, about its middle.

    Parameters
    ----------
    labels : (h, w) uint8, without eyewear that can be seen through
    widths : drawn over seen width of the left and of the right eye

    Returns
    -------
    (h, w) uint8
        A wider eye takes face skin alone, as sclera; what a narrower one leaves becomes face skin.
    """
    for eye, width in zip((LEFT_EYE, RIGHT_EYE), widths, strict=True):
        labels = _stretched(labels, eye, width)
    return labels


def _stretched(labels: Labels, eye: tuple[Native, ...], width: float) -> Labels:
    seen = np.isin(labels, eye)
    rows, columns = np.nonzero(seen)
    if width == 1 or not len(rows):
        return labels
    points = np.stack([rows, columns], 1).astype(float)
    middle = points.mean(0)
    points -= middle
    axis = np.linalg.eigh(points.T @ points)[1][:, -1]
    # Nothing happens beyond the stretched eye's own box.
    reach = np.ceil(max(width, 1.0) * np.abs(points).max(0)).astype(int) + 1
    start = np.maximum(np.floor(middle).astype(int) - reach, 0)
    stop = np.minimum(np.ceil(middle).astype(int) + reach + 1, labels.shape)
    place = np.moveaxis(np.mgrid[start[0] : stop[0], start[1] : stop[1]], 0, -1)
    along = (place - middle) @ axis
    source = np.rint(place + (along * (1 / width - 1))[..., None] * axis).astype(int)
    source = np.clip(source, 0, np.array(labels.shape) - 1)
    drawn = seen[source[..., 0], source[..., 1]]
    out = labels.copy()
    box = out[start[0] : stop[0], start[1] : stop[1]]
    was = seen[start[0] : stop[0], start[1] : stop[1]]
    box[was & ~drawn] = Native.FACE_SKIN
    box[drawn & ~was & (box == Native.FACE_SKIN)] = eye[0]
    return out
