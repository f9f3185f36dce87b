"""`facegen parse-image`: the label maps of photos, drawn over them, as files and as shares."""

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from facegen.cpu_threads import wait_without_spinning
from facegen.datasets.errors import FacegenError

if TYPE_CHECKING:
    from PIL import Image

    from facegen.parse.inference.photo_files import Targets
    from facegen.parse.inference.single_photo import LoadedParser, ParsedPicture

FILE = click.Path(path_type=Path)
OVERLAYS = "facegen-parsed"  # folder of the overlays of several photos


@click.command()
@click.argument("photos", metavar="PHOTO...", nargs=-1, required=True)
@click.option("--model", type=FILE, help="Checkpoint [the newest in ./facegen-eval*].")
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
    model: Path | None,
    adapted: bool,
    out: Path | None,
    overlay: bool,
    mask: Path | None,
    palette: bool,
    record: str | None,
    whole: bool,
    device: str,
) -> None:
    """Run a trained parser on photos: files, folders, or patterns in quotes.

    A photo that is not one face which fills it as in the parser's training set is searched for faces of at
    least a sixth of its longer side; each is parsed in its own square, turned upright. Where none is
    recognised, that is said, and the labels are those of the whole photo.
    """
    wait_without_spinning()
    from facegen.datasets.io.files import write_json
    from facegen.datasets.io.images import open_upright
    from facegen.parse.inference.photo_files import RECORD_VERSION, list_photos, record_of, targets_of

    found = list_photos(photos)
    if out is None:
        first = found.photos[0]
        out = Path(OVERLAYS) if found.many else first.with_name(f"{first.stem}-parsed.png")
    targets = targets_of(found, out if overlay else None, mask)
    if found.remark():
        click.echo(found.remark(), err=True)
    work = _Work(model, device, adapted, not whole, palette, err=record == "-")
    records: list[dict[str, Any]] = []
    failed = 0
    for target in targets:
        try:
            photo = open_upright(target.photo)
            parsed = work.parse(target, photo)
        except FacegenError as error:
            if not found.many:
                raise
            failed += 1
            click.echo(f"error: {error}", err=True)
            records.append({"photo": str(target.photo), "error": str(error)})
            continue
        work.tell(target, parsed, in_full=not found.many)
        records.append(record_of(target, parsed))
    content = {"format_version": RECORD_VERSION, **work.about(), "photos": records}
    if record == "-":
        click.echo(json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False))
    elif record is not None:
        write_json(Path(record), content)
    work.tell_speed(len(targets) - failed)
    if failed:
        raise FacegenError(f"{failed} of {len(targets)} photos could not be parsed: they are named above")


class _Work:
    """The parser, loaded at the first photo, and the time that is spent.

    The first photo is decoded before torch is loaded: decoding and turning takes twice a photo's memory.
    """

    def __init__(
        self, model: Path | None, device: str, adapted: bool, find: bool, palette: bool, err: bool
    ) -> None:
        self._model, self._device, self._adapted = model, device, adapted
        self._find, self._palette, self._err = find, palette, err
        self._loaded: LoadedParser | None = None
        self._start = time.perf_counter()
        self._loading = 0.0
        self._faces = 0

    def parse(self, target: "Targets", photo: "Image.Image") -> "ParsedPicture":
        """Parse one photo and write its files; the photo itself becomes its overlay, and is closed."""
        loaded = self._parser()
        from facegen.datasets.io.files import write_picture
        from facegen.parse.inference.photo_files import mask_picture
        from facegen.parse.inference.single_photo import label_photo

        parsed = label_photo(photo, loaded, self._find)
        if target.overlay is not None:
            parsed.tint(photo)
            write_picture(target.overlay, photo)
        photo.close()  # its memory is for the label map now
        if target.mask is not None:
            classes = len(parsed.parser.convention.classes)
            write_picture(target.mask, mask_picture(parsed.labels, classes, self._palette))
        self._faces += 0 if parsed.recognised is False else len(parsed.faces)
        return parsed

    def _parser(self) -> "LoadedParser":
        if self._loaded is None:
            before = time.perf_counter()
            from facegen.parse.data.device import describe_device
            from facegen.parse.experiment.run_folder import newest_checkpoint
            from facegen.parse.inference.single_photo import load_for_photos

            self._model = self._model or newest_checkpoint()
            self._loaded = load_for_photos(self._model, self._device, self._adapted)
            parser = self._loaded.parser
            self._say(
                f"device {describe_device(self._loaded.device)}; model {self._model} "
                f"({parser.convention.name}, {parser.size} px)"
            )
            self._loading = time.perf_counter() - before
        return self._loaded

    def tell(self, target: "Targets", parsed: "ParsedPicture", in_full: bool) -> None:
        """Print what was found in one photo."""
        if parsed.recognised is False:
            words = "no face recognised: the labels are those of the whole photo, not to be relied on"
        elif parsed.recognised is None:
            words = f"parsed whole: {parsed.parser.convention.name} has too few parts to recognise a face by"
        else:
            words = ", ".join(
                f"face of {one.square.side:.0f} px at ({one.square.x:.0f}, {one.square.y:.0f}), "
                f"fit {one.fit:.0%}"
                for one in parsed.faces
            )
        self._say(f"{target.photo}: {words}")
        if in_full:
            for name, fraction in parsed.fractions().items():
                self._say(f"{name:12s} {fraction:6.1%}")
            for path in (target.overlay, target.mask):
                if path is not None:
                    self._say(f"{path}")

    def about(self) -> dict[str, Any]:
        """The parser, for JSON."""
        if self._loaded is None:
            return {"model": None}
        parser = self._loaded.parser
        return {
            "model": str(self._model),
            "convention": parser.convention.name,
            "classes": list(parser.convention.classes),
            "size": parser.size,
        }

    def tell_speed(self, photos: int) -> None:
        """Print how long it took."""
        spent = time.perf_counter() - self._start
        each = (spent - self._loading) / photos if photos else 0.0
        self._say(
            f"{photos} photos, {self._faces} faces in {spent:.1f} s: {self._loading:.1f} s to load the "
            f"parser, {each:.2f} s a photo"
        )

    def _say(self, line: str) -> None:
        click.echo(line, err=self._err)
