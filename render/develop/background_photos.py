"""A user's folder of photographs as backgrounds: which one a face gets, and reading it. No Blender here."""

from __future__ import annotations

import hashlib
from pathlib import Path

from facegen.datasets.errors import FacegenError
from facegen.datasets.io.images import inside, list_images, read_rgb
from facegen.datasets.keyed_random import generator
from facegen.render.spec import face_spec as s


def names_in(folder: Path) -> tuple[str, ...]:
    """File names of the pictures in a folder, sorted; FacegenError where there is none."""
    if not folder.is_dir():
        raise FacegenError(f"{folder}: no folder of photographs: give one to --backgrounds")
    names = tuple(path.name for path in list_images(folder).values())
    if not names:
        raise FacegenError(f"{folder}: holds no picture: put JPEG, PNG, WebP or BMP files there")
    return names


def digest(names) -> str:
    """A short name for a list of names: two folders that offer the same choice share it."""
    return hashlib.sha256("\n".join(names).encode()).hexdigest()[:16]


def with_photograph(spec: s.FaceSpec, names) -> s.FaceSpec:
    """The spec with one of the photographs, by its own seed and index."""
    rng = generator(spec.seed, spec.index, "background.photograph")
    return s.replace(spec, "background.photograph", names[int(rng.integers(len(names)))])


def load(folder: Path | None, name: str):
    """The photograph `name` of `folder`, (H, W, 3) uint8; None for no name. Never a file outside it."""
    if not name:
        return None
    if folder is None:
        raise FacegenError(f"the background {name!r} is a photograph: say with --backgrounds where it lies")
    path = inside(folder, name)
    if not path.resolve().is_relative_to(folder.resolve()):
        raise FacegenError(f"{path}: a link out of its folder: copy the picture there instead")
    return read_rgb(path)
