"""CelebAMask-HQ's text files: 40 attributes, three pose angles and the origin of each of 30,000 pictures.

Rows are pictures in order, row i = picture i. Pose is in degrees, (n, 3) float32 in the order yaw,
pitch, roll, an estimator's output from before CelebA-HQ's alignment. The files are complete without the
pictures.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from facegen.datasets.errors import FacegenError
from facegen.datasets.layouts.class_table import number_in
from facegen.datasets.layouts.splits import celeba_part

ATTRIBUTE_FILE = "CelebAMask-HQ-attribute-anno.txt"
POSE_FILE = "CelebAMask-HQ-pose-anno.txt"
MAPPING_FILE = "CelebA-HQ-to-CelebA-mapping.txt"
ATTRIBUTE_COUNT = 40
POSE_NAMES = ("yaw", "pitch", "roll")
# Degrees of pitch that the annotations, and so the profiles fitted to them, give to a head that looks at the
# camera. With a zero of -10, label previews of 600 heads of annotated pitch had the end of the nose, the
# ears, brows and corners of the mouth where heads that look 8 to 10 degrees lower have them in the training
# set; with -2, matching raised 32 heads by 2.3 +- 0.6 degrees to show what their rows have.
# The yaw of the annotations is positive to the picture's left.
PITCH_ZERO = -4.0


T = TypeVar("T", int, float)


@dataclass(frozen=True)
class Attributes:
    """Attributes of n pictures.

    Attributes
    ----------
    names : tuple of str
        40 names of CelebA.
    values : (n, 40) bool
    """

    names: tuple[str, ...]
    values: npt.NDArray[np.bool_]

    def column(self, name: str) -> npt.NDArray[np.bool_]:
        """One attribute, (n,) bool; FacegenError on an unknown name."""
        if name not in self.names:
            raise FacegenError(f"CelebA has no attribute {name!r}: it has {', '.join(self.names)}")
        return self.values[:, self.names.index(name)]


@dataclass(frozen=True)
class CelebaMapping:
    """Where n pictures come from in CelebA.

    Attributes
    ----------
    celeba_file : (n,) int
        CelebA's file number, counted from 1.
    part : (n,) str
        "train", "val" or "test".
    """

    celeba_file: npt.NDArray[np.integer]
    part: npt.NDArray[np.str_]


@dataclass(frozen=True)
class Annotations:
    """The annotations of n pictures.

    Attributes
    ----------
    path : Path, the folder
    attributes : Attributes
    pose : (n, 3) float32, degrees
    mapping : CelebaMapping, or None where its file is missing
    """

    path: Path
    attributes: Attributes
    pose: npt.NDArray[np.float32]
    mapping: CelebaMapping | None

    def __len__(self) -> int:
        return len(self.pose)


def is_annotations(path: Path) -> bool:
    """Whether a folder holds annotation files."""
    return (path / ATTRIBUTE_FILE).is_file() or (path / POSE_FILE).is_file()


def find_annotations(path: Path) -> Path | None:
    """The folder of the annotation files: `path`, the one above, or `annotations/` in either; else None."""
    for folder in (path, path / "annotations", path.parent, path.parent / "annotations"):
        if is_annotations(folder):
            return folder
    return None


def read_annotations(path: Path) -> Annotations:
    """Read attributes, pose and, if it is there, the mapping of a folder.

    Raises
    ------
    FacegenError : a file is missing or damaged (naming file and line), or the files disagree in length.
    """
    path = Path(path)
    attributes, pose = read_attributes(path / ATTRIBUTE_FILE), read_pose(path / POSE_FILE)
    mapping = read_mapping(path / MAPPING_FILE) if (path / MAPPING_FILE).is_file() else None
    counts = {ATTRIBUTE_FILE: len(attributes.values), POSE_FILE: len(pose)}
    if mapping is not None:
        counts[MAPPING_FILE] = len(mapping.part)
    if len(set(counts.values())) > 1:
        found = ", ".join(f"{name} {count}" for name, count in counts.items())
        raise FacegenError(f"{path}: the annotation files disagree in rows ({found}): fetch them again")
    return Annotations(path, attributes, pose, mapping)


def read_attributes(path: Path) -> Attributes:
    """Read the attribute file: a count, 40 names, then `N.jpg` and 40 times 1 or -1.

    Raises
    ------
    FacegenError : the file is missing or damaged, with the line.
    """
    count, header, rows = _table(path, ATTRIBUTE_COUNT, int)
    if len(header) != ATTRIBUTE_COUNT:
        raise FacegenError(f"{path}:2: {len(header)} attribute names, need {ATTRIBUTE_COUNT}")
    values = np.array(rows, dtype=np.int64).reshape(count, ATTRIBUTE_COUNT)
    wrong = np.flatnonzero((np.abs(values) != 1).any(axis=1))
    if wrong.size:
        raise FacegenError(f"{path}:{wrong[0] + 3}: attribute values must be 1 or -1")
    return Attributes(tuple(header), values == 1)


def read_pose(path: Path) -> npt.NDArray[np.float32]:
    """Read the pose file; it calls the third column "Raw".

    Returns
    -------
    (n, 3) float32, yaw, pitch and roll in degrees, in [-180, 180]

    Raises
    ------
    FacegenError : the file is missing or damaged, with the line.
    """
    count, _header, rows = _table(path, len(POSE_NAMES), float)
    pose = np.array(rows, dtype=np.float32).reshape(count, len(POSE_NAMES))
    wrong = np.flatnonzero(~(np.abs(pose) <= 180).all(axis=1))
    if wrong.size:
        raise FacegenError(f"{path}:{wrong[0] + 3}: an angle is not a number of degrees within ±180")
    return pose


def read_mapping(path: Path) -> CelebaMapping:
    """Read the mapping file: `idx orig_idx NNNNNN.jpg` a line, with or without its line of headings.

    Raises
    ------
    FacegenError : the file is missing or damaged, with the line.
    """
    return mapping_of(path, _lines(path))


def mapping_of(path: Path, lines: Sequence[str]) -> CelebaMapping:
    """The mapping in lines of text; `path` is what a message names. FacegenError as of `read_mapping`."""
    files: list[int] = []
    for number, line in enumerate(lines, start=1):
        words = line.split()
        if not words or (number == 1 and words[0] == "idx"):
            continue
        try:
            index, original, file = int(words[0]), int(words[1]), int(words[2].removesuffix(".jpg"))
        except (ValueError, IndexError):
            raise FacegenError(f"{path}:{number}: need `index original NNNNNN.jpg`, have {line!r}") from None
        if index != len(files) or file != original + 1:
            raise FacegenError(f"{path}:{number}: rows out of order or numbers disagree: {line!r}")
        files.append(file)
    return CelebaMapping(np.array(files), np.array([celeba_part(file) for file in files]))


def _table(path: Path, columns: int, number_type: Callable[[str], T]) -> tuple[int, list[str], list[list[T]]]:
    """(count, header words, rows) of a count line, a header line and `N.jpg v v v` lines."""
    lines = _lines(path)
    count = number_in(lines[0].strip()) if len(lines) > 1 else None
    if count is None:
        raise FacegenError(f"{path}:1: need the number of rows, then a line of names")
    if len(lines) - 2 != count:
        raise FacegenError(f"{path}: announces {count} rows, holds {len(lines) - 2}: fetch it again")
    rows = []
    for number, line in enumerate(lines[2:]):
        words = line.split()
        try:
            values = [number_type(word) for word in words[1:]]
        except ValueError:
            values = []
        if len(values) != columns or words[0] != f"{number}.jpg":
            raise FacegenError(
                f"{path}:{number + 3}: need `{number}.jpg` and {columns} numbers, have {line[:60]!r}"
            )
        rows.append(values)
    return count, lines[1].split(), rows


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8-sig").splitlines()
    except FileNotFoundError:
        raise FacegenError(f"{path}: no such file: it comes with CelebAMask-HQ") from None
    except (OSError, UnicodeDecodeError) as error:
        raise FacegenError(f"{path}: not readable as text ({error})") from None
