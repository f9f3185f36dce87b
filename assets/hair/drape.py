"""Hair that hangs into the face: how much of the face each side leaves free, and locks that left the others.

Local coordinates are the skull's, metres: origin between the eyes, x to the subject's left, y back, z up.
Tables are by eye, from photographs of training faces.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from facegen.assets.meshes.mesh import Floats, Ints

# Half width of the face that a side leaves free, by drape (rows) and height (columns). At 0 it is the face's
# outline; at 1/3 hair covers temple and outer cheek; at 2/3 it crosses the end of the brow; at 1 it hangs
# before the eye. Negative: hair of this side may lie beyond the middle.
HEIGHTS = np.array([-0.24, -0.14, -0.112, -0.075, -0.04, 0.0, 0.02, 0.042, 0.058, 0.072, 0.085])
DRAPES = np.array([0.0, 1 / 3, 2 / 3, 1.0])
HALF_WIDTHS = np.array(
    [
        [0.030, 0.040, 0.050, 0.058, 0.064, 0.066, 0.062, 0.050, 0.034, 0.016, 0.0],
        [0.0295, 0.0395, 0.049, 0.057, 0.062, 0.060, 0.050, 0.031, 0.010, -0.02, -0.04],
        [0.029, 0.039, 0.047, 0.054, 0.057, 0.047, 0.029, 0.004, -0.02, -0.04, -0.045],
        [0.025, 0.033, 0.040, 0.043, 0.036, 0.013, -0.004, -0.02, -0.04, -0.05, -0.05],
    ]
)
SWEPT = 0.2  # drape from which hair may fall over the brow
OVER_EYE = 0.6  # drape from which hair may fall before the eye
FRAYED = 0.1  # standard deviation of a hair's own drape, where its side has one

LOCKS = 6  # locks that hang apart at Groom.loose 1
LOCK_MM = (4.0, 12.0)  # radius of their roots
LOCK_CLOSES = (0.2, 0.85)  # how far their hairs meet at the tips: all of them closed look like string
RIM_MM, SIDE_MM, LOWEST_MM = 12.0, 116.0, 2.0  # they stand so near the hairline, from the middle, so high
TEMPLE_MM, MIDDLE = 70.0, 0.15  # as many as before the ears from here on, fewer in the middle
LOCK_DRAPE = (0.05, 0.8)  # how far a lock hangs into the face
TIED_LENGTH = (0.07, 0.26)  # metres: of locks that slipped out of a tie
SHORT_LENGTH, SHORT_LEAST = (0.8, 1.4), 0.035  # against the top of short hair, and metres at least
LONG_LENGTH = (0.35, 0.9)  # against other long hair
HANGING = 0.1  # metres on top from which hair hangs


@dataclass(frozen=True)
class LooseLocks:
    """Locks that hang apart from the others, arrays (N,) over roots.

    lock : int, number of the lock, 0 = none
    drape : float, how far it hangs into the face
    length : float, metres
    """

    lock: Ints
    drape: Floats
    length: Floats

    def take(self, index: Ints) -> LooseLocks:
        """Those of some roots."""
        return LooseLocks(self.lock[index], self.drape[index], self.length[index])


def closing(lock: Ints, rng: np.random.Generator) -> Floats:
    """How far the hairs (N,) of loose locks of these numbers meet at their tips, in [0, 1]."""
    numbers, index = np.unique(lock, return_inverse=True)
    return np.asarray(rng.uniform(*LOCK_CLOSES, len(numbers))[index])


def free_half(height: Floats, drape: Floats) -> Floats:
    """Half width (N,) of the face, metres, that hair of a drape (N,) in [0, 1] leaves free at heights."""
    rows = np.stack([np.interp(height, HEIGHTS, row) for row in HALF_WIDTHS])
    place = np.clip(drape, 0, 1) * (len(DRAPES) - 1)
    low = np.minimum(place.astype(int), len(DRAPES) - 2)
    each = np.arange(len(height))
    part = place - low
    return np.asarray((1 - part) * rows[low, each] + part * rows[low + 1, each])


def loose_locks(
    loose: float,
    top: float,
    tied: bool,
    position: Floats,
    chart: Floats,
    depth: Floats,
    rng: np.random.Generator,
) -> LooseLocks:
    """Locks that left the body of hair at its front.

    Parameters
    ----------
    loose : float in [0, 1]
    top : float, metres, length of the hair on top
    tied : bool
    position : (N, 3) float, metres; chart : (N, 2) float, mm; depth : (N,) float, mm inside the hairline

    Returns
    -------
    LooseLocks of the N roots; none at `loose` 0
    """
    lock = np.zeros(len(position), int)
    drape, length = np.zeros(len(position)), np.zeros(len(position))
    rim = (depth < RIM_MM) & (np.abs(chart[:, 0]) < SIDE_MM) & (chart[:, 1] > LOWEST_MM)
    candidates = np.flatnonzero(rim)
    count = round(LOCKS * loose)
    if count == 0 or len(candidates) == 0:
        return LooseLocks(lock, drape, length)
    # Most hang at the temples and before the ears.
    likely = np.clip(np.abs(chart[candidates, 0]) / TEMPLE_MM, MIDDLE, 1)
    centres = rng.choice(candidates, min(count, len(candidates)), replace=False, p=likely / likely.sum())
    for number, centre in enumerate(centres, 1):
        near = np.linalg.norm(position - position[centre], axis=1) < rng.uniform(*LOCK_MM) / 1000
        lock[near], drape[near] = number, rng.uniform(*LOCK_DRAPE)
        if tied:
            length[near] = rng.uniform(*TIED_LENGTH)
        elif top > HANGING:
            length[near] = top * rng.uniform(*LONG_LENGTH)
        else:
            length[near] = max(SHORT_LEAST, top * rng.uniform(*SHORT_LENGTH))
    return LooseLocks(lock, drape, length)
