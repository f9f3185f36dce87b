"""One labelled face, and its files in facegen's own dataset folder.

    images/000000.png     rgb        (H, W, 3) uint8
    masks/000000.png      mask       (H, W)    uint8    ids of the dataset's convention, 255 = ignore
    labels/000000.png     native     (H, W)    uint8    native ids (native_labels.py), 255 = ignore
    bare/000000.png       bare       (H, W)    uint8    native ids of the same face without eyewear,
                                                        hands, things and face masks in front of it
    coverage/000000.npz   coverage   (H, W, 6) uint8    fraction covered by COVERAGE_CLASSES behind hands,
                                                        things and face masks, 255 = all
    landmarks/000000.json landmarks  (70, 2)   float32  x, y in pixels, centres at +0.5: 68 iBUG, 2 pupils
                          visible    (70,)     bool
    depth/000000.npz      depth      (H, W)    float32  metres along the view axis, 0 = nothing hit
                          normals    (H, W, 3) float16  unit, camera space
    meta/000000.json      meta       spec, camera, pose, attributes, versions, timings

meta is written last: a sample is done when all its files are there, meta among them.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from facegen.datasets.conventions.label_conventions import Convention, derive
from facegen.datasets.conventions.native_labels import COVERAGE_CLASSES
from facegen.datasets.conventions.public.celebamaskhq_labels import CELEBAMASKHQ
from facegen.datasets.errors import FacegenError
from facegen.datasets.io.files import npz_bytes, png_bytes, read_json, read_npz, write_bytes, write_json
from facegen.datasets.io.images import read_index, read_rgb

LANDMARK_COUNT = 70
FOLDERS = ("images", "masks", "labels", "bare", "coverage", "landmarks", "depth", "meta")
_SUFFIX = {"coverage": ".npz", "depth": ".npz", "landmarks": ".json", "meta": ".json"}


@dataclass
class Sample:
    """The arrays of one face; shapes and types as in the file's heading.

    Attributes
    ----------
    rgb, native, bare, coverage, landmarks, visible, depth, normals : arrays
    meta : dict, JSON
    mask : array or None
        Drawn by the renderer with the borders of one convention; None: to be derived from the native labels.
    """

    rgb: npt.NDArray[np.uint8]
    native: npt.NDArray[np.uint8]
    bare: npt.NDArray[np.uint8]
    coverage: npt.NDArray[np.uint8]
    landmarks: npt.NDArray[np.float32]
    visible: npt.NDArray[np.bool_]
    depth: npt.NDArray[np.float32]
    normals: npt.NDArray[np.float16]
    meta: dict[str, Any]
    mask: npt.NDArray[np.uint8] | None = None

    def check(self) -> None:
        """Compare the arrays with the schema.

        Raises
        ------
        ValueError : an array, which is named, has another shape or type, or a number that is not finite.
        """
        height, width = self.rgb.shape[:2]
        schema: dict[str, tuple[tuple[int, ...], type]] = {
            "rgb": ((height, width, 3), np.uint8),
            "native": ((height, width), np.uint8),
            "bare": ((height, width), np.uint8),
            "coverage": ((height, width, len(COVERAGE_CLASSES)), np.uint8),
            "landmarks": ((LANDMARK_COUNT, 2), np.float32),
            "visible": ((LANDMARK_COUNT,), np.bool_),
            "depth": ((height, width), np.float32),
            "normals": ((height, width, 3), np.float16),
        }
        if self.mask is not None:
            schema["mask"] = ((height, width), np.uint8)
        for name, (shape, dtype) in schema.items():
            array = getattr(self, name)
            if array.shape != shape or array.dtype != dtype:
                raise ValueError(
                    f"{name} is {array.shape} {array.dtype}, need {shape} {np.dtype(dtype).name}"
                )
        for name in ("landmarks", "depth", "normals"):
            if not np.isfinite(getattr(self, name)).all():
                raise ValueError(f"{name} holds a number that is not finite")


def sample_name(index: int) -> str:
    """The six-digit name of a sample's files."""
    if not 0 <= index <= 999_999:
        raise ValueError(f"sample index {index} is outside 0-999999")
    return f"{index:06d}"


