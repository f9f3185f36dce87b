"""Packing the samples of a finished shard into its archive, and taking them out again when it must change.

The order of steps is what makes a stop at any moment harmless: archive and table first, then the record that
names them, then the files of their own are removed. Taken out, the files come first and the record goes last.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from facegen.datasets.errors import DiskError
from facegen.datasets.io.dataset_file import attribute_table, write_table
from facegen.datasets.io.file_record import FileRecord
from facegen.datasets.io.files import read_json
from facegen.datasets.io.object_store import remote_of
from facegen.datasets.io.sample import FOLDERS, remove_sample, sample_file
from facegen.datasets.io.shard_record import ShardRecord, packed_files, record_file
from facegen.datasets.io.tar_shard import unpack, write_tar


def pack(root: Path, record: ShardRecord) -> ShardRecord:
    """Write archive and table of a shard whose files are there; returns the record that names them.

    Raises
    ------
    FacegenError : a file cannot be read, or the disk is full or refuses.
    """
    archive, table = packed_files(record.number)
    packed = {archive: write_tar(root, root / archive, record.names)}
    rows = (read_json(sample_file(root, "meta", name))["attributes"] for name in record.names)
    write_table(root / table, attribute_table(record.names, rows))
    packed[table] = FileRecord.of(root / table)
    return replace(record, packed=packed)


def remove_files(root: Path, names: list[str]) -> None:
    """Remove the files of samples that an archive holds as well; DiskError where one cannot be removed."""
    try:
        for name in names:
            remove_sample(root, name)
    except OSError as error:
        raise DiskError(f"{error.filename}: cannot be removed ({error.strerror})") from None


def reopen(root: Path, record: ShardRecord) -> list[str]:
    """Take the samples of a packed shard out of its archive and remove its record.

    Returns
    -------
    list of str
        Samples that are damaged in the archive: they are not there any more.

    Raises
    ------
    FacegenError : the archive cannot be read, or the disk is full or refuses.
    """
    name = packed_files(record.number)[0]
    remote = remote_of(root)
    if not (root / name).is_file() and remote is not None and name in remote.sizes:
        remote.store.fetch(name, root / name)
    if (root / name).is_file():
        spoiled = unpack(root, root / name, record.files, record.names)
    else:
        spoiled = record.names
    record_file(root, record.number).unlink(missing_ok=True)
    return spoiled


def left_over(root: Path) -> set[str]:
    """Names of samples that have any file of their own."""
    return {
        path.name.partition(".")[0]
        for folder in FOLDERS
        if (root / folder).is_dir()
        for path in (root / folder).iterdir()
        if path.name.partition(".")[0].isdecimal()
    }
