"""Where the eyeballs sit between the lids.

Anny's lids and eyeballs follow sex, age and ancestry each in their own way: without this, the eyeballs of men
sit 1.4 mm higher between the lids than those of women, and the upper lids of men hide their pupils. On people
of either sex the upper lid stands about 4 mm over the middle of the pupil (Murchison, Sires and Jian-Amadi,
Margin Reflex Distance in Different Ethnic Groups, 2009: no difference between the sexes within a group); the
lower lid, which they do not measure, about 5 mm under it (the usual clinical value). So each eyeball is moved
up or down to where its own lids leave the pupil free.

Positions are (N, 3) float metres in the axes of a head at rest: x to the subject's left, y backwards, z up.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating]
Float32 = npt.NDArray[np.float32]

# Points of iBUG on the lids' edges, above and below the pupil: of the left and of the right eye.
LID_POINTS = ((43, 44, 46, 47), (37, 38, 40, 41))
# Metres that these lie above the middle of the eyeball at rest, on average. Open eyes raise the upper lid
# further (`render.prior.expression_prior.EYES_OPEN`): then lids stand about as above.
LIDS_OVER_MIDDLE = -0.0016
KEPT = 0.2  # fraction of a head's own difference from that which stays: eyes of people differ, by eye


def eyeball_shifts(lid_edges: Floats, eye_centres: Floats) -> Float32:
    """How far the eyeballs of a head at rest are to be moved up.

    Parameters
    ----------
    lid_edges : (68, 3) float, metres
        iBUG's points of the head at rest.
    eye_centres : (2, 3) float, metres
        Of the head at rest, left then right.

    Returns
    -------
    (2,) float32, metres, left then right
    """
    middle = np.array([lid_edges[list(points), 2].mean() for points in LID_POINTS])
    return ((1 - KEPT) * (middle - eye_centres[:, 2] - LIDS_OVER_MIDDLE)).astype(np.float32)
