"""`facegen profile`: the law of a set's attributes, as a file of aggregates."""

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
    default=None,
    help="Folder of CelebAMask-HQ's attribute and pose files, fused with what is measured.",
)
@click.option("--name", default=None, help="Name of the profile; default: the name of the file.")
@click.option("--source", default=None, help="One line on where the set is from; default: the folder's name.")
@click.option(
    "--workers", type=click.IntRange(1, 256), default=None, help="Processes that measure; default: all cores."
)
def command(real_dir, out, annotations, name, source, workers) -> None:
    """Fit the attribute profile of the faces in REAL_DIR.

    The file holds quantiles, frequencies and correlations: no row, pixel or name of a person.
    """
    from dataclasses import replace

    from rich.console import Console

    from facegen.audit.profiles.profile_files import save_profile
    from facegen.audit.profiles.profile_fit import fit_profile
    from facegen.cli.support.measuring import measured
    from facegen.datasets.layouts.annotations import read_annotations
    from facegen.datasets.layouts.open_set import open_set

    console = Console(stderr=True)
    faces = open_set(real_dir)
    rows = read_annotations(annotations) if annotations else None
    table = measured(faces, workers, console).attributes
    with console.status("fitting"):
        fitted = fit_profile(replace(table, source=source or table.source), rows, name or out.stem)
    save_profile(fitted, out)
    parts = f"{len(fitted.measured.names)} measured attributes of {len(table)} pictures"
    if fitted.annotated:
        parts += f", {len(fitted.annotated.names)} annotated ones of {fitted.annotated.n} rows"
    click.echo(f"{out}: {parts}")
    if fitted.fidelity:
        told = ", ".join(f"{key} {auc:.2f}" for key, auc in fitted.fidelity.items())
        click.echo(f"told from the set itself at an AUC of: {told} (0.5 = not at all)")
