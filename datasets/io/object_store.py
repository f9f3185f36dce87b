"""A dataset on an object store, and its mirror: a folder of this machine with all but the archives.

An address is of any file system that fsspec knows: s3://bucket/faces, gs://bucket/faces, file:///mnt/faces,
memory://faces. The mirror holds dataset.json, records, tables and matched blocks, which are small, and
`remote.json`, which says where the archives are; their members are read by range when they are needed. So
everything that takes a dataset folder takes a mirror.

Stores fail now and then: every request is tried several times with growing pauses, and what was written is
looked at again before it counts.
"""

from __future__ import annotations

import hashlib
import os
import re
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar

from facegen.cache_folder import cache_folder
from facegen.datasets.errors import DiskError, FacegenError
from facegen.datasets.io.dataset_file import DATASET_FILE
from facegen.datasets.io.files import in_one_step, read_json, temporary_name, write_bytes, write_json

REMOTE_FILE = "remote.json"
MIRRORS = "remote"  # folder of all mirrors in the user's cache
ATTEMPTS = 6  # of a request: of stores that fail one in ten, one request in a million is given up
PAUSE, LONGEST_PAUSE = 0.5, 30.0  # seconds before a request is made again, doubled each time
PIECE = 1 << 24  # bytes that are hashed at a time
# What a mirror holds. Nothing else of a store is copied, however it is named.
SMALL = re.compile(
    r"dataset\.json|attributes\.parquet|shards/\d{6}\.json|attributes/\d{6}\.parquet|matching/[a-z0-9-]+\.json"
)
ARCHIVE = re.compile(r"shards/\d{6}\.tar")
_ADDRESS = re.compile(r"([a-z][a-z0-9+.-]+):/+(.*)", re.DOTALL)  # Path makes one slash of two
# Of addresses: "ftp://name:password@host/faces", and values after a "?", which may be keys.
_PASSWORD = re.compile(r"(://[^/\s:@]*):[^/\s]*@")
_VALUE = re.compile(r"([?&][^\s=&/]+=)[^\s&]+")
_PACKAGES = {"s3": "s3fs", "gs": "gcsfs", "gcs": "gcsfs", "az": "adlfs", "abfs": "adlfs"}
# What file systems call the state of a file: any of these changes when it is written again.
_STATES = ("ETag", "etag", "md5Hash", "mtime", "LastModified", "updated", "created")

T = TypeVar("T")


def address_of(path: Path | str) -> str | None:
    """The address that a user's text names, as "s3://bucket/faces"; None for a path of this machine.

    Examples
    --------
    >>> from pathlib import Path
    >>> from facegen.datasets.io.object_store import address_of
    >>> address_of(Path("s3://bucket/faces"))
    's3://bucket/faces'
    >>> address_of("faces") is None
    True
    """
    found = _ADDRESS.fullmatch(str(path))
    if found is None:
        return None
    protocol, rest = found[1], found[2].rstrip("/")
    return f"{protocol}:///{rest}" if protocol in ("file", "local") else f"{protocol}://{rest}"


def without_secrets(text: str) -> str:
    """A text to be shown, without the passwords and keys of the addresses in it.

    Examples
    --------
    >>> from facegen.datasets.io.object_store import without_secrets
    >>> without_secrets("ftp://ada:secret@host/faces")
    'ftp://ada:***@host/faces'
    """
    return _VALUE.sub(r"\1***", _PASSWORD.sub(r"\1:***@", text))


