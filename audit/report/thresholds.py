"""Limits that turn an audit into a gate: pass, fail, or could not be measured.

A TOML file; every key is optional, at least one must be there:

    content_auc = 0.65        # largest two-sample AUC on content attributes
    all_auc = 0.80            # the same on all attributes
    content_excess = 0.05     # largest mean distance above the noise floor (sd), content attributes
    all_excess = 0.10         # the same on all attributes
    differing = 5             # most attributes whose verdict is "differs"

    [difficulty]              # largest |synthetic - real| of a parser's hardness, fraction of real
    "error.mean" = 0.10       # error, entropy or f1_loss; mean, p90 or p95
    "error.p95" = 0.15

    [distance]                # largest distance of single attributes or label statistics (sd)
    roll = 0.3
    "hair.area" = 0.5

What could not be measured is not passed: AUCs, means and counts over attributes need at least half of them.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from facegen.audit.distances.difficulty import ABOUT, MEAN, PERCENTILES
from facegen.audit.distances.frozen_lists import matched_names
from facegen.audit.measures import label_drawing, measure_table
from facegen.audit.report.findings import DIFFERS, Audit, Row
from facegen.datasets.errors import FacegenError
from facegen.datasets.io.foreign_text import MAX_TOML, parse_toml, read_bounded

PASS, FAIL, UNMEASURED = "pass", "fail", "not measured"
LIMITS = ("content_auc", "all_auc", "content_excess", "all_excess", "differing")
DISTANCE, DIFFICULTY = "distance", "difficulty"
HARDNESS = tuple(f"{measure}.{statistic}" for measure in ABOUT for statistic in (MEAN, *PERCENTILES))


@dataclass(frozen=True)
class Check:
    """One limit and what was found; `value` is NaN where it could not be measured."""

    name: str
    value: float
    limit: float

    @property
    def status(self) -> str:
        if math.isnan(self.value):
            return UNMEASURED
        return PASS if self.value <= self.limit else FAIL


def read_thresholds(path: Path) -> dict[str, float]:
    """Limit by name; those of single attributes as "distance.<name>", of hardness as "difficulty.<name>".

    Raises
    ------
    FacegenError : the file is missing, no TOML, empty, or holds an unknown name or a limit that is no number.
    """
    try:
        data = parse_toml(read_bounded(path, MAX_TOML).decode("utf-8-sig"))
    except FileNotFoundError:
        raise FacegenError(f"{path}: no such file of thresholds") from None
    except (OSError, ValueError) as error:
        raise FacegenError(f"{path}: not a file of thresholds ({error})") from None
    single, hardness = data.pop(DISTANCE, {}), data.pop(DIFFICULTY, {})
    for table, one in ((DISTANCE, single), (DIFFICULTY, hardness)):
        if not isinstance(one, dict):
            raise FacegenError(f"{path}: [{table}] must be a table of names and limits")
    known = {**measure_table.BY_NAME, **label_drawing.BY_NAME}
    for name in data:
        if name not in LIMITS:
            raise FacegenError(
                f"{path}: unknown limit {name!r}: known are {', '.join(LIMITS)}, [{DISTANCE}] and "
                f"[{DIFFICULTY}]"
            )
    for name in single:
        if name not in known:
            raise FacegenError(
                f"{path}: unknown attribute {name!r} in [{DISTANCE}]: see the names in an audit's table"
            )
    for name in hardness:
        if name not in HARDNESS:
            raise FacegenError(
                f"{path}: unknown figure {name!r} in [{DIFFICULTY}]: known are {', '.join(HARDNESS)}"
            )
    limits = data | {f"{DISTANCE}.{name}": value for name, value in single.items()}
    limits |= {f"{DIFFICULTY}.{name}": value for name, value in hardness.items()}
    if not limits:
        raise FacegenError(
            f"{path}: holds no limit: add one of {', '.join(LIMITS)}, or a table "
            f"[{DISTANCE}] or [{DIFFICULTY}]"
        )
    for name, value in limits.items():
        if (
            isinstance(value, bool)
            or not isinstance(value, int | float)
            or not math.isfinite(value)
            or value < 0
        ):
            raise FacegenError(f"{path}: the limit {name} must be a number from 0 on, is {value!r}")
    return {name: float(value) for name, value in limits.items()}


def check(audit: Audit, limits: dict[str, float]) -> list[Check]:
    """Compare each limit with the audit, in the order given.

    Parameters
    ----------
    audit : Audit
    limits : name -> limit, from `read_thresholds`
    """
    names = [row.measure.name for row in audit.rows]
    followed, content = (
        [row for row in audit.rows if row.measure.name in matched_names(names, content_only)]
        for content_only in (False, True)
    )
    differing = float(sum(row.verdict == DIFFERS for row in audit.rows))
    found = {
        "content_auc": audit.content.auc if _mostly_measured(content) else math.nan,
        "all_auc": audit.all_attributes.auc if _mostly_measured(followed) else math.nan,
        "content_excess": audit.mean_excess(content_only=True) if _mostly_measured(content) else math.nan,
        "all_excess": audit.mean_excess(content_only=False) if _mostly_measured(followed) else math.nan,
        "differing": differing if _mostly_measured(audit.rows) else math.nan,
    }
    checks = []
    for name, limit in limits.items():
        if name in found:
            value = found[name]
        elif name.startswith(f"{DIFFICULTY}."):
            value = _hardness(audit, name.removeprefix(f"{DIFFICULTY}."))
        else:
            gap = audit.find(name.removeprefix(f"{DISTANCE}."))
            value = gap.distance if gap else math.nan
        checks.append(Check(name, value, limit))
    return checks


def _hardness(audit: Audit, name: str) -> float:
    """The relative gap of "measure.statistic"; nan where it was not measured."""
    if audit.difficulty is None:
        return math.nan
    measure, _, statistic = name.partition(".")
    return audit.difficulty.find(measure, statistic).relative


def _mostly_measured(rows: Sequence[Row]) -> bool:
    return 2 * sum(row.gap is not None for row in rows) >= len(rows) > 0


def exit_code(checks: list[Check]) -> int:
    """0 all pass, 1 any fails, 2 none fails but one could not be measured."""
    states = {one.status for one in checks}
    return 1 if FAIL in states else 2 if UNMEASURED in states else 0
