"""Run-length masks as COCO stores them: column by column, lengths of 0 and 1 in turn, as text.

The text is that of the mask API of cocodataset/cocoapi: from the third on, each length less the one two
before it; then groups of five bits, the lowest first, in characters from code 48 on; the sixth bit says that
more follow, the fifth bit of the last group is the sign.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt


def run_lengths(drawn: npt.NDArray[np.bool_]) -> dict[str, Any]:
    """COCO's compressed run-length mask.

    Parameters
    ----------
    drawn : (H, W) bool

    Returns
    -------
    dict : "size" [H, W], "counts" str
    """
    column = drawn.ravel(order="F")
    turns = np.flatnonzero(np.diff(column)) + 1
    ends = np.concatenate([[0] if column.size and column[0] else [], turns, [column.size]]).astype(int)
    counts = np.diff(ends, prepend=0)
    return {"size": list(drawn.shape), "counts": _text([int(one) for one in counts])}


def _text(counts: Sequence[int]) -> str:
    letters = []
    for place, count in enumerate(counts):
        left = count - counts[place - 2] if place > 2 else count
        more = True
        while more:
            bits = left & 31
            left >>= 5
            more = left != (-1 if bits & 16 else 0)
            letters.append(chr(48 + (bits | 32 if more else bits)))
    return "".join(letters)
