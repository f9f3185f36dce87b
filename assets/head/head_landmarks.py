"""Where the 68 points of iBUG lie on the template head."""

from __future__ import annotations

import numpy as np

from facegen.assets.head.anny_model import BODY

# iBUG 68 on the template, front view, mm from the middle of the eyes: x to the subject's left, z up.
# Sagonas et al., 300 Faces in-the-Wild, 2013, figure 1. One side only; the other is its mirror.
_JAW = [(0, -114), (18, -112), (34, -106), (46, -96), (55, -80), (63, -60), (67.5, -40), (70, -20), (72, -3)]
_BROW = [(12, 14), (20, 19), (30, 21.5), (40, 20), (49, 13)]
_BRIDGE = [(0, 1), (0, -13), (0, -26), (0, -38)]
_NOSE_BASE = [(0, -51), (6.5, -49), (13, -47)]
_EYE = [(19.5, -4), (26, 2.2), (35, 3), (44.8, -1), (36, -5.5), (27, -5.5)]
_OUTER_LIPS = [(24.5, -72), (14.5, -66.5), (5.5, -65), (0, -66), (0, -84), (6.5, -83.5), (14, -80)]
_INNER_LIPS_X = [21.0, 8.0, 0.0]

# Points of the upper lids above points of the lower ones.
_UPPER_LIDS, _LOWER_LIDS = [37, 38, 43, 44], [41, 40, 47, 46]


def meet_lids(points, up):
    """Bring points of lower lids that the upper ones went past down to those, in place.

    A full blink draws the upper lid some millimetres over the lower one: its edge is what is seen.

    Parameters
    ----------
    points : (68 or more, 3) float, iBUG's order
    up : (3,) float, the skull's unit vector
    """
    past = np.maximum((points[_LOWER_LIDS] - points[_UPPER_LIDS]) @ up, 0)
    points[_LOWER_LIDS] -= past[:, None] * up


def pick_landmarks(relative, jaw_open, lips, lids, lower, inner_mouth):
    """Vertex ids (68,) of the iBUG points on the template.

    Parameters
    ----------
    relative, jaw_open : (V, 3) float
        The template and the template with an open jaw, mm from the middle of the eyes.
    lips, lids, lower, inner_mouth : (V,) float in [0, 1]
    """
    body = np.arange(len(relative)) < BODY[1]
    frontal = body & (relative[:, 1] < 60) & (inner_mouth < 0.5)

    def nearest(x, z, allowed=frontal, y=0):
        # Depth is a weak third axis.
        d = (relative[:, 0] - x) ** 2 + (relative[:, 2] - z) ** 2 + (0.15 * (relative[:, 1] - y)) ** 2
        return int(np.argmin(np.where(allowed, d, np.inf)))

    def inner_lip(x, upper):
        lip = body & (lips > 0.3) & ((lower < 0.4) if upper else (lower > 0.4))
        score = jaw_open[:, 2] * (1 if upper else -1) + 4 * np.abs(relative[:, 0] - x)
        return int(np.argmin(np.where(lip & (np.abs(relative[:, 0] - x) < 4), score, np.inf)))

    def mirror(vertex):
        d = ((relative - relative[vertex] * np.array([-1, 1, 1])) ** 2).sum(1)
        return int(np.argmin(np.where(body, d, np.inf)))

    def mirrored(left, middle=()):
        """Subject's right to left: the mirror of `left`, then what lies between, then `left` itself."""
        return [mirror(v) for v in reversed(left)] + list(middle) + list(left)

    def points(coordinates):
        return [nearest(*p) for p in coordinates]

    jaw, bridge, nose = points(_JAW), points(_BRIDGE), points(_NOSE_BASE)
    # The front edge of the lids, where lashes stand: the lining behind it is not what is seen of them.
    eye = [nearest(x, z, body & (lids > 0.9), y=-20) for x, z in _EYE]
    corner, upper1, upper2, top, bottom, lower1, lower2 = points(_OUTER_LIPS)
    edge, side, middle = _INNER_LIPS_X
    inner_corner, inner_up, inner_low = nearest(edge, -72), inner_lip(side, True), inner_lip(side, False)
    ids = mirrored(jaw[1:], jaw[:1]) + mirrored(points(_BROW)) + bridge + mirrored(nose[1:], nose[:1])
    ids += [mirror(eye[i]) for i in (3, 2, 1, 0, 5, 4)] + eye
    ids += mirrored([upper2, upper1, corner], [top])
    ids += [lower2, lower1, bottom, mirror(lower1), mirror(lower2)]
    ids += mirrored([inner_up, inner_corner], [inner_lip(middle, True)])
    ids += [inner_low, inner_lip(middle, False), mirror(inner_low)]
    return np.array(ids)
