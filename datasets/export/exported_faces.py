"""What the writers of export formats need of a rendered set, read from its files when it is used."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from facegen.datasets.conventions.label_conventions import Convention, derive
from facegen.datasets.export.dense_points import FaceGeometry
from facegen.datasets.io.files import read_npz
from facegen.datasets.io.images import read_index, read_rgb
from facegen.datasets.io.sample import read_landmarks
from facegen.datasets.io.stored_samples import StoredSamples

JPEG_QUALITY = 95  # little loss; the pictures of the public sets are JPEG too
Geometry = Callable[[Mapping[str, Any]], FaceGeometry]


class ExportedFaces:
    """The samples of a set, with masks in one convention.

    Parameters
    ----------
    samples : StoredSamples
        Of a folder written by `facegen render`.
    names : list of str
        Names of its finished samples, rising.
    convention : Convention
        Of the masks.
    as_rendered : bool
        Whether masks are the set's own, with the borders of their convention; else they are derived from the
        native labels, whose borders are neutral.
    provenance : mapping, optional
        What provenance.json of the export will hold.
    geometry : callable, optional
        From a sample's meta to its dense points and gaze; None where they are not wanted.

    Attributes
    ----------
    names, convention, provenance : as given
    """

    def __init__(
        self,
        samples: StoredSamples,
        names: list[str],
        convention: Convention,
        as_rendered: bool,
        provenance: Mapping[str, Any] | None = None,
        geometry: Geometry | None = None,
    ) -> None:
        self.names, self.convention = names, convention
        self.provenance = provenance or {}
        self._samples, self._as_rendered, self._geometry = samples, as_rendered, geometry
        self._last: tuple[str, FaceGeometry] | None = None

    def picture_file(self, name: str) -> bytes:
        """The bytes of a sample's PNG; FacegenError where it does not decode."""
        self.picture(name)
        return self._samples.content("images", name)

    def picture(self, name: str) -> npt.NDArray[np.uint8]:
        """A sample's picture, (H, W, 3) uint8 RGB."""
        return read_rgb(*self._samples.read("images", name))

    def picture_jpeg(self, name: str) -> bytes:
        """A sample's picture as JPEG of JPEG_QUALITY, colours at full resolution."""
        buffer = io.BytesIO()
        Image.fromarray(self.picture(name)).save(buffer, "JPEG", quality=JPEG_QUALITY, subsampling=0)
        return buffer.getvalue()

    def mask(self, name: str) -> npt.NDArray[np.uint8]:
        """A sample's mask, (H, W) uint8 ids of `convention`, 255 = ignore."""
        if self._as_rendered:
            return read_index(*self._samples.read("masks", name))
        path, content = self._samples.read("coverage", name)
        (coverage,) = read_npz(path, "coverage", content=content)
        native, bare = (read_index(*self._samples.read(folder, name)) for folder in ("labels", "bare"))
        return derive(native, bare, coverage, self.convention)

    def landmarks(self, name: str) -> npt.NDArray[np.float32]:
        """A sample's landmarks, (70, 2) float32 pixels: 68 of iBUG, 2 pupils; pixel centres at +0.5."""
        return self.landmarks_seen(name)[0]

    def landmarks_seen(self, name: str) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.bool_]]:
        """As `landmarks`, and which of them can be seen, (70,) bool."""
        return read_landmarks(*self._samples.read("landmarks", name))

    def meta(self, name: str) -> dict[str, Any]:
        """A sample's meta.json; FacegenError where it is damaged."""
        return self._samples.meta(name)

    def meta_file(self, name: str) -> bytes:
        """The bytes of a sample's meta.json; FacegenError where it is damaged."""
        self.meta(name)
        return self._samples.content("meta", name)

    def geometry(self, name: str) -> FaceGeometry | None:
        """A sample's dense points and gaze; None where they were not asked for."""
        if self._geometry is None:
            return None
        if self._last is None or self._last[0] != name:  # a format and its geometry/ both ask
            path, content = self._samples.read("depth", name)
            (depth,) = read_npz(path, "depth", content=content)
            self._last = name, self._geometry(self.meta(name)).seen_in(depth, self.landmarks_seen(name)[1])
        return self._last[1]
