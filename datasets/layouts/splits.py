"""How a set is divided, in the same way on every machine.

A split is a dict from part name to the indices of its pictures, each list in rising order.
"""

import hashlib
from collections.abc import Sequence
from pathlib import PurePath

# Parts of the real training set and the fractions of it at which they end: 700, 100 and 200 of 1,000.
PARTS = ("fit", "validate", "adapter")
FIT_ENDS, VALIDATE_ENDS = 0.7, 0.8

# CelebA's own parts by file number (Liu et al. 2015, list_eval_partition.txt): 000001-162770 train,
# 162771-182637 validation, 182638-202599 test. CelebAMask-HQ inherits them through its mapping file,
# which gives 24,183 / 2,993 / 2,824 pictures.
CELEBA_LAST_TRAIN = 162770
CELEBA_LAST_VALIDATION = 182637


def split_by_hash(ids: Sequence[str]) -> dict[str, list[int]]:
    """Divide a real set for fitting, validation and adapters: the first 70 %, next 10 %, last 20 % by hash.

    The order is that of the sha256 of the file stem in UTF-8, so it depends neither on the order of `ids` nor
    on the machine. Sizes are rounded to the nearest picture, the adapter's part takes the rest.

    Parameters
    ----------
    ids : sequence of str
        Names of the pictures, with or without a suffix.

    Returns
    -------
    dict of part name in PARTS to indices of `ids`

    Raises
    ------
    ValueError : two ids have the same stem.
    """
    stems = [PurePath(name).stem for name in ids]
    if len(set(stems)) != len(stems):
        raise ValueError("two ids have the same stem: the split by name is not defined")
    order = sorted(range(len(stems)), key=lambda i: hashlib.sha256(stems[i].encode()).digest())
    first, second = round(FIT_ENDS * len(order)), round(VALIDATE_ENDS * len(order))
    parts = (order[:first], order[first:second], order[second:])
    return {name: sorted(part) for name, part in zip(PARTS, parts, strict=True)}


def celeba_part(file_number: int) -> str:
    """CelebA's part ('train', 'val' or 'test') of its picture NNNNNN.jpg, `file_number` counted from 1."""
    if file_number <= CELEBA_LAST_TRAIN:
        return "train"
    return "val" if file_number <= CELEBA_LAST_VALIDATION else "test"
