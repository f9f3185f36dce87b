"""The index-mask layout: `images/` with pictures and `masks/` with one 8-bit class id a pixel.

A picture and its mask have the same file stem. Without `masks/` the set has pictures only.
"""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

from facegen.datasets.conventions.label_conventions import Convention
from facegen.datasets.errors import FacegenError
from facegen.datasets.io.images import list_images, read_index, read_rgb
from facegen.datasets.layouts.face_set import FaceSet, Problem


def is_index_masks(path: Path) -> bool:
    """Whether a folder has this layout."""
    return (path / "images").is_dir()


def open_index_masks(path: Path, convention: Convention) -> FaceSet:
    """Open a set; its ids are the stems of which the picture, and the mask if there are masks, exist.

    Parameters
    ----------
    path : Path
    convention : Convention
        What the ids in the masks mean.

    Raises
    ------
    FacegenError : no picture, or not one picture with a mask. Unpaired files are left to `check`.
    """
    images = list_images(path / "images")
    if not images:
        raise FacegenError(f"{path / 'images'} holds no picture (.jpg, .png, ...)")
    has_masks = (path / "masks").is_dir()
    masks = list_images(path / "masks") if has_masks else {}
    ids = [stem for stem in images if stem in masks] if has_masks else list(images)
    if not ids:
        raise FacegenError(
            f"{path}: no picture in images/ has a mask of the same name in masks/: give both the same name"
        )
    return FaceSet(
        name=path.name,
        path=path,
        layout="index",
        convention=convention,
        ids=ids,
        has_masks=has_masks,
        image_path=images.__getitem__,
        mask_path=masks.__getitem__,
        read_image=partial(_read, read_rgb, images),
        read_mask=partial(_read, read_index, masks),
        read_meta=_no_meta,
        pairing=partial(unpaired, images, masks) if has_masks else list,
    )


def unpaired(images: dict[str, Path], masks: dict[str, Path]) -> list[Problem]:
    """A problem for every picture without mask and every mask without picture."""
    return [Problem(images[stem], "picture without a mask") for stem in images if stem not in masks] + [
        Problem(masks[stem], "mask without a picture") for stem in masks if stem not in images
    ]


def _read(
    reader: Callable[[Path], npt.NDArray[np.uint8]], files: Mapping[str, Path], name: str
) -> npt.NDArray[np.uint8]:
    return reader(files[name])


def _no_meta(_name: str) -> None:
    return None
