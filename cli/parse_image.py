"""`facegen parse-image`: the label map of a photo, drawn over it."""

import contextlib
from pathlib import Path

import click

from facegen.cli.support.run_folder import ARGUMENTS_FILE
from facegen.datasets.errors import FacegenError
from facegen.datasets.io.files import read_json


@click.command()
@click.argument("photo", type=click.Path(path_type=Path))
@click.option("--model", type=click.Path(path_type=Path), help="Checkpoint [the newest in ./facegen-eval*].")
@click.option(
    "--adapted", is_flag=True, help="Draw borders as the real set does, by the adapter beside the checkpoint."
)
@click.option("-o", "--out", type=click.Path(path_type=Path), help="Picture to write [PHOTO-parsed.png].")
@click.option("--device", default="auto", show_default=True, help="auto, cpu, cuda or cuda:K.")
def command(photo: Path, model: Path | None, adapted: bool, out: Path | None, device: str) -> None:
    """Run a trained parser on PHOTO and write the photo tinted by class.

    The parser expects one face that fills the picture as in its training set; crop a larger photo first.
    """
    from facegen.datasets.io.files import png_bytes, write_bytes
    from facegen.parse.adaptation.network_adapter import ADAPTER_FILE, load_adapter
    from facegen.parse.data.device import describe_device, pick_device
    from facegen.parse.inference.overlay import overlay
    from facegen.parse.inference.single_photo import parse_photo, read_upright
    from facegen.parse.models.checkpoints import load_parser

    chosen = pick_device(device)
    image = read_upright(photo)
    model = model or _newest_checkpoint()
    parser = load_parser(model, chosen)
    adapter = load_adapter(model.with_name(ADAPTER_FILE), parser, chosen) if adapted else None
    mask = parse_photo(parser, image, chosen, adapter)
    target = out or photo.with_name(f"{photo.stem}-parsed.png")
    write_bytes(target, png_bytes(overlay(image, mask, len(parser.convention.classes))))
    click.echo(
        f"device {describe_device(chosen)}; model {model} ({parser.convention.name}, {parser.size} px)"
    )
    for class_id, name in enumerate(parser.convention.classes):
        share = float((mask == class_id).mean())
        if class_id and share:
            click.echo(f"{name:12s} {share:6.1%}")
    click.echo(f"{target}")


def _newest_checkpoint() -> Path:
    found: list[Path] = []
    for folder in Path.cwd().glob("facegen-eval*"):
        with contextlib.suppress(FacegenError, KeyError):
            count = read_json(folder / ARGUMENTS_FILE)["num"]  # of the arms; points of curves have others
            for arm in ("R", "S-*", "S_D-*", "X*"):
                found += folder.glob(f"{arm}-n{count}-seed*/checkpoint.pt")
    if not found:
        raise FacegenError(
            "no checkpoint in ./facegen-eval*: train one with facegen train-eval, or give --model FILE"
        )
    return max(found, key=lambda one: (one.stat().st_mtime, str(one)))
