"""`facegen bench mean-face`: the mean render compared with the mean photograph, place by place."""

from functools import partial
from pathlib import Path

import click

from facegen.cli.support.newest_set import newest_set


@click.command()
@click.argument("synth", required=False, type=click.Path(path_type=Path))
@click.option("--real", required=True, type=click.Path(path_type=Path), help="Real faces with masks.")
@click.option("--num", type=click.IntRange(8), default=250, show_default=True, help="Faces of either set.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("facegen-mean-face"),
    show_default=True,
    help="Folder of mean_face.json and difference.png.",
)
def command(synth: Path | None, real: Path, num: int, out: Path) -> None:
    """Where the faces of SYNTH are lighter, redder or yellower than real ones, on average.

    Frontal faces are laid over one another by eyes and mouth, each against its own skin. What light and
    people do by chance averages out, what a renderer does wrong in every face stays. difference.png shows it
    for L*, a* and b*: red where renders are lighter, redder, yellower. SYNTH is the newest ./facegen-out*
    where none is named.
    """
    import numpy as np
    from PIL import Image
    from rich.progress import Progress
    from rich.table import Table

    from facegen.audit.validation.mean_face import CHANNELS, REGIONS, difference_picture, mean_face
    from facegen.cli.support.terminal import Terminal
    from facegen.datasets.errors import FacegenError
    from facegen.datasets.io.files import write_json
    from facegen.datasets.layouts.open_set import open_set
    from facegen.parse.metrics.scores import number

    if out.exists() and not out.is_dir():
        raise FacegenError(f"{out} is a file: --out names a folder")
    console = Terminal()
    sets = {"synthetic": open_set(synth or newest_set()), "real": open_set(real)}
    means = {}
    with Progress(console=Terminal(stderr=True)) as bar:
        for name, faces in sets.items():
            task = bar.add_task(f"{name} faces", total=len(faces))
            means[name] = mean_face(faces, num, partial(bar.advance, task))
            bar.update(task, completed=len(faces))
    rows = {name: [means[side].region(name) for side in ("synthetic", "real")] for name in REGIONS}
    table = Table(title="mean face against its own skin: gaps are render minus photograph")
    for heading in ("place", "L* render", "real", *(f"gap {channel}" for channel in CHANNELS)):
        table.add_column(heading, justify="left" if heading == "place" else "right")
    for name, (ours, theirs) in rows.items():
        numbers = (ours[0], theirs[0], *(ours - theirs))
        table.add_row(name, *(f"{value:+.1f}" if np.isfinite(value) else "–" for value in numbers))
    console.print(table)
    console.print(f"{means['synthetic'].faces} rendered and {means['real'].faces} real frontal faces")
    out.mkdir(parents=True, exist_ok=True)
    write_json(
        out / "mean_face.json",
        {
            "synthetic_faces": means["synthetic"].faces,
            "real_faces": means["real"].faces,
            "channels": CHANNELS,
            "places": {
                name: {"synthetic": [number(v) for v in ours], "real": [number(v) for v in theirs]}
                for name, (ours, theirs) in rows.items()
            },
        },
    )
    picture = Image.fromarray(difference_picture(means["synthetic"], means["real"]))
    picture.resize((2 * picture.width, 2 * picture.height), Image.Resampling.NEAREST).save(
        out / "difference.png"
    )
    console.print(
        f"{out / 'difference.png'}: red where renders are lighter, redder, yellower", soft_wrap=True
    )
