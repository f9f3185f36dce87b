"""`facegen profile`: the distribution of a set's attributes, as a file of aggregates."""

from pathlib import Path

import click

from facegen.cli.support.meaning import meaning, meaning_options
from facegen.cli.support.say import say


@click.command()
@click.argument("real_dir", type=click.Path(path_type=Path))
@click.option(
    "-o", "--out", "out", required=True, type=click.Path(path_type=Path), help="Profile file to write."
)
@click.option(
    "--annotations",
    type=click.Path(path_type=Path),
    help="Folder of CelebAMask-HQ's attribute and pose files, fused with what is measured.",
)
@click.option("--name", help="Name of the profile [the name of the file].")
@click.option("--source", help="One line on where the set is from [the folder's name].")
@meaning_options
@click.option("--workers", type=click.IntRange(1, 256), help="Processes that measure [one a processor].")
def command(
    real_dir: Path,
    out: Path,
    annotations: Path | None,
    name: str | None,
    source: str | None,
    convention: str | None,
    classes: Path | None,
    workers: int | None,
) -> None:
    """Fit the attribute profile of the faces in REAL_DIR.

    The file holds quantiles, frequencies and a mixture of at least 25 pictures a component: no row, pixel or
    name of a person. Prints the profile's card: how far rows of it can be told from real ones.
    """
    from facegen.api.profile_fitting import fit_profile
    from facegen.audit.profiles.profile_card import card_of
    from facegen.cli.support.terminal import Terminal
    from facegen.cli.support.training_progress import event_bars

    with event_bars(Terminal(stderr=True)) as progress:
        fitted = fit_profile(
            real_dir,
            annotations=annotations,
            name=name or out.stem,
            source=source,
            convention=meaning(convention, classes),
            workers=workers,
            progress=progress,
        )
    fitted.save(out)
    say(f"{out}: profile {fitted.name}")
    for heading, text in card_of(fitted).lines:
        say(f"  {heading}: {text}")
