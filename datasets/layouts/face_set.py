"""A set of faces as the rest of the package sees it, whatever files it is stored in.

Pictures are (H, W, 3) uint8 RGB. Masks are (h, w) uint8 ids of the set's convention, 255 = ignore,
and may be smaller than the picture (the official CelebAMask-HQ: 1024 and 512).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from facegen.datasets.conventions.label_conventions import Convention
from facegen.datasets.conventions.left_right import SidesCount, count_sides, is_upright
from facegen.datasets.conventions.native_labels import IGNORE
from facegen.datasets.errors import FacegenError
from facegen.datasets.io.images import PictureHeader, image_size, picture_header, upright

# Fraction of frontal faces with left and right exchanged above which the naming is wrong. Below it are errors
# of annotators: 7 % of CelebAMask-HQ's own training masks are exchanged.
MAX_SWAPPED = 0.25


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with a set.

    Attributes
    ----------
    path : Path
        The file or folder.
    message : str
        One line that says what.
    kind : str
        What sort of thing, a name in `inspection.finding_kinds`.
    name : str
        The sample that it is about; "" where it is about no one sample.
    score : float
        How much it stands out among those of its kind; larger is worse.
    """

    path: Path
    message: str
    kind: str = "other"
    name: str = ""
    score: float = 0.0

    def __str__(self) -> str:
        return f"{self.path}: {self.message}"


def no_files(_name: str) -> list[Path]:
    """`FaceSet.mask_files` of a set whose masks are no index files of their own."""
    return []


