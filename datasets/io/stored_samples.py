"""Where the samples of a dataset folder are: in files of their own, in tar shards, or on an object store.

Arrays of places are (samples, len(FOLDERS), 2) int64: start and size in bytes within an archive.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from facegen.datasets.errors import FacegenError
from facegen.datasets.io.files import read_json
from facegen.datasets.io.object_store import Remote, remote_of
from facegen.datasets.io.sample import FOLDERS, sample_file
from facegen.datasets.io.shard_record import ShardRecord, packed_files, read_record, record_files
from facegen.datasets.io.tar_shard import member_name, places

MAX_BYTES = 512_000_000  # of a file of a sample: depth and normals of 8,192 x 8,192 pixels, not compressed
_NAME = re.compile(r"\d{6}")
_COLUMN = {folder: column for column, folder in enumerate(FOLDERS)}


class StoredSamples:
    """The finished samples of a dataset folder, as they were when this was made. Picklable.

    Parameters
    ----------
    root : Path
        Dataset folder, or the mirror of one on an object store.

    Attributes
    ----------
    root : Path
    tables : list of str
        Tables of attributes of packed shards, by path below `root`.
    lost : dict of Path to str
        Records that cannot be read or whose archive is not there, and why: their samples are not counted.

    Examples
    --------
    >>> from facegen.datasets.io.stored_samples import StoredSamples
    >>> samples = StoredSamples(root)  # doctest: +SKIP
    >>> shown, content = samples.read("images", samples.names[0])  # doctest: +SKIP
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._packed: dict[str, tuple[int, int]] = {}  # sample -> archive and row
        self._archives: list[str] = []
        self.tables: list[str] = []
        self._places: list[npt.NDArray[np.int64]] = []
        remote = remote_of(root)
        self.lost: dict[Path, str] = {}
        for path in record_files(root):
            try:
                record = read_record(root, int(path.stem))
            except FacegenError as error:
                self.lost[path] = str(error).removeprefix(f"{path}: ")
                continue
            if record is None or not record.packed:
                continue
            if _is_there(root, remote, record):
                self._add(record)
            else:
                self.lost[path] = f"{packed_files(record.number)[0]} is missing"
        folder = root / "meta"
        loose = folder.glob("*.json") if folder.is_dir() else ()
        self._loose = {file.stem for file in loose if _NAME.fullmatch(file.stem)} - self._packed.keys()

    def _add(self, record: ShardRecord) -> None:
        names = record.names
        table = np.array([place[2:] for place in places(record.files, names)], np.int64)
        for row, name in enumerate(names):
            self._packed[name] = len(self._archives), row
        archive, attributes = packed_files(record.number)
        self._archives.append(archive)
        self.tables.append(attributes)
        self._places.append(table.reshape(len(names), len(FOLDERS), 2))

    @property
    def names(self) -> list[str]:
        """Samples in archives and those whose meta file is there, rising."""
        return sorted({*self._packed, *self._loose})

    def is_done(self, name: str) -> bool:
        """Whether all files of a sample are there."""
        return name in self._packed or (
            name in self._loose and all(sample_file(self.root, one, name).is_file() for one in FOLDERS)
        )

    def shown(self, folder: str, name: str) -> Path:
        """What a message names: the file, or archive and member."""
        if name not in self._packed:
            return sample_file(self.root, folder, name)
        return self.root / self._archives[self._packed[name][0]] / member_name(folder, name)

    def loose_file(self, folder: str, name: str) -> Path | None:
        """The file of a sample; None where it is a member of an archive."""
        return None if name in self._packed else sample_file(self.root, folder, name)

    def read(self, folder: str, name: str) -> tuple[Path, bytes | None]:
        """Read a file of a sample that is a member of an archive.

        Parameters
        ----------
        folder : str
            Of `sample.FOLDERS`.
        name : str

        Returns
        -------
        shown : Path
            What a message names.
        content : bytes, optional
            None where the sample has files of its own: `shown` is the file.

        Raises
        ------
        FacegenError : the archive is gone, too short, or cannot be read.
        """
        shown = self.shown(folder, name)
        if name not in self._packed:
            return shown, None
        archive, row = self._packed[name]
        start, size = (int(one) for one in self._places[archive][row, _COLUMN[folder]])
        if size > MAX_BYTES:
            raise FacegenError(f"{shown}: {size:,} bytes, the limit is {MAX_BYTES:,}")
        content = self._bytes(self._archives[archive], start, size)
        if len(content) != size:
            raise FacegenError(f"{shown}: its archive is cut: `facegen verify {self.root}` says what is lost")
        return shown, content

    def content(self, folder: str, name: str) -> bytes:
        """The bytes of a file of a sample; FacegenError as `read`, or where the file is missing."""
        shown, content = self.read(folder, name)
        if content is not None:
            return content
        try:
            return shown.read_bytes()
        except OSError as error:
            raise FacegenError(f"{shown}: cannot be read ({error.strerror})") from None

    def meta(self, name: str) -> dict[str, Any]:
        """A sample's meta.json; FacegenError where it is missing or damaged."""
        shown, content = self.read("meta", name)
        return read_json(shown, content=content)

    def _bytes(self, archive: str, start: int, size: int) -> bytes:
        path = self.root / archive
        try:
            with path.open("rb") as file:
                file.seek(start)
                return file.read(size)
        except FileNotFoundError:
            remote = remote_of(self.root)
            if remote is None:
                raise FacegenError(f"{path}: is gone: render the set again to resume") from None
            return remote.store.read(archive, start, size)
        except OSError as error:
            raise FacegenError(f"{path}: cannot be read ({error.strerror})") from None


def _is_there(root: Path, remote: Remote | None, record: ShardRecord) -> bool:
    """Whether the archive of a record is there, in the folder or on the store."""
    archive = packed_files(record.number)[0]
    return (root / archive).is_file() or (remote is not None and archive in remote.sizes)
