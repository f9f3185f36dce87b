"""Is left the subject's left? A check on pixels.

In a face that looks at the camera the subject's left eye, brow and ear lie on the right side of the
picture. A mask whose l_ part lies left of its r_ part is mirrored or labels the picture's sides.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from facegen.datasets.conventions.label_conventions import Convention

# Parts are tried in this order; brows first because glasses, blinks and squints hide eyes more often.
_PARTS = ("brow", "eye", "ear")
MIN_AREA = 1e-4  # of the picture: smaller parts are specks of the annotation
MIN_AREA_RATIO = 0.3  # of the smaller to the larger one: a face turned further shows one as a sliver


@dataclass(frozen=True)
class SidesCount:
    """Number of frontal masks, and of those in which left and right are exchanged."""

    measured: int = 0
    swapped: int = 0

    @property
    def fraction(self) -> float:
        """Fraction exchanged in [0, 1]; nan where nothing was measured."""
        return self.swapped / self.measured if self.measured else float("nan")

    def __add__(self, other: "SidesCount") -> "SidesCount":
        return SidesCount(self.measured + other.measured, self.swapped + other.swapped)

    def __str__(self) -> str:
        return f"{self.swapped} of {self.measured} frontal faces"


def count_sides(mask: npt.NDArray[np.uint8], convention: Convention) -> SidesCount:
    """Whether left and right are exchanged in one mask.

    Parameters
    ----------
    mask : (h, w) uint8
        Ids of the convention.
    convention : Convention

    Returns
    -------
    SidesCount
        Of one mask, or of none where no pair of parts is clear.
    """
    for part in _PARTS:
        if f"l_{part}" not in convention.classes:
            continue
        left = np.nonzero(mask == convention.id(f"l_{part}"))[1]
        right = np.nonzero(mask == convention.id(f"r_{part}"))[1]
        small, large = sorted((left.size, right.size))
        if small >= MIN_AREA * mask.size and small >= MIN_AREA_RATIO * large:
            return SidesCount(1, int(left.mean() < right.mean()))
    return SidesCount()


def is_upright(mask: npt.NDArray[np.uint8], convention: Convention) -> bool:
    """Whether the face of a mask stands upright: its lips lie below its eyes, not beside or above them.

    Parameters
    ----------
    mask : (h, w) uint8
        Ids of the convention.
    convention : Convention

    Returns
    -------
    bool
        True too where lips or eyes are missing.
    """
    eyes, lips = (
        np.argwhere(np.isin(mask, [i for i, name in enumerate(convention.classes) if name in names]))
        for names in (("l_eye", "r_eye", "l_brow", "r_brow"), ("mouth", "u_lip", "l_lip", "lips", "teeth"))
    )
    if not (eyes.size and lips.size):
        return True
    down, across = lips.mean(0) - eyes.mean(0)
    return bool(down > abs(across))
