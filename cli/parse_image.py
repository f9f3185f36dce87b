"""`facegen parse-image`: the label maps of photos, drawn over them, as files and as shares."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from facegen.cli.support.say import say
from facegen.cpu_threads import wait_without_spinning
from facegen.datasets.errors import FacegenError

if TYPE_CHECKING:
    from facegen.parse.inference.photo_files import Targets
    from facegen.parse.inference.photo_run import PhotoRun

FILE = click.Path(path_type=Path)
OVERLAYS = "facegen-parsed"  # folder of the overlays of several photos


@click.command()
@click.argument("photos", metavar="PHOTO...", nargs=-1, required=True)
@click.option(
    "--model",
    metavar="FILE",
    help="Checkpoint, or `shipped` for the parser that facegen brings [the newest in ./facegen-eval*, else "
    "shipped].",
)
@click.option(
    "--adapted",
    is_flag=True,
    help="Draw borders as the real set does, with the label adapter that lies next to the checkpoint.",
)
@click.option(
    "-o",
    "--out",
    type=FILE,
    help="Picture to write, a .png, .jpg or .webp [PHOTO-parsed.png]; of several photos, a folder "
    f"[./{OVERLAYS}].",
)
@click.option("--overlay/--no-overlay", default=True, help="Write photos tinted by class.")
@click.option(
    "--mask",
    "--masks",
    "mask",
    type=FILE,
    metavar="PATH",
    help="Also write label maps: a .png with the class id of each pixel (255: outside of every face's "
    "square); of several photos, a folder.",
)
@click.option("--palette", is_flag=True, help="Label maps with the overlay's colours, the ids unchanged.")
@click.option(
    "--json", "record", metavar="FILE", help="Also write faces and shares of the classes; - prints them."
)
@click.option("--whole", is_flag=True, help="Look for no faces: each photo is one that fills it.")
@click.option("--device", default="auto", show_default=True, help="auto, cpu, cuda or cuda:K.")
def command(
    photos: tuple[str, ...],
    model: str | None,
    adapted: bool,
    out: Path | None,
    overlay: bool,
    mask: Path | None,
    palette: bool,
    record: str | None,
    whole: bool,
    device: str,
) -> None:
    """Run a parser on photos: files, folders, or patterns in quotes.

    facegen brings a small one, trained on synthetic faces only: its card is in the documentation.

    A photo that is not one face which fills it as in the parser's training set is searched for faces of at
    least a sixth of its longer side; each is parsed in its own square, turned upright. Where none is
    recognised, that is said, and the labels are those of the whole photo.
    """
    if palette and mask is None:
        raise click.UsageError("--palette is of label maps: name where they go with --mask")
    if out is not None and not overlay:
        raise click.UsageError("-o names overlays, --no-overlay writes none: leave one of them out")
    wait_without_spinning()
    from facegen.datasets.io.files import write_json
    from facegen.parse.experiment.run_folder import newest_checkpoint
    from facegen.parse.inference.photo_files import (
        OVERLAY_MARK,
        RECORD_VERSION,
        list_photos,
        targets_of,
    )
    from facegen.parse.inference.photo_run import PhotoRun
    from facegen.parse.models.shipped_parser import SHIPPED

    found = list_photos(photos)
    if out is None:
        first = found.photos[0]
        out = Path(OVERLAYS) if found.many else first.with_name(f"{first.stem}{OVERLAY_MARK}.png")
    table = None if record in (None, "-") else Path(str(record))
    targets = targets_of(found, out if overlay else None, mask, table)
    remark = found.remark()
    if remark:
        say(remark, err=True)

    def tell(line: str) -> None:
        say(line, err=record == "-")

    chosen = newest_checkpoint() if model is None else SHIPPED if model == SHIPPED else Path(model)
    work = PhotoRun(chosen or SHIPPED, device, adapted, not whole, palette, tell)
    records = [_record(work, target, found.many) for target in targets]
    failed = sum("error" in one for one in records)
    content = {"format_version": RECORD_VERSION, **work.about(), "photos": records}
    if record == "-":
        say(json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False))
    elif table is not None:
        write_json(table, content)
    work.tell_speed(len(targets) - failed)
    if failed:
        raise FacegenError(f"{failed} of {len(targets)} photos could not be parsed: they are named above")


def _record(work: "PhotoRun", target: "Targets", many: bool) -> dict[str, Any]:
    """Parse one photo; one of several that cannot be parsed is said and recorded, a single one raises."""
    from facegen.datasets.io.images import open_upright
    from facegen.parse.inference.photo_files import record_of

    try:
        parsed = work.parse(target, open_upright(target.photo))
    except FacegenError as error:
        if not many:
            raise
        say(f"error: {error}", err=True)
        return {"photo": str(target.photo), "error": str(error)}
    work.tell(target, parsed, in_full=not many)
    return record_of(target, parsed)