class ObjectStore:
    """The files below an address.

    Parameters
    ----------
    address : str
        As of `address_of`.

    Attributes
    ----------
    address : str
        As given.
    shown : str
        The address as messages name it.

    Raises
    ------
    FacegenError : no such file system, or its package is not installed.
    """

    def __init__(self, address: str) -> None:
        import fsspec

        self.address, self.shown = address, without_secrets(address)
        protocol = address.partition(":")[0]
        try:
            self._files, self._base = fsspec.core.url_to_fs(address, use_listings_cache=False)
        except ImportError:
            package = _PACKAGES.get(protocol, "the package of that file system")
            raise FacegenError(
                f"{self.shown}: {protocol}:// needs {package}: pip install {package}"
            ) from None
        except ValueError as error:
            raise FacegenError(f"{self.shown}: {_first_line(error)}") from None
        self._renames = protocol in ("file", "local")  # others write a file whole or not at all

    def put(self, source: Path, name: str) -> None:
        """Write a file of this machine as `name`; DiskError where the store keeps refusing."""
        size, target, place = source.stat().st_size, self._at(name), PurePosixPath(name)

        def write() -> None:
            first = self._at(str(place.with_name(temporary_name(place.name)))) if self._renames else target
            self._files.makedirs(str(PurePosixPath(first).parent), exist_ok=True)
            try:
                self._files.put_file(str(source), first)
                if first != target:
                    self._files.mv(first, target)
            except BaseException:
                if first != target:
                    with suppress(OSError):
                        self._files.rm_file(first)
                raise
            there = self._files.info(target)["size"]
            if there != size:
                raise OSError(f"{there} bytes are there of {size}")

        self._tried(name, "written", write)

    def read(self, name: str, start: int = 0, size: int | None = None) -> bytes:
        """A file or a part of it; DiskError where the store keeps refusing."""
        stop = None if size is None else start + size
        # By name: the second argument of s3fs is a version.
        return self._tried(name, "read", lambda: self._files.cat_file(self._at(name), start=start, end=stop))

    def fetch(self, name: str, target: Path) -> None:
        """Copy a file to this machine, in one step; DiskError where that cannot be done."""
        with in_one_step(target) as temporary:
            self._tried(name, "read", lambda: self._files.get_file(self._at(name), str(temporary)))

    def remove(self, name: str) -> None:
        """Remove a file that may be gone already; DiskError where the store keeps refusing."""

        def delete() -> None:
            with suppress(FileNotFoundError):
                self._files.rm_file(self._at(name))

        self._tried(name, "removed", delete)

    def sha256(self, name: str) -> str:
        """Hash of a file (64 hex digits), read in pieces."""
        digest, size = hashlib.sha256(), int(self._tried(name, "read", lambda: self._info(name))["size"])
        for start in range(0, size, PIECE):
            digest.update(self.read(name, start, min(PIECE, size - start)))
        return digest.hexdigest()

    def listing(self) -> dict[str, tuple[int, str]]:
        """Name -> size and state of every file of a dataset below the address; other files are left out."""

        def find() -> dict[str, Any]:
            try:
                found: dict[str, Any] = self._files.find(self._base, detail=True)
            except FileNotFoundError:
                return {}
            return found

        known = {}
        for path, info in self._tried("", "listed", find).items():
            name = str(path).removeprefix(self._base).lstrip("/")
            if SMALL.fullmatch(name) or ARCHIVE.fullmatch(name):
                state = next((str(info[key]) for key in _STATES if info.get(key) is not None), "")
                known[name] = int(info["size"]), f"{info['size']} {state}"
        return known

    def _info(self, name: str) -> Mapping[str, Any]:
        info: Mapping[str, Any] = self._files.info(self._at(name))
        return info

    def _at(self, name: str) -> str:
        return f"{self._base.rstrip('/')}/{name}"

    def _tried(self, name: str, what: str, work: Callable[[], T]) -> T:
        """Do something until it succeeds, ATTEMPTS times at most; once where the store forbids it."""
        shown = f"{self.shown}/{name}".rstrip("/")
        for attempt in range(ATTEMPTS):
            try:
                return work()
            except FileNotFoundError:
                if what == "read":
                    raise DiskError(f"{shown}: is not there") from None
                last = "not found"
            except PermissionError as error:
                raise DiskError(
                    f"{shown}: may not be {what} ({_first_line(error)}): does this account have the right to?"
                ) from None
            except Exception as error:  # each store has errors of its own
                last = _first_line(error)
            if attempt + 1 < ATTEMPTS:
                time.sleep(min(PAUSE * 2.0**attempt, LONGEST_PAUSE))
        raise DiskError(f"{shown}: cannot be {what} ({last}; tried {ATTEMPTS} times): run again later")


def _first_line(error: Exception) -> str:
    """What an error says, without passwords."""
    return without_secrets((str(error).splitlines() or [type(error).__name__])[0])


def mirror_folder(address: str, use: str) -> Path:
    """The mirror of an address in the user's cache; `use` keeps those that are read and written apart."""
    return cache_folder() / MIRRORS / f"{use}-{_mark(address)}"


def _mark(address: str) -> str:
    return hashlib.sha256(address.encode()).hexdigest()[:24]


