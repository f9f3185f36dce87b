"""Sets in shards: Hugging Face datasets (Parquet with encoded pictures) and WebDataset (tar).

Parquet: a column of pictures and one of masks, each a struct of `bytes` and `path`, as the `datasets` library
writes its Image feature. WebDataset: files of one sample share the name up to the first dot.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import numpy.typing as npt

from facegen.datasets.conventions.convention_registry import convention as convention_named
from facegen.datasets.errors import FacegenError
from facegen.datasets.io.images import PictureHeader, picture_header, read_index, read_rgb, same_name
from facegen.datasets.layouts.face_set import FaceSet, Problem
from facegen.datasets.layouts.found_set import Found, IndexMask, Mask
from facegen.datasets.layouts.index_masks import no_meta
from facegen.datasets.layouts.members import Member, members_of

MAX_ROWS = 100_000  # of a row group: libraries write 100 to 1,000 pictures in one
MAX_GROUP = 1 << 32  # bytes of a row group, unpacked
PICTURE_COLUMNS = ("image", "img", "picture", "photo", "pixel_values", "rgb", "jpg")
MASK_COLUMNS = (
    "mask", "label", "labels", "annotation", "segmentation", "seg", "segmentation_mask", "label_map",
)  # fmt: skip
PICTURE_ENDINGS = ("jpg", "jpeg", "png", "webp", "image.jpg", "image.png", "img.jpg", "img.png", "rgb.png")
MASK_ENDINGS = (
    "mask.png", "seg.png", "label.png", "labels.png", "segmentation.png", "annotation.png", "cls.png",
)  # fmt: skip


@dataclass(frozen=True)
class Row:
    """A row of a Parquet file."""

    path: Path
    group: int
    row: int


def webdataset(shards: Sequence[Path]) -> Found:
    """A set of tar shards.

    Raises
    ------
    FacegenError : an archive is damaged or unsafe, or two samples have one name.
    """
    images: dict[str, Member] = {}
    masks: dict[str, Mask] = {}
    for shard in shards:
        for name, member in members_of(shard).items():
            place = PurePosixPath(name)
            stem, _, ending = place.name.partition(".")
            key = same_name(str(place.parent / stem))
            kept = images if ending.lower() in PICTURE_ENDINGS else masks
            if kept is masks and ending.lower() not in MASK_ENDINGS:
                continue
            if key in kept:
                raise FacegenError(f"{shard}: a second sample of the name {key}: give each its own")
            if kept is images:
                images[key] = member
            else:
                masks[key] = IndexMask(member)
    return Found("webdataset", "celebamaskhq", images, masks)


def open_parquet(path: Path, files: Sequence[Path], convention: str = "celebamaskhq") -> FaceSet:
    """A set of Parquet files.

    Parameters
    ----------
    path : Path
        The folder.
    files : sequence of Path
    convention : str

    Raises
    ------
    FacegenError : a file is damaged, or has no column of pictures.
    """
    import pyarrow
    import pyarrow.parquet

    rows: dict[str, Row] = {}
    picture = mask = ""
    for file in files:
        try:
            source = pyarrow.parquet.ParquetFile(file)
        except (OSError, pyarrow.ArrowException) as error:
            raise FacegenError(f"{file}: damaged Parquet ({str(error).splitlines()[0]})") from None
        names = {name.lower(): name for name in source.schema_arrow.names}
        picture = next((names[one] for one in PICTURE_COLUMNS if one in names), "")
        mask = next((names[one] for one in MASK_COLUMNS if one in names), "")
        if not picture:
            raise FacegenError(
                f"{file}: found columns {', '.join(names)}, expected pictures in one of "
                f"{', '.join(PICTURE_COLUMNS)}: rename it"
            )
        for group in range(source.num_row_groups):
            _check_group(file, source.metadata.row_group(group))
            for row in range(source.metadata.row_group(group).num_rows):
                rows[f"{file.stem}/{group:04d}-{row:06d}"] = Row(file, group, row)
    return FaceSet(
        name=path.name,
        path=path,
        layout="parquet",
        convention=convention_named(convention),
        ids=list(rows),
        has_masks=bool(mask),
        image_path=partial(_row_path, rows, picture),
        mask_path=partial(_row_path, rows, mask),
        read_image=partial(_read_picture, rows, picture),
        read_mask=partial(_read_mask, rows, mask),
        read_meta=no_meta,
        pairing=_nothing,
        read_header=partial(_header, rows, picture),
    )


def _check_group(file: Path, group: Any) -> None:
    """FacegenError where a row group announces more than fits into memory."""
    if group.num_rows > MAX_ROWS or group.total_byte_size > MAX_GROUP:
        raise FacegenError(
            f"{file}: a row group of {group.num_rows:,} rows and {group.total_byte_size:,} bytes, the limits "
            f"are {MAX_ROWS:,} and {MAX_GROUP:,}: write smaller ones"
        )


def _nothing() -> list[Problem]:
    return []


@lru_cache(maxsize=2)
def _column(path: Path, group: int, column: str) -> list[Any]:
    """One column of a row group, encoded pictures as they are stored; kept by this process."""
    import pyarrow
    import pyarrow.parquet

    try:
        read = pyarrow.parquet.ParquetFile(path).read_row_group(group, columns=[column])
        return read[column].to_pylist()
    except (OSError, ValueError, KeyError, MemoryError, pyarrow.ArrowException) as error:
        why = (str(error).splitlines() or [type(error).__name__])[0]
        raise FacegenError(f"{path}: damaged Parquet ({why}): fetch it again") from None


def _bytes_of(rows: Mapping[str, Row], column: str, name: str) -> bytes:
    one = rows[name]
    value = _column(one.path, one.group, column)[one.row]
    content = value.get("bytes") if isinstance(value, dict) else value
    if not isinstance(content, bytes):
        raise FacegenError(
            f"{one.path}: row {one.row} of column {column} holds no encoded picture (found "
            f"{type(content).__name__}): store the pictures in the file"
        )
    return content


def _row_path(rows: Mapping[str, Row], column: str, name: str) -> Path:
    one = rows[name]
    return one.path / f"{column}-{one.group}-{one.row}"


def _read_picture(rows: Mapping[str, Row], column: str, name: str) -> npt.NDArray[np.uint8]:
    return read_rgb(_row_path(rows, column, name), _bytes_of(rows, column, name))


def _header(rows: Mapping[str, Row], column: str, name: str) -> PictureHeader:
    return picture_header(_row_path(rows, column, name), _bytes_of(rows, column, name))


def _read_mask(rows: Mapping[str, Row], column: str, name: str) -> npt.NDArray[np.uint8]:
    return read_index(_row_path(rows, column, name), _bytes_of(rows, column, name))
