"""Rows of measures kept on the disk by the content of picture and mask, so that a set is measured once.

One SQLite file; a row's key is a hash of the pixels, of the mask and of the code that measured them, that of
NumPy, SciPy and Pillow by their versions, so a changed picture or measure is simply not found. Several
processes may use it at once.
"""

import contextlib
import hashlib
import os
import sqlite3
from functools import lru_cache
from importlib import resources
from pathlib import Path

import numpy as np
import PIL
import scipy

from facegen import colour_science
from facegen.audit import measures

_WAIT = 30.0  # seconds that one process waits for another's write


def default_cache() -> Path | None:
    """The user's cache file ($FACEGEN_CACHE, else under $XDG_CACHE_HOME or ~/.cache); None where it is off.

    FACEGEN_CACHE="" turns the cache off.
    """
    folder = os.environ.get("FACEGEN_CACHE")
    if folder is None:
        folder = str(Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "facegen")
    return Path(folder) / "measures.sqlite" if folder else None


def key_of(image: np.ndarray, mask: np.ndarray | None) -> bytes:
    """Key of a picture and its mask as arrays."""
    state = hashlib.blake2b(_code(), digest_size=16)
    for array in (image, mask):
        if array is not None:
            state.update(str(array.shape).encode())
            state.update(array.tobytes())
    return state.digest()


def sources() -> list[Path]:
    """Every file that decides what a measure gives, in a fixed order: all measures, and colour_science."""
    folder = Path(str(resources.files(measures)))
    own = sorted(path for path in folder.rglob("*") if path.suffix in (".py", ".json"))
    return [*own, Path(colour_science.__file__)]


@lru_cache(maxsize=1)
def _code() -> bytes:
    """Digest of the audit's own source and of what it computes with: rows of other code are never read."""
    versions = np.__version__, scipy.__version__, PIL.__version__
    state = hashlib.blake2b(repr(versions).encode(), digest_size=16)
    for path in sources():
        state.update(path.read_bytes())
    return state.digest()


class RowCache:
    """The cache as a context manager. With path None, or a file that cannot be used, it holds nothing:
    a cache is a help, no condition."""

    def __init__(self, path: Path | None, width: int, map_width: int):
        self._path, self._sizes = path, (8 * width, map_width)
        self._file: sqlite3.Connection | None = None
        self._new: list[tuple[bytes, bytes]] = []

    def __enter__(self) -> "RowCache":
        if self._path is not None:
            try:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                self._file = sqlite3.connect(self._path, timeout=_WAIT)
                self._file.execute("PRAGMA synchronous = OFF")
                self._file.execute(
                    "CREATE TABLE IF NOT EXISTS rows (key BLOB PRIMARY KEY, value BLOB) WITHOUT ROWID"
                )
            except (OSError, sqlite3.Error):
                self._file = None
        return self

    def __exit__(self, *_) -> None:
        if self._file is None:
            return
        # Written at once at the end: a transaction held while pictures are measured would stop other
        # processes. What another process or a full disk forbids to write is measured again next time.
        with contextlib.suppress(sqlite3.Error), self._file:
            self._file.executemany("INSERT OR REPLACE INTO rows VALUES (?, ?)", self._new)
        self._file.close()

    def get(self, key: bytes) -> tuple[np.ndarray, np.ndarray] | None:
        """The row kept under a key, or None."""
        if self._file is None:
            return None
        try:
            found = self._file.execute("SELECT value FROM rows WHERE key = ?", (key,)).fetchone()
        except sqlite3.Error:
            return None
        if found is None or len(found[0]) != sum(self._sizes):
            return None
        split = self._sizes[0]
        return np.frombuffer(found[0][:split], np.float64), np.frombuffer(found[0][split:], np.uint8)

    def put(self, key: bytes, row: tuple[np.ndarray, np.ndarray]) -> None:
        """Keep a row."""
        if self._file is not None:
            value = row[0].astype(np.float64).tobytes() + row[1].astype(np.uint8).tobytes()
            self._new.append((key, value))
