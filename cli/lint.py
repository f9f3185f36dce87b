"""`facegen lint`: what is wrong with a set. Exit code 0 nothing, 1 something, 2 not to be checked."""

from pathlib import Path

import click

from facegen.cli.support.meaning import meaning, meaning_options
from facegen.cli.support.say import say

SET = click.Path(path_type=Path)


@click.command()
@click.argument("faces_dir", metavar="SET", type=SET)
@click.option("--other", type=SET, help="A set that must share no picture with SET, as its test set.")
@click.option(
    "--parser",
    type=SET,
    metavar="CHECKPOINT",
    help="A parser trained on other pictures: name the labels that it contradicts.",
)
@click.option("--out", type=SET, help="Folder of findings.csv and index.html [./facegen-lint].")
@click.option("--thumbnails/--no-thumbnails", default=True, help="Pictures of the findings in index.html.")
@click.option("--fix", type=SET, metavar="OUT", help="Write a mended copy of SET there, and what was done.")
@meaning_options
@click.option("--workers", type=click.IntRange(1, 256), help="Processes that read [one a processor].")
def command(
    faces_dir: Path,
    other: Path | None,
    parser: Path | None,
    out: Path | None,
    thumbnails: bool,
    fix: Path | None,
    convention: str | None,
    classes: Path | None,
    workers: int | None,
) -> None:
    """Read all of SET and name what is wrong with it, the gravest first.

    Checked are files and pairs, sizes, camera turns, the meaning of the ids, left and right, specks, classes
    out of their place, and pictures that are stored twice. Exit code 1 where something is wrong.
    """
    from facegen.api.linting import lint
    from facegen.cli.support.terminal import Terminal
    from facegen.cli.support.training_progress import event_bars

    with event_bars(Terminal(stderr=True)) as progress:
        report = lint(
            faces_dir,
            other=other,
            parser=parser,
            convention=meaning(convention, classes),
            workers=workers,
            progress=progress,
        )
        changes = report.fix(fix, progress) if fix else []
    for line in report.lines():
        say(line)
    say(f"findings: {report.save(out or Path.cwd() / 'facegen-lint', thumbnails=thumbnails)}")
    if fix:
        say(f"mended: {len(changes)} changes in {fix}")
    if not report.clean:
        raise click.exceptions.Exit(1)
