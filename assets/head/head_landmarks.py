"""Where the 68 points of iBUG lie on the template head."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from facegen.assets.head.anny_model import BODY

Floats = npt.NDArray[np.floating]
Bools = npt.NDArray[np.bool_]
Places = Sequence[tuple[float, float]]

# iBUG 68 on the template, front view, mm from the middle of the eyes: x to the subject's left, z up.
# Sagonas et al., 300 Faces in-the-Wild, 2013, figure 1. One side only; the other is its mirror.
_JAW = [(0, -114), (18, -112), (34, -106), (46, -96), (55, -80), (63, -60), (67.5, -40), (70, -20), (72, -3)]
_BROW = [(12, 14), (20, 19), (30, 21.5), (40, 20), (49, 13)]
_BRIDGE = [(0, 1), (0, -13), (0, -26), (0, -38)]
_NOSE_BASE = [(0, -49.4), (6.5, -49), (13, -46)]
_EYE = [(26, 2.2), (35, 3), (44.8, -1), (36, -5.5), (27, -5.5)]
_EYE_CORNER = (17.2, -3.4)  # where the lids meet next to the nose, beyond the flesh of the corner
_OUTER_LIPS = [(24.5, -72), (14.5, -66.5), (5.5, -65), (0, -64), (0, -84), (6.5, -83.5), (14, -80)]
_INNER_CORNER = (21.0, -72)
_INNER_LIPS_X = (8.0, 0.0)
_FRONT_Y = 60  # mm behind the eyes: vertices further back are not seen from the front
_DEPTH_WEIGHT = 0.15  # of y against x and z: breaks ties between layers of skin
_INNER_LIP_WITHIN, _INNER_LIP_X_WEIGHT = 4, 4  # mm; mm of height that a mm aside is worth

# Points of the upper lids above points of the lower ones.
_UPPER_LIDS, _LOWER_LIDS = [37, 38, 43, 44], [41, 40, 47, 46]


def meet_lids(points: Floats, up: Floats) -> None:
    """Bring points of lower lids that the upper ones went past down to those, in place.

    A full blink draws the upper lid some millimetres over the lower one: its edge is what is seen.

    Parameters
    ----------
    points : (68 or more, 3) float, iBUG's order
    up : (3,) float, the skull's unit vector
    """
    past = np.maximum((points[_LOWER_LIDS] - points[_UPPER_LIDS]) @ up, 0)
    points[_LOWER_LIDS] -= past[:, None] * up


@dataclass(frozen=True)
class TemplatePoints:
    """The template's vertices, mm from the middle of the eyes, and what they belong to.

    Attributes
    ----------
    closed, open : (V, 3) float
        The template, and the template with an open jaw.
    lips, lids, inner_mouth : (V,) float in [0, 1]
        Masks.
    lower : (V,) float in [0, 1]
        How far a vertex follows the opening jaw.
    """

    closed: Floats
    open: Floats
    lips: Floats
    lids: Floats
    inner_mouth: Floats
    lower: Floats

    @property
    def body(self) -> Bools:
        """(V,) bool: skin, not eyes, tongue or teeth."""
        return np.arange(len(self.closed)) < BODY[1]

    def nearest(self, x: float, z: float, allowed: Bools, y: float = 0) -> int:
        """Id of the allowed vertex nearest to a place in the front view, mm."""
        p = self.closed
        d = (p[:, 0] - x) ** 2 + (p[:, 2] - z) ** 2 + (_DEPTH_WEIGHT * (p[:, 1] - y)) ** 2
        return int(np.argmin(np.where(allowed, d, np.inf)))

    def inner_lip(self, x: float, upper: bool) -> int:
        """Id of a vertex on a lip's inner edge: with an open mouth the lowest one of an upper lip."""
        lip = self.body & (self.lips > 0.3) & ((self.lower < 0.4) if upper else (self.lower > 0.4))
        aside = np.abs(self.closed[:, 0] - x)
        score = self.open[:, 2] * (1 if upper else -1) + _INNER_LIP_X_WEIGHT * aside
        return int(np.argmin(np.where(lip & (aside < _INNER_LIP_WITHIN), score, np.inf)))

    def mirror(self, vertex: int) -> int:
        """Id of the vertex that lies nearest to the mirror of another one."""
        d = ((self.closed - self.closed[vertex] * np.array([-1, 1, 1])) ** 2).sum(1)
        return int(np.argmin(np.where(self.body, d, np.inf)))

    def mirrored(self, left: Sequence[int], middle: Sequence[int] = ()) -> list[int]:
        """Subject's right to left: the mirror of `left`, then `middle`, then `left` itself."""
        return [self.mirror(v) for v in reversed(left)] + list(middle) + list(left)


def pick_landmarks(template: TemplatePoints) -> npt.NDArray[np.intp]:
    """Vertex ids (68,) of the iBUG points on the template."""
    body, mirrored = template.body, template.mirrored
    frontal = body & (template.closed[:, 1] < _FRONT_Y) & (template.inner_mouth < 0.5)

    def points(places: Places) -> list[int]:
        return [template.nearest(*place, frontal) for place in places]

    jaw, bridge, nose = points(_JAW), points(_BRIDGE), points(_NOSE_BASE)
    # The front edge of the lids, where lashes stand: the lining behind it is not seen.
    eye = [template.nearest(x, z, body & (template.lids > 0.9), y=-20) for x, z in _EYE]
    eye = [template.nearest(*_EYE_CORNER, body & (template.lids > 0.8), y=-20), *eye]
    corner, upper1, upper2, top, bottom, lower1, lower2 = points(_OUTER_LIPS)
    side, middle = _INNER_LIPS_X
    inner_corner = template.nearest(*_INNER_CORNER, frontal)
    inner_up, inner_low = template.inner_lip(side, True), template.inner_lip(side, False)
    ids = mirrored(jaw[1:], jaw[:1]) + mirrored(points(_BROW)) + bridge + mirrored(nose[1:], nose[:1])
    ids += [template.mirror(eye[i]) for i in (3, 2, 1, 0, 5, 4)] + eye
    ids += mirrored([upper2, upper1, corner], [top])
    ids += [lower2, lower1, bottom, template.mirror(lower1), template.mirror(lower2)]
    ids += mirrored([inner_up, inner_corner], [template.inner_lip(middle, True)])
    ids += [inner_low, template.inner_lip(middle, False), template.mirror(inner_low)]
    return np.array(ids)
