"""`facegen profile`: the distribution of a set's attributes, as a file of aggregates."""

from pathlib import Path

import click


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
@click.option("--workers", type=click.IntRange(1, 256), help="Processes that measure [one a processor].")
def command(
    real_dir: Path,
    out: Path,
    annotations: Path | None,
    name: str | None,
    source: str | None,
    workers: int | None,
) -> None:
    """Fit the attribute profile of the faces in REAL_DIR.

    The file holds quantiles, frequencies and correlations: no row, pixel or name of a person.
    """
    from rich.console import Console

    from facegen.api.profile_fitting import fit_profile
    from facegen.cli.support.training_progress import event_bars

    with event_bars(Console(stderr=True)) as progress:
        fitted = fit_profile(
            real_dir,
            annotations=annotations,
            name=name or out.stem,
            source=source,
            workers=workers,
            progress=progress,
        )
    fitted.save(out)
    parts = f"{len(fitted.measured.names)} measured attributes of {fitted.measured.n} pictures"
    if fitted.annotated:
        parts += f", {len(fitted.annotated.names)} annotated ones of {fitted.annotated.n} rows"
    click.echo(f"{out}: {parts}")
    if fitted.fidelity:
        found = ", ".join(f"{key} {auc:.2f}" for key, auc in fitted.fidelity.items())
        click.echo(
            f"a classifier separates draws of it from the set with an AUC of: {found} (0.5 = not at all)"
        )
