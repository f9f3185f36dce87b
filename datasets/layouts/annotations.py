"""CelebAMask-HQ's text files: 40 attributes, three pose angles and the origin of each of 30,000 pictures.

Rows are pictures in order, row i = picture i. Pose is in degrees, (n, 3) float32 in the order yaw,
pitch, roll, an estimator's output from before CelebA-HQ's alignment. Each file stands alone: the
folder needs no picture beside it.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from facegen.datasets.errors import FacegenError
from facegen.datasets.layouts.splits import celeba_part

ATTRIBUTE_FILE = "CelebAMask-HQ-attribute-anno.txt"
POSE_FILE = "CelebAMask-HQ-pose-anno.txt"
MAPPING_FILE = "CelebA-HQ-to-CelebA-mapping.txt"
ATTRIBUTE_COUNT = 40
POSE_NAMES = ("yaw", "pitch", "roll")
# Degrees of pitch that the annotations, and so the profiles fitted to them, give to a head that looks at the
# camera. Checked on 32 matched faces: with a zero of -7 the nose ended lower than in the real training set.
# The yaw of the annotations is positive to the picture's left.
PITCH_ZERO = -10.0


@dataclass(frozen=True)
class Attributes:
    """names: 40 CelebA attribute names; values: (n, 40) bool."""

    names: tuple[str, ...]
    values: np.ndarray

    def column(self, name: str) -> np.ndarray:
        """(n,) bool of one attribute; FacegenError on an unknown name."""
        if name not in self.names:
            raise FacegenError(f"CelebA has no attribute {name!r}: it has {', '.join(self.names)}")
        return self.values[:, self.names.index(name)]


@dataclass(frozen=True)
class Mapping:
    """celeba_file: (n,) int, CelebA's file number counted from 1; part: (n,) 'train', 'val' or 'test'."""

    celeba_file: np.ndarray
    part: np.ndarray


@dataclass(frozen=True)
class Annotations:
    """The annotation folder; `mapping` is None where its file is missing."""

    path: Path
    attributes: Attributes
    pose: np.ndarray
    mapping: Mapping | None

    def __len__(self) -> int:
        return len(self.pose)


def is_annotations(path: Path) -> bool:
    return (path / ATTRIBUTE_FILE).is_file() or (path / POSE_FILE).is_file()


def find_annotations(path: Path) -> Path | None:
    """The folder with the annotation files: `path`, its `annotations/`, or the same beside it; else None."""
    for folder in (path, path / "annotations", path.parent, path.parent / "annotations"):
        if is_annotations(folder):
            return folder
    return None


def read_annotations(path: Path) -> Annotations:
    """Attributes and pose (and the mapping, if there) of one folder.

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
        told = ", ".join(f"{name} {count}" for name, count in counts.items())
        raise FacegenError(f"{path}: the annotation files disagree in rows ({told}): fetch them again")
    return Annotations(path, attributes, pose, mapping)


def read_attributes(path: Path) -> Attributes:
    """The attribute file: a count, 40 names, then `N.jpg` and 40 times 1 or -1."""
    count, header, rows = _table(path, ATTRIBUTE_COUNT, int)
    if len(header) != ATTRIBUTE_COUNT:
        raise FacegenError(f"{path}:2: {len(header)} attribute names, need {ATTRIBUTE_COUNT}")
    values = np.array(rows, dtype=np.int64).reshape(count, ATTRIBUTE_COUNT)
    wrong = np.flatnonzero((np.abs(values) != 1).any(axis=1))
    if wrong.size:
        raise FacegenError(f"{path}:{wrong[0] + 3}: attribute values must be 1 or -1")
    return Attributes(tuple(header), values == 1)


def read_pose(path: Path) -> np.ndarray:
    """(n, 3) float32 yaw, pitch, roll in degrees. The file calls the third column 'Raw'."""
    count, _header, rows = _table(path, len(POSE_NAMES), float)
    pose = np.array(rows, dtype=np.float32).reshape(count, len(POSE_NAMES))
    wrong = np.flatnonzero(~(np.abs(pose) <= 180).all(axis=1))
    if wrong.size:
        raise FacegenError(f"{path}:{wrong[0] + 3}: an angle is not a number of degrees within ±180")
    return pose


def read_mapping(path: Path) -> Mapping:
    """The mapping file: `idx orig_idx NNNNNN.jpg` a line, with or without its line of headings."""
    files: list[int] = []
    for number, line in enumerate(_lines(path), start=1):
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
    return Mapping(np.array(files), np.array([celeba_part(file) for file in files]))


def _table(path: Path, columns: int, number_type: type) -> tuple[int, list[str], list[list]]:
    """(count, header words, rows) of a count line, a header line and `N.jpg v v v` lines."""
    lines = _lines(path)
    if len(lines) < 2 or not lines[0].strip().isdigit():
        raise FacegenError(f"{path}:1: need the number of rows, then a line of names")
    count = int(lines[0])
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
        return path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        raise FacegenError(f"{path}: no such file: it comes with CelebAMask-HQ") from None
    except (OSError, UnicodeDecodeError) as error:
        raise FacegenError(f"{path}: not readable as text ({error})") from None
