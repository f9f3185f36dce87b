"""Parts of faces, their low frequencies, and how pixels of one part are laid under another's shape.

A picture is (3, S, S) float64 in [0, 255], a part (S, S) bool.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from facegen.datasets.conventions.label_conventions import Convention
from facegen.datasets.keyed_random import keyed_generator
from facegen.parse.data.loaded_set import LoadedSet

Picture = npt.NDArray[np.float64]
Part = npt.NDArray[np.bool_]
# Classes that look alike, by their names in every convention of the package.
PARTS = {
    "background": ("background",),
    "skin": ("skin", "face", "nose", "l_ear", "r_ear", "neck"),
    "lips": ("u_lip", "l_lip"),
    "hair": ("hair",),
    "cloth": ("cloth", "clothing"),
}
MIN_PIXELS = 0.002  # of the picture: a smaller part has no statistics worth taking
CANDIDATES = 6  # random donors, of which the one whose part overlaps the target's most is taken


def part_ids(convention: Convention, part: str) -> list[int]:
    """Ids of the classes of a part; empty where the convention has none."""
    return [i for i, name in enumerate(convention.classes) if name in PARTS[part]]


def part_of(mask: npt.NDArray[np.uint8], ids: Sequence[int]) -> Part:
    """(S, S) bool: the pixels of these classes."""
    return np.isin(mask, ids)


def large_enough(part: Part) -> bool:
    """Whether a part has MIN_PIXELS of its picture."""
    return bool(part.mean() >= MIN_PIXELS)


def low_pass(values: npt.NDArray[np.float64], part: Part, sigma: float) -> npt.NDArray[np.float64]:
    """Gaussian mean (..., S, S) over the pixels of a part alone (normalised convolution, Knutsson and Westin,
    CVPR 1993); 0 outside the part."""
    spread = (0,) * (values.ndim - 2) + (sigma, sigma)
    weight = ndimage.gaussian_filter(part.astype(float), sigma)
    total = ndimage.gaussian_filter(values * part, spread)
    return np.where(part, total / np.where(part, weight, 1), 0.0)


def laid_under(
    source: npt.NDArray[np.float64], source_part: Part, target_part: Part
) -> npt.NDArray[np.float64]:
    """Values (..., S, S) of a part of one picture at the pixels of a part of another.

    Where both parts overlap, pixels keep their place. Elsewhere the source is continued by mirroring at its
    border; where the mirrored place is outside too, the nearest pixel of the part is taken. 0 outside the
    target part.
    """
    row, column = ndimage.distance_transform_edt(~source_part, return_distances=False, return_indices=True)
    y, x = np.indices(source_part.shape)
    side = source_part.shape[0] - 1
    mirrored = np.clip(2 * row - y, 0, side), np.clip(2 * column - x, 0, side)
    inside = source_part[mirrored]
    place = np.where(inside, mirrored[0], row), np.where(inside, mirrored[1], column)
    return np.where(target_part, source[..., place[0], place[1]], 0.0)


@dataclass(frozen=True)
class Donors:
    """Pictures of a donor set that show a part well enough.

    Attributes
    ----------
    data : the donor set
    ids : classes of the part
    places : (k,) places of the pictures in the set
    """

    data: LoadedSet
    ids: list[int]
    places: npt.NDArray[np.int64]

    @classmethod
    def of(cls, data: LoadedSet, ids: list[int]) -> "Donors":
        shown = np.array([large_enough(part_of(mask, ids)) for mask in data.masks], bool)
        return cls(data, ids, np.flatnonzero(shown))

    def best(self, part: Part, seed: int, *key: str) -> int | None:
        """Of CANDIDATES random donors the one whose part overlaps most; None where none shows it."""
        if not len(self.places):
            return None
        draw = keyed_generator(seed, "oracle", *key)
        chosen = draw.choice(self.places, min(CANDIDATES, len(self.places)), replace=False)
        overlaps = []
        for i in chosen:
            other = part_of(self.data.masks[i], self.ids)
            overlaps.append((other & part).sum() / (other | part).sum())
        return int(chosen[int(np.argmax(overlaps))])


def with_pictures(target: LoadedSet, make: Callable[[int], Picture], words: str) -> LoadedSet:
    """A set with the pictures `make` gives for each place, rounded to 8 bits; names and labels stay."""
    images = np.empty_like(target.images)
    for i in range(len(target)):
        images[i] = np.clip(np.rint(make(i)), 0, 255).astype(np.uint8)
    return replace(target, name=f"{target.name}, {words}", images=images)


def shown_parts(mask: npt.NDArray[np.uint8], ids: dict[str, list[int]]) -> Iterator[tuple[str, Part]]:
    """Name and pixels of each part that a picture shows well enough."""
    for name, classes in ids.items():
        part = part_of(mask, classes)
        if classes and large_enough(part):
            yield name, part
