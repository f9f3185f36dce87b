"""`facegen preview`: a rendered set on one sheet."""

from pathlib import Path

import click

from facegen.datasets.errors import FacegenError


@click.command()
@click.argument("synth", required=False, type=click.Path(path_type=Path))
@click.option("--num", type=click.IntRange(1, 400), default=24, show_default=True, help="Faces on the sheet.")
@click.option("--start", type=click.IntRange(0), default=0, show_default=True, help="First face.")
@click.option("--columns", type=click.IntRange(1, 40), default=8, show_default=True, help="Faces in a row.")
@click.option(
    "--tile",
    type=click.IntRange(32, 1024),
    default=None,
    help="Side of a face on the sheet; default: as rendered.",
)
@click.option(
    "--labels",
    type=click.Choice(["beside", "only", "none"]),
    default="beside",
    show_default=True,
    help="Labels laid over a second copy of each face, over the face itself, or left out.",
)
@click.option("--captions/--no-captions", default=True, show_default=True, help="Attributes under each face.")
@click.option(
    "-o", "--out", type=click.Path(path_type=Path), default=None, help="PNG; default: preview.png in the set."
)
def command(synth, num, start, columns, tile, labels, captions, out) -> None:
    """Lay faces of a rendered set out on one sheet, with their labels and attributes.

    SYNTH is the newest ./facegen-out* where none is named.
    """
    import numpy as np
    from PIL import Image

    from facegen.cli.newest import newest_set
    from facegen.datasets.readers import open_set
    from facegen.render.sheet import overlay, sheet

    faces = open_set(synth or newest_set())
    if faces.layout != "facegen":
        raise FacegenError(
            f"{faces.path}: not rendered by facegen: preview shows native labels, which only its sets have"
        )
    chosen = range(start, min(start + num, len(faces)))
    if not chosen:
        raise FacegenError(f"{faces.path}: has {len(faces)} faces, none from --start {start}")
    tiles, texts = [], []
    for i in chosen:
        rgb = faces.image(i)
        native = np.asarray(Image.open(faces.path / "labels" / f"{faces.ids[i]}.png"))
        shown = {"beside": [rgb, overlay(rgb, native)], "only": [overlay(rgb, native)], "none": [rgb]}[labels]
        side = tile or rgb.shape[0]
        tiles += [
            np.asarray(Image.fromarray(t).resize((side, side), Image.Resampling.LANCZOS)) for t in shown
        ]
        texts += [_caption(faces.ids[i], faces.meta(i))] + [""] * (len(shown) - 1)
    picture = sheet(tiles, columns, texts if captions else None)
    target = out or faces.path / "preview.png"
    target.parent.mkdir(parents=True, exist_ok=True)
    picture.save(target)
    click.echo(f"{len(chosen)} faces on {target}")


def _caption(name, meta):
    a, pose = meta["attributes"], meta["head_pose"]
    sex = "m" if a["gender"] > 0.5 else "f"
    return f"{name} {sex}{a['age']:.0f} {a['hair_style']} y{pose['yaw']:+.0f} p{pose['pitch']:+.0f}"
