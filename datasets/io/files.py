"""Files written whole or not at all, with the same bytes for the same content.

A file is written under a temporary name in its own folder, flushed to the disk, then renamed. Encodings
carry no dates: PNG straight from arrays, NumPy archives with a fixed date, JSON with sorted keys.
"""

import errno
import hashlib
import io
import json
import os
import uuid
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from facegen.datasets.errors import DiskError, FacegenError
from facegen.datasets.io.foreign_text import parse_json, read_bounded

ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest date a zip entry can have
TEMPORARY_MARK = ".partial-"
# Level 6 is 1.6 times slower than 3 for 3 % fewer bytes on rendered pictures and label maps.
_PNG_LEVEL = 3
PICTURE_FORMATS = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WEBP"}
PICTURE_QUALITY = 95  # of JPEG and WebP: no block to be seen
MAX_ARRAY_BYTES = 1 << 29  # normals of a picture of MAX_PIXELS (images.py) take less
_DAMAGED = OSError, ValueError, KeyError, EOFError, MemoryError, RuntimeError, zipfile.BadZipFile, zlib.error


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file in one step: it is there whole or not at all.

    Parameters
    ----------
    path : Path
        Folders above it are made.
    content : bytes

    Raises
    ------
    DiskError : the disk is full or refuses.
    """
    with in_one_step(path) as temporary, temporary.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def temporary_name(name: str) -> str:
    """A name for a file that is to become `name`, of no other process, thread or machine."""
    return f"{TEMPORARY_MARK}{uuid.uuid4().hex[:16]}-{name}"


@contextmanager
def in_one_step(path: Path) -> Iterator[Path]:
    """A temporary file beside `path` that takes its place where the block ends well, else is removed.

    Parameters
    ----------
    path : Path
        Folders above it are made.

    Raises
    ------
    DiskError : the disk is full or refuses.
    """
    temporary = path.with_name(temporary_name(path.name))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        temporary.replace(path)
    except OSError as error:
        with suppress(OSError):  # there is nothing to remove where the folder could not be made
            temporary.unlink(missing_ok=True)
        raise DiskError(disk_message(path, error)) from None
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def write_picture(path: Path, picture: Image.Image) -> None:
    """Write a picture in one step, in the format that the file's ending asks for.

    The encoded bytes go to the file as they are made: a large picture needs no memory but its own.

    Parameters
    ----------
    path : Path
        Ends in one of PICTURE_FORMATS.
    picture : Pillow picture

    Raises
    ------
    FacegenError : the ending is none of PICTURE_FORMATS.
    DiskError : the disk is full or refuses, or the format takes no picture of that size.
    """
    kind = _picture_format(path)
    how: dict[str, int] = {"compress_level": _PNG_LEVEL} if kind == "PNG" else {"quality": PICTURE_QUALITY}
    with in_one_step(path) as temporary, temporary.open("wb") as file:
        picture.save(file, kind, **how)
        file.flush()
        os.fsync(file.fileno())


def _picture_format(target: Path) -> str:
    kind = PICTURE_FORMATS.get(target.suffix.lower())
    if kind is None:
        raise FacegenError(f"{target}: need a file that ends in {', '.join(PICTURE_FORMATS)}")
    return kind


def write_json(path: Path, value: object) -> None:
    """Write readable JSON with sorted keys, in one step.

    Raises
    ------
    FacegenError : a number is not finite, or a value is not of JSON.
    DiskError : the disk is full or refuses.
    """
    try:
        text = json.dumps(value, sort_keys=True, indent=1, allow_nan=False, ensure_ascii=False)
    except (TypeError, ValueError) as error:
        raise FacegenError(f"{path}: not to be stored as JSON ({error})") from None
    write_bytes(path, (text + "\n").encode(errors="backslashreplace"))  # names that are no UTF-8


def read_json(path: Path, advice: str = "remove it", content: bytes | None = None) -> dict[str, Any]:
    """The JSON object of a file.

    Parameters
    ----------
    path : Path
        The file, or what a message is to name where `content` is given.
    advice : str
        What to do with a damaged file: the end of the error's message.
    content : bytes, optional
        The file's content, of a member of an archive.

    Raises
    ------
    FacegenError : the file is missing, damaged, too large or not an object.
    """
    try:
        value = parse_json(read_bounded(path) if content is None else content)
    except FileNotFoundError:
        raise FacegenError(f"{path}: no such file") from None
    except (OSError, ValueError) as error:
        raise FacegenError(f"{path}: damaged JSON ({error}): {advice}") from None
    if not isinstance(value, dict):
        raise FacegenError(f"{path}: holds {type(value).__name__}, need a JSON object: {advice}")
    return value


def fingerprint(value: object) -> str:
    """sha256 (64 hex digits) of the canonical JSON of `value`: sorted keys, no spaces, no nan."""
    canonical = json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False, ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def png_bytes(pixels: npt.NDArray[np.uint8]) -> bytes:
    """(H, W), (H, W, 3) or (H, W, 4) uint8 as PNG without any date or text chunk."""
    buffer = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).save(buffer, "PNG", compress_level=_PNG_LEVEL)
    return buffer.getvalue()


def npz_bytes(**arrays: npt.NDArray[Any]) -> bytes:
    """A compressed NumPy archive like that of `np.savez_compressed`, but with entries dated ZIP_EPOCH.

    Parameters
    ----------
    **arrays : array
        By the names that they get in the archive.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, array in arrays.items():
            content = io.BytesIO()
            np.lib.format.write_array(
                content, np.ascontiguousarray(array), version=(1, 0), allow_pickle=False
            )
            entry = zipfile.ZipInfo(f"{name}.npy", ZIP_EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content.getvalue())
    return buffer.getvalue()


def read_npz(path: Path, *names: str, content: bytes | None = None) -> tuple[npt.NDArray[Any], ...]:
    """Arrays of an archive by name; pickled content is refused.

    Parameters
    ----------
    path, content :
        As of `read_json`.
    *names : str

    Raises
    ------
    FacegenError : the file is missing or damaged, lacks an array, or has one of more than MAX_ARRAY_BYTES.
    """
    try:
        with zipfile.ZipFile(path if content is None else io.BytesIO(content)) as archive:
            return tuple(_array(archive, name) for name in names)
    except FileNotFoundError:
        raise FacegenError(f"{path}: no such file") from None
    except _DAMAGED as error:
        why = (str(error).splitlines() or [type(error).__name__])[0]
        raise FacegenError(f"{path}: damaged archive ({why}): render it again") from None


def _array(archive: zipfile.ZipFile, name: str) -> npt.NDArray[Any]:
    entry = archive.getinfo(f"{name}.npy")
    if entry.file_size > MAX_ARRAY_BYTES:  # no more is unpacked than is announced
        raise ValueError(f"{name} is of {entry.file_size:,} bytes, the limit is {MAX_ARRAY_BYTES:,}")
    with archive.open(entry) as file:
        return np.lib.format.read_array(io.BytesIO(file.read(entry.file_size)), allow_pickle=False)


def disk_message(path: Path, error: OSError) -> str:
    """One line for a user whose file cannot be written: what is wrong, and what to do."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"{path}: the disk is full: make room, then run again; finished samples are kept"
    if error.errno in (errno.EACCES, errno.EROFS, errno.EPERM):
        return f"{path}: may not be written ({error.strerror}): choose another folder"
    return f"{path}: cannot be written ({error.strerror or error})"
