"""`facegen parse-image`: the label map of a photo, drawn over it."""

from pathlib import Path

import click

from facegen.cpu_threads import wait_without_spinning


@click.command()
@click.argument("photo", type=click.Path(path_type=Path))
@click.option("--model", type=click.Path(path_type=Path), help="Checkpoint [the newest in ./facegen-eval*].")
@click.option(
    "--adapted",
    is_flag=True,
    help="Draw borders as the real set does, with the label adapter that lies next to the checkpoint.",
)
@click.option("-o", "--out", type=click.Path(path_type=Path), help="Picture to write [PHOTO-parsed.png].")
@click.option("--device", default="auto", show_default=True, help="auto, cpu, cuda or cuda:K.")
def command(photo: Path, model: Path | None, adapted: bool, out: Path | None, device: str) -> None:
    """Run a trained parser on PHOTO and write the photo tinted by class.

    The parser expects one face that fills the picture as in its training set; crop a larger photo first.
    """
    wait_without_spinning()
    from facegen.datasets.io.files import png_bytes, write_bytes
    from facegen.parse.data.device import describe_device
    from facegen.parse.experiment.run_folder import newest_checkpoint
    from facegen.parse.inference.single_photo import label_picture, read_upright

    image = read_upright(photo)
    model = model or newest_checkpoint()
    parsed = label_picture(image, model, device, adapted)
    target = out or photo.with_name(f"{photo.stem}-parsed.png")
    write_bytes(target, png_bytes(parsed.overlay(image)))
    click.echo(
        f"device {describe_device(parsed.device)}; model {model} ({parsed.parser.convention.name}, "
        f"{parsed.parser.size} px)"
    )
    for name, fraction in parsed.fractions().items():
        click.echo(f"{name:12s} {fraction:6.1%}")
    click.echo(f"{target}")
