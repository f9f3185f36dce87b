"""How well each measure follows the truth: figures that ship next to this file.

`facegen bench measures SETS --out audit/validation/accuracy.json` wrote them, from rendered faces whose truth
is known.
"""

import json
import math
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from facegen.audit.measures.schema import Measure

FILE = "accuracy.json"


@dataclass(frozen=True)
class KnownAccuracy:
    """One measure against its truth.

    Attributes
    ----------
    statistic, value, n : "AUC" or "rank correlation" with the truth, over n faces; "" where not measured
    truth, reason : what it was compared with; why it was not measured
    error : mean absolute error in the measure's unit; None where truth and measure have different units
    grade : good, fair, poor, or not measured
    """

    statistic: str
    value: float | None
    n: int
    truth: str
    reason: str
    error: float | None
    grade: str

    def summary(self, measure: Measure) -> str:
        """One line for people."""
        if not self.statistic or self.value is None:
            return f"not known: {self.reason}"
        error = "" if self.error is None else f", mean error {self.error:.2g} {measure.unit}"
        return f"{self.grade}: {self.statistic} {self.value:.2f} with {self.truth}{error} ({self.n} faces)"


@lru_cache(maxsize=1)
def known_accuracy() -> dict[str, KnownAccuracy]:
    """Accuracy by name of the measure; a measure that was never compared with a truth is not in it."""
    data = json.loads((resources.files("facegen.audit.validation") / FILE).read_text("utf-8"))
    return {
        one["measure"]: KnownAccuracy(
            one["statistic"], one["value"], one["n"], one["truth"], one["reason"], one["error"], one["grade"]
        )
        for one in data["measures"]
    }


def known_errors() -> dict[str, float]:
    """Standard deviation of the error of each measure whose truth has its unit, in that unit.

    That of a normal error of the same mean absolute value.
    """
    known = known_accuracy()
    return {name: math.sqrt(math.pi / 2) * one.error for name, one in known.items() if one.error is not None}
