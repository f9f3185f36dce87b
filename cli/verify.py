"""`facegen verify`: is a rendered set whole and consistent? Exit code 0 yes, 1 no, 2 not to be checked."""

from pathlib import Path

import click

from facegen.cli.support.newest_set import newest_set
from facegen.datasets.io.sample import remove_sample
from facegen.datasets.layouts.verify_set import verify

MAX_SHOWN = 50  # more lines than this hide the first


@click.command()
@click.argument("synth", required=False, type=click.Path(path_type=Path))
@click.option("--drop", is_flag=True, help="Delete broken samples; the render command renders them again.")
def command(synth: Path | None, drop: bool) -> None:
    """Check every file of SYNTH and hold a sample's files against each other.

    SYNTH is the newest ./facegen-out* where none is named.
    """
    synth = synth or newest_set()
    with click.progressbar(length=1, label="verifying", show_pos=True) as bar:

        def progress(done: int, total: int) -> None:
            bar.length = total
            bar.update(done - bar.pos)

        result = verify(synth, progress)
    for problem in result.problems[:MAX_SHOWN]:
        click.echo(str(problem))
    if len(result.problems) > MAX_SHOWN:
        click.echo(f"... and {len(result.problems) - MAX_SHOWN} more")
    sides = f"left/right exchanged in {result.sides}" if result.sides.measured else "left/right not measured"
    click.echo(f"{synth}: {result.samples} samples, {len(result.problems)} problems; {sides}")
    if result.broken and drop:
        for name in result.broken:
            remove_sample(synth, name)
        click.echo(f"{len(result.broken)} samples deleted: the command that rendered them renders them again")
    elif result.broken:
        click.echo(f"{len(result.broken)} samples are broken: --drop deletes them, to be rendered again")
    if result.problems:
        raise click.exceptions.Exit(1)
