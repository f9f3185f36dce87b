"""A set of faces as a torch Dataset. Imports torch."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image

from facegen.datasets.layouts.face_set import FaceSet

Pair = tuple[torch.Tensor, torch.Tensor]


class TorchFaces(torch.utils.data.Dataset[Pair]):
    """Pairs (image (3, H, W) float32 in [0, 1], mask (H, W) int64, 255 = ignore).

    Parameters
    ----------
    faces : FaceSet with masks
    transform : callable, optional
        Takes a pair and returns the pair to use.
    """

    def __init__(
        self, faces: FaceSet, transform: Callable[[torch.Tensor, torch.Tensor], Pair] | None
    ) -> None:
        self.faces, self.transform = faces, transform

    def __len__(self) -> int:
        return len(self.faces)

    def __getitem__(self, index: int) -> Pair:
        place = range(len(self))[index]  # an IndexError ends a loop over the set
        image, mask = pair_of(self.faces.image(place), self.faces.mask(place))
        return (image, mask) if self.transform is None else self.transform(image, mask)


def pair_of(picture: npt.NDArray[np.uint8], ids: npt.NDArray[np.uint8]) -> Pair:
    """A picture (H, W, 3) and its mask (h, w) as tensors; a smaller mask is enlarged.

    Returns
    -------
    image : (3, H, W) float32 in [0, 1]
    mask : (H, W) int64, 255 = ignore
    """
    if ids.shape != picture.shape[:2]:
        size = (picture.shape[1], picture.shape[0])
        ids = np.asarray(Image.fromarray(ids).resize(size, Image.Resampling.NEAREST))
    image = torch.from_numpy(picture.copy()).permute(2, 0, 1).float().div(255)
    return image, torch.from_numpy(ids.astype(np.int64))