def write_sample(root: Path, index: int, sample: Sample, convention: Convention = CELEBAMASKHQ) -> None:
    """Write all files of one sample, meta last; the same sample gives the same bytes.

    Parameters
    ----------
    root : Path
        The dataset's folder.
    index : int
        In [0, 999999]; the files are named by it.
    sample : Sample
    convention : Convention
        Of a mask that is derived, where the sample has none.

    Raises
    ------
    ValueError : the sample breaks the schema (nothing is written).
    FacegenError : the disk is full or refuses; the sample then has no meta file, so it is not done.
    """
    sample.check()
    root, name = Path(root), sample_name(index)
    mask = sample.mask
    if mask is None:
        mask = derive(sample.native, sample.bare, sample.coverage, convention)
    points = {"points": sample.landmarks.tolist(), "visible": sample.visible.tolist()}
    sample_file(root, "meta", name).unlink(missing_ok=True)  # not done while it is written again
    write_bytes(sample_file(root, "images", name), png_bytes(sample.rgb))
    write_bytes(sample_file(root, "masks", name), png_bytes(mask))
    write_bytes(sample_file(root, "labels", name), png_bytes(sample.native))
    write_bytes(sample_file(root, "bare", name), png_bytes(sample.bare))
    write_bytes(sample_file(root, "coverage", name), npz_bytes(coverage=sample.coverage))
    write_json(sample_file(root, "landmarks", name), points)
    write_bytes(sample_file(root, "depth", name), npz_bytes(depth=sample.depth, normals=sample.normals))
    write_json(sample_file(root, "meta", name), sample.meta)


def remove_sample(root: Path, name: str) -> None:
    """Delete all files of one sample, meta first, so that it does not count as done."""
    for folder in reversed(FOLDERS):
        sample_file(root, folder, name).unlink(missing_ok=True)


def is_done(root: Path, index: int) -> bool:
    """Whether the sample is complete: all its files are there."""
    name = sample_name(index)
    return all(sample_file(Path(root), folder, name).is_file() for folder in reversed(FOLDERS))


def read_sample(root: Path, index: int, files: "SampleFiles | None" = None) -> Sample:
    """Read one sample.

    Parameters
    ----------
    root : Path
        The dataset's folder.
    index : int
    files : SampleFiles, optional
        Where the folder's samples are (`stored_samples.StoredSamples`); by default in files of their own.

    Raises
    ------
    FacegenError : a file, which is named, is missing or damaged, or breaks the schema.
    """
    root, name = Path(root), sample_name(index)

    def at(folder: str) -> tuple[Path, bytes | None]:
        return (sample_file(root, folder, name), None) if files is None else files.read(folder, name)

    (meta_at, meta_bytes), (depth_at, depth_bytes), (cover_at, cover_bytes) = map(
        at, ("meta", "depth", "coverage")
    )
    landmarks, visible = read_landmarks(*at("landmarks"))
    depth, normals = read_npz(depth_at, "depth", "normals", content=depth_bytes)
    (coverage,) = read_npz(cover_at, "coverage", content=cover_bytes)
    sample = Sample(
        rgb=read_rgb(*at("images")),
        native=read_index(*at("labels")),
        bare=read_index(*at("bare")),
        coverage=coverage,
        landmarks=landmarks,
        visible=visible,
        depth=depth,
        normals=normals,
        meta=read_json(meta_at, content=meta_bytes),
    )
    try:
        sample.check()
    except ValueError as error:
        raise FacegenError(f"{root}: sample {name}: {error}: render it again") from None
    return sample


class SampleFiles(Protocol):
    """Where the files of samples are: beside each other, in archives, or on another machine."""

    def read(self, folder: str, name: str) -> tuple[Path, bytes | None]:
        """What a message names, and the content; None for a file of that path. FacegenError : not there."""


def read_landmarks(
    path: Path, content: bytes | None = None
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.bool_]]:
    """Read a landmark file.

    Parameters
    ----------
    path, content :
        As of `files.read_json`.

    Returns
    -------
    points : (70, 2) float32, pixels
    visible : (70,) bool

    Raises
    ------
    FacegenError : the file is missing or damaged.
    """
    data = read_json(path, content=content)
    try:
        with np.errstate(over="ignore"):  # beyond float32: infinite, which `Sample.check` refuses
            points = np.array(data["points"], dtype=np.float32)
        visible = np.array(data["visible"], dtype=np.bool_)
    except (KeyError, TypeError, ValueError):
        points, visible = np.zeros(0, np.float32), np.zeros(0, np.bool_)
    if points.shape != (LANDMARK_COUNT, 2) or visible.shape != (LANDMARK_COUNT,):
        raise FacegenError(f"{path}: needs {LANDMARK_COUNT} points and as many flags: render it again")
    return points, visible


def sample_file(root: Path, folder: str, name: str) -> Path:
    """The file of one sample in one of FOLDERS."""
    return root / sample_path(folder, name)


def sample_path(folder: str, name: str) -> str:
    """The path of the same file below the dataset folder; quick, for lists of all files of a set."""
    return f"{folder}/{name}{_SUFFIX.get(folder, '.png')}"
