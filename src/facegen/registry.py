"""Registries: one file adds one thing.

A registry holds the entries of one kind (hats, measures, export formats ...) by name. The files of one
package fill it, each by adding its own entry while it is imported; an installed package adds more through
an entry point of the registry's group, which names a module that adds entries in the same way:

    [project.entry-points."facegen.hats"]
    top_hat = "my_hats.top_hat"

Nothing is imported before a registry is first read.
"""

from __future__ import annotations

import pkgutil
import threading
from collections.abc import Iterator, Mapping
from importlib import import_module
from importlib.metadata import entry_points
from typing import Generic, Protocol, TypeVar

from facegen.datasets.errors import FacegenError

LAST = 1000  # order of an entry that does not say where it stands


class Entry(Protocol):
    """What every entry has: a name, and where it stands among the others.

    order : entries are listed by it, then by name. It is part of what a seed means: a draw among entries
        walks through them in this order, so the numbers of existing entries never change.
    """

    @property
    def name(self) -> str: ...

    @property
    def order(self) -> int: ...


E = TypeVar("E", bound=Entry)


class Registry(Mapping[str, E], Generic[E]):
    """Entries of one kind by name, in their order.

    Parameters
    ----------
    kind : str
        What an entry is, for error messages: "hat".
    package : str
        The package whose modules add entries, as "facegen.assets.wear.hats".
    group : str, optional
        The group of entry points through which other packages add theirs, as "facegen.hats".
    """

    def __init__(self, kind: str, package: str, group: str | None = None) -> None:
        self.kind, self.package, self.group = kind, package, group
        self._added: dict[str, E] = {}
        self._entries: dict[str, E] = {}
        self._filled = False
        self._lock = threading.RLock()

    def add(self, entry: E) -> E:
        """Add an entry and return it.

        Raises
        ------
        FacegenError : another entry of this name is there.
        """
        if entry.name in self._added and self._added[entry.name] != entry:
            raise FacegenError(f"there are two {self.kind} entries of the name {entry.name!r}: rename one")
        self._added[entry.name] = entry
        self._entries = dict(sorted(self._added.items(), key=lambda item: (item[1].order, item[0])))
        return entry

    def __getitem__(self, name: str) -> E:
        self._fill()
        return self._entries[name]

    def get_or_fail(self, name: str, where: str = "") -> E:
        """The entry of a name. FacegenError names those that are there; `where` says what asked for it."""
        if name not in self:
            before = f"{where}: " if where else ""
            raise FacegenError(f"{before}unknown {self.kind} {name!r}: it is one of {', '.join(self)}")
        return self[name]

    def __iter__(self) -> Iterator[str]:
        self._fill()
        return iter(self._entries)

    def __len__(self) -> int:
        self._fill()
        return len(self._entries)

    def _fill(self) -> None:
        if self._filled:
            return
        with self._lock:
            if self._filled:
                return
            package = import_module(self.package)
            for module in pkgutil.iter_modules(package.__path__, f"{self.package}."):
                import_module(module.name)
            for point in entry_points(group=self.group) if self.group else ():
                try:
                    point.load()
                except Exception as error:
                    raise FacegenError(
                        f"the package that adds the {self.kind} {point.name!r} ({point.value}) cannot be "
                        f"loaded ({type(error).__name__}: {error}): mend it or uninstall it"
                    ) from error
            self._filled = True
