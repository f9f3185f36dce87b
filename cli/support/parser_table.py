"""The tables that `facegen bench parser` prints."""

from collections.abc import Mapping
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from facegen.cli.support.gap_tables import SHORT, number
from facegen.cli.support.training_progress import say_on
from facegen.parse.experiment.weak_segments import WEAK

SHOWN = 5  # weak segments


def print_scores(console: Console, content: Mapping[str, Any]) -> None:
    """F1 by class, slices, and the first weak segments of `parser_scores`."""
    say = say_on(console)
    say(f"{content['pictures']} faces of {content['set']}, scored at {content['size']} px; 95 % intervals")
    table = _table("class", "F1")
    for name, figure in content["figures"].items():
        if name == "mean_f1":
            table.add_section()
        table.add_row(SHORT.get(name, name), number(figure))
    console.print(table)
    table = _table("slice", "faces", "F1, no accessories", "below the others")
    for row in content["slices"]:
        below = number(row["below_others"], "+.3f")
        table.add_row(escape(row["slice"]), str(row["faces"]), number(row["mean_f1_core"]), below)
    console.print(table)
    if content["not_measured"]:
        say(f"not measured, or on too few faces: {'; '.join(content['not_measured'])}")
    weak = content["weak_segments"] or {"rows": []}
    for row in [one for one in weak["rows"] if one["verdict"] == WEAK][:SHOWN]:
        excess = number(row["excess"], "+.3f")
        say(f"weak: {row['segment']} ({row['faces']} faces): loss {excess} above the others")


def _table(*headings: str) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    for place, heading in enumerate(headings):
        table.add_column(heading, no_wrap=place > 0, justify="right" if place else "left")
    return table
