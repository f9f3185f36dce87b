"""Findings as a table of comma-separated values that no spreadsheet runs as a formula."""

import csv
import io
from collections.abc import Sequence

from facegen.datasets.inspection.finding_kinds import kind_of
from facegen.datasets.layouts.face_set import Problem

HEADINGS = ("rank", "grade", "kind", "sample", "score", "finding", "file", "advice")
# First characters that spreadsheets take for a formula: OWASP, CSV Injection.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def findings_csv(problems: Sequence[Problem]) -> str:
    """A table with a line a finding, in their order.

    Cells that a spreadsheet would run are led by an apostrophe.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADINGS)
    for rank, one in enumerate(problems, start=1):
        kind = kind_of(one.kind)
        score = f"{one.score:.4g}" if one.score else ""
        row = (str(rank), kind.grade, one.kind, one.name, score, one.message, str(one.path), kind.advice)
        writer.writerow([plain_cell(cell) for cell in row])
    return text.getvalue()


def plain_cell(text: str) -> str:
    """A cell that is text for every spreadsheet."""
    return f"'{text}" if text.startswith(FORMULA) else text
