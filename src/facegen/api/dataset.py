"""Sets of faces for a program or a notebook: facegen's own and real ones, one sample at a time."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

import numpy as np
import numpy.typing as npt

from facegen.datasets.errors import FacegenError
from facegen.datasets.inspection.finding_kinds import LEFT_OUT, kind_of
from facegen.datasets.inspection.opening import SetWarning
from facegen.datasets.inspection.set_check import SetCheck, check_set, grouped
from facegen.datasets.io.sample import read_sample
from facegen.datasets.io.stored_samples import StoredSamples
from facegen.datasets.layouts.face_set import FaceSet
from facegen.datasets.layouts.open_set import open_set
from facegen.datasets.layouts.provenance import header_of
from facegen.datasets.layouts.shard_stream import BUFFER

if TYPE_CHECKING:
    import torch

    from facegen.api.torch_faces import TorchFaces
    from facegen.api.torch_stream import TorchStream

    Transform = Callable[[torch.Tensor, torch.Tensor], tuple[torch.Tensor, torch.Tensor]]


@dataclass(frozen=True)
class Sample:
    """One face as arrays. Layers that a set does not have are None; real sets have image and mask only.

    Attributes
    ----------
    name : str
        Name of its files.
    image : (H, W, 3) uint8
        RGB.
    mask : (h, w) uint8, optional
        Class ids of `convention`, 255 = ignore. As large as the image, but for the official CelebAMask-HQ.
    convention : str
        Label convention of the mask.
    classes : tuple of str
        Name of each class id.
    native : (H, W) uint8, optional
        facegen's own label ids, finer than any convention's; 255 = ignore.
    bare : (H, W) uint8, optional
        The same of the face without eyewear and without hands, things and face masks in front of it.
    coverage : (H, W, 6) uint8, optional
        Fraction of each pixel that thin things cover (hair, glasses ...), 255 = all.
    depth : (H, W) float32, optional
        Metres along the view axis, 0 = nothing there.
    normals : (H, W, 3) float16, optional
        Unit vectors in camera space.
    landmarks : (70, 2) float32, optional
        x, y in pixels, pixel centres at +0.5: the 68 points of iBUG and two pupils.
    visible : (70,) bool, optional
        Landmarks that can be seen.
    meta : mapping, optional
        Content of meta.json: the spec, camera, head pose and attributes.
    """

    name: str
    image: npt.NDArray[np.uint8] = field(repr=False)
    mask: npt.NDArray[np.uint8] | None = field(repr=False)
    convention: str
    classes: tuple[str, ...] = field(repr=False)
    native: npt.NDArray[np.uint8] | None = field(default=None, repr=False)
    bare: npt.NDArray[np.uint8] | None = field(default=None, repr=False)
    coverage: npt.NDArray[np.uint8] | None = field(default=None, repr=False)
    depth: npt.NDArray[np.float32] | None = field(default=None, repr=False)
    normals: npt.NDArray[np.float16] | None = field(default=None, repr=False)
    landmarks: npt.NDArray[np.float32] | None = field(default=None, repr=False)
    visible: npt.NDArray[np.bool_] | None = field(default=None, repr=False)
    meta: Mapping[str, Any] | None = field(default=None, repr=False)


class Dataset(Sequence[Sample]):
    """A set of faces in a folder: `len(data)`, `data[3]`, `for sample in data`. Made by `facegen.open`.

    Samples are read from their files each time they are taken. A slice is a Dataset.

    Parameters
    ----------
    faces : FaceSet
    """

    def __init__(self, faces: FaceSet) -> None:
        self.faces = faces

    @cached_property
    def _samples(self) -> StoredSamples:
        return StoredSamples(self.path)

    def __repr__(self) -> str:
        return f"<Dataset {self.path}: {len(self)} faces, {self.faces.layout}, {self.convention}>"

    @property
    def path(self) -> Path:
        """The folder."""
        return self.faces.path

    @property
    def name(self) -> str:
        """Name of the folder."""
        return self.faces.name

    @property
    def ids(self) -> list[str]:
        """Names of the samples, by index."""
        return list(self.faces.ids)

    @property
    def convention(self) -> str:
        """Label convention of the masks."""
        return self.faces.convention.name

    @property
    def classes(self) -> tuple[str, ...]:
        """Name of each class id."""
        return tuple(self.faces.convention.classes)

    @property
    def summary(self) -> dict[str, Any]:
        """Content of dataset.json of a set that facegen rendered; empty for sets of other origin.

        Of an export it is what was exported, and `config["export"]` says what the export changed.
        """
        return header_of(self.faces) or {}

    @property
    def failures(self) -> dict[str, str]:
        """Faces that could not be rendered, by name, and why."""
        return dict(self.summary.get("failures") or {})

    def check(self) -> SetCheck:
        """Look at the set: what was found and left out, what its labels mean, what is wrong.

        Returns
        -------
        SetCheck
            `lines()` say it in short.
        """
        return check_set(self.faces)

    def __len__(self) -> int:
        return len(self.faces)

    @overload
    def __getitem__(self, index: int) -> Sample: ...
    @overload
    def __getitem__(self, index: slice) -> Dataset: ...
    def __getitem__(self, index: int | slice) -> Sample | Dataset:
        """One sample, or the set of some. FacegenError names a file that is missing or damaged."""
        if isinstance(index, slice):
            return Dataset(self.faces.subset(range(*index.indices(len(self)))))
        if not -len(self) <= index < len(self):
            raise IndexError(f"sample {index} of a set of {len(self)}")
        place = index % len(self)
        name, known = self.faces.ids[place], (self.convention, self.classes)
        if self.faces.layout != "facegen":
            mask = self.faces.mask(place) if self.faces.has_masks else None
            return Sample(name, self.faces.image(place), mask, *known)
        one = read_sample(self.path, int(name), self._samples)
        return Sample(
            name, one.rgb, self.faces.mask(place), *known, one.native, one.bare, one.coverage, one.depth,
            one.normals, one.landmarks, one.visible, one.meta,
        )  # fmt: skip

    def torch(self, transform: Transform | None = None) -> TorchFaces:
        """The set for PyTorch.

        Parameters
        ----------
        transform : callable, optional
            Takes the pair (image, mask) of tensors and returns the pair to use.

        Returns
        -------
        torch.utils.data.Dataset
            Of pairs (image (3, H, W) float32 in [0, 1], mask (H, W) int64 with 255 = ignore). A mask smaller
            than its picture is enlarged to its size.

        Raises
        ------
        FacegenError : the set has no masks.

        Examples
        --------
        >>> import facegen
        >>> data = facegen.open("faces").torch()  # doctest: +SKIP
        >>> image, mask = data[0]  # doctest: +SKIP
        """
        from facegen.api.torch_faces import TorchFaces

        if not self.faces.has_masks:
            raise FacegenError(f"{self.path} holds pictures without masks: add a masks/ folder")
        return TorchFaces(self.faces, transform)

    def torch_stream(
        self, transform: Transform | None = None, *, seed: int = 0, buffer: int = BUFFER
    ) -> TorchStream:
        """The set for PyTorch, read shard by shard: for sets that are larger than the memory, or far away.

        Shards are shuffled, and samples within a buffer; each reading gives every sample once, in another
        order. The workers of a DataLoader share the set. So do the processes of torch.distributed, in parts
        of the same length; call `set_epoch` before each reading, as of a DistributedSampler.

        Parameters
        ----------
        transform : callable, optional
            As of `torch`.
        seed : int
        buffer : int
            Samples that each process holds and shuffles.

        Returns
        -------
        torch.utils.data.IterableDataset
            Of pairs as of `torch`.

        Raises
        ------
        FacegenError : the set has no masks.

        Examples
        --------
        >>> import facegen
        >>> data = facegen.open("s3://bucket/faces").torch_stream(seed=1)  # doctest: +SKIP
        >>> for image, mask in data: ...  # doctest: +SKIP
        """
        from facegen.api.torch_stream import TorchStream

        if not self.faces.has_masks:
            raise FacegenError(f"{self.path} holds pictures without masks: add a masks/ folder")
        return TorchStream(self.faces, transform, seed, buffer)


FacesLike = str | Path | Dataset


def open(folder: str | Path, split: str | None = None, convention: str | Path | None = None) -> Dataset:
    """Open a set of faces.

    Parameters
    ----------
    folder : path
        A folder that facegen rendered, a published set (CelebAMask-HQ, LaPa, Helen, FaceSynthetics,
        EasyPortrait, iBugMask, COCO panoptic), a folder with images/ (and masks/ with class ids as pixel
        values), or Parquet or WebDataset shards. Zip and tar archives are read without unpacking.
    split : str, optional
        An official part of CelebAMask-HQ ("train", "val", "test"), or the folder of that name in a folder
        that holds several sets.
    convention : str or path, optional
        What the ids of index masks mean, where the set does not say it itself: a convention, another known
        order of ids, or a file with the class of each id.

    Returns
    -------
    Dataset

    Raises
    ------
    FacegenError : no such folder, or no known layout in it.

    Warns
    -----
    SetWarning : pictures, masks or other files lie there that are not part of the set.

    Examples
    --------
    >>> import facegen
    >>> data = facegen.open("faces")  # doctest: +SKIP
    >>> len(data), data[0].image.shape  # doctest: +SKIP
    (16, (128, 128, 3))
    """
    faces = open_set(folder, split, convention)
    left_out = [str(one) for one in grouped(faces.pairing()) if kind_of(one.kind).grade == LEFT_OUT]
    if left_out:
        warnings.warn(f"{faces.path}: {'; '.join(left_out)}", SetWarning, stacklevel=2)
    return Dataset(faces)


def face_set_of(faces: FacesLike, convention: str | Path | None = None) -> FaceSet:
    """The FaceSet of a folder or a Dataset; `convention` says what the ids of a folder mean."""
    return faces.faces if isinstance(faces, Dataset) else open_set(faces, convention=convention)