def refresh(address: str, folder: Path) -> ObjectStore:
    """Bring a mirror up to date: small files that changed are copied, those that are gone are removed.

    What was made in the mirror and has not come to the store yet is kept.

    Parameters
    ----------
    address : str
    folder : Path
        Made where it is missing.

    Returns
    -------
    ObjectStore

    Raises
    ------
    FacegenError : no such file system, or the store keeps refusing.
    """
    store = ObjectStore(address)
    there = store.listing()
    seen: Mapping[str, str] = {}
    if (folder / REMOTE_FILE).is_file():
        seen = read_json(folder / REMOTE_FILE).get("seen", {})
    small = {name: state for name, (_, state) in there.items() if SMALL.fullmatch(name)}
    for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
        name = path.relative_to(folder).as_posix()
        if name in seen and name not in small:
            path.unlink(missing_ok=True)
    for name, state in sorted(small.items(), key=lambda item: _last_of_all(item[0])):
        if seen.get(name) != state or not (folder / name).is_file():
            write_bytes(folder / name, store.read(name))
    archives = {name: size for name, (size, _) in there.items() if ARCHIVE.fullmatch(name)}
    write_json(folder / REMOTE_FILE, {"address": address, "seen": small, "archives": archives})
    return store


class Remote:
    """The archives of a mirror.

    Attributes
    ----------
    store : ObjectStore
    sizes : mapping of str to int
        Bytes of the archives that were there when the mirror was brought up to date, by name.
    """

    def __init__(self, content: Mapping[str, Any]) -> None:
        self.store = ObjectStore(str(content["address"]))
        self.sizes: dict[str, int] = {str(name): int(size) for name, size in content["archives"].items()}


def remote_of(folder: Path) -> Remote | None:
    """The archives of a mirror; None for another folder.

    A mirror lies where `mirror_folder` puts it: a `remote.json` in a folder that somebody else made is not
    read, or it could make facegen read any file or address.

    Raises
    ------
    FacegenError : its `remote.json` is damaged, or of another address than the mirror's.
    """
    file = folder / REMOTE_FILE
    if folder.absolute().parent != (cache_folder() / MIRRORS).absolute():
        return None
    try:
        status = file.stat()
    except OSError:
        return None
    return _remote(file, status.st_mtime_ns, status.st_size, os.getpid())


@lru_cache(maxsize=8)
def _remote(file: Path, _time: int, _size: int, _process: int) -> Remote:
    """A process that was forked gets file systems of its own: their connections and threads stay behind."""
    try:
        content = read_json(file)
        if not file.parent.name.endswith(f"-{_mark(str(content['address']))}"):
            raise ValueError("of another address")
        return Remote(content)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise FacegenError(f"{file}: damaged ({error}): remove it") from None


def local_folder(path: Path | str) -> Path:
    """The folder of a set to read: the path itself, or for an address its mirror, brought up to date.

    Raises
    ------
    FacegenError : there is no set at the address, or the store keeps refusing.
    """
    address = address_of(path)
    if address is None:
        return Path(path)
    folder = mirror_folder(address, "read")
    refresh(address, folder)
    if not any(SMALL.fullmatch(one.name) for one in folder.iterdir()):
        raise FacegenError(f"{without_secrets(address)}: holds no set that facegen rendered")
    return folder


def shown_name(folder: Path) -> str:
    """What a set is called: the last part of its folder's path, or of the address that it mirrors."""
    remote = remote_of(folder)
    return folder.name if remote is None else remote.store.shown.rpartition("/")[2]


def put_folder(store: ObjectStore, mirror: Path, folder: str) -> None:
    """Write the small files of a mirror, those directly in one of its folders ("": the mirror itself).

    dataset.json comes last: what it tells of is there by then.
    """
    for path in sorted((mirror / folder).glob("*"), key=lambda one: _last_of_all(one.name)):
        name = path.relative_to(mirror).as_posix()
        if path.is_file() and SMALL.fullmatch(name):
            store.put(path, name)
            note_put(mirror, {name: path.stat().st_size})


def _last_of_all(name: str) -> tuple[bool, str]:
    """Sort key by which dataset.json comes after all other files."""
    return name == DATASET_FILE, name


def note_put(folder: Path, sizes: Mapping[str, int]) -> None:
    """Note in a mirror that files were written to the store; sizes : bytes by name."""
    content = read_json(folder / REMOTE_FILE)
    for name, size in sizes.items():
        if ARCHIVE.fullmatch(name):
            content["archives"][name] = size
        else:
            content["seen"][name] = ""  # its state there is not known: it is copied at the next refresh
    write_json(folder / REMOTE_FILE, content)
