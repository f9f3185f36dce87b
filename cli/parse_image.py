"""`facegen parse-image`: the label map of a photo, drawn over it."""

from pathlib import Path

import click

from facegen.cpu_threads import wait_without_spinning
from facegen.datasets.errors import FacegenError


@click.command()
@click.argument("photo", type=click.Path(path_type=Path))
@click.option("--model", type=click.Path(path_type=Path), help="Checkpoint [the newest in ./facegen-eval*].")
@click.option(
    "--adapted",
    is_flag=True,
    help="Draw borders as the real set does, with the label adapter that lies next to the checkpoint.",
)
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path),
    help="Picture to write, a .png, .jpg or .webp [PHOTO-parsed.png].",
)
@click.option(
    "--mask",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Also write the label map, a .png with the class id of each pixel.",
)
@click.option("--device", default="auto", show_default=True, help="auto, cpu, cuda or cuda:K.")
def command(
    photo: Path, model: Path | None, adapted: bool, out: Path | None, mask: Path | None, device: str
) -> None:
    """Run a trained parser on PHOTO and write the photo tinted by class.

    The parser expects one face that fills the picture as in its training set; crop a larger photo first.
    """
    wait_without_spinning()
    from facegen.datasets.io.files import picture_bytes, write_bytes
    from facegen.datasets.io.images import read_upright
    from facegen.parse.data.device import describe_device
    from facegen.parse.experiment.run_folder import newest_checkpoint
    from facegen.parse.inference.single_photo import label_picture

    target = out or photo.with_name(f"{photo.stem}-parsed.png")
    _require_targets(photo, target, mask)
    image = read_upright(photo)
    model = model or newest_checkpoint()
    parsed = label_picture(image, model, device, adapted)
    write_bytes(target, picture_bytes(parsed.overlay(image), target))
    if mask is not None:
        write_bytes(mask, picture_bytes(parsed.labels, mask))
    click.echo(
        f"device {describe_device(parsed.device)}; model {model} ({parsed.parser.convention.name}, "
        f"{parsed.parser.size} px)"
    )
    for name, fraction in parsed.fractions().items():
        click.echo(f"{name:12s} {fraction:6.1%}")
    click.echo(f"{target}")
    if mask is not None:
        click.echo(f"{mask}")


def _require_targets(photo: Path, target: Path, mask: Path | None) -> None:
    """FacegenError where a file to write is the photo itself, or of a format that is not written."""
    from facegen.datasets.io.files import PICTURE_FORMATS

    for option, one, endings in (("-o", target, tuple(PICTURE_FORMATS)), ("--mask", mask, (".png",))):
        if one is None:
            continue
        if one.resolve() == photo.resolve():
            raise FacegenError(f"{option} {one}: that is the photo itself: choose another file")
        if one.suffix.lower() not in endings:
            raise FacegenError(f"{option} {one}: need a file that ends in {', '.join(endings)}")
    if mask is not None and mask.resolve() == target.resolve():
        raise FacegenError(f"-o and --mask name one file, {mask}: choose two")
