"""The record of a finished shard: sizes and hashes of its files, in `shards/000000.json` of a dataset folder.

The files of a packed shard are in `shards/000000.tar` (`tar_shard`), and the record names this archive too.
The record is written last, after everything it names is on the disk, so a shard counts as finished only while
its record is there and its files match. Writing a shard twice gives the same files and the same record.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from facegen.datasets.errors import DiskError, FacegenError
from facegen.datasets.io.file_record import FileRecord
from facegen.datasets.io.files import disk_message, read_json, write_json
from facegen.datasets.io.object_store import remote_of
from facegen.datasets.io.sample import FOLDERS, is_done, sample_file, sample_name, sample_path
from facegen.datasets.io.tar_shard import spoiled_samples

SHARDS = "shards"
TABLES = "attributes"  # folder with the rows of each packed shard
RECORD_VERSION = 1
MAX_SIZE = 1 << 40  # bytes of a file


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
    packed : mapping of str to FileRecord
        Archive and table of a packed shard, by path below the dataset folder: they are there in place of
        `files`. Empty where every file is one of its own.
    """

    number: int
    start: int
    stop: int
    fingerprint: str
    files: Mapping[str, FileRecord] = field(repr=False)
    failures: Mapping[str, str] = field(default_factory=dict)
    packed: Mapping[str, FileRecord] = field(default_factory=dict)

    @property
    def on_disk(self) -> Mapping[str, FileRecord]:
        """The files that are there."""
        return self.packed or self.files

    @property
    def names(self) -> list[str]:
        """The samples that came out, rising."""
        return sorted({_sample_of(name) for name in self.files})

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(one.size for one in self.files.values())

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        packed = {name: [one.size, one.sha256] for name, one in self.packed.items()}
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
        } | ({"packed": packed} if packed else {})


def _sample_of(name: str) -> str:
    """The sample that a file of `files` belongs to."""
    return name.partition("/")[2].partition(".")[0]


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
    for folder in {(root / name).parent for name in record.on_disk}:
        sync_folder(folder)
    write_json(record_file(root, record.number), record.to_dict())
    sync_folder(root / SHARDS)


def sync_folder(folder: Path) -> None:
    """Flush a folder's names to the disk, where the system has that; DiskError where the disk refuses."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except FileNotFoundError:
        raise DiskError(f"{folder}: is gone: was it removed during the run?") from None
    except PermissionError:  # Windows opens no folders
        return
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):  # a file system that flushes no folders
            raise DiskError(disk_message(folder, error)) from None
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
        files = {_known_file(path, name): _file_record(one) for name, one in data["files"].items()}
        packed = {name: _file_record(one) for name, one in data.get("packed", {}).items()}
        if packed and sorted(packed) != sorted(packed_files(int(data["number"]))):
            raise ValueError("names other archives than its own")
        number, start, stop = (int(data[key]) for key in ("number", "start", "stop"))
        failures = {str(name): str(why) for name, why in data["failures"].items()}
        _check_samples(files, start, stop)
        return ShardRecord(number, start, stop, str(data["fingerprint"]), files, failures, packed)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise FacegenError(f"{path}: damaged record ({error}): remove it") from None


def packed_files(number: int) -> tuple[str, str]:
    """Archive and table of attributes of a packed shard, by path below the dataset folder."""
    return f"{SHARDS}/{number:06d}.tar", f"{TABLES}/{number:06d}.parquet"


def _check_samples(files: Mapping[str, FileRecord], start: int, stop: int) -> None:
    """ValueError where files are not all those of some samples of a shard, and of no other."""
    names = {_sample_of(name) for name in files}
    if not all(len(one) == len(sample_name(0)) and start <= int(one) < stop for one in names):
        raise ValueError(f"names samples other than {start} to {stop - 1}")
    if len(files) != len(names) * len(FOLDERS):
        raise ValueError("names some files of a sample, not all")


def _file_record(stored: Any) -> FileRecord:
    """Of a pair of size and hash; ValueError where it is none."""
    size, sha256 = stored
    if not 0 <= int(size) <= MAX_SIZE:
        raise ValueError("a size that no file has")
    return FileRecord(int(size), str(sha256))


def _known_file(path: Path, name: str) -> str:
    """A name as `sample_file` makes them; a record that names other files is no record of facegen."""
    folder, _, file = name.partition("/")
    stem = file.partition(".")[0]
    if folder not in FOLDERS or not stem.isdecimal() or sample_path(folder, stem) != name:
        raise FacegenError(f"{path}: names {name!r}, which is no file of a sample: remove the record")
    return name


def record_files(root: Path) -> list[Path]:
    """Where records of a dataset folder lie, rising."""
    folder = root / SHARDS
    found = sorted(folder.glob("[0-9]*.json")) if folder.is_dir() else []
    return [path for path in found if path.stem.isdecimal()]


def records(root: Path) -> Iterator[ShardRecord]:
    """All records of a dataset folder, rising; FacegenError for a damaged one."""
    for path in record_files(root):
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
    remote = remote_of(root)
    for name, known in record.on_disk.items():
        path = root / name
        elsewhere = remote is not None and name in remote.sizes and not path.exists()
        try:
            size = remote.sizes[name] if remote is not None and elsewhere else path.stat().st_size
            if size != known.size:
                yield name, f"has {size:,} bytes, its shard's record says {known.size:,}"
            elif (
                hashes
                and (
                    remote.store.sha256(name)
                    if remote is not None and elsewhere
                    else FileRecord.of(path).sha256
                )
                != known.sha256
            ):
                yield name, "has another content than its shard's record says"
        except FileNotFoundError:
            yield name, "is missing, its shard's record names it"
        except OSError as error:
            yield name, f"cannot be read ({error.strerror})"


def unfinished(root: Path, number: int, start: int, stop: int, fingerprint: str) -> list[int]:
    """Samples of a shard still to render, by its record where it has one, else by the files that are there.

    Files that differ in size from the record count as not there; `facegen verify` compares contents. Of an
    archive that differs, the samples whose contents are as the record says are kept.

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
    packed: set[str] = set()
    if record is not None and record.fingerprint == fingerprint:
        wrong = [name for name, _ in differing_files(root, record, hashes=False)]
        if not record.packed:
            spoiled = {Path(name).stem for name in wrong}
        elif packed_files(number)[0] in wrong:
            archive = root / packed_files(number)[0]
            packed = {*record.names} - {*spoiled_samples(archive, record.files, record.names)}
        else:
            packed = {*record.names}
    return [
        index
        for index in range(start, stop)
        if sample_name(index) in spoiled or not (sample_name(index) in packed or is_done(root, index))
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
