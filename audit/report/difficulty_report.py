"""The part of the audit's report about difficulty: JSON values and figures.

Pictures are named on the synthetic side only: ids of real ones go into no file.
"""

import math
from collections.abc import Sequence
from typing import Any

from facegen.audit.distances.difficulty import (
    ABOUT,
    ENTROPY,
    ERROR,
    F1_LOSS,
    ConfusionShare,
    Difficulty,
    HardnessGap,
)
from facegen.audit.report import figures

UNITS = {ERROR: "wrong pixels", ENTROPY: "nats a pixel", F1_LOSS: "1 - F1"}


def difficulty_data(one: Difficulty | None, reason: str) -> dict[str, Any]:
    """JSON-ready values; null = not measured."""
    if one is None:
        return {"reason": reason, "gaps": None, "class_f1": None, "confusions": None, "hardest": None}
    return {
        "reason": "",
        "gaps": [_gap(gap) for gap in one.gaps],
        "class_f1": {
            name: {"real": _number(both.real), "synthetic": _number(both.synthetic)}
            for name, both in one.class_f1.items()
        },
        "confusions": {
            "all": _confusions(one.confusions),
            "hardest_tenth": _confusions(one.hardest_confusions),
        },
        "hardest": list(one.hardest.synthetic),
    }


def hardness_figures(one: Difficulty) -> dict[str, str]:
    """What is measured -> its distribution on both sides as a data URI, for what both sides have."""
    found = {}
    for name in ABOUT:
        real, synthetic = one.sides.real.measured(name), one.sides.synthetic.measured(name)
        if len(real) and len(synthetic):
            found[name] = figures.overlaid_histogram(real, synthetic, UNITS[name], figures.LARGE)
    return found


def _gap(one: HardnessGap) -> dict[str, Any]:
    shown = ("real", "synthetic", "gap", "relative", "ci_low", "ci_high", "floor")
    return {
        "measure": one.measure,
        "statistic": one.statistic,
        "verdict": one.verdict,
        **{name: _number(getattr(one, name)) for name in shown},
        "n_real": one.counts.real,
        "n_synthetic": one.counts.synthetic,
    }


def _confusions(rows: Sequence[ConfusionShare]) -> list[dict[str, Any]]:
    return [
        {key: _number(value) if isinstance(value, float) else value for key, value in vars(row).items()}
        for row in rows
    ]


def _number(value: float) -> float | None:
    return round(float(value), 6) if math.isfinite(value) else None
