"""What tests of archives and object stores share."""

from dataclasses import replace
from pathlib import Path

from small_set import HEADER, face

from facegen.datasets.io.dataset_file import write_dataset_json
from facegen.datasets.io.packed_shard import pack, remove_files
from facegen.datasets.io.sample import write_sample
from facegen.datasets.io.shard_record import make_record, write_record


class Stop(BaseException):
    """A stop from outside, as SIGKILL between two steps."""


def shards_of(root: Path) -> dict[str, bytes]:
    """Path -> bytes of archives, tables and records of a dataset folder."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for folder in ("shards", "attributes")
        for path in sorted((root / folder).iterdir())
    }


def archives_of(files: dict[str, bytes]) -> dict[str, bytes]:
    """Those of some files that are archives, tables or records, by path below the dataset folder."""
    return {name: one for name, one in files.items() if name.startswith(("shards/", "attributes/"))}


def packed_set(root: Path, count: int, shard_size: int) -> Path:
    """Write a set of drawn faces as `facegen render --storage tar` leaves it, without its plan."""
    for start in range(0, count, shard_size):
        stop = min(start + shard_size, count)
        for index in range(start, stop):
            meta = {"index": index, "attributes": {"age": float(index)}}
            write_sample(root, index, replace(face(index), meta=meta))
        record = pack(root, make_record(root, start // shard_size, start, stop, "", {}))
        write_record(root, record)
        remove_files(root, record.names)
    write_dataset_json(root, HEADER | {"num": count, "storage": "tar", "shard_size": shard_size})
    return root
