"""Writing a rendered set in the layout of another tool; the layouts are in `formats`, one a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from facegen.datasets.conventions.convention_registry import convention as convention_named
from facegen.datasets.conventions.label_conventions import Convention
from facegen.datasets.errors import FacegenError
from facegen.datasets.export.exported_faces import ExportedFaces
from facegen.datasets.export.format_registry import FORMATS
from facegen.datasets.io.dataset_file import read_dataset_json
from facegen.datasets.io.files import write_json
from facegen.datasets.layouts.facegen_folder import finished, is_own
from facegen.datasets.layouts.open_set import CLASSES_FILE


def _no_progress(done: int, total: int) -> None:
    """Progress that nobody watches."""


def export(
    root: Path,
    to: str,
    out: Path,
    convention: Convention | None = None,
    progress: Callable[[int, int], None] = _no_progress,
    neutral: bool = False,
) -> int:
    """Write every finished sample of a set into a new folder.

    Parameters
    ----------
    root : Path
        A folder written by `facegen render`.
    to : str
        Name of a format in FORMATS.
    out : Path
        New or empty folder.
    convention : Convention, optional
        Of the masks; None keeps that of the set, or takes the format's own. Masks of another convention than
        the set's are derived from the native labels, whose borders are neutral.
    progress : callable
        Called with the numbers of samples done and in all.
    neutral : bool
        Derive masks from the native labels, with neutral borders, also in the set's own convention.

    Returns
    -------
    int
        How many samples were written.

    Raises
    ------
    FacegenError : `root` is not a set of facegen, `out` is there already and not empty, the format is unknown
        or cannot hold the convention, a file is damaged, or the disk is full or refuses.
    """
    layout = FORMATS.get_or_fail(to)
    if not is_own(root):
        raise FacegenError(f"{root}: only sets rendered by facegen can be exported")
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise FacegenError(f"{out} is there already (from a broken export?): remove it or choose another")
    if convention is not None and not layout.takes(convention.name):
        raise FacegenError(f"--to {to} has no masks of {convention.name}: leave --convention out")
    own = read_dataset_json(root)["convention"]
    wanted = layout.convention or (convention.name if convention else own)
    names = finished(root)
    if not names:
        raise FacegenError(f"{root}: no finished sample")
    faces = ExportedFaces(root, names, convention_named(wanted), as_rendered=own == wanted and not neutral)
    for done, _ in enumerate(layout.write(faces, out), 1):
        progress(done, len(names))
    if layout.needs_class_list:
        write_json(out / CLASSES_FILE, {"convention": wanted, "classes": list(faces.convention.classes)})
    return len(names)
