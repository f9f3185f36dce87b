"""How well each measure is known to tell what it measures: the figures that ship beside this file.

`facegen bench measures SETS --out audit/validation/accuracy.json` wrote them, on rendered faces whose truth
is known.
"""

import json
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
    kind, value, n : "AUC" or "rank correlation" with the truth, over n faces; kind "": could not be said
    truth, why : what it was held against; why nothing could be said
    error : mean absolute error in the measure's unit; None where truth and measure have two
    grade : good, fair, poor, or not measured
    """

    kind: str
    value: float | None
    n: int
    truth: str
    why: str
    error: float | None
    grade: str

    def told(self, measure: Measure) -> str:
        """One line for people."""
        if not self.kind or self.value is None:
            return f"not known: {self.why}"
        error = "" if self.error is None else f", mean error {self.error:.2g} {measure.unit}"
        return f"{self.grade}: {self.kind} {self.value:.2f} with {self.truth}{error} ({self.n} faces)"


@lru_cache(maxsize=1)
def known_accuracy() -> dict[str, KnownAccuracy]:
    """Accuracy by name of the measure; a measure that was never held against a truth is not in it."""
    data = json.loads((resources.files("facegen.audit.validation") / FILE).read_text("utf-8"))
    return {
        one["measure"]: KnownAccuracy(
            one["kind"], one["value"], one["n"], one["truth"], one["why"], one["error"], one["grade"]
        )
        for one in data["measures"]
    }
