"""Pictures that are stored twice: encoded again, at another size, brighter, or mirrored.

Every picture becomes a perceptual hash of 64 bits and a grey thumbnail. Pictures whose hashes differ in few
bits are compared by their thumbnails: aligned portraits have similar hashes, so a hash alone would accuse
many different people of being one picture.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image
from scipy import fft

SIDE = 32  # pixels of the thumbnail
LOW = 8  # frequencies a side that the hash is made of
MOST_BITS = 10  # of 64 in which two encodings of one picture differ at most: 0 to 6 in those named below
# Correlation of two thumbnails from which on they are one picture. Among 1,000 training and 500 test faces of
# CelebAMask-HQ no two reach .925; of 40 of them, JPEG of quality 30 keeps .9996, a quarter of the size .9998,
# a clipped brightening .997, a crop of 4 of 512 pixels a side .985.
SAME = 0.97
BLOCK = 512  # hashes that are compared at a time

Hashes = npt.NDArray[np.uint64]
Thumbnails = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Pair:
    """Two pictures that are one: places in the two sets, correlation of their thumbnails, mirrored or not."""

    first: int
    second: int
    correlation: float
    mirrored: bool


def thumbnail(image: npt.NDArray[np.uint8]) -> Thumbnails:
    """(H, W, 3) uint8 to (SIDE, SIDE) uint8 of luma, whatever its proportions."""
    return np.asarray(Image.fromarray(image).convert("L").resize((SIDE, SIDE), Image.Resampling.BOX))


def perceptual_hashes(thumbnails: Thumbnails) -> Hashes:
    """Signs of the lowest frequencies of thumbnails (n, SIDE, SIDE): (n,) uint64.

    The 63 lowest coefficients of the cosine transform without the mean, each a bit that says whether it lies
    above their median (pHash: Zauner, Implementation and Benchmarking of Perceptual Image Hash Functions,
    2010, section 3.2.1).
    """
    if not len(thumbnails):
        return np.empty(0, np.uint64)
    waves = fft.dctn(thumbnails.astype(np.float32), axes=(1, 2), norm="ortho")[:, :LOW, :LOW]
    flat = waves.reshape(len(waves), -1)[:, 1:]
    bits = flat > np.median(flat, axis=1, keepdims=True)
    weights = np.uint64(1) << np.arange(flat.shape[1], dtype=np.uint64)
    hashes: Hashes = (bits * weights).sum(axis=1, dtype=np.uint64)
    return hashes


def near_duplicates(ours: Sequence[Thumbnails], theirs: Sequence[Thumbnails] | None = None) -> list[Pair]:
    """Pairs of pictures that are one.

    Parameters
    ----------
    ours : sequence of (SIDE, SIDE) uint8
    theirs : sequence of (SIDE, SIDE) uint8, optional
        Of another set; None looks for pairs within `ours`.

    Returns
    -------
    list of Pair
        The most alike first.
    """
    left = np.stack(ours) if len(ours) else np.empty((0, SIDE, SIDE), np.uint8)
    right = left if theirs is None else np.stack(theirs) if len(theirs) else left[:0]
    found = []
    for mirrored in (False, True):
        other = right[:, :, ::-1] if mirrored else right
        for i, j in _candidates(perceptual_hashes(left), perceptual_hashes(other), theirs is None):
            alike = _correlation(left[i], other[j])
            if alike >= SAME:
                found.append(Pair(i, j, alike, mirrored))
    return sorted(found, key=lambda one: -one.correlation)


def _candidates(left: Hashes, right: Hashes, within: bool) -> list[tuple[int, int]]:
    """Places of hashes that differ in at most MOST_BITS bits; within one set each pair once."""
    found: list[tuple[int, int]] = []
    for start in range(0, len(left), BLOCK):
        different = _bits(left[start : start + BLOCK, None] ^ right[None, :])
        rows, columns = np.nonzero(different <= MOST_BITS)
        pairs = zip((rows + start).tolist(), columns.tolist(), strict=True)
        found += [(i, j) for i, j in pairs if not within or i < j]
    return found


def _bits(values: Hashes) -> npt.NDArray[np.uint8]:
    """Number of ones of each value."""
    return _ONES[values.view(np.uint16).reshape(*values.shape, 4)].sum(axis=-1, dtype=np.uint8)


_ONES = np.array([bin(one).count("1") for one in range(1 << 16)], np.uint8)


def _correlation(one: Thumbnails, other: Thumbnails) -> float:
    a, b = (part.astype(float) - part.mean() for part in (one, other))
    norm = float(np.sqrt((a**2).sum() * (b**2).sum()))
    return float((a * b).sum()) / norm if norm else 0.0
