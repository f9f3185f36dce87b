"""The record of a finished shard: sizes and hashes of its files, in `shards/000000.json` of a dataset folder.

The record is written last, after everything it names is on the disk, so a shard counts as finished only while
its record is there and its files match. Writing a shard twice gives the same files and the same record.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from facegen.datasets.errors import DiskError, FacegenError
from facegen.datasets.io.files import read_json, write_json
from facegen.datasets.io.sample import FOLDERS, is_done, sample_file, sample_name

SHARDS = "shards"
RECORD_VERSION = 1


@dataclass(frozen=True)
class FileRecord:
    """Size in bytes and sha256 (64 hex digits) of a file."""

    size: int
    sha256: str

    @staticmethod
    def of(path: Path) -> FileRecord:
        """Of a file that is there; OSError where it cannot be read."""
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            return FileRecord(os.fstat(file.fileno()).st_size, digest)


@dataclass(frozen=True)
class ShardRecord:
    """What a finished shard holds.

    Attributes
    ----------
    number, start, stop : int
        Place in the plan, and its samples `start` to `stop` - 1.
    fingerprint : str
        Of the order's config (`dataset.json` holds the same).
    files : mapping of str to FileRecord
        Every file of its samples, by path below the dataset folder.
    failures : mapping of str to str
        Sample name -> why it could not be rendered.
    """

    number: int
    start: int
    stop: int
    fingerprint: str
    files: Mapping[str, FileRecord] = field(repr=False)
    failures: Mapping[str, str] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(one.size for one in self.files.values())

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "record_version": RECORD_VERSION,
            "number": self.number,
            "start": self.start,
            "stop": self.stop,
            "samples": self.stop - self.start - len(self.failures),
            "fingerprint": self.fingerprint,
            "bytes": self.size,
            "files": {name: [one.size, one.sha256] for name, one in self.files.items()},
            "failures": dict(self.failures),
        }


def record_file(root: Path, number: int) -> Path:
    """Where the record of a shard lies."""
    return root / SHARDS / f"{number:06d}.json"


def make_record(
    root: Path, number: int, start: int, stop: int, fingerprint: str, failures: Mapping[str, str]
) -> ShardRecord:
    """Hash the files of a shard whose samples are all there or named in `failures`.

    Raises
    ------
    FacegenError : a sample is neither there nor a failure, or a file cannot be read.
    """
    files = {}
    for index in range(start, stop):
        name = sample_name(index)
        if name in failures:
            continue
        for folder in FOLDERS:
            path = sample_file(root, folder, name)
            try:
                files[path.relative_to(root).as_posix()] = FileRecord.of(path)
            except OSError as error:
                raise FacegenError(f"{path}: cannot be read ({error.strerror}): run again") from None
    return ShardRecord(number, start, stop, fingerprint, files, dict(sorted(failures.items())))


def write_record(root: Path, record: ShardRecord) -> None:
    """Write the record after the folders that its files were renamed into are on the disk.

    Raises
    ------
    DiskError : the disk is full or refuses.
    """
    for folder in {(root / name).parent for name in record.files}:
        sync_folder(folder)
    write_json(record_file(root, record.number), record.to_dict())
    sync_folder(root / SHARDS)


def sync_folder(folder: Path) -> None:
    """Flush a folder's names to the disk, where the system has that."""
    with suppress(PermissionError):  # Windows opens no folders
        try:
            handle = os.open(folder, os.O_RDONLY)
        except FileNotFoundError:
            raise DiskError(f"{folder}: is gone: was it removed during the run?") from None
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def read_record(root: Path, number: int) -> ShardRecord | None:
    """The record of a shard; None where there is none.

    Raises
    ------
    FacegenError : it is damaged or of another version.
    """
    path = record_file(root, number)
    if not path.is_file():
        return None
    data = read_json(path, "remove it: the shard is checked again")
    if data.get("record_version") != RECORD_VERSION:
        raise FacegenError(
            f"{path}: record version {data.get('record_version')!r}, this facegen reads {RECORD_VERSION}"
        )
    try:
        files = {
            _known_file(path, name): FileRecord(int(size), str(sha256))
            for name, (size, sha256) in data["files"].items()
        }
        number, start, stop = (int(data[key]) for key in ("number", "start", "stop"))
        failures = {str(name): str(why) for name, why in data["failures"].items()}
        return ShardRecord(number, start, stop, str(data["fingerprint"]), files, failures)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise FacegenError(f"{path}: damaged record ({error}): remove it") from None


def _known_file(path: Path, name: str) -> str:
    """A name as `sample_file` makes them; a record that names other files is no record of facegen."""
    folder, _, file = name.partition("/")
    stem = file.partition(".")[0]
    if folder not in FOLDERS or not stem.isdecimal() or sample_file(Path(), folder, stem).as_posix() != name:
        raise FacegenError(f"{path}: names {name!r}, which is no file of a sample: remove the record")
    return name


def records(root: Path) -> Iterator[ShardRecord]:
    """All records of a dataset folder, rising; FacegenError for a damaged one."""
    folder = root / SHARDS
    for path in sorted(folder.glob("[0-9]*.json")) if folder.is_dir() else ():
        if path.stem.isdecimal():
            record = read_record(root, int(path.stem))
            if record is not None:
                yield record


def differing_files(root: Path, record: ShardRecord, hashes: bool) -> Iterator[tuple[str, str]]:
    """Files that are not as the record says.

    Parameters
    ----------
    root : Path
    record : ShardRecord
    hashes : bool
        Whether contents are read and hashed, not sizes alone.

    Yields
    ------
    name : str
        Path below `root`.
    what : str
        What is wrong with it.
    """
    for name, known in record.files.items():
        path = root / name
        try:
            size = path.stat().st_size
            if size != known.size:
                yield name, f"has {size:,} bytes, its shard's record says {known.size:,}"
            elif hashes and FileRecord.of(path) != known:
                yield name, "has another content than its shard's record says"
        except FileNotFoundError:
            yield name, "is missing, its shard's record names it"
        except OSError as error:
            yield name, f"cannot be read ({error.strerror})"


def unfinished(root: Path, number: int, start: int, stop: int, fingerprint: str) -> list[int]:
    """Samples of a shard still to render, by its record where it has one, else by the files that are there.

    Files that differ in size from the record count as not there; `facegen verify` compares contents.

    Parameters
    ----------
    root : Path
    number, start, stop : int
        The shard of the plan.
    fingerprint : str
        Of the order.

    Returns
    -------
    list of int
    """
    try:
        record = read_record(root, number)
    except FacegenError:
        record = None  # written again when the shard is finished
    spoiled: set[str] = set()
    if record is not None and record.fingerprint == fingerprint:
        spoiled = {Path(name).stem for name, _ in differing_files(root, record, hashes=False)}
    return [
        index for index in range(start, stop) if sample_name(index) in spoiled or not is_done(root, index)
    ]


def is_recorded(root: Path, number: int, start: int, stop: int, fingerprint: str) -> bool:
    """Whether a shard has a record of just these samples, of this order."""
    try:
        record = read_record(root, number)
    except FacegenError:
        return False
    return record is not None and (record.start, record.stop, record.fingerprint) == (
        start,
        stop,
        fingerprint,
    )
