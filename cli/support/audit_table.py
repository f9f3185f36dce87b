"""What `facegen audit` prints: the table of attributes, then one block a kind of figure."""

import math
from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from facegen.audit.distances.label_mismatch import UNKNOWN_IDS
from facegen.audit.report.findings import BORDERLINE, DIFFERS, UNMEASURED, WITHIN, Audit
from facegen.audit.report.report_page import counts, sentence, shown, unit_of
from facegen.audit.report.thresholds import Check

STYLE = {DIFFERS: "red", BORDERLINE: "yellow", WITHIN: "green", UNMEASURED: "dim"}
STATUS_STYLE = {"pass": "green", "fail": "red"}
FIRST = 10  # attributes to change that are listed
EXAMPLES = 3  # pictures that are named for a fault


def print_audit(console: Console, audit: Audit, checks: Sequence[Check]) -> None:
    """Print the figures and verdicts of an audit."""
    console.print(attribute_table(audit))
    console.print(
        f"reference: {audit.reference.description}. Distance: Wasserstein-1 in its standard deviations; "
        f"floor: the reference against itself, n = {audit.reference.n} and {audit.n_synthetic}",
        style="dim",
    )
    console.print(", ".join(f"{count} {verdict}" for verdict, count in counts(audit.rows).items()))
    for line in (*_separability(audit), *_joint(audit), *_held_out(audit), *_networks(audit)):
        console.print(line, highlight=False)
    console.print(f"difficulty: {escape(_difficulty(audit))}", highlight=False)
    for line in (*_labels(audit), *_faults(audit)):
        console.print(line, highlight=False)
    for warning in audit.warnings:
        console.print(escape(warning), style="red")
    _print_ranking(console, audit)
    for one in checks:
        colour = STATUS_STYLE.get(one.status, "yellow")
        console.print(
            f"[{colour}]{one.status}[/]: {one.name} {one.value:.3f}, limit {one.limit:g}",
            highlight=False,
        )


def attribute_table(audit: Audit) -> Table:
    """One line an attribute, under the name of its group."""
    title = escape(f"{audit.synthetic} against {audit.reference.name}")
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    table.add_column("attribute", no_wrap=True)
    table.add_column("unit", style="dim", no_wrap=True)
    for heading in ("real", "synth.", "dist.", "floor"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("verdict", no_wrap=True)
    for group, rows in audit.by_group:
        table.add_row(f"[bold]{group}[/]")
        for row in rows:
            cells = ["–"] * 4
            if row.gap is not None:
                means = shown(row, row.gap.reference), shown(row, row.gap.synthetic)
                cells = [*means, f"{row.gap.distance:.2f}", f"{row.gap.floor:.2f}"]
            verdict = f"[{STYLE[row.verdict]}]{row.verdict}[/]"
            table.add_row(row.measure.name, unit_of(row), *cells, verdict)
    return table


def _separability(audit: Audit) -> list[str]:
    lines = []
    for title, one in (("content", audit.content), ("all attributes", audit.all_attributes)):
        if one.verdict == UNMEASURED:
            why = "too few pictures, or they have no attribute in common"
            lines.append(f"two-sample AUC, {title}: [dim]not measured[/], {why}")
        else:
            lines.append(
                f"two-sample AUC, {title}: {one.auc:.3f} [{one.ci_low:.3f}, {one.ci_high:.3f}], "
                f"reference against itself {one.floor:.3f}: [{STYLE[one.verdict]}]{one.verdict}[/]"
            )
    return lines


def _joint(audit: Audit) -> list[str]:
    return [
        f"{key}: MMD² {one.mmd:.4f} (p {_or_unmeasured(one.mmd_p)}), "
        f"sliced Wasserstein {one.sliced:.3f}, density {_or_unmeasured(one.density, 2)}, "
        f"coverage {_or_unmeasured(one.coverage, 2)}"
        for key, one in audit.joint.items()
        if not math.isnan(one.mmd)
    ]


def _held_out(audit: Audit) -> list[str]:
    lines = []
    for one in audit.held_out:
        found = f"AUC {_or_unmeasured(one.auc)}, floor {_or_unmeasured(one.floor)}"
        if one.reason:
            found = f"[dim]not measured[/], {escape(one.reason)}"
        lines.append(f"held out, {one.name.replace('_', ' ')}: {found}")
    return lines


def _networks(audit: Audit) -> list[str]:
    lines = []
    for one in audit.networks:
        found = f"[dim]not measured[/], {escape(one.reason)}"
        if not one.reason and one.floor is not None:
            found = (
                f"Fréchet {one.frechet:.3g} (floor {one.floor.frechet:.3g}), kernel {one.kernel:.3g} "
                f"({one.floor.kernel:.3g}), density {one.density:.2f}, coverage {one.coverage:.2f}, "
                f"{one.n} pictures of each side"
            )
        lines.append(f"{one.name}: {found}")
    return lines


def _difficulty(audit: Audit) -> str:
    if audit.difficulty is None:
        return f"{UNMEASURED}, {audit.no_difficulty}"
    return audit.difficulty.sentence


def _labels(audit: Audit) -> list[str]:
    return [
        f"labels: {one.synthetic.name} {one.verdict}, border {one.synthetic.offset:+.2f} px, "
        f"{100 * one.synthetic.found_fraction:.0f} % found"
        for one in audit.class_verdicts
        if one.verdict not in ("agrees", UNMEASURED)
    ]


def _faults(audit: Audit) -> list[str]:
    lines = []
    for whose, faults in (("synthetic", audit.faults), ("real", audit.real_faults)):
        for one in faults:
            if one.what != UNKNOWN_IDS:  # that is a warning
                names = escape(", ".join(one.examples[:EXAMPLES]))
                lines.append(
                    f"{whose} masks: {one.what}: {one.pictures} pictures{f' ({names})' if names else ''}"
                )
    return lines


def _print_ranking(console: Console, audit: Audit) -> None:
    if not audit.change_first:
        console.print(
            audit.nothing_stands_out, style="red" if audit.inconclusive else "green", highlight=False
        )
        return
    console.print("change first:")
    for place, name in enumerate(audit.change_first[:FIRST], start=1):
        console.print(f"  {place}. {name}: {sentence(audit.row(name))}", highlight=False)


def _or_unmeasured(value: float, digits: int = 3) -> str:
    return UNMEASURED if math.isnan(value) else f"{value:.{digits}f}"
