"""A copy of a set in which is mended what can be: sides, renumbered palettes, specks, camera turns.

The copy has images/ and masks/ with index masks, and classes.json. What is not changed keeps its bytes.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from facegen.datasets.conventions.left_right import count_sides
from facegen.datasets.conventions.region_rules import fill_from_nearest
from facegen.datasets.errors import FacegenError
from facegen.datasets.inspection.mask_content import mask_content
from facegen.datasets.inspection.mask_files import renumbered
from facegen.datasets.inspection.part_places import exchanged_sides
from facegen.datasets.inspection.specks import specks
from facegen.datasets.io.files import png_bytes, write_bytes, write_json
from facegen.datasets.io.images import PictureHeader, picture_header
from facegen.datasets.layouts.face_set import FaceSet
from facegen.datasets.layouts.index_masks import IMAGES, MASKS
from facegen.datasets.layouts.open_set import CLASSES_FILE

Pixels = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Change:
    """What was done to one sample."""

    name: str
    done: str


def write_mended(
    faces: FaceSet, out: Path, on_progress: Callable[[int], object] | None = None
) -> list[Change]:
    """Write the copy.

    Parameters
    ----------
    faces : FaceSet
    out : Path
        New or empty folder.
    on_progress : callable, optional
        Called with 1 after each sample.

    Returns
    -------
    list of Change
        In the order of the samples; samples that cannot be read are left out and named too.

    Raises
    ------
    FacegenError : the folder is not empty, lies in the set, or cannot be written.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise FacegenError(f"{out} is there already: choose another folder")
    if out.resolve().is_relative_to(faces.path.resolve()):
        raise FacegenError(f"{out} lies in the set itself: choose a folder beside it")
    changes: list[Change] = []
    for index, name in enumerate(faces.ids):
        try:
            files, done = mended_sample(faces, index)
        except FacegenError as error:
            changes.append(Change(name, f"left out: {error}"))
        else:
            for path, content in files:
                write_bytes(out / path, content)
            changes += [Change(name, one) for one in done]
        if on_progress is not None:
            on_progress(1)
    write_json(
        out / CLASSES_FILE,
        {"convention": faces.convention.name, "classes": list(faces.convention.classes)},
    )
    return changes


def mended_sample(faces: FaceSet, index: int) -> tuple[list[tuple[Path, bytes]], list[str]]:
    """Files of one sample, below the new folder, and what was changed.

    Raises
    ------
    FacegenError : picture or mask cannot be read.
    """
    name, done = faces.ids[index], []
    source = faces.image_path(name)
    header = faces.header(index)
    turned = header is not None and header.turn > 1
    pixels = faces.image(index)
    if source.is_file() and not turned:
        picture, suffix = source.read_bytes(), source.suffix.lower()
    else:
        picture, suffix = png_bytes(pixels), ".png"
    if turned:
        done.append("camera turn applied; stored as PNG")
    files = [(Path(IMAGES) / f"{name}{suffix}", picture)]
    if faces.has_masks:
        mask, changed = _mended_mask(faces, name)
        files.append((Path(MASKS) / f"{name}.png", png_bytes(mask)))
        done += changed
    return files, done


def _mended_mask(faces: FaceSet, name: str) -> tuple[Pixels, list[str]]:
    convention, done = faces.convention, []
    mask = faces.read_mask(name)
    for header in _headers(faces.mask_files(name)):
        table = renumbered(header, convention)
        if table is not None:
            mask = table[mask]
            done.append("ids taken from the greys of the palette")
    if exchanged_sides(mask_content(mask), count_sides(mask, convention), convention):
        mask = convention.flip_table()[mask]
        done.append("left and right exchanged")
    small = specks(mask, convention)
    if small.any():
        mask = fill_from_nearest(mask, small)
        done.append(f"{int(small.sum())} pixels of specks given to their neighbours")
    return mask, done


def _headers(paths: Iterable[Path]) -> list[PictureHeader]:
    return [picture_header(path) for path in paths if path.is_file()]
