"""The official layout of CelebAMask-HQ (Lee et al., MaskGAN, CVPR 2020).

    CelebA-HQ-img/N.jpg                                  1024 x 1024 pictures, N from 0, not padded
    CelebAMask-HQ-mask-anno/{0..14}/NNNNN_part.png       512 x 512 black-and-white, 2,000 pictures a folder
    CelebA-HQ-to-CelebA-mapping.txt                      gives the official split (annotations.py)

The parts overlap; they are merged in the order of the data set's own g_mask.py, later over earlier,
which is the order of the class ids: eyes and brows over glasses, hair over skin, cloth over all.
"""

import re
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

from facegen.datasets.conventions.public.celebamaskhq_labels import CELEBAMASKHQ
from facegen.datasets.errors import FacegenError
from facegen.datasets.io.images import list_images, read_binary, read_rgb
from facegen.datasets.layouts.annotations import MAPPING_FILE, read_mapping
from facegen.datasets.layouts.face_set import FaceSet, Problem

IMAGES = "CelebA-HQ-img"
MASKS = "CelebAMask-HQ-mask-anno"
PER_FOLDER = 2000
_PART_FILE = re.compile(r"(\d{5})_(\w+)\.png")
_ID = re.compile(r"0|[1-9]\d{0,4}")

Parts = dict[str, dict[str, Path]]  # picture id -> part name -> file


def is_celebamaskhq(path: Path) -> bool:
    """Whether a folder has this layout."""
    return (path / IMAGES).is_dir() or (path / MASKS).is_dir()


def has_numbered_folders(path: Path) -> bool:
    """Whether both folders are there, and the masks lie in numbered folders as they are published."""
    masks = path / MASKS
    return (path / IMAGES).is_dir() and masks.is_dir() and any(one.name.isdigit() for one in masks.iterdir())


def open_celebamaskhq(path: Path, split: str | None = None) -> FaceSet:
    """Open the set, all of it or one official part.

    Parameters
    ----------
    path : Path
    split : "train", "val" or "test", optional

    Raises
    ------
    FacegenError : a folder is missing or empty, or `split` is given and the mapping file is missing.
    """
    if not (path / IMAGES).is_dir():
        raise FacegenError(f"{path} has {MASKS}/ but no {IMAGES}/: unpack the pictures next to it")
    images = {stem: file for stem, file in list_images(path / IMAGES).items() if _ID.fullmatch(stem)}
    has_masks = (path / MASKS).is_dir()
    parts = _parts(path / MASKS) if has_masks else {}
    ids = sorted((stem for stem in images if not has_masks or stem in parts), key=int)
    if not ids:
        raise FacegenError(f"{path}: no picture in {IMAGES}/ has a part mask in {MASKS}/")
    if split is not None:
        parts_of_split = read_mapping(path / MAPPING_FILE).part
        ids = [one for one in ids if int(one) < len(parts_of_split) and parts_of_split[int(one)] == split]
        if not ids:
            raise FacegenError(
                f"{path} has no picture of the official split {split!r}: use train, val or test"
            )
    return FaceSet(
        name=path.name,
        path=path,
        layout="official",
        convention=CELEBAMASKHQ,
        ids=ids,
        has_masks=has_masks,
        image_path=images.__getitem__,
        mask_path=partial(_mask_path, path),
        read_image=partial(_read_image, images),
        read_mask=partial(merge_parts, parts),
        read_meta=_no_meta,
        pairing=partial(_pairing, images, parts) if has_masks else list,
    )


def merge_parts(parts: Parts, name: str) -> npt.NDArray[np.uint8]:
    """Index mask of one picture from its part files.

    Returns
    -------
    (512, 512) uint8

    Raises
    ------
    FacegenError : a part is damaged or of another size, or none has a known name.
    """
    merged: npt.NDArray[np.uint8] | None = None
    files = parts[name]
    for index, part in enumerate(CELEBAMASKHQ.classes):
        if part not in files:
            continue
        drawn = read_binary(files[part])
        if merged is None:
            merged = np.zeros(drawn.shape, np.uint8)
        if drawn.shape != merged.shape:
            raise FacegenError(
                f"{files[part]}: {drawn.shape} pixels, its picture's other parts have {merged.shape}"
            )
        merged[drawn] = index
    if merged is None:
        raise FacegenError(f"picture {name} has no part mask with a name known to CelebAMask-HQ")
    return merged


def _parts(root: Path) -> Parts:
    found: Parts = {}
    for folder in sorted(root.iterdir()):
        if not folder.is_dir():
            continue
        for file in sorted(folder.iterdir()):
            match = _PART_FILE.fullmatch(file.name)
            if match:
                found.setdefault(str(int(match[1])), {})[match[2]] = file
    return found


def _pairing(images: dict[str, Path], parts: Parts) -> list[Problem]:
    problems = [
        Problem(file, "picture without part masks", "picture_without_mask")
        for stem, file in images.items()
        if stem not in parts
    ]
    for stem, files in parts.items():
        for part, file in files.items():
            if stem not in images:
                problems.append(
                    Problem(file, f"part mask without a picture {IMAGES}/{stem}.jpg", "mask_without_picture")
                )
            if part not in CELEBAMASKHQ.classes[1:]:
                problems.append(Problem(file, f"unknown part {part!r}", "unknown_part"))
            if file.parent.name != str(int(stem) // PER_FOLDER):
                problems.append(Problem(file, f"belongs in folder {int(stem) // PER_FOLDER}", "folder"))
    return problems


def _mask_path(root: Path, name: str) -> Path:
    return root / MASKS / str(int(name) // PER_FOLDER) / f"{int(name):05d}_*.png"


def _read_image(images: dict[str, Path], name: str) -> npt.NDArray[np.uint8]:
    return read_rgb(images[name])


def _no_meta(_name: str) -> None:
    return None
