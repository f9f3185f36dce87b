"""Findings as a table of comma-separated values."""

from collections.abc import Sequence

from facegen.datasets.inspection.finding_kinds import kind_of
from facegen.datasets.io.csv_text import csv_bytes
from facegen.datasets.layouts.face_set import Problem

HEADINGS = ("rank", "grade", "kind", "sample", "score", "finding", "file", "advice")


def findings_csv(problems: Sequence[Problem]) -> bytes:
    """A table with a line a finding, in their order; no spreadsheet runs a cell of it."""
    rows: list[tuple[object, ...]] = [HEADINGS]
    for rank, one in enumerate(problems, start=1):
        kind = kind_of(one.kind)
        score = f"{one.score:.4g}" if one.score else ""
        rows.append((rank, kind.grade, one.kind, one.name, score, one.message, str(one.path), kind.advice))
    return csv_bytes(rows)
