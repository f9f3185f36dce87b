"""Tables of comma-separated values that no spreadsheet runs as formulas."""

import csv
import io
from collections.abc import Iterable, Sequence

# First characters that spreadsheets take for a formula: OWASP, CSV Injection.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def csv_bytes(rows: Iterable[Sequence[object]]) -> bytes:
    """A table as UTF-8, a line a row.

    Parameters
    ----------
    rows : iterable of sequences
        A text that a spreadsheet would run is led by an apostrophe; numbers stay, also as texts. Bytes of
        file names that are no UTF-8 become "?".
    """
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([plain_cell(cell) for cell in row] for row in rows)
    return text.getvalue().encode(errors="replace")


def plain_cell(cell: object) -> object:
    """A cell that is no formula."""
    if not isinstance(cell, str) or not cell.startswith(FORMULA) or _is_number(cell):
        return cell
    return f"'{cell}"


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
