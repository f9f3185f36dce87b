"""The table that `facegen bench oracles` prints."""

from collections.abc import Mapping
from typing import Any

from rich.table import Table

from facegen.parse.experiment.results_page import figure_text, percent_text
from facegen.parse.experiment.run_oracles import HEADLINE


def oracle_table(content: Mapping[str, Any]) -> Table:
    """A row an oracle, largest worth first: worth, cost and fraction of the gap, with intervals."""
    title = (
        f"mean F1 without accessories on {content['scored_on']} hidden real faces; "
        f"gap {figure_text(content['gap'][HEADLINE], True)}"
    )
    table = Table(title=title, title_justify="left")
    for heading in ("oracle", "worth", "above own exchange", "cost", "of the gap"):
        table.add_column(heading, no_wrap=True)
    for one in sorted(content["oracles"], key=lambda row: -row["worth"][HEADLINE]["value"]):
        cost = None if one["cost"] is None else one["cost"][HEADLINE]
        table.add_row(
            one["name"],
            figure_text(one["worth"][HEADLINE], True),
            figure_text(one["worth_above_own"][HEADLINE], True),
            figure_text(cost, True),
            percent_text(one["fraction_of_gap"]),
        )
    return table
