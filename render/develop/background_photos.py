"""A user's folder of photographs as backgrounds: which one a face gets, and reading it. Without Blender."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from facegen.datasets.errors import FacegenError
from facegen.datasets.io.images import inside, list_images, read_upright
from facegen.datasets.keyed_random import generator
from facegen.render.spec import face_spec as s


def names_in(folder: Path) -> tuple[str, ...]:
    """File names of the pictures in a folder, sorted.

    Raises
    ------
    FacegenError : there is no folder, or no picture in it.
    """
    if not folder.is_dir():
        raise FacegenError(f"{folder}: no folder of photographs: give one to --backgrounds")
    names = tuple(path.name for path in list_images(folder).values())
    if not names:
        raise FacegenError(f"{folder}: holds no picture: put JPEG, PNG, WebP or BMP files there")
    return names


def digest(names: Sequence[str]) -> str:
    """16 hexadecimal digits of a list of names, the same for two folders with the same names."""
    return hashlib.sha256("\n".join(names).encode()).hexdigest()[:16]


def with_photograph(spec: s.FaceSpec, names: Sequence[str]) -> s.FaceSpec:
    """The spec with one of the photographs as its background, chosen by its own seed and index."""
    rng = generator(spec.seed, spec.index, "background.photograph")
    return s.replace(spec, "background.photograph", names[int(rng.integers(len(names)))])


def load(folder: Path | None, name: str) -> npt.NDArray[np.uint8] | None:
    """Read a photograph.

    Parameters
    ----------
    folder : of the photographs, or None
    name : a file of it; "" for no photograph

    Returns
    -------
    (H, W, 3) uint8, or None for no name

    Raises
    ------
    FacegenError : no folder is given, the file cannot be read, or it lies outside the folder.
    """
    if not name:
        return None
    if folder is None:
        raise FacegenError(f"the background {name!r} is a photograph: name its folder with --backgrounds")
    path = inside(folder, name)
    if not path.resolve().is_relative_to(folder.resolve()):
        raise FacegenError(f"{path}: a link out of its folder: copy the picture there instead")
    return read_upright(path)
