"""The label conventions by name, and tables of them for the documentation.

Each file in `facegen.datasets.conventions.public` adds one convention. Another package adds its own through
an entry point of the group "facegen.conventions".
"""

from __future__ import annotations

from facegen.datasets.conventions.label_conventions import NEAREST, Convention
from facegen.datasets.conventions.native_labels import IGNORE, Native
from facegen.registry import Registry

CONVENTIONS: Registry[Convention] = Registry(
    "label convention", "facegen.datasets.conventions.public", "facegen.conventions"
)


def convention(name: str) -> Convention:
    """The convention of a name.

    Raises
    ------
    FacegenError : there is none; the message lists those that there are.
    """
    return CONVENTIONS.get_or_fail(name)


def convention_rows() -> list[tuple[str, ...]]:
    """Rows of the documentation's table of conventions.

    Returns
    -------
    list of (name, number of classes, class names in the order of their ids, source)
        The first row is the heading.
    """
    rows: list[tuple[str, ...]] = [("convention", "classes", "ids from 0", "source")]
    for one in CONVENTIONS.values():
        rows.append((one.name, str(len(one.classes)), " ".join(one.classes), one.source))
    return rows


def native_label_rows() -> list[tuple[str, ...]]:
    """Rows of the documentation's table of native labels: what each becomes in every convention.

    Returns
    -------
    list of (native id, native class, then its class in each convention)
        The first row is the heading. "(nearest)" stands for the class of the nearest other pixel, "(ignored)"
        for 255.
    """
    rows: list[tuple[str, ...]] = [("id", "native class", *CONVENTIONS)]
    for native in Native:
        rows.append((str(int(native)), native.name, *(_becomes(native, c) for c in CONVENTIONS.values())))
    return rows


def _becomes(native: Native, one: Convention) -> str:
    value = int(one.table[native])
    return {NEAREST: "(nearest)", IGNORE: "(ignored)"}.get(value) or one.classes[value]


def markdown_table(rows: list[tuple[str, ...]]) -> str:
    """Rows, the first one the heading, as a table in Markdown."""
    head, *body = (f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in rows)
    return "\n".join([head, "|" + " --- |" * len(rows[0]), *body]) + "\n"
