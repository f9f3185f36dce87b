"""`facegen verify`: is a rendered set whole and consistent? Exit code 0 yes, 1 no, 2 not to be checked."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from facegen.cli.support.newest_set import newest_set
from facegen.cli.support.say import say
from facegen.datasets.io.object_store import address_of, local_folder, without_secrets
from facegen.datasets.layouts.face_set import Problem
from facegen.datasets.layouts.verify_set import verify

MAX_SHOWN = 50  # more lines than this hide the first


@click.command()
@click.argument("synth", required=False, type=click.Path(path_type=Path))
@click.option("--drop", is_flag=True, help="Delete broken samples; the render command renders them again.")
@click.option(
    "--rerender",
    type=click.IntRange(0),
    default=0,
    metavar="K",
    help="Render K random samples again and compare their bytes.",
)
@click.option(
    "--seed", type=click.IntRange(0), default=0, show_default=True, help="Of the draw of --rerender."
)
def command(synth: Path | None, drop: bool, rerender: int, seed: int) -> None:
    """Check every file of SYNTH: its hash, its content, the other files of its sample, and the plan.

    SYNTH is the newest ./facegen-out* where none is named.
    """
    from facegen.render.production import set_integrity

    named = synth or newest_set()
    synth = local_folder(named)
    with _bar("verifying") as step:
        result = verify(synth, step)
    with _bar("comparing hashes") as step:
        problems = [*result.problems, *set_integrity.plan_problems(synth, step)]
    if rerender:
        with _bar("rendering again") as step:
            problems += set_integrity.rerender(synth, rerender, seed, step)
    _print(problems)
    sides = f"left/right exchanged in {result.sides}" if result.sides.measured else "left/right not measured"
    again = f", {min(rerender, result.samples)} of them rendered again" if rerender else ""
    shown = without_secrets(address_of(named) or str(named))
    say(f"{shown}: {result.samples} samples{again}, {len(problems)} problems; {sides}")
    _drop(synth, sorted({*result.broken, *(one.name for one in problems if one.name)}), drop)
    if problems:
        raise click.exceptions.Exit(1)


@contextmanager
def _bar(label: str) -> Iterator[Callable[[int, int], None]]:
    with click.progressbar(length=1, label=label, show_pos=True) as bar:

        def progress(done: int, total: int) -> None:
            bar.length = total
            bar.update(done - bar.pos)

        yield progress


def _print(problems: list[Problem]) -> None:
    for problem in problems[:MAX_SHOWN]:
        say(str(problem))
    if len(problems) > MAX_SHOWN:
        say(f"... and {len(problems) - MAX_SHOWN} more")


def _drop(synth: Path, broken: list[str], drop: bool) -> None:
    """Delete broken samples, or say that it can be done."""
    if broken and drop:
        from facegen.render.production.set_integrity import drop as delete

        delete(synth, broken)
        say(f"{len(broken)} samples deleted: the command that rendered them renders them again")
    elif broken:
        say(f"{len(broken)} samples are broken: --drop deletes them, to be rendered again")
