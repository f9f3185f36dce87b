"""`facegen bench parser`: how well a parser reads a labelled set, and for whom it fails."""

from pathlib import Path

import click

from facegen.cpu_threads import wait_without_spinning

FILE = click.Path(path_type=Path)


@click.command()
@click.option("--real", required=True, type=FILE, help="Labelled faces; of a set with parts, the test part.")
@click.option("--model", type=FILE, help="Checkpoint [the one that facegen brings].")
@click.option("--device", default="auto", show_default=True, help="auto, cpu, cuda or cuda:K.")
@click.option("-o", "--out", type=FILE, default=Path("facegen-parser.json"), show_default=True, help="File.")
@click.pass_context
def command(context: click.Context, real: Path, model: Path | None, device: str, out: Path) -> None:
    """Score a parser on labelled faces: F1 by class with intervals, slices, weak segments.

    Nothing is trained and nothing chosen. Only figures are written. Annotated sex and age are slices where
    the set is the published CelebAMask-HQ with its annotations.
    """
    wait_without_spinning()
    from facegen.cli.support.parser_table import print_scores
    from facegen.cli.support.provenance import provenance
    from facegen.cli.support.terminal import Terminal
    from facegen.cli.support.training_progress import event_bars
    from facegen.datasets.io.files import write_json
    from facegen.parse.data.device import describe_machine
    from facegen.parse.experiment.parser_scores import parser_scores
    from facegen.parse.experiment.real_sets import open_test
    from facegen.parse.inference.single_photo import load_for_photos
    from facegen.parse.models.shipped_parser import SHIPPED

    loaded = load_for_photos(model or SHIPPED, device)
    console = Terminal()
    with event_bars(console) as progress:
        content = parser_scores(loaded.parser, open_test(real), loaded.device, progress)
    write_json(out, {**provenance(context), "machine": describe_machine(loaded.device), **content})
    print_scores(console, content)
    console.print(str(out), soft_wrap=True, highlight=False)
