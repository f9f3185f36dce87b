"""Reading picture files that somebody else wrote, safely.

A picture is (H, W, 3) uint8 RGB, an index mask (H, W) uint8 with one class id a pixel. Nothing here
runs code from a file (no pickle), opens a path outside the folder it was given, or decodes a picture
larger than MAX_PIXELS.
"""

from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, UnidentifiedImageError

from facegen.datasets.errors import FacegenError

# A 64-megapixel picture is 192 MB decoded: larger than any face set's, small enough for any machine.
MAX_PIXELS = 64_000_000
IMAGE_SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".bmp")
# Decoders that are allowed. Pillow picks one by the file's content, not by its name; some of the others start
# other programs (EPS).
_FORMATS = ("JPEG", "PNG", "WEBP", "BMP")
_EIGHT_BIT_INDEX = ("P", "L")
_EIGHT_BIT_COLOUR = ("RGB", "RGBA", "L", "LA", "P", "1", "CMYK", "YCbCr")


def inside(root: Path, name: str) -> Path:
    """The path `root/name` of a name taken from a manifest.

    Raises
    ------
    FacegenError : the name would leave `root`.
    """
    if not name or "\\" in name or "\0" in name or Path(name).is_absolute() or ".." in Path(name).parts:
        raise FacegenError(f"{name!r} in {root} does not name a file of that folder: correct the manifest")
    return root / name


def read_rgb(path: Path) -> npt.NDArray[np.uint8]:
    """A picture as (H, W, 3) uint8 RGB.

    EXIF rotation is not applied: masks are drawn on the pixel grid of the file.

    Raises
    ------
    FacegenError : the file, which is named, is missing, damaged, too large or not of 8 bits.
    """
    with _opened(path) as picture:
        if picture.mode not in _EIGHT_BIT_COLOUR:
            raise FacegenError(
                f"{path}: {picture.mode} pixels, need an 8-bit picture: convert it to 8-bit RGB"
            )
        return np.asarray(_decoded(picture, path, "RGB"))


def read_index(path: Path) -> npt.NDArray[np.uint8]:
    """An index mask as (H, W) uint8; a palette's colours are ignored, its indices kept.

    Raises
    ------
    FacegenError : the file, which is named, is missing, damaged, too large or not of 8-bit ids.
    """
    with _opened(path) as picture:
        if picture.mode not in _EIGHT_BIT_INDEX:
            raise FacegenError(
                f"{path}: {picture.mode} pixels, an index mask has one 8-bit class id a pixel: "
                "save it as 8-bit grey or palette PNG"
            )
        return np.asarray(_decoded(picture, path, None))


def read_binary(path: Path) -> npt.NDArray[np.bool_]:
    """A black-and-white mask as (H, W) bool, true where any channel is not 0.

    Raises
    ------
    FacegenError : the file, which is named, is missing, damaged or too large.
    """
    with _opened(path) as picture:
        pixels = np.asarray(_decoded(picture, path, "RGB"))
    drawn: npt.NDArray[np.bool_] = pixels.any(axis=2)
    return drawn


def image_size(path: Path) -> tuple[int, int]:
    """(height, width) in pixels from the header alone; nothing is decoded."""
    with _opened(path) as picture:
        return picture.height, picture.width


def list_images(folder: Path) -> dict[str, Path]:
    """Every picture directly in a folder, by its stem, sorted.

    Raises
    ------
    FacegenError : two pictures have the same stem.
    """
    found: dict[str, Path] = {}
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() in IMAGE_SUFFIXES and not path.name.startswith("."):
            if path.stem in found:
                raise FacegenError(
                    f"{path} and {found[path.stem].name} have the same name {path.stem}: remove one"
                )
            found[path.stem] = path
    return dict(sorted(found.items()))


def _opened(path: Path) -> Image.Image:
    try:
        picture = Image.open(path, formats=_FORMATS)
    except FileNotFoundError:
        raise FacegenError(f"{path}: no such file") from None
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError, SyntaxError) as error:
        raise FacegenError(f"{path}: not a readable picture ({_first_line(error)}): replace it") from None
    if picture.width * picture.height > MAX_PIXELS:
        picture.close()
        raise FacegenError(
            f"{path}: {picture.width}x{picture.height} pixels, the limit is {MAX_PIXELS:,}: shrink it"
        )
    return picture


def _decoded(picture: Image.Image, path: Path, mode: str | None) -> Image.Image:
    try:
        picture.load()
        return picture if mode is None else picture.convert(mode)
    except (OSError, ValueError, SyntaxError, MemoryError) as error:
        raise FacegenError(f"{path}: damaged picture ({_first_line(error)}): replace it") from None


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
