"""Is left the subject's left? Checked on pixels.

In a face that looks at the camera the subject's left eye, brow and ear lie on the right side of the
picture. A mask whose l_ part lies left of its r_ part is mirrored or labels the picture's sides.
"""

from dataclasses import dataclass

import numpy as np

from facegen.datasets.conventions.label_conventions import Convention

# Parts asked in this order; brows first because glasses, blinks and squints hide eyes more often.
_PARTS = ("brow", "eye", "ear")
MIN_AREA = 1e-4  # of the picture: smaller parts are specks of the annotation
# Both of a pair must be of like size, else the face is turned so far that one of them is a sliver.
MIN_AREA_RATIO = 0.3


@dataclass(frozen=True)
class SidesCount:
    """Frontal masks asked, and those in which left and right are exchanged."""

    measured: int = 0
    swapped: int = 0

    @property
    def share(self) -> float:
        """Share exchanged in [0, 1]; nan where nothing was measured."""
        return self.swapped / self.measured if self.measured else float("nan")

    def __add__(self, other: "SidesCount") -> "SidesCount":
        return SidesCount(self.measured + other.measured, self.swapped + other.swapped)

    def __str__(self) -> str:
        return f"{self.swapped} of {self.measured} frontal faces"


def count_sides(mask: np.ndarray, convention: Convention) -> SidesCount:
    """Whether one (h, w) uint8 mask is exchanged; nothing measured where no pair of parts is clear."""
    for part in _PARTS:
        if f"l_{part}" not in convention.classes:
            continue
        left = np.nonzero(mask == convention.id(f"l_{part}"))[1]
        right = np.nonzero(mask == convention.id(f"r_{part}"))[1]
        small, large = sorted((left.size, right.size))
        if small >= MIN_AREA * mask.size and small >= MIN_AREA_RATIO * large:
            return SidesCount(1, int(left.mean() < right.mean()))
    return SidesCount()
