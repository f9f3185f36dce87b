"""`facegen merge`: one dataset from the parts that the jobs of a job array rendered."""

from pathlib import Path

import click


@click.command()
@click.argument("parts", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--out", required=True, type=click.Path(path_type=Path), help="The new dataset folder.")
def command(parts: tuple[Path, ...], out: Path) -> None:
    """Put PARTS, folders of `facegen render --shard`, together into one dataset folder.

    Every file is compared with the hash in its shard's record. Files are linked where the file system can, so
    that nothing is stored twice. A stopped merge continues when it is started again.
    """
    from facegen.api.merging import merge
    from facegen.cli.support import render_summary
    from facegen.cli.support.terminal import Terminal
    from facegen.cli.support.training_progress import event_bars
    from facegen.datasets.io.dataset_file import read_dataset_json

    console = Terminal(highlight=False)
    with event_bars(console) as progress:
        faces = merge(parts, out, progress=progress)
    data = read_dataset_json(out)
    console.print(f"{out}: {len(faces)} faces of {len(parts)} parts", soft_wrap=True, markup=False)
    render_summary.print_distribution(console, data)
    for line in render_summary.next_steps(str(out), data):
        console.print(line, soft_wrap=True, markup=False)
    if data["failures"]:
        raise SystemExit(1)
