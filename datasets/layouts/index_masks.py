"""The index-mask layout: `images/` with pictures and `masks/` with one 8-bit class id a pixel.

A picture and its mask have the same file stem. `labels/` is taken for `masks/` too: LaPa names it so. Without
either the set has pictures only, unless another folder looks like masks.
"""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

from facegen.datasets.conventions.label_conventions import Convention
from facegen.datasets.errors import FacegenError
from facegen.datasets.io.images import READ_FORMATS, list_images, read_index, read_rgb
from facegen.datasets.layouts.face_set import FaceSet, Problem
from facegen.datasets.layouts.folder_names import (
    MASK_FOLDERS,
    folders_like,
    holds_pictures,
    is_clutter,
    not_read,
)

IMAGES, MASKS, LABELS = "images", "masks", "labels"
NAMED = 5  # folders in a remark
# What labelling programs put after a picture's name where they keep its mask in the same folder.
MASK_ENDINGS = tuple(
    mark + word for mark in "_-." for word in ("mask", "seg", "label", "labels", "gt", "parsing")
)
ONE_FOLDER = 0.25  # of the pictures that have such a neighbour: more are no chance


def is_index_masks(path: Path) -> bool:
    """Whether a folder has this layout."""
    return (path / IMAGES).is_dir()


def open_index_masks(path: Path, convention: Convention) -> FaceSet:
    """Open a set; its ids are the stems of which the picture, and the mask if there are masks, exist.

    Parameters
    ----------
    path : Path
    convention : Convention
        What the ids in the masks mean.

    Raises
    ------
    FacegenError : no picture, not one picture with a mask, or the masks seem to lie in a folder of another
        name or in that of the pictures. What is left out is told by `pairing`, folders of pictures beside
        those that are read by `remarks`.
    """
    images = list_images(path / IMAGES)
    others = not_read(path / IMAGES)
    if not images:
        found = f"; it holds {len(others)} others, such as {others[0].path.name}" if others else ""
        raise FacegenError(f"{path / IMAGES} holds no picture ({READ_FORMATS}){found}")
    folder, remark = mask_folder(path)
    if folder is None:
        _require_no_masks_among(path / IMAGES, images)
    masks = list_images(folder) if folder else {}
    if folder:
        _require_a_mask(folder, masks)
        others += not_read(folder)
    remark += _beside(path, {IMAGES, folder.name if folder else IMAGES})
    return index_set(path, "index", convention, images, masks if folder else None, others, remark)


def _require_no_masks_among(folder: Path, images: Mapping[str, Path]) -> None:
    """FacegenError where pictures and their masks lie in one folder, told apart by an ending of the name."""
    pairs = [(one, one + end) for one in images for end in MASK_ENDINGS if one + end in images]
    if len(pairs) < ONE_FOLDER * len(images) or not pairs:
        return
    picture, mask = (images[one].name for one in pairs[0])
    raise FacegenError(
        f"{folder}: {len(pairs)} pictures have a neighbour that is named as their mask ({picture}, {mask}), "
        f"expected masks in {MASKS}/ beside {IMAGES}/, each with its picture's name: move and rename them"
    )


def _require_a_mask(folder: Path, masks: Mapping[str, Path]) -> None:
    """FacegenError where the folder of the masks holds none: what it holds, and which folder beside it may be
    meant."""
    if masks:
        return
    others = not_read(folder)
    found = f"it holds {len(others)} others, such as {others[0].path.name}" if others else "it is empty"
    like = [one for one in folders_like(folder.parent, MASK_FOLDERS) if one != folder and holds_pictures(one)]
    meant = f"; {like[0].name}/ beside it holds pictures: rename it if these are the masks" if like else ""
    raise FacegenError(f"{folder} holds no mask ({READ_FORMATS}): {found}{meant}")


def _beside(path: Path, read: set[str]) -> tuple[str, ...]:
    """A remark on folders beside those that are read that hold pictures too."""
    others = [one for one in sorted(path.iterdir()) if one.is_dir() and one.name not in read]
    names = [f"{one.name}/" for one in others if not is_clutter(one) and holds_pictures(one)]
    if not names:
        return ()
    more = ", ..." if len(names) > NAMED else ""
    return (f"not read, though they hold pictures: {', '.join(names[:NAMED])}{more}",)


def index_set(
    path: Path,
    layout: str,
    convention: Convention,
    images: dict[str, Path],
    masks: dict[str, Path] | None,
    others: list[Problem],
    remarks: tuple[str, ...],
) -> FaceSet:
    """A set of picture files and index masks, paired by name.

    Parameters
    ----------
    path, layout, convention, remarks :
        As of FaceSet.
    images, masks : dict of name to file
        masks is None in a set without masks.
    others : list of Problem
        What lies there and is not read.

    Raises
    ------
    FacegenError : no picture has a mask.
    """
    ids = list(images) if masks is None else [stem for stem in images if stem in masks]
    if not ids and masks is not None:
        example = next(iter(images))
        raise FacegenError(
            f"{path}: no picture has a mask of the same name (found {len(images)} pictures, such as "
            f"{example}, and {len(masks)} masks, such as {next(iter(masks), 'none')}): give both one name"
        )
    held = masks or {}
    return FaceSet(
        name=path.name,
        path=path,
        layout=layout,
        convention=convention,
        ids=ids,
        has_masks=masks is not None,
        image_path=images.__getitem__,
        mask_path=held.__getitem__,
        read_image=partial(_read, read_rgb, images),
        read_mask=partial(_read, read_index, held),
        read_meta=no_meta,
        pairing=partial(_left_out, images, masks, others),
        mask_files=partial(_one_file, held),
        remarks=remarks,
    )


def mask_folder(path: Path) -> tuple[Path | None, tuple[str, ...]]:
    """The folder of the masks of a set, and a remark on it; None where there is none.

    Raises
    ------
    FacegenError : a folder beside images/ looks like masks, but it is not certain that they are.
    """
    if (path / MASKS).is_dir():
        return path / MASKS, ()
    if (path / LABELS).is_dir():
        return path / LABELS, (f"{LABELS}/ is read as {MASKS}/",)
    like = [one for one in folders_like(path, MASK_FOLDERS) if holds_pictures(one)]
    if like:
        raise FacegenError(
            f"{path}: found {like[0].name}/ beside {IMAGES}/, expected {MASKS}/: rename it if it holds one "
            f"index mask a picture, or move it away to use the pictures without masks"
        )
    return None, ()


def unpaired(images: Mapping[str, Path], masks: Mapping[str, Path]) -> list[Problem]:
    """A problem for every picture without mask and every mask without picture."""
    return [
        Problem(images[stem], "picture without a mask", "picture_without_mask")
        for stem in images
        if stem not in masks
    ] + [
        Problem(masks[stem], "mask without a picture", "mask_without_picture")
        for stem in masks
        if stem not in images
    ]


def _left_out(
    images: Mapping[str, Path], masks: Mapping[str, Path] | None, others: list[Problem]
) -> list[Problem]:
    return ([] if masks is None else unpaired(images, masks)) + others


def _one_file(files: Mapping[str, Path], name: str) -> list[Path]:
    return [files[name]]


def _read(
    reader: Callable[[Path], npt.NDArray[np.uint8]], files: Mapping[str, Path], name: str
) -> npt.NDArray[np.uint8]:
    return reader(files[name])


def no_meta(_name: str) -> None:
    """`FaceSet.read_meta` of a set that facegen did not render."""
    return None
