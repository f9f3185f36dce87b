"""Opening a set of faces: the layout is recognised from the folder."""

from pathlib import Path

from facegen.datasets.conventions.convention_registry import convention as convention_named
from facegen.datasets.errors import FacegenError
from facegen.datasets.io.files import read_json
from facegen.datasets.io.images import list_images
from facegen.datasets.layouts.annotations import is_annotations
from facegen.datasets.layouts.face_set import FaceSet, Problem
from facegen.datasets.layouts.facegen_folder import is_own, open_own
from facegen.datasets.layouts.folder_names import PICTURE_FOLDERS, folders_like, is_clutter
from facegen.datasets.layouts.index_masks import IMAGES, is_index_masks, open_index_masks
from facegen.datasets.layouts.official_celebamaskhq import is_celebamaskhq, open_celebamaskhq

__all__ = ["FaceSet", "Problem", "open_set"]
MAX_NAMED = 5  # files and folders in a message
CLASSES_FILE = "classes.json"  # written by `facegen export` next to index masks


def open_set(path: Path | str, split: str | None = None, convention: str = "celebamaskhq") -> FaceSet:
    """The set of faces in a folder.

    Parameters
    ----------
    path : folder
        facegen's own layout, the official CelebAMask-HQ, or `images/` (+ `masks/`).
    split : str, optional
        An official part of CelebAMask-HQ ('train', 'val', 'test'), or the folder of that name in a
        folder that holds several sets.
    convention : str
        What the ids of a folder of index masks mean, where it has no classes.json of `facegen export`. In
        the other layouts the convention is fixed.

    Returns
    -------
    FaceSet

    Raises
    ------
    FacegenError : no folder, no known layout, nothing in it, or several sets in it and no `split`.
    """
    path = Path(path)
    if not path.is_dir():
        raise FacegenError(f"{path}: no such folder: give the folder of a set of faces")
    if is_celebamaskhq(path):
        return open_celebamaskhq(path, split)
    if split is not None and (path / split).is_dir() and not is_index_masks(path):
        return open_set(path / split, convention=convention)
    if split is not None:
        raise FacegenError(f"{path} has no part {split!r}: leave the split out or name a part that is there")
    if is_own(path):
        return open_own(path)
    if is_index_masks(path):
        return open_index_masks(path, convention_named(_declared(path) or convention))
    parts = [
        one.name for one in sorted(path.iterdir()) if one.is_dir() and (is_index_masks(one) or is_own(one))
    ]
    if parts:
        raise FacegenError(
            f"{path} holds several sets: name one of them, such as {path / parts[-1]} ({', '.join(parts)})"
        )
    if is_annotations(path):
        raise FacegenError(
            f"{path} holds annotation files but no pictures: give the folder with the pictures"
        )
    raise FacegenError(f"{path}: no known layout: {_what_is_there(path)}")


def _what_is_there(path: Path) -> str:
    """What a folder of no known layout holds, and what is expected."""
    expected = (
        "expected images/ and masks/, CelebA-HQ-img/ and CelebAMask-HQ-mask-anno/, or a folder written by "
        "`facegen render`"
    )
    like = folders_like(path, PICTURE_FOLDERS)
    if like:
        return f"found {like[0].name}/, expected {IMAGES}/: rename it"
    pictures = list_images(path)
    if pictures:
        return f"found {len(pictures)} pictures in the folder itself, expected {IMAGES}/: move them there"
    there = sorted(one.name + "/" * one.is_dir() for one in path.iterdir() if not is_clutter(one))
    more = ", ..." if len(there) > MAX_NAMED else ""
    return f"found {', '.join(there[:MAX_NAMED]) + more if there else 'an empty folder'}; {expected}"


def _declared(path: Path) -> str | None:
    """The convention that an exported set names; None for other sets."""
    file = path / CLASSES_FILE
    if not file.is_file():
        return None
    named = read_json(file).get("convention")
    return named if isinstance(named, str) else None