@dataclass(frozen=True)
class FaceSet:
    """Pictures with label maps in one convention. Made by `open_set`; picklable.

    Attributes
    ----------
    name : str
        The folder's name.
    path : Path
    layout : "official", "index" or "facegen"
    convention : Convention
    ids : list of str
        One name a picture; an index is a place in this list everywhere.
    has_masks : bool
        Whether `mask` may be called.
    image_path, mask_path : callable
        Id -> the file that holds it, for messages.
    read_image, read_mask, read_meta : callable
        Id -> content, as of `image`, `mask` and `meta`.
    pairing : callable
        () -> problems of what is left out: pictures without masks, masks without pictures, files and folders
        that are not read.
    mask_files : callable
        Id -> the file whose pixels are the ids of the mask; none where it is made of parts, or is a member of
        an archive.
    remarks : tuple of str
        What was taken for what, in words for the user: "labels/ is read as masks/".
    read_header : callable, optional
        Id -> header of a picture that is no file of its own: a member of an archive, a cell of a table.
    """

    name: str
    path: Path
    layout: str
    convention: Convention
    ids: list[str]
    has_masks: bool
    image_path: Callable[[str], Path]
    mask_path: Callable[[str], Path]
    read_image: Callable[[str], npt.NDArray[np.uint8]]
    read_mask: Callable[[str], npt.NDArray[np.uint8]]
    read_meta: Callable[[str], dict[str, Any] | None]
    pairing: Callable[[], list[Problem]]
    mask_files: Callable[[str], list[Path]] = no_files
    remarks: tuple[str, ...] = ()
    read_header: Callable[[str], PictureHeader] | None = None

    def __len__(self) -> int:
        return len(self.ids)

    def image(self, index: int) -> npt.NDArray[np.uint8]:
        """A picture, (H, W, 3) uint8 RGB.

        A camera's turn (EXIF) is applied, unless the mask is drawn on the pixels as they are stored.

        Raises
        ------
        FacegenError : the file, which is named, cannot be read.
        """
        pixels, header = self.read_image(self.ids[index]), self.header(index)
        turn = 1 if header is None else header.turn
        return upright(pixels, turn) if turn > 1 and self._seen_upright(index, pixels, turn) else pixels

    def header(self, index: int) -> PictureHeader | None:
        """What the header of a picture says; None where it is neither a file nor in an archive or a table.

        Raises
        ------
        FacegenError : the file, which is named, cannot be read.
        """
        name = self.ids[index]
        if self.read_header is not None:
            return self.read_header(name)
        path = self.image_path(name)
        return picture_header(path) if path.is_file() or path.is_symlink() else None

    def _seen_upright(self, index: int, pixels: npt.NDArray[np.uint8], turn: int) -> bool:
        """Whether the mask is drawn on the picture as a viewer turns it, by its shape, else by its face."""
        if not self.has_masks:
            return True
        try:
            mask = self.read_mask(self.ids[index])
        except FacegenError:
            return True  # named where the mask is used
        shape = pixels.shape[:2]
        if turn >= 5 and shape[0] != shape[1]:  # rows and columns are exchanged
            return fits_shape(mask.shape, shape[::-1])
        return is_upright(mask, self.convention)

    def mask(self, index: int) -> npt.NDArray[np.uint8]:
        """A mask, (h, w) uint8 ids of `convention`, 255 = ignore.

        Raises
        ------
        FacegenError : the set has no masks, the file is damaged, or it holds an id that the convention lacks.
        """
        mask = self._raw_mask(index)
        unknown = unknown_ids(mask, self.convention)
        if unknown:
            raise FacegenError(
                f"{self.mask_path(self.ids[index])}: holds ids {unknown}, which {self.convention.name} "
                f"lacks (0-{len(self.convention.classes) - 1}, 255): correct the mask or the convention"
            )
        return mask

    def _raw_mask(self, index: int) -> npt.NDArray[np.uint8]:
        if not self.has_masks:
            raise FacegenError(f"{self.path} holds pictures without masks: add a masks/ folder")
        return self.read_mask(self.ids[index])

    def known_mask(self, index: int) -> tuple[npt.NDArray[np.uint8], float]:
        """A mask of which unknown ids are ignored.

        Returns
        -------
        mask : (h, w) uint8
            Ids that `convention` lacks are 255.
        fraction : float in [0, 1]
            Of the pixels that held such ids.

        Raises
        ------
        FacegenError : the set has no masks, or the file is damaged.
        """
        mask = self._raw_mask(index)
        strange = np.isin(mask, unknown_ids(mask, self.convention))
        if not strange.any():
            return mask, 0.0
        return np.where(strange, np.uint8(IGNORE), mask), float(strange.mean())

    def meta(self, index: int) -> dict[str, Any] | None:
        """The sample's meta.json of facegen's own layout, None for other layouts."""
        return self.read_meta(self.ids[index])

    def subset(self, which: Sequence[int] | Sequence[str]) -> "FaceSet":
        """The same set restricted to these indices or ids, in this order.

        Raises
        ------
        FacegenError : the set has no picture of an id.
        """
        known = set(self.ids)
        ids = [one if isinstance(one, str) else self.ids[int(one)] for one in which]
        missing = [one for one in ids if one not in known]
        if missing:
            raise FacegenError(f"{self.path} has no picture {missing[0]!r}")
        return replace(self, ids=ids)

    def sides(self) -> SidesCount:
        """In how many frontal faces left and right are exchanged. Reads every mask."""
        return sum((count_sides(self.mask(i), self.convention) for i in range(len(self))), SidesCount())

    def check(self) -> list[Problem]:
        """Everything wrong that can be found: pairs, damage, sizes, ids, left and right. Reads every file."""
        problems = list(self.pairing())
        sides = SidesCount()
        for index, name in enumerate(self.ids):
            path = self.image_path(name)
            try:
                picture = self.image(index)
                size = image_size(path) if path.is_file() else picture.shape[:2]
            except FacegenError as error:
                problems.append(Problem(path, _without_path(error, path), "damaged"))
                continue
            if not self.has_masks:
                continue
            try:
                mask = self.mask(index)
            except FacegenError as error:
                path = self.mask_path(name)
                problems.append(Problem(path, _without_path(error, path), "mask"))
                continue
            if size[0] * mask.shape[1] != size[1] * mask.shape[0]:
                problems.append(
                    Problem(path, f"picture {size} and mask {mask.shape} (rows, columns) differ in shape")
                )
            sides += count_sides(mask, self.convention)
        if sides.measured and sides.fraction > MAX_SWAPPED:
            problems.append(Problem(self.path, f"left and right look exchanged: {sides}"))
        return problems


def fits_shape(mask: tuple[int, ...], picture: tuple[int, ...]) -> bool:
    """Whether one size (rows, columns) is the other one scaled and brought to whole pixels."""
    return abs(picture[0] * mask[1] - picture[1] * mask[0]) < max(*picture[:2], *mask[:2])


def unknown_ids(mask: npt.NDArray[np.uint8], convention: Convention) -> list[int]:
    """Ids in `mask` that are neither of the convention nor IGNORE, rising."""
    present = np.flatnonzero(np.bincount(mask.ravel(), minlength=256))
    return [int(one) for one in present if one >= len(convention.classes) and one != IGNORE]


def _without_path(error: FacegenError, path: Path) -> str:
    return str(error).removeprefix(f"{path}: ")
