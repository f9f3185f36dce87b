"""Edges of a crop that reaches beyond its photograph, filled as CelebA-HQ and FFHQ fill them.

Their script crops a square around the face. Where the photograph ends inside it, it is continued by its
mirror image, and all that lies outside is blurred and turned towards the median colour: Karras et al.,
Progressive Growing of GANs, 2018, appendix C, and its published `dataset_tool.py`. Here the scene itself goes
on where theirs is mirrored, so that labels stay what they are.

Places are fractions of the crop's side.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from facegen.render.spec.face_spec import Camera

Floats = npt.NDArray[np.floating[Any]]

PAD = 0.3  # of the crop's side, that the script adds to each side of the photograph
BLUR = 0.02  # standard deviation of its blur
RAMP = 3.0  # the blur begins 1 / RAMP of a pad inside the photograph


def filled(picture: Floats, camera: Camera) -> Floats:
    """Blur what lies outside the photograph.

    Parameters
    ----------
    picture : (H, W, 3) float, encoded values in [0, 1]
    camera : Camera
        Its `end_left`, `end_right`, `end_top` and `end_bottom` say how far from each edge the photograph
        ends; negative: outside the crop.

    Returns
    -------
    (H, W, 3) float in [0, 1]
    """
    height, width, _ = picture.shape
    x, y = (np.arange(width) + 0.5) / width, (np.arange(height) + 0.5) / height
    across = np.maximum(camera.end_left - x, camera.end_right - (1 - x))
    down = np.maximum(camera.end_top - y, camera.end_bottom - (1 - y))
    outside = np.maximum(across[None], down[:, None])[..., None] / PAD
    weight = np.clip(RAMP * outside + 1, 0, 1)
    if not weight.any():
        return picture
    blurred = ndimage.gaussian_filter(picture, (BLUR * height, BLUR * width, 0), mode="mirror")
    picture = picture + (blurred - picture) * weight
    middle = np.median(picture, axis=(0, 1))
    return picture + (middle - picture) * np.clip(outside, 0, 1)
