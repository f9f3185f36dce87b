"""facegen's own dataset folder as a FaceSet (files: `io.sample`, `io.dataset_file`)."""

import json
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from facegen.datasets.conventions.convention_registry import convention as convention_named
from facegen.datasets.errors import FacegenError
from facegen.datasets.io.dataset_file import DATASET_FILE, FORMAT, read_dataset_json
from facegen.datasets.io.files import read_json
from facegen.datasets.io.images import read_index, read_rgb
from facegen.datasets.io.sample import FOLDERS, sample_file
from facegen.datasets.layouts.face_set import FaceSet, Problem

_NAME = re.compile(r"\d{6}")
_READERS: dict[str, Callable[[Path], Any]] = {"images": read_rgb, "masks": read_index, "meta": read_json}


def is_own(path: Path) -> bool:
    """Whether a folder has facegen's format; a damaged `dataset.json` counts, so that opening names it."""
    file = path / DATASET_FILE
    if not file.is_file():
        return False
    try:
        return json.loads(file.read_text(encoding="utf-8-sig")).get("format") == FORMAT
    except (ValueError, AttributeError, OSError):
        return (path / "meta").is_dir()


def open_own(path: Path) -> FaceSet:
    """The finished samples of a folder written by `facegen render`, in index order.

    Raises
    ------
    FacegenError : dataset.json is damaged or of another version, or no sample is finished.
    """
    content = read_dataset_json(path)
    ids = finished(path)
    if not ids:
        raise FacegenError(f"{path}: no finished sample: run `facegen render --out {path}` again to resume")
    return FaceSet(
        name=path.name,
        path=path,
        layout="facegen",
        convention=convention_named(content["convention"]),
        ids=ids,
        has_masks=True,
        image_path=partial(sample_file, path, "images"),
        mask_path=partial(sample_file, path, "masks"),
        read_image=partial(_read, path, "images"),
        read_mask=partial(_read, path, "masks"),
        read_meta=partial(_read, path, "meta"),
        pairing=partial(_incomplete, path, ids),
        mask_files=partial(_mask_files, path),
    )


def finished(path: Path) -> list[str]:
    """Names of the samples whose meta file is there, rising."""
    folder = path / "meta"
    files = folder.glob("*.json") if folder.is_dir() else ()
    return sorted(file.stem for file in files if _NAME.fullmatch(file.stem))


def _incomplete(path: Path, ids: list[str]) -> list[Problem]:
    problems = []
    for name in ids:
        for folder in FOLDERS:
            file = sample_file(path, folder, name)
            if not file.is_file():
                problems.append(Problem(file, "missing although the sample is marked as done", "missing"))
    return problems


def _mask_files(root: Path, name: str) -> list[Path]:
    return [sample_file(root, "masks", name)]


def _read(root: Path, folder: str, name: str) -> Any:
    return _READERS[folder](sample_file(root, folder, name))
