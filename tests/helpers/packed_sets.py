"""What tests of archives and object stores share."""

from pathlib import Path


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
