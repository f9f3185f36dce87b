"""Reading picture files that somebody else wrote, safely.

A picture is (H, W, 3) uint8 RGB, an index mask (H, W) uint8 with one class id a pixel. Nothing here
runs code from a file (no pickle), opens a path outside the folder it was given, or decodes a picture
larger than MAX_PIXELS.
"""

import io
import struct
import unicodedata
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, UnidentifiedImageError

from facegen.datasets.errors import FacegenError

# A 64-megapixel picture is 192 MB decoded: larger than any face set's, small enough for any machine.
MAX_PIXELS = 64_000_000
IMAGE_SUFFIXES = (".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".bmp")
# Decoders that are allowed. Pillow picks one by the file's content, not by its name; some of the others start
# other programs (EPS).
_FORMATS = ("JPEG", "PNG", "WEBP", "BMP")
READ_FORMATS = "JPEG, PNG, WebP or BMP"
# First bytes of formats that are not read, (offset, bytes, name): for a message that says what the file is.
_OTHER_FORMATS = (
    (0, b"II*\0", "TIFF"),
    (0, b"MM\0*", "TIFF"),
    (0, b"GIF8", "GIF"),
    (0, b"8BPS", "Photoshop"),
    (0, b"%!PS", "PostScript"),
    (0, b"%PDF", "PDF"),
    (0, b"\0\0\0\x0cjP", "JPEG 2000"),
    (0, b"\xff\x4f\xff\x51", "JPEG 2000"),
    (0, b"\xff\x0a", "JPEG XL"),
    (0, b"\0\0\0\x0cJXL", "JPEG XL"),
    (0, b"v/1\x01", "OpenEXR"),
    (0, b"\x93NUMPY", "NumPy"),
    (0, b"PK\x03\x04", "ZIP"),
    (4, b"ftypavif", "AVIF"),
    (4, b"ftyphei", "HEIC"),
    (4, b"ftypmif1", "HEIC"),
    (4, b"ftyp", "video"),
)
EXIF_ORIENTATION = 0x0112  # CIPA DC-008 (Exif), tag 274; values 2-8 say how to turn the pixels upright
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
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


def read_rgb(path: Path, content: bytes | None = None) -> npt.NDArray[np.uint8]:
    """A picture as (H, W, 3) uint8 RGB, on the pixel grid of the file: `upright` applies the camera's turn.

    Parameters
    ----------
    path : Path
        The file, or what a message is to name where `content` is given.
    content : bytes, optional
        The file's content, of a member of an archive.

    Raises
    ------
    FacegenError : the file, which is named, is missing, damaged, too large or not of 8 bits.
    """
    with _opened(path, content) as picture:
        if picture.mode not in _EIGHT_BIT_COLOUR:
            raise FacegenError(
                f"{path}: {picture.mode} pixels, need an 8-bit picture: convert it to 8-bit RGB"
            )
        return np.asarray(_decoded(picture, path, "RGB"))


def read_index(path: Path, content: bytes | None = None) -> npt.NDArray[np.uint8]:
    """An index mask as (H, W) uint8; a palette's colours are ignored, its indices kept.

    Parameters
    ----------
    path, content :
        As of `read_rgb`.

    Raises
    ------
    FacegenError : the file, which is named, is missing, damaged, too large or not of 8-bit ids.
    """
    with _opened(path, content) as picture:
        if picture.format == "JPEG":
            raise FacegenError(
                f"{path}: a JPEG mask: its compression mixes class ids along every border, which cannot be "
                "undone: export the masks again as PNG"
            )
        if picture.mode not in _EIGHT_BIT_INDEX:
            raise FacegenError(
                f"{path}: {picture.mode} pixels, an index mask has one 8-bit class id a pixel: "
                "save it as 8-bit grey or palette PNG"
            )
        return np.asarray(_decoded(picture, path, None))


def read_binary(path: Path, content: bytes | None = None) -> npt.NDArray[np.bool_]:
    """A black-and-white mask as (H, W) bool: true where any channel is not 0, in a JPEG above half of white.

    Parameters
    ----------
    path, content :
        As of `read_rgb`.

    Raises
    ------
    FacegenError : the file, which is named, is missing, damaged or too large.
    """
    with _opened(path, content) as picture:
        least = 127 if picture.format == "JPEG" else 0
        pixels = np.asarray(_decoded(picture, path, "RGB"))
    drawn: npt.NDArray[np.bool_] = (pixels > least).any(axis=2)
    return drawn


def image_size(path: Path) -> tuple[int, int]:
    """(height, width) in pixels from the header alone; nothing is decoded."""
    with _opened(path) as picture:
        return picture.height, picture.width


@dataclass(frozen=True)
class PictureHeader:
    """What the header of a picture file says; nothing is decoded.

    Attributes
    ----------
    height, width : int
        Pixels as stored, before any turn.
    format : str
        "JPEG", "PNG", "WEBP" or "BMP".
    mode : str
        Pillow's name of the kind of pixels: "P" with a palette, "L" grey, "RGB".
    turn : int
        EXIF orientation, 1 = stored upright, 5 to 8 exchange rows and columns.
    lossy : bool
        The compression changes values: JPEG, and WebP that is not lossless.
    palette : bytes or None
        RGB triples of a palette.
    """

    height: int
    width: int
    format: str
    mode: str
    turn: int
    lossy: bool
    palette: bytes | None


def picture_header(path: Path, content: bytes | None = None) -> PictureHeader:
    """Size, format, camera turn and palette of a picture file.

    Raises
    ------
    FacegenError : the file, which is named, is missing, too large or no picture.
    """
    with _opened(path, content) as picture:
        kind = str(picture.format)
        start = content[:4096] if content is not None else _first_bytes(path)
        palette = bytes(picture.palette.palette) if picture.mode == "P" and picture.palette else None
        return PictureHeader(
            height=picture.height,
            width=picture.width,
            format=kind,
            mode=picture.mode,
            turn=_turn_of(picture),
            lossy=kind == "JPEG" or (kind == "WEBP" and b"VP8L" not in start),
            palette=palette,
        )


def upright(pixels: npt.NDArray[np.uint8], turn: int) -> npt.NDArray[np.uint8]:
    """Pixels (H, W) or (H, W, 3) as a person sees them, by the EXIF orientation 1 to 8 of their file."""
    how = _UPRIGHT.get(turn)
    return pixels if how is None else np.asarray(Image.fromarray(pixels).transpose(how))


def read_upright(path: Path) -> npt.NDArray[np.uint8]:
    """A photo as a person sees it, the camera's turn (EXIF) applied: (H, W, 3) uint8.

    Raises
    ------
    FacegenError : it cannot be read.
    """
    return np.asarray(open_upright(path))


def open_upright(path: Path) -> Image.Image:
    """A photo as a person sees it, as a Pillow picture of mode RGB: 4 bytes a pixel, and no copy of them.

    Raises
    ------
    FacegenError : it cannot be read, or is not of 8 bits.
    """
    with _opened(path) as picture:
        if picture.mode not in _EIGHT_BIT_COLOUR:
            raise FacegenError(
                f"{path}: {picture.mode} pixels, need an 8-bit picture: convert it to 8-bit RGB"
            )
        turn = _UPRIGHT.get(_turn_of(picture))
        pixels = _decoded(picture, path, "RGB")
        photo = pixels if turn is None else pixels.transpose(turn)
        if photo is not picture:
            picture.close()  # gives its pixels back now, not when memory is collected
        return photo


def _turn_of(picture: Image.Image) -> int:
    """EXIF orientation; 1 where there is none, or the camera's block is damaged."""
    try:
        turn = picture.getexif().get(EXIF_ORIENTATION, 1)
    except (OSError, ValueError, SyntaxError, KeyError, struct.error):
        return 1
    return turn if turn in _UPRIGHT else 1


def same_name(name: str) -> str:
    """A file name in Unicode form NFC: macOS stores letters with accents decomposed, others do not.

    Bytes that are no UTF-8 become "?": a name must fit into every file that is written of a set.
    """
    return unicodedata.normalize("NFC", name).encode(errors="replace").decode()


def list_images(folder: Path) -> dict[str, Path]:
    """Every picture directly in a folder, by its stem in Unicode form NFC, sorted.

    Raises
    ------
    FacegenError : two pictures have the same stem.
    """
    found: dict[str, Path] = {}
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() in IMAGE_SUFFIXES and not path.name.startswith("."):
            stem = same_name(path.stem)
            if stem in found:
                raise FacegenError(f"{path} and {found[stem].name} have the same name {stem}: remove one")
            found[stem] = path
    return dict(sorted(found.items()))


def _opened(path: Path, content: bytes | None = None) -> Image.Image:
    try:
        picture = Image.open(path if content is None else io.BytesIO(content), formats=_FORMATS)
    except FileNotFoundError:
        raise FacegenError(f"{path}: no such file") from None
    except IsADirectoryError:
        raise FacegenError(f"{path}: a folder, need a picture file") from None
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError, SyntaxError) as error:
        other = other_format(content[:16] if content is not None else _first_bytes(path)[:16])
        if other:
            raise FacegenError(
                f"{path}: a {other} file, which is not read: convert it to {READ_FORMATS}"
            ) from None
        raise FacegenError(
            f"{path}: not a readable picture ({_first_line(error)}; read are {READ_FORMATS}): replace it"
        ) from None
    if picture.width * picture.height > MAX_PIXELS:
        picture.close()
        raise FacegenError(
            f"{path}: {picture.width}x{picture.height} pixels, the limit is {MAX_PIXELS:,}: shrink it"
        )
    return picture


def other_format(start: bytes) -> str | None:
    """Name of a well-known format that is not read, from a file's first 16 bytes; None for others."""
    for offset, mark, name in _OTHER_FORMATS:
        if start[offset:].startswith(mark):
            return name
    return None


def _first_bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(4096)
    except OSError:
        return b""


def _decoded(picture: Image.Image, path: Path, mode: str | None) -> Image.Image:
    try:
        picture.load()
        # convert() copies even where nothing changes: 252 MB of a photo of 63 megapixels
        return picture if mode in (None, picture.mode) else picture.convert(mode)
    except (OSError, ValueError, SyntaxError, MemoryError) as error:
        raise FacegenError(f"{path}: damaged picture ({_first_line(error)}): replace it") from None


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
