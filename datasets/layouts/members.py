"""Files of a folder or of an archive, by their names below it, without unpacking.

Archives of strangers are read member by member: nothing is written, links and devices are refused, names that
would leave the archive are refused, and no member is larger than MAX_BYTES when it is unpacked.
"""

import lzma
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from facegen.datasets.errors import FacegenError
from facegen.datasets.io.images import inside
from facegen.datasets.layouts.folder_names import is_clutter

MAX_BYTES = 256_000_000  # of a picture of MAX_PIXELS (io.images) that is not compressed at all, with colours
MAX_RATIO = 1000  # of unpacked to packed bytes: PNG and JPEG are hardly packed, bombs a million times
ARCHIVES = (".zip", ".tar")
# What Python's readers raise for archives that are damaged, or made to be.
_DAMAGED = (
    OSError, zipfile.BadZipFile, zlib.error, lzma.LZMAError, tarfile.TarError, KeyError, EOFError,
    RuntimeError, ValueError, OverflowError, struct.error,
)  # fmt: skip


@dataclass(frozen=True)
class Member:
    """A file, or a member of an archive.

    Attributes
    ----------
    path : Path
        The file, or the archive.
    inner : str
        Name within the archive; "" for a file.
    start, size : int
        Place in a tar archive; 0 in others.
    """

    path: Path
    inner: str = ""
    start: int = 0
    size: int = 0

    @property
    def shown(self) -> Path:
        """What a message names."""
        return self.path / self.inner if self.inner else self.path

    def content(self) -> bytes | None:
        """The bytes of a member of an archive; None for a file, which is read where it lies.

        Raises
        ------
        FacegenError : the archive is damaged, or the member is too large.
        """
        if not self.inner:
            return None
        return self._of_tar() if self.path.suffix.lower() == ".tar" else self._of_zip()

    def _of_tar(self) -> bytes:
        with self.path.open("rb") as file:
            file.seek(self.start)
            return file.read(self.size)

    def _of_zip(self) -> bytes:
        try:
            archive = _zip(self.path)
            entry = archive.getinfo(self.inner)
            with archive.open(entry) as file:
                return file.read(entry.file_size)  # without a size all that is packed would be unpacked
        except _DAMAGED as error:
            why = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise FacegenError(f"{self.shown}: cannot be unpacked ({why}): fetch the archive again") from None


Tree = dict[str, Member]  # by name below the folder or archive, with "/" between folders


def members_of(path: Path) -> Tree:
    """Every file below a folder, or in a zip or tar archive, sorted by name. Hidden files are left out.

    Raises
    ------
    FacegenError : the archive is damaged or of another kind, or a member is a link, a device, too large, or
        named to leave the archive.
    """
    if path.is_dir():
        found = {
            one.relative_to(path).as_posix(): Member(one) for one in sorted(path.rglob("*")) if one.is_file()
        }
    elif path.suffix.lower() == ".zip":
        found = dict(_zip_members(path))
    elif path.suffix.lower() == ".tar":
        found = dict(_tar_members(path))
    else:
        raise FacegenError(f"{path}: need a folder, a .zip or a .tar: unpack it first")
    return {name: one for name, one in sorted(found.items()) if not _hidden(name)}


def _hidden(name: str) -> bool:
    return any(is_clutter(Path(part)) for part in name.split("/"))


def _zip(path: Path) -> zipfile.ZipFile:
    status = path.stat()
    return _open_zip(path, status.st_size, status.st_mtime_ns)


@lru_cache(maxsize=4)
def _open_zip(path: Path, _size: int, _time: int) -> zipfile.ZipFile:
    """An open archive, kept by this process as long as the file is the same."""
    return zipfile.ZipFile(path)


def _zip_members(path: Path) -> Iterator[tuple[str, Member]]:
    try:
        entries = _zip(path).infolist()
    except _DAMAGED as error:
        raise FacegenError(f"{path}: not a readable zip archive ({error}): fetch it again") from None
    for entry in entries:
        if entry.is_dir():
            continue
        kind = entry.external_attr >> 16 & 0o170000  # stat.S_IFMT of what Unix has stored
        if kind not in (0, 0o100000):
            raise FacegenError(f"{path}: {entry.filename} is a link or device: remove it from the archive")
        inside(path, entry.filename)
        if entry.file_size > min(MAX_BYTES, MAX_RATIO * max(entry.compress_size, 1)):
            raise FacegenError(
                f"{path}: {entry.filename} unpacks to {entry.file_size:,} bytes from "
                f"{entry.compress_size:,}: remove it from the archive"
            )
        yield entry.filename, Member(path, entry.filename)


def _tar_entries(path: Path) -> list[tarfile.TarInfo]:
    """Headers of an archive; ValueError where one would lead back, which Python 3.11.7 follows for ever."""
    entries: list[tarfile.TarInfo] = []
    with tarfile.open(path, "r:") as archive:
        for entry in archive:
            if entry.size < 0 or (entries and entry.offset <= entries[-1].offset):
                raise ValueError(f"{entry.name} has {entry.size} bytes")
            entries.append(entry)
    return entries


def _tar_members(path: Path) -> Iterator[tuple[str, Member]]:
    try:
        entries = _tar_entries(path)
    except _DAMAGED as error:
        raise FacegenError(
            f"{path}: not a readable tar archive without compression ({error}): unpack it first"
        ) from None
    for entry in entries:
        if entry.isdir():
            continue
        if not entry.isreg() or entry.issparse():
            raise FacegenError(f"{path}: {entry.name} is a link or device: remove it from the archive")
        name = entry.name.removeprefix("./")
        inside(path, name)
        if entry.size > MAX_BYTES:
            raise FacegenError(f"{path}: {name} has {entry.size:,} bytes, the limit is {MAX_BYTES:,}")
        yield name, Member(path, name, entry.offset_data, entry.size)
