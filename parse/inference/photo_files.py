"""Photos named on a command line, the files that are written of each, and the record of all of them."""

import glob
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from facegen.datasets.errors import FacegenError
from facegen.datasets.io.files import PICTURE_FORMATS
from facegen.datasets.io.images import IMAGE_SUFFIXES, READ_FORMATS, list_images
from facegen.parse.inference.overlay import palette

if TYPE_CHECKING:
    from facegen.parse.inference.single_photo import ParsedPicture

RECORD_VERSION = 1
OVERLAY_MARK = "-parsed"  # after a photo's name: an overlay beside its photo has another name
NAMED = 3  # files in a message


@dataclass(frozen=True)
class PhotoList:
    """What was named.

    Attributes
    ----------
    photos : tuple of Path
        In the order named, those of a folder by name.
    left_out : tuple of Path
        Files of the folders that are no pictures of a format that is read, and folders in them.
    many : bool
        A folder, a pattern or several files were named: results go to folders.
    """

    photos: tuple[Path, ...]
    left_out: tuple[Path, ...]
    many: bool

    def remark(self) -> str | None:
        """What was left out, in words."""
        if not self.left_out:
            return None
        names = ", ".join(one.name for one in self.left_out[:NAMED])
        more = ", ..." if len(self.left_out) > NAMED else ""
        return f"{len(self.left_out)} files or folders left out (read are {READ_FORMATS}): {names}{more}"


@dataclass(frozen=True)
class Targets:
    """Files that are written of one photo; None: not asked for."""

    photo: Path
    overlay: Path | None
    mask: Path | None


def list_photos(named: Sequence[str]) -> PhotoList:
    """The photos of files, folders (their own files, not those of folders in them) and patterns.

    Parameters
    ----------
    named : sequence of str
        A file or folder of that name, else a pattern with * ? [ ] as of a shell.

    Raises
    ------
    FacegenError : nothing of a name, or no photo in a folder.
    """
    photos: dict[Path, None] = {}  # in order, each once
    left_out: list[Path] = []
    many = len(named) > 1
    for name in named:
        path = Path(name)
        if path.is_dir():
            inside = list_images(path)
            many = True
            others = [one for one in sorted(path.iterdir()) if one not in set(inside.values())]
            left_out += [one for one in others if not one.name.startswith(".")]
            if not inside:
                raise FacegenError(f"{path}: no picture in this folder; read are {READ_FORMATS}")
            photos.update(dict.fromkeys(inside.values()))
        elif not path.exists() and glob.has_magic(name):
            matched = [Path(one) for one in sorted(glob.glob(name, recursive=True))]  # noqa: PTH207 - patterns may be absolute
            found = [one for one in matched if one.suffix.lower() in IMAGE_SUFFIXES and one.is_file()]
            many = True
            left_out += [one for one in matched if one not in found]
            if not found:
                raise FacegenError(f"{name}: no picture matches; read are {READ_FORMATS}")
            photos.update(dict.fromkeys(found))
        else:
            photos[path] = None
    return PhotoList(tuple(photos), tuple(left_out), many)


def targets_of(
    found: PhotoList, overlay: Path | None, mask: Path | None, record: Path | None = None
) -> list[Targets]:
    """Where the results of photos go.

    Parameters
    ----------
    found : PhotoList
    overlay, mask : Path or None
        Of one photo a file, or a folder that is there; of several, folders. None: not asked for.
    record : Path or None
        File of the record of all photos.

    Returns
    -------
    list of Targets
        NAME-parsed with the photo's ending (.png for endings that are not written) and NAME.png.

    Raises
    ------
    FacegenError : a file to write is one of the photos, the same for two results, or of a format that is not
        written; or the record's is a folder.
    """
    folders = [one is not None and (found.many or one.is_dir()) for one in (overlay, mask)]
    targets = []
    for photo in found.photos:
        suffix = photo.suffix.lower() if photo.suffix.lower() in PICTURE_FORMATS else ".png"
        drawn = overlay / f"{photo.stem}{OVERLAY_MARK}{suffix}" if overlay and folders[0] else overlay
        labels = mask / f"{photo.stem}.png" if mask and folders[1] else mask
        targets.append(Targets(photo, drawn, labels))
    _require_apart(targets, record)
    return targets


def _require_apart(targets: Sequence[Targets], record: Path | None) -> None:
    photos = {one.photo.resolve(): one.photo for one in targets}
    taken: dict[Path, Path] = {}
    for one in targets:
        for option, target, endings in (
            ("-o", one.overlay, tuple(PICTURE_FORMATS)),
            ("--mask", one.mask, (".png",)),
        ):
            if target is None:
                continue
            place = target.resolve()
            if place in photos:
                raise FacegenError(f"{option} {target}: that is the photo itself: choose another name")
            if target.suffix.lower() not in endings:
                raise FacegenError(f"{option} {target}: need a file that ends in {', '.join(endings)}")
            if place in taken:
                twice = f"{taken[place]} and {one.photo}" if taken[place] != one.photo else "-o and --mask"
                raise FacegenError(f"{target} would be written twice, for {twice}: choose two names")
            taken[place] = one.photo
    if record is None:
        return
    if record.is_dir():
        raise FacegenError(f"--json {record}: is a folder: name a file")
    if record.resolve() in photos:
        raise FacegenError(f"--json {record}: that is a photo itself: choose another name")
    if record.resolve() in taken:
        raise FacegenError(f"--json {record}: that is a picture to be written: choose another name")


def mask_picture(labels: npt.NDArray[np.uint8], classes: int, coloured: bool) -> Image.Image:
    """A label map (H, W) uint8 as a picture to store: grey, or with a palette of the overlay's colours.

    The stored numbers are the class ids either way.
    """
    picture = Image.fromarray(labels)
    if coloured:
        picture.putpalette(palette(classes).tobytes())
    return picture


def record_of(target: Targets, parsed: "ParsedPicture") -> dict[str, Any]:
    """What was found in one photo, for JSON.

    Returns
    -------
    dict
        `faces`: for each, `square` (`x`, `y` of the middle and `side` in pixels, `tilt` in degrees,
        clockwise), `fit` in [0, 1], and `shares` of the square by class; none where no face is recognised.
        `shares` are of the photo.
    """
    classes = parsed.parser.convention.classes
    faces = [
        {
            "square": {
                "x": round(face.square.x, 2),
                "y": round(face.square.y, 2),
                "side": round(face.square.side, 2),
                "tilt": round(face.square.tilt, 2),
            },
            "fit": round(face.fit, 4),
            "shares": {
                name: round(float((face.labels == i).mean()), 6)
                for i, name in enumerate(classes)
                if i and (face.labels == i).any()
            },
        }
        for face in parsed.faces
    ]
    return {
        "photo": str(target.photo),
        "width": parsed.width,
        "height": parsed.height,
        "recognised": parsed.recognised,
        "faces": [] if parsed.recognised is False else faces,
        "shares": {name: round(part, 6) for name, part in parsed.fractions().items()},
        "overlay": None if target.overlay is None else str(target.overlay),
        "mask": None if target.mask is None else str(target.mask),
    }
