"""facegen's own dataset folder as a FaceSet (files: `io.sample`, `io.dataset_file`)."""

from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

from facegen.datasets.conventions.convention_registry import convention as convention_named
from facegen.datasets.conventions.label_conventions import Convention, derive
from facegen.datasets.errors import FacegenError
from facegen.datasets.io.dataset_file import DATASET_FILE, FORMAT, read_dataset_json
from facegen.datasets.io.files import read_npz
from facegen.datasets.io.foreign_text import parse_json, read_bounded
from facegen.datasets.io.images import read_index, read_rgb
from facegen.datasets.io.sample import FOLDERS
from facegen.datasets.io.stored_samples import StoredSamples
from facegen.datasets.layouts.face_set import FaceSet, Problem, no_files


def is_own(path: Path) -> bool:
    """Whether a folder has facegen's format; a damaged `dataset.json` counts, so that opening names it."""
    file = path / DATASET_FILE
    if not file.is_file():
        return False
    try:
        return bool(parse_json(read_bounded(file)).get("format") == FORMAT)
    except (ValueError, AttributeError, OSError, FacegenError):
        return (path / "meta").is_dir()


def open_own(path: Path, name: str = "") -> FaceSet:
    """The finished samples of a folder written by `facegen render`, in index order.

    Parameters
    ----------
    path : Path
        The folder, or the mirror of a set on an object store.
    name : str
        Of the set; by default that of the folder.

    Raises
    ------
    FacegenError : dataset.json is damaged or of another version, or no sample is finished.
    """
    content = read_dataset_json(path)
    samples = StoredSamples(path)
    ids = samples.names
    if not ids:
        raise FacegenError(f"{path}: no finished sample: run `facegen render --out {path}` again to resume")
    return FaceSet(
        name=name or path.name,
        path=path,
        layout="facegen",
        convention=convention_named(content["convention"]),
        ids=ids,
        has_masks=True,
        image_path=partial(samples.shown, "images"),
        mask_path=partial(samples.shown, "masks"),
        read_image=partial(_image, samples),
        read_mask=partial(_mask, samples),
        read_meta=samples.meta,
        pairing=partial(_incomplete, samples),
        mask_files=partial(_mask_files, samples),
    )


def redrawn(faces: FaceSet, convention: Convention) -> FaceSet:
    """A rendered set with masks of another convention, drawn from its native labels with neutral borders.

    Parameters
    ----------
    faces : FaceSet of the layout "facegen"
    convention : Convention

    Returns
    -------
    FaceSet
        `faces` itself where its masks are of the convention, as they were rendered.
    """
    if faces.convention.name == convention.name:
        return faces
    read = partial(_drawn, StoredSamples(faces.path), convention)
    return replace(faces, convention=convention, read_mask=read, mask_files=no_files)


def can_redraw(faces: FaceSet) -> bool:
    """Whether a set is rendered and holds the native labels of its first sample."""
    if faces.layout != "facegen" or not len(faces):
        return False
    try:
        _drawn(StoredSamples(faces.path), faces.convention, faces.ids[0])
    except FacegenError:
        return False
    return True


def _drawn(samples: StoredSamples, convention: Convention, name: str) -> npt.NDArray[np.uint8]:
    path, content = samples.read("coverage", name)
    (coverage,) = read_npz(path, "coverage", content=content)
    native, bare = (read_index(*samples.read(folder, name)) for folder in ("labels", "bare"))
    return derive(native, bare, coverage, convention)


def _incomplete(samples: StoredSamples) -> list[Problem]:
    problems = [
        Problem(path, f"a shard whose samples are left out: {why}", "missing")
        for path, why in samples.lost.items()
    ]
    for name in samples.names:
        for folder in FOLDERS:
            file = samples.loose_file(folder, name)
            if file is not None and not file.is_file():
                problems.append(Problem(file, "missing although the sample is marked as done", "missing"))
    return problems


def _mask_files(samples: StoredSamples, name: str) -> list[Path]:
    file = samples.loose_file("masks", name)
    return no_files(name) if file is None else [file]


def _image(samples: StoredSamples, name: str) -> npt.NDArray[np.uint8]:
    return read_rgb(*samples.read("images", name))


def _mask(samples: StoredSamples, name: str) -> npt.NDArray[np.uint8]:
    return read_index(*samples.read("masks", name))
