"""`facegen audit`: how a set of faces differs from a real set or from a profile."""

import sys
from dataclasses import replace
from pathlib import Path

import click

from facegen.datasets.errors import FacegenError

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
@click.option(
    "--parser",
    type=click.Path(path_type=Path),
    default=None,
    metavar="CHECKPOINT",
    help="A parser trained on real faces: how it disagrees with the labels; its encoder and what it reads "
    "in the pictures of both sides are held out.",
)
@click.option(
    "--inception",
    type=click.Path(path_type=Path),
    default=None,
    metavar="WEIGHTS",
    help="torch-fidelity's file of Inception weights: Fréchet and kernel distance to REAL_DIR.",
)
@click.option(
    "--show-real", is_flag=True, help="Thumbnails of REAL_DIR too; the report then holds real people."
)
def command(synth, against, out, thresholds, workers, seed, gallery, parser, inception, show_real) -> None:
    """Measure how a set of faces differs from real ones, attribute by attribute.

    SYNTH is the newest ./facegen-out* where none is named. Prints a table and writes index.html, report.json
    and attributes.csv.
    """
    from rich.console import Console

    from facegen.audit.profiles.profile_files import profile_names
    from facegen.audit.report.compare import INCEPTION, NetworkInputs, compare
    from facegen.audit.report.report_page import thumbnail, write_report
    from facegen.audit.report.thresholds import check, exit_code, read_thresholds
    from facegen.cli.support.measuring import measured, open_reference, parsed, read_alike, seen_by_inception
    from facegen.cli.support.newest_set import newest_set
    from facegen.datasets.layouts.open_set import open_set

    console = Console(stderr=True)
    limits = read_thresholds(thresholds) if thresholds else {}
    faces = open_set(synth or newest_set())
    real_dir = Path(against) if against not in profile_names() and Path(against).is_dir() else None
    if show_real and real_dir is None:
        raise FacegenError("--show-real needs a folder of real faces: give one with --against")
    if inception is not None and real_dir is None:
        raise FacegenError("--inception needs a folder of real faces: give one with --against")
    reference = open_reference(against, workers, console)
    synthetic = measured(faces, workers, console, strict=False)
    networks = NetworkInputs()
    if parser:
        networks = parsed(parser, faces, real_dir, console)
    if parser and real_dir:
        networks = replace(networks, parsed_content=read_alike(parser, faces, real_dir, console))
    if inception is not None and real_dir is not None:
        networks = replace(
            networks, others={INCEPTION: seen_by_inception(inception, faces, real_dir, console)}
        )
    with console.status("comparing") as status:
        audit = compare(
            reference, synthetic, networks, seed, lambda step: status.update(f"comparing: {step}")
        )
    checks = check(audit, limits)
    wanted = faces.layout == "facegen" if gallery is None else gallery
    shown = [faces.ids.index(name) for name in audit.least_similar[:GALLERY]] if wanted else []
    thumbnails = [thumbnail(faces.image(i), faces.ids[i]) for i in shown]
    real = []
    if show_real and real_dir is not None:
        people = open_set(real_dir)
        real = [thumbnail(people.image(i), people.ids[i]) for i in range(min(GALLERY, len(people)))]
    with console.status("writing the report"):
        paths = write_report(audit, synthetic, checks, thumbnails, out or Path.cwd() / FOLDER, real)
    _print(audit, checks)
    click.echo(f"report: {paths[0]}")
    sys.exit(exit_code(checks))


def _or_unmeasured(value: float, digits: int = 3) -> str:
    return f"{value:.{digits}f}" if value == value else "not measured"


def _print(audit, checks) -> None:
    """The table and the verdicts on standard output."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    from facegen.audit.distances.label_mismatch import UNKNOWN_IDS
    from facegen.audit.report.report_page import counts, sentence, shown, unit_of

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
        f"reference: {audit.reference.description}. Distance: Wasserstein-1 in its standard deviations; "
        f"floor: the reference against itself, n = {audit.reference.n} and {audit.n_synthetic}",
        style="dim",
    )
    number = counts(audit.rows)
    console.print(", ".join(f"{count} {verdict}" for verdict, count in number.items()))
    for title, one in (("content", audit.content), ("all attributes", audit.all_attributes)):
        if one.verdict == "not measured":
            why = "too few pictures, or they share no attribute"
            console.print(f"two-sample AUC, {title}: [dim]not measured[/], {why}")
            continue
        console.print(
            f"two-sample AUC, {title}: {one.auc:.3f} [{one.ci_low:.3f}, {one.ci_high:.3f}], "
            f"reference against itself {one.floor:.3f}: [{_STYLE[one.verdict]}]{one.verdict}[/]",
            highlight=False,
        )
    for key, one in audit.joint.items():
        if one.mmd == one.mmd:
            console.print(
                f"{key}: MMD² {one.mmd:.4f} (p {_or_unmeasured(one.mmd_p)}), "
                f"sliced Wasserstein {one.sliced:.3f}, density {_or_unmeasured(one.density, 2)}, "
                f"coverage {_or_unmeasured(one.coverage, 2)}",
                highlight=False,
            )
    for one in audit.held_out:
        told = f"AUC {_or_unmeasured(one.auc)}, floor {_or_unmeasured(one.floor)}"
        if one.reason:
            told = f"[dim]not measured[/], {escape(one.reason)}"
        console.print(f"held out, {one.name.replace('_', ' ')}: {told}", highlight=False)
    for one in audit.networks:
        told = f"[dim]not measured[/], {escape(one.reason)}"
        if not one.reason:
            told = (
                f"Fréchet {one.frechet:.3g} (floor {one.floor.frechet:.3g}), kernel {one.kernel:.3g} "
                f"({one.floor.kernel:.3g}), density {one.density:.2f}, coverage {one.coverage:.2f}, "
                f"{one.n} pictures of each side"
            )
        console.print(f"{one.name}: {told}", highlight=False)
    for one in audit.class_verdicts:
        if one.verdict not in ("agrees", "not measured"):
            console.print(
                f"labels: {one.synthetic.name} {one.verdict}, border {one.synthetic.offset:+.2f} px, "
                f"{100 * one.synthetic.found_fraction:.0f} % found",
                highlight=False,
            )
    for whose, faults in (("synthetic", audit.faults), ("real", audit.real_faults)):
        for one in (fault for fault in faults if fault.what != UNKNOWN_IDS):  # that is a warning
            named = f" ({escape(', '.join(one.examples[:3]))})" if one.examples else ""
            console.print(f"{whose} masks: {one.what}: {one.pictures} pictures{named}", highlight=False)
    for warning in audit.warnings:
        console.print(escape(warning), style="red")
    if audit.change_first:
        console.print("change first:")
        for place, name in enumerate(audit.change_first[:10], start=1):
            console.print(f"  {place}. {name}: {sentence(audit.row(name))}", highlight=False)
    else:
        console.print(
            audit.nothing_stands_out, style="red" if audit.inconclusive else "green", highlight=False
        )
    for one in checks:
        colour = {"pass": "green", "fail": "red"}.get(one.status, "yellow")
        console.print(
            f"[{colour}]{one.status}[/]: {one.name} {one.value:.3f}, limit {one.limit:g}",
            highlight=False,
        )
