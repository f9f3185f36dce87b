"""`facegen audit`: how a set of faces differs from a real set or from a profile."""

import sys
from pathlib import Path

import click

FOLDER = "facegen-audit"
GALLERY = 24  # thumbnails in the report
_STYLE = {"differs": "red", "borderline": "yellow", "within noise": "green", "not measured": "dim"}


@click.command()
@click.argument("synth", required=False, type=click.Path(path_type=Path))
@click.option(
    "--against",
    default="celebamaskhq",
    show_default=True,
    metavar="PROFILE|FILE|REAL_DIR",
    help="A shipped profile, a profile file, or a folder of real faces.",
)
@click.option(
    "--out", type=click.Path(path_type=Path), default=None, help=f"Folder of the report; default: ./{FOLDER}."
)
@click.option(
    "--thresholds",
    type=click.Path(path_type=Path),
    default=None,
    help="TOML file of limits: exit code 1 where one is exceeded, 2 where one could not be measured.",
)
@click.option(
    "--workers", type=click.IntRange(1, 256), default=None, help="Processes that measure; default: all cores."
)
@click.option(
    "--seed", type=click.IntRange(0), default=0, show_default=True, help="Of the bootstrap and the folds."
)
@click.option(
    "--gallery/--no-gallery",
    default=None,
    help="Thumbnails of SYNTH in the report; default: only of a set that facegen rendered.",
)
def command(synth, against, out, thresholds, workers, seed, gallery) -> None:
    """Measure how a set of faces differs from real ones, attribute by attribute.

    SYNTH is the newest ./facegen-out* where none is named. Prints a table and writes index.html, report.json
    and attributes.csv.
    """
    from rich.console import Console

    from facegen.audit.compare import compare
    from facegen.audit.report import thumbnail, write_report
    from facegen.audit.thresholds import check, exit_code, read_thresholds
    from facegen.cli.measuring import measured, open_reference
    from facegen.cli.newest import newest_set
    from facegen.datasets.readers import open_set

    console = Console(stderr=True)
    limits = read_thresholds(thresholds) if thresholds else {}
    faces = open_set(synth or newest_set())
    reference = open_reference(against, workers, console)
    synthetic = measured(faces, workers, console)
    with console.status("comparing") as status:
        audit = compare(reference, synthetic, seed, on_step=lambda step: status.update(f"comparing: {step}"))
    checks = check(audit, limits)
    wanted = faces.layout == "facegen" if gallery is None else gallery
    shown = [faces.ids.index(name) for name in audit.telltale[:GALLERY]] if wanted else []
    thumbnails = [thumbnail(faces.image(i), faces.ids[i]) for i in shown]
    with console.status("writing the report"):
        paths = write_report(audit, synthetic, checks, thumbnails, out or Path.cwd() / FOLDER)
    _print(audit, checks)
    click.echo(f"report: {paths[0]}")
    sys.exit(exit_code(checks))


def _print(audit, checks) -> None:
    """The table and the verdicts on standard output."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    from facegen.audit.report import counts, sentence, shown, unit_of

    console = Console()
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
            verdict = f"[{_STYLE[row.verdict]}]{row.verdict}[/]"
            table.add_row(row.measure.name, unit_of(row), *cells, verdict)
    console.print(table)
    console.print(
        f"distance: Wasserstein-1 in standard deviations of the real law; floor: real against real, "
        f"n = {audit.reference.n} and {audit.n_synthetic}",
        style="dim",
    )
    number = counts(audit.rows)
    console.print(", ".join(f"{count} {verdict}" for verdict, count in number.items()))
    for title, one in (("content", audit.content), ("all attributes", audit.everything)):
        if one.verdict == "not measured":
            console.print(f"two-sample AUC, {title}: [dim]not measured[/], too few pictures")
            continue
        console.print(
            f"two-sample AUC, {title}: {one.auc:.3f} [{one.low:.3f}, {one.high:.3f}], "
            f"reference against itself {one.floor:.3f}: [{_STYLE[one.verdict]}]{one.verdict}[/]",
            highlight=False,
        )
    for warning in audit.warnings:
        console.print(warning, style="red")
    if audit.ranked:
        console.print("change first:")
        for place, name in enumerate(audit.ranked[:10], start=1):
            console.print(f"  {place}. {name}: {sentence(audit.row(name))}", highlight=False)
    for one in checks:
        colour = {"pass": "green", "fail": "red"}.get(one.status, "yellow")
        console.print(
            f"[{colour}]{one.status}[/]: {one.name} {one.value:.3f}, limit {one.limit:g}",
            highlight=False,
        )
