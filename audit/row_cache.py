"""Rows of measures kept on the disk by the content of picture and mask, so that a set is measured once.

One SQLite file. A row's key is a hash of the pixels, of the mask, of the source of all code that measures
them and of the versions of NumPy, SciPy and Pillow. So a row of another picture or of changed code is not
found. Several processes may use the file at once.
"""

import ast
import contextlib
import hashlib
import importlib
import importlib.util
import inspect
import os
import pkgutil
import sqlite3
import sys
from collections.abc import Sequence, Set
from functools import lru_cache
from pathlib import Path

import numpy as np
import PIL
import scipy

from facegen.audit.measures import aligned_labels, label_drawing, measure_table
from facegen.cache_folder import VARIABLE, cache_folder
from facegen.registry import Registry

_WAIT = 30.0  # seconds that one process waits for another's write


def default_cache() -> Path | None:
    """The user's cache file in `cache_folder`; None where it is off.

    FACEGEN_CACHE="" turns the cache off.
    """
    return None if os.environ.get(VARIABLE) == "" else cache_folder() / "measures.sqlite"


def key_of(image: np.ndarray, mask: np.ndarray | None) -> bytes:
    """Key of a picture (H, W, 3) and its mask (h, w) or None, both uint8: 16 bytes."""
    state = hashlib.blake2b(_code(), digest_size=16)
    for array in (image, mask):
        if array is not None:
            state.update(str(array.shape).encode())
            state.update(array.tobytes())
    return state.digest()


def sources() -> list[Path]:
    """Every file that decides what a measure gives, in a fixed order.

    Returns
    -------
    list of Path
        The modules of the themes, of this package and of others, and all modules of facegen and of these
        other packages that they import, directly or not; besides the JSON files of the themes' folders
        (weights). Nothing is listed by hand: a new theme or a new import is found.
    """
    modules = [theme.measure.__module__ for theme in measure_table.THEMES]
    roots = {name.partition(".")[0] for name in modules}
    files = {Path(file) for file in _reachable([*_MEASURED_BY, *modules], roots).values()}
    folders = {Path(inspect.getfile(theme.measure)).parent for theme in measure_table.THEMES}
    return sorted(files | {data for folder in folders for data in folder.glob("*.json")})


_MEASURED_BY = tuple(one.__name__ for one in (measure_table, label_drawing, aligned_labels))


def _reachable(start: Sequence[str], roots: Set[str]) -> dict[str, str]:
    """Module -> file of all modules below the packages `roots` that are imported from those of `start`."""
    found: dict[str, str] = {}
    waiting = list(start)
    while waiting:
        name = waiting.pop()
        spec = importlib.util.find_spec(name)
        if name in found or spec is None or spec.origin is None or not spec.origin.endswith(".py"):
            continue
        found[name] = spec.origin
        imported = _imports(Path(spec.origin).read_text("utf-8"), name, bool(spec.submodule_search_locations))
        imported |= {name.rpartition(".")[0], *_registered(name)} - {""}
        waiting += [one for one in imported if one.partition(".")[0] in roots and _is_module(one)]
    return found


def _registered(name: str) -> set[str]:
    """The modules that fill the registries which a module holds; no import statement names them."""
    held = [one for one in vars(sys.modules.get(name, object)).values() if isinstance(one, Registry)]
    return {
        module.name
        for package in {one.package for one in held}
        for module in pkgutil.iter_modules(importlib.import_module(package).__path__, f"{package}.")
    }


def _imports(source: str, name: str, is_package: bool) -> set[str]:
    """What the source of a module imports: modules, and names in them that may be modules themselves."""
    found: set[str] = set()
    package = name if is_package else name.rpartition(".")[0]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {one.name for one in node.names}
        elif isinstance(node, ast.ImportFrom):
            module = importlib.util.resolve_name("." * node.level + (node.module or ""), package)
            found |= {module} | {f"{module}.{one.name}" for one in node.names}
    return found


def _is_module(name: str) -> bool:
    # The root package holds the public functions and no code that measures.
    if name == "facegen":
        return False
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:  # the part before the last dot is no package: the name of a function
        return False


@lru_cache(maxsize=1)
def _code() -> bytes:
    """Digest of the code that measures and of the libraries it computes with."""
    versions = np.__version__, scipy.__version__, PIL.__version__
    state = hashlib.blake2b(repr(versions).encode(), digest_size=16)
    for path in sources():
        state.update(hashlib.blake2b(path.read_bytes()).digest())
    return state.digest()


class RowCache:
    """The cache as a context manager. With path None, or a file that cannot be used, it holds nothing
    and measuring goes on without it."""

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

    def __exit__(self, *_: object) -> None:
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
