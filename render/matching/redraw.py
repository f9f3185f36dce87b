"""Faces that refinement made too dear are drawn again: another proposal takes their row.

A face whose price, or that of its shape or of the rest alone, passes that of nearly all faces of the prior
(face_price.DEAREST) is no likely person, however well it shows its row. The next best proposal for the row is
refined in its place.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from facegen.render.matching.face_price import Prices
from facegen.render.matching.knobs import Rows, slider_at_end
from facegen.render.matching.refinement import Aims
from facegen.render.spec import face_spec as s

REDRAWS = 3  # other proposals that a row tries at most; then it keeps the cheapest face
LEVELS = {"median": 0.5, "90 %": 0.9, "99 %": 0.99}


@dataclass(frozen=True)
class Faces:
    """Refined faces.

    Attributes
    ----------
    numbers : (n,) int, the proposal that each was
    specs : n FaceSpec
    shown : (n, k) float64, what their previews show
    """

    numbers: npt.NDArray[np.int_]
    specs: list[s.FaceSpec] = field(repr=False)
    shown: Rows = field(repr=False)


Turned = Callable[[Sequence[int], Sequence[int], Aims], Faces]


def redraw_dear(prices: Prices, cost: Rows, faces: Faces, turned: Turned) -> tuple[Faces, int]:
    """The faces, those that are too dear exchanged.

    Parameters
    ----------
    prices : with the limit
    cost : (n, m) float64, of giving row i proposal j
    faces : of the n rows
    turned : rows, numbers of proposals for them and aims -> their refined faces

    Returns
    -------
    faces : Faces
    redrawn : int, rows for which another proposal was tried
    """
    numbers, specs, shown = faces.numbers.copy(), list(faces.specs), faces.shown.copy()
    beyond = prices.beyond(specs).max(1)
    free = np.ones(cost.shape[1], bool)
    free[numbers] = False
    tried: set[int] = set()
    for _ in range(REDRAWS):
        dear = np.flatnonzero(beyond > 0).tolist()[: int(free.sum())]
        if not dear:
            break
        others = []
        for row in dear:
            others.append(int(np.where(free, cost[row], np.inf).argmin()))
            free[others[-1]] = False
        tried |= set(dear)
        again = turned(dear, others, _own_rows)
        for row, number, spec, values, past in zip(
            dear, others, again.specs, again.shown, prices.beyond(again.specs).max(1), strict=True
        ):
            if past < beyond[row]:
                numbers[row], specs[row], shown[row], beyond[row] = number, spec, values, past
    return Faces(numbers, specs, shown), len(tried)


def _own_rows(measured: Rows, targets: Rows) -> Rows:
    """Aims of few faces: their own rows, since their ranks among one another mean nothing."""
    return targets


def price_report(
    prices: Prices, proposals: Sequence[s.FaceSpec], specs: Sequence[s.FaceSpec], redrawn: int
) -> dict[str, Any]:
    """JSON-ready: prices of the prior's draws and of the matched faces, and how many were drawn again."""
    prior, faces = prices.of(proposals), prices.of(specs)
    return {
        "limit": round(prices.limit, 2),
        "prior": {name: round(float(np.quantile(prior, at)), 2) for name, at in LEVELS.items()},
        "faces": {name: round(float(np.quantile(faces, at)), 2) for name, at in LEVELS.items()},
        "drawn_again": redrawn,
        "above_limit": int((prices.beyond(specs) > 0).any(1).sum()),
        "slider_at_end": {"prior": _at_end(proposals), "faces": _at_end(specs)},
    }


def _at_end(specs: Sequence[s.FaceSpec]) -> float:
    """Fraction of faces that have a slider of the head at its end."""
    return round(float(np.mean([slider_at_end(spec) for spec in specs])), 4)
