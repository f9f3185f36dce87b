"""Ids blended along borders: a label map that was resized with interpolation, or was a JPEG once.

Between a face of id 1 and hair of id 13 such a map has pixels of 4, 7 or 10: an eye, a brow, a mouth where
none is.
"""

import numpy as np
import numpy.typing as npt

# Of the pixels along borders, from which on ids are blended. Of masks of CelebAMask-HQ at most .011 lie
# between their neighbours (512 and 256 pixels; .026 at 64), of rendered faces .006; of those resized with
# bilinear weights at least .33, of JPEG of quality 95 at least .21.
MOST_BETWEEN = 0.1
LEAST_BORDER = 100  # pixels along borders, below which a fraction says nothing
MOST_BORDER = 0.4  # of all pixels, above which a map is noise and has no borders


def fraction_between(mask: npt.NDArray[np.uint8]) -> float:
    """Of the pixels whose two neighbours in a row or a column differ, those with an id strictly between them.

    Parameters
    ----------
    mask : (h, w) uint8

    Returns
    -------
    float in [0, 1]
        0 where there are fewer than LEAST_BORDER such pixels, or more than MOST_BORDER of all.
    """
    between = border = 0
    for one in (mask, mask.T):
        before, middle, after = one[:, :-2], one[:, 1:-1], one[:, 2:]
        rising, falling = (before < middle) & (middle < after), (before > middle) & (middle > after)
        between += int(np.count_nonzero(rising | falling))
        border += int(np.count_nonzero(before != after))
    return between / border if LEAST_BORDER <= border <= 2 * MOST_BORDER * mask.size else 0.0
