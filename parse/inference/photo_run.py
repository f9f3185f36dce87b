"""Photos through a parser, one after another: files are written, what was found and the time are told.

Torch is loaded with the parser at the first photo, after that is decoded: decoding and turning takes twice a
photo's memory.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image

from facegen.datasets.io.files import write_picture
from facegen.parse.inference.photo_files import Targets, mask_picture
from facegen.parse.models.shipped_parser import SHIPPED, shipped_parser

if TYPE_CHECKING:
    from facegen.parse.inference.single_photo import LoadedParser, ParsedPicture


class PhotoRun:
    """The parser, loaded at the first photo, and the time that is spent.

    Parameters
    ----------
    model : str or Path
        Checkpoint, or "shipped".
    device : str
        "auto", "cpu", "cuda" or "cuda:K".
    adapted : bool
        With the label adapter that lies next to the checkpoint.
    find : bool
        Whether faces are looked for; else each photo is one that fills it.
    palette : bool
        Label maps with the overlay's colours.
    say : callable
        Called with each line for the user.
    """

    def __init__(
        self,
        model: str | Path,
        device: str,
        adapted: bool,
        find: bool,
        palette: bool,
        say: Callable[[str], None],
    ) -> None:
        self._model, self._device, self._adapted = model, device, adapted
        self._find, self._palette, self._say = find, palette, say
        self._loaded: LoadedParser | None = None
        self._start = time.perf_counter()
        self._loading = 0.0
        self._faces = 0

    def parse(self, target: Targets, photo: Image.Image) -> ParsedPicture:
        """Parse one photo and write its files; the photo itself becomes its overlay, and is closed.

        Raises
        ------
        FacegenError : the checkpoint cannot be read, no such device, or a file cannot be written.
        """
        loaded = self._parser()
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

    def _parser(self) -> LoadedParser:
        if self._loaded is None:
            before = time.perf_counter()
            from facegen.parse.data.device import describe_device
            from facegen.parse.inference.single_photo import load_for_photos

            self._loaded = load_for_photos(self._model, self._device, self._adapted)
            parser = self._loaded.parser
            about = f"; {shipped_parser().summary()}" if self._model == SHIPPED else ""
            self._say(
                f"device {describe_device(self._loaded.device)}; model {self._model} "
                f"({parser.convention.name}, {parser.size} px{about})"
            )
            self._loading = time.perf_counter() - before
        return self._loaded

    def tell(self, target: Targets, parsed: ParsedPicture, in_full: bool) -> None:
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
