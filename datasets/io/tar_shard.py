"""A shard as one tar archive in WebDataset's layout: the same samples give the same bytes.

Samples follow each other by name, the files of each as in `sample.FOLDERS`: 000000.png, 000000.mask.png ...
Names up to the first dot are the sample, the rest says what a file is. Headers are of POSIX ustar (IEEE Std
1003.1, pax, "ustar Interchange Format") with dates, owners and rights that are constants: where a member lies
follows from the sizes of those before it, which the shard's record holds.
"""

from __future__ import annotations

import hashlib
import os
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from facegen.datasets.errors import FacegenError
from facegen.datasets.io.file_record import FileRecord
from facegen.datasets.io.files import in_one_step, write_bytes
from facegen.datasets.io.sample import FOLDERS, sample_file, sample_path

BLOCK = 512  # bytes: headers take one, contents are filled up to whole ones
RECORD = 20 * BLOCK  # an archive is filled up to whole ones
ENDINGS = {
    "images": "png",
    "masks": "mask.png",
    "labels": "labels.png",
    "bare": "bare.png",
    "coverage": "coverage.npz",
    "landmarks": "landmarks.json",
    "depth": "depth.npz",
    "meta": "json",
}


def member_name(folder: str, name: str) -> str:
    """What a file of a sample is called in the archive."""
    return f"{name}.{ENDINGS[folder]}"


def write_tar(root: Path, target: Path, names: Sequence[str]) -> FileRecord:
    """Pack all files of some samples, in one step: the archive is there whole or not at all.

    Parameters
    ----------
    root : Path
        Dataset folder that holds them as files.
    target : Path
        The archive.
    names : sequence of str
        Samples, rising.

    Returns
    -------
    FileRecord
        Of the archive.

    Raises
    ------
    FacegenError : a file cannot be read.
    DiskError : the disk is full or refuses.
    """
    digest, written = hashlib.sha256(), 0
    with in_one_step(target) as temporary, temporary.open("wb") as file:
        for piece in _pieces(root, names):
            digest.update(piece)
            written += file.write(piece)
        end = bytes(-(written + 2 * BLOCK) % RECORD + 2 * BLOCK)
        digest.update(end)
        written += file.write(end)
        file.flush()
        os.fsync(file.fileno())
    return FileRecord(written, digest.hexdigest())


def _pieces(root: Path, names: Sequence[str]) -> Iterator[bytes]:
    """Headers and contents, one after another."""
    for name in names:
        for folder in FOLDERS:
            path = sample_file(root, folder, name)
            try:
                content = path.read_bytes()
            except OSError as error:
                raise FacegenError(f"{path}: cannot be read ({error.strerror}): run again") from None
            entry = tarfile.TarInfo(member_name(folder, name))
            entry.size = len(content)
            yield entry.tobuf(tarfile.USTAR_FORMAT)
            yield content
            yield bytes(-len(content) % BLOCK)


def places(files: Mapping[str, FileRecord], names: Sequence[str]) -> Iterator[tuple[str, str, int, int]]:
    """Where everything lies in an archive of `write_tar`.

    Parameters
    ----------
    files : mapping of str to FileRecord
        By path below the dataset folder, as in a shard's record.
    names : sequence of str
        The samples, rising.

    Yields
    ------
    folder, name : str
        Of FOLDERS, and of the sample.
    start, size : int
        Bytes from the beginning of the archive, and of the content.
    """
    start = 0
    for name in names:
        for folder in FOLDERS:
            size = files[sample_path(folder, name)].size
            yield folder, name, start + BLOCK, size
            start += BLOCK + size + -size % BLOCK


def unpack(root: Path, archive: Path, files: Mapping[str, FileRecord], names: Sequence[str]) -> list[str]:
    """Write the files of an archive's samples into the dataset folder, meta last.

    Parameters
    ----------
    root, archive : Path
    files, names :
        As of `places`.

    Returns
    -------
    list of str
        Samples that have a file of another content than `files` says: none of theirs is written.

    Raises
    ------
    FacegenError : the archive cannot be read.
    DiskError : the disk is full or refuses.
    """
    spoiled: list[str] = []
    held: dict[str, bytes] = {}
    try:
        with archive.open("rb") as file:
            for folder, name, start, size in places(files, names):
                file.seek(start)
                held[folder] = file.read(size)
                if folder != FOLDERS[-1]:
                    continue
                if _as_recorded(held, files, name):
                    for kind, content in held.items():
                        write_bytes(sample_file(root, kind, name), content)
                else:
                    spoiled.append(name)
                held = {}
    except OSError as error:
        raise FacegenError(f"{archive}: cannot be read ({error.strerror})") from None
    return spoiled


def spoiled_samples(archive: Path, files: Mapping[str, FileRecord], names: Sequence[str]) -> list[str]:
    """Samples of an archive with a file of another content than `files` says; all where it is missing."""
    spoiled: set[str] = set()
    try:
        with archive.open("rb") as file:
            for folder, name, start, size in places(files, names):
                file.seek(start)
                if not _as_recorded({folder: file.read(size)}, files, name):
                    spoiled.add(name)
    except OSError:
        return list(names)
    return sorted(spoiled)


def _as_recorded(contents: Mapping[str, bytes], files: Mapping[str, FileRecord], name: str) -> bool:
    return all(
        FileRecord(len(content), hashlib.sha256(content).hexdigest()) == files[sample_path(folder, name)]
        for folder, content in contents.items()
    )
