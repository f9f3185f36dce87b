"""What the writers of export formats need of a rendered set, read from its files when it is used."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from facegen.datasets.conventions.label_conventions import Convention, derive
from facegen.datasets.io.files import read_json, read_npz
from facegen.datasets.io.images import read_index, read_rgb
from facegen.datasets.io.sample import read_landmarks, sample_file


class ExportedFaces:
    """The samples of a set, with masks in one convention.

    Parameters
    ----------
    root : Path
        A folder written by `facegen render`.
    names : list of str
        Names of its finished samples, rising.
    convention : Convention
        Of the masks.
    as_rendered : bool
        Whether masks are the set's own, with the borders of their convention; else they are derived from the
        native labels, whose borders are neutral.

    Attributes
    ----------
    names, convention : as given
    """

    def __init__(self, root: Path, names: list[str], convention: Convention, as_rendered: bool) -> None:
        self.names, self.convention = names, convention
        self._root, self._as_rendered = root, as_rendered

    def picture_file(self, name: str) -> bytes:
        """The bytes of a sample's PNG; FacegenError where it does not decode."""
        read_rgb(self._file("images", name))
        return self._file("images", name).read_bytes()

    def picture(self, name: str) -> npt.NDArray[np.uint8]:
        """A sample's picture, (H, W, 3) uint8 RGB."""
        return read_rgb(self._file("images", name))

    def mask(self, name: str) -> npt.NDArray[np.uint8]:
        """A sample's mask, (H, W) uint8 ids of `convention`, 255 = ignore."""
        if self._as_rendered:
            return read_index(self._file("masks", name))
        (coverage,) = read_npz(self._file("coverage", name), "coverage")
        native, bare = (read_index(self._file(folder, name)) for folder in ("labels", "bare"))
        return derive(native, bare, coverage, self.convention)

    def landmarks(self, name: str) -> npt.NDArray[np.float32]:
        """A sample's landmarks, (70, 2) float32 pixels: 68 of iBUG, 2 pupils; pixel centres at +0.5."""
        points, _ = read_landmarks(self._file("landmarks", name))
        return points

    def meta_file(self, name: str) -> bytes:
        """The bytes of a sample's meta.json; FacegenError where it is damaged."""
        read_json(self._file("meta", name))
        return self._file("meta", name).read_bytes()

    def _file(self, folder: str, name: str) -> Path:
        return sample_file(self._root, folder, name)
