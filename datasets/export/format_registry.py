"""The export formats by name.

Each file in `facegen.datasets.export.formats` adds one format. Another package adds its own through an entry
point of the group "facegen.export_formats".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from facegen.datasets.export.exported_faces import ExportedFaces
from facegen.registry import LAST, Registry


@dataclass(frozen=True)
class Format:
    """A layout that `facegen export` writes.

    Attributes
    ----------
    name : str
        What `--to` is given.
    summary : str
        One line for the command's help.
    write : callable
        (faces, empty folder) -> iterator that yields once a written face.
    has_masks : bool
        Whether the layout holds masks.
    convention : str, optional
        The only convention that its masks can have; None for any.
    changes : mapping of str to str
        What it stores otherwise than it was rendered, for provenance.json: {"pictures": "JPEG 95"}. Sets that
        differ in it cannot be compared as if only their faces differed.
    order : int
        Place among the formats.
    """

    name: str
    summary: str
    write: Callable[[ExportedFaces, Path], Iterator[None]]
    has_masks: bool = True
    convention: str | None = None
    changes: Mapping[str, str] = field(default_factory=dict)
    order: int = LAST

    @property
    def needs_class_list(self) -> bool:
        """Whether masks mean nothing without a list of their classes."""
        return self.has_masks and self.convention is None

    def takes(self, convention: str) -> bool:
        """Whether masks of this convention can be written."""
        return self.has_masks and self.convention in (None, convention)


FORMATS: Registry[Format] = Registry(
    "export format", "facegen.datasets.export.formats", "facegen.export_formats"
)
