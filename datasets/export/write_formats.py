"""Writing a rendered set in the layout of another tool; the layouts are in `formats`, one a file.

An export is written into a hidden folder within its own and moved up when it is whole. A run that was broken
off, or met a full disk, leaves nothing that looks like a set, and the same command works again.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from facegen.datasets.conventions.convention_registry import convention as convention_named
from facegen.datasets.conventions.label_conventions import Convention
from facegen.datasets.errors import DiskError, FacegenError
from facegen.datasets.export.dense_points import FOLDER as DENSE_FOLDER
from facegen.datasets.export.exported_faces import ExportedFaces, Geometry
from facegen.datasets.export.format_registry import FORMATS, Format
from facegen.datasets.io.dataset_file import read_dataset_json
from facegen.datasets.io.files import npz_bytes, write_bytes, write_json
from facegen.datasets.io.folder_lock import LOCK_FILE, folder_lock
from facegen.datasets.io.progress import ignore_count
from facegen.datasets.io.stored_samples import StoredSamples
from facegen.datasets.layouts.facegen_folder import is_own
from facegen.datasets.layouts.open_set import CLASSES_FILE
from facegen.datasets.layouts.provenance import ENTRIES, PROVENANCE_FILE, provenance

UNFINISHED = ".partial-export"
# Writes further files of a face into the export's folder.
Extra = Callable[[ExportedFaces, str, Path], None]


def export(
    root: Path,
    to: str,
    out: Path,
    convention: Convention | None = None,
    progress: Callable[[int, int], None] = ignore_count,
    neutral: bool = False,
    geometry: Geometry | None = None,
    extras: tuple[Extra, ...] = (),
) -> int:
    """Write every finished sample of a set into a new folder, with provenance.json.

    Parameters
    ----------
    root : Path
        A folder written by `facegen render`.
    to : str
        Name of a format in FORMATS.
    out : Path
        New or empty folder, or what an export that was broken off has left.
    convention : Convention, optional
        Of the masks; None keeps that of the set, or takes the format's own. Masks of another convention than
        the set's are derived from the native labels, whose borders are neutral.
    progress : callable
        Called with the numbers of samples done and in all.
    neutral : bool
        Derive masks from the native labels, with neutral borders, also in the set's own convention.
    geometry : callable, optional
        From a sample's meta to its dense points and gaze, which are then stored, too.
    extras : callables
        (faces, name, folder): write further files of each face.

    Returns
    -------
    int
        How many samples were written.

    Raises
    ------
    FacegenError : `root` is not a set of facegen, `out` is there already and not empty, the format is unknown
        or cannot hold the convention, or a file is damaged.
    DiskError : the disk is full or refuses; what was written is removed.
    """
    layout = FORMATS.get_or_fail(to)
    if not is_own(root):
        raise FacegenError(f"{root}: only sets rendered by facegen can be exported")
    _require_room(out)
    if convention is not None and not layout.takes(convention.name):
        other = f", or `--to segmentation --convention {convention.name}`" if layout.has_masks else ""
        raise FacegenError(f"--to {to} has no masks of {convention.name}: leave --convention out{other}")
    header = read_dataset_json(root)
    wanted = layout.convention or (convention.name if convention else header["convention"])
    as_rendered = header["convention"] == wanted and not neutral
    samples = StoredSamples(root)
    names = samples.names
    if not names:
        raise FacegenError(f"{root}: no finished sample: run `facegen render --out {root}` again to resume")
    changes = _changes(layout, wanted, as_rendered)
    content = provenance(header, to, wanted if layout.has_masks else "", changes)
    faces = ExportedFaces(samples, names, convention_named(wanted), as_rendered, content, geometry)
    with _whole_or_nothing(out) as stage:
        for done, _ in enumerate(layout.write(faces, stage), 1):
            _write_extras(faces, names[done - 1], stage, extras)
            progress(done, len(names))
        if layout.needs_class_list:
            classes = list(faces.convention.classes)
            write_json(stage / CLASSES_FILE, {"convention": wanted, "classes": classes})
        entries = sorted(one.name for one in stage.iterdir())
        write_json(stage / PROVENANCE_FILE, {**content, ENTRIES: entries})
    return len(names)


def _require_room(out: Path) -> None:
    """FacegenError where a folder holds anything but the remains of an export."""
    if not out.exists():
        return
    names = sorted(one.name for one in out.iterdir()) if out.is_dir() else [out.name]
    there = [one for one in names if one not in (UNFINISHED, LOCK_FILE)]
    if there:
        what = f"holds {there[0]}" if out.is_dir() else "is a file"
        raise FacegenError(f"{out} is there already and {what}: choose another --out, or remove it")


def _changes(layout: Format, convention: str, as_rendered: bool) -> dict[str, str]:
    changes = dict(layout.changes)
    if layout.has_masks and not as_rendered:
        borders = f"{convention} with neutral borders"
        changes["masks"] = f"{borders}, {changes['masks']}" if "masks" in changes else borders
    return changes


class _whole_or_nothing:
    """Context of a folder whose content appears in `out` when the block ends without an error."""

    def __init__(self, out: Path) -> None:
        self._out, self._stage = out, out / UNFINISHED
        self._made = not out.exists()
        self._lock = folder_lock(out)

    def __enter__(self) -> Path:
        self._lock.__enter__()
        shutil.rmtree(self._stage, ignore_errors=True)
        try:
            self._stage.mkdir()
        except OSError as error:
            self._lock.__exit__(None, None, None)
            raise DiskError(f"{self._out}: may not be written ({error.strerror}): choose another") from None
        return self._stage

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _trace: object) -> None:
        try:
            if error is None:
                for one in sorted(self._stage.iterdir(), key=lambda path: path.name == PROVENANCE_FILE):
                    one.rename(self._out / one.name)
            shutil.rmtree(self._stage, ignore_errors=True)
        finally:
            self._lock.__exit__(None, None, None)
        if error is not None and self._made:
            with suppress(OSError):
                self._out.rmdir()
        if isinstance(error, DiskError):
            # Nothing of an export is kept.
            told = str(error).replace(f"{self._stage}", f"{self._out}")
            raise DiskError(told.replace("; finished samples are kept", "")) from None


def _write_extras(faces: ExportedFaces, name: str, stage: Path, extras: tuple[Extra, ...]) -> None:
    geometry = faces.geometry(name)
    if geometry is not None:
        write_bytes(stage / DENSE_FOLDER / f"{name}.npz", npz_bytes(**geometry.arrays()))
    for extra in extras:
        extra(faces, name, stage)
