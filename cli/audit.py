"""`facegen audit`: how a set of faces differs from a real set or from a profile."""

import sys
from pathlib import Path

import click

from facegen.api.defaults import AUDIT
from facegen.cli.support.meaning import meaning, meaning_options
from facegen.cli.support.newest_set import newest_set
from facegen.cli.support.say import say
from facegen.datasets.errors import FacegenError


@click.command()
@click.argument("synth", required=False, type=click.Path(path_type=Path))
@click.option(
    "--against",
    metavar="PROFILE|FILE|REAL_DIR",
    help=f"A shipped profile, a profile file, or a folder of real faces [{AUDIT.against}].",
)
@click.option("--out", type=click.Path(path_type=Path), help=f"Folder of the report [./{AUDIT.out}].")
@click.option(
    "--thresholds",
    type=click.Path(path_type=Path),
    help="TOML file of limits: exit code 1 where one is exceeded, 2 where one could not be measured.",
)
@meaning_options
@click.option("--workers", type=click.IntRange(1, 256), help="Processes that measure [one a processor].")
@click.option(
    "--seed",
    type=click.IntRange(0),
    default=AUDIT.seed,
    show_default=True,
    help="Of the bootstrap and the folds.",
)
@click.option(
    "--gallery/--no-gallery",
    default=None,
    help="Thumbnails of SYNTH in the report [only of a set that facegen rendered].",
)
@click.option(
    "--parser",
    type=click.Path(path_type=Path),
    metavar="CHECKPOINT",
    help="A parser trained on real faces: how it disagrees with the labels; the features of its encoder and "
    "the label maps that it draws for both sides are compared too, and how hard both sides are for it.",
)
@click.option(
    "--inception",
    type=click.Path(path_type=Path),
    metavar="WEIGHTS",
    help="torch-fidelity's file of Inception weights: Fréchet and kernel distance to REAL_DIR.",
)
@click.option(
    "--show-real", is_flag=True, help="Thumbnails of REAL_DIR too; the report then holds real people."
)
def command(
    synth: Path | None,
    against: str | None,
    out: Path | None,
    thresholds: Path | None,
    convention: str | None,
    classes: Path | None,
    workers: int | None,
    seed: int,
    gallery: bool | None,
    parser: Path | None,
    inception: Path | None,
    show_real: bool,
) -> None:
    """Measure how a set of faces differs from real ones, attribute by attribute.

    SYNTH is the newest ./facegen-out* where none is named. Prints a table and writes index.html, report.json
    and attributes.csv.
    """
    from facegen.api.auditing import audit
    from facegen.api.measuring import is_real_folder
    from facegen.audit.report.thresholds import exit_code, read_thresholds
    from facegen.cli.support.audit_table import print_audit
    from facegen.cli.support.terminal import Terminal
    from facegen.cli.support.training_progress import event_bars

    limits = read_thresholds(thresholds) if thresholds else {}
    synth = synth or newest_set()
    for option, given in (("--show-real", show_real), ("--inception", inception is not None)):
        if given and (against is None or not is_real_folder(against)):
            raise FacegenError(f"{option} needs a folder of real faces: give one with --against")
    with event_bars(Terminal(stderr=True)) as progress:
        found = audit(
            synth,
            against,
            parser=parser,
            inception=inception,
            convention=meaning(convention, classes),
            workers=workers,
            seed=seed,
            progress=progress,
        )
    checks = found.check(limits)
    page = found.save(out or Path.cwd() / AUDIT.out, gallery=gallery, show_real=show_real, checks=checks)
    print_audit(Terminal(), found.findings, checks)
    say(f"report: {page}")
    sys.exit(exit_code(checks))
