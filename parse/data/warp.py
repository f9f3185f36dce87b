"""Geometric augmentation: one homography a sample, image and label map moved together.

Coordinates are normalised: (−1, −1) is the outer corner of the top left pixel, (1, 1) that of the bottom
right. A matrix maps output to input, homogeneous column vectors.
"""

import numpy as np
import numpy.typing as npt
import torch
from torch.nn import functional

from facegen.datasets.conventions.native_labels import IGNORE


def homographies(
    rotation: npt.NDArray[np.float64],
    scale: npt.NDArray[np.float64],
    shift: npt.NDArray[np.float64],
    perspective: npt.NDArray[np.float64],
) -> npt.NDArray[np.float64]:
    """Output-to-input matrices: rotate, scale, shift, then tilt.

    Parameters
    ----------
    rotation : (B,) float, degrees, positive turns the picture counter-clockwise as seen
    scale : (B,) float, above 1 enlarges the face
    shift : (B, 2) float, of the side, x to the right and y down
    perspective : (B, 2) float, relative change of depth from the centre to the right / lower edge

    Returns
    -------
    (B, 3, 3) float64
    """
    angle = np.deg2rad(rotation)
    matrix = np.zeros((len(angle), 3, 3))
    cos, sin = np.cos(angle) / scale, np.sin(angle) / scale
    matrix[:, 0, 0], matrix[:, 0, 1] = cos, -sin
    matrix[:, 1, 0], matrix[:, 1, 1] = sin, cos
    offset = np.stack([np.ones_like(angle), np.ones_like(angle)], 1) * -2 * shift  # the side is 2 long
    matrix[:, :2, 2] = np.einsum("bij,bj->bi", matrix[:, :2, :2], offset)
    matrix[:, 2, :2] = perspective
    matrix[:, 2, 2] = 1
    return matrix


def sampling_grid(matrices: npt.NDArray[np.float64], size: int, device: torch.device) -> torch.Tensor:
    """Where each output pixel centre lies in the input: (B, S, S, 2) float32, normalised x, y."""
    centres = (torch.arange(size, device=device, dtype=torch.float32) + 0.5) * (2 / size) - 1
    matrix = torch.as_tensor(matrices, dtype=torch.float32).to(device)
    columns, rows = matrix[:, :, 0], matrix[:, :, 1]
    # (B, 3, S, S): M @ (x, y, 1) written as an outer sum, without the (B, S, S, 3) points.
    point = (
        columns[:, :, None, None] * centres[None, None, None, :]
        + rows[:, :, None, None] * centres[None, None, :, None]
        + matrix[:, :, 2][:, :, None, None]
    )
    return torch.stack([point[:, 0] / point[:, 2], point[:, 1] / point[:, 2]], -1)


def warp(
    images: torch.Tensor, masks: torch.Tensor, matrices: npt.NDArray[np.float64]
) -> tuple[torch.Tensor, torch.Tensor]:
    """Move pictures (bilinear) and label maps (nearest) by the same homographies.

    Pixels from outside the frame are mirrored in the picture, so that no black corner shows the edit, and
    IGNORE in the label map, because a mirrored left ear is not a left ear.

    Parameters
    ----------
    images : (B, 3, S, S) float32
    masks : (B, S, S) uint8
    matrices : (B, 3, 3) output to input

    Returns
    -------
    images, masks of the same shapes and types
    """
    size = images.shape[-1]
    grid = sampling_grid(matrices, size, images.device)
    warped = functional.grid_sample(
        images, grid, mode="bilinear", padding_mode="reflection", align_corners=False
    )
    pixel = ((grid + 1) * (size / 2)).floor()
    inside = ((pixel >= 0) & (pixel < size)).all(-1)
    index = pixel.clamp(0, size - 1).long()
    flat = index[..., 1] * size + index[..., 0]
    moved = masks.reshape(len(masks), -1).gather(1, flat.reshape(len(masks), -1)).reshape(masks.shape)
    return warped, torch.where(inside, moved, IGNORE)


def flip(
    images: torch.Tensor, masks: torch.Tensor, chosen: torch.Tensor, table: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Mirror the chosen samples; left and right classes change places.

    Parameters
    ----------
    images : (B, 3, S, S) any type
    masks : (B, S, S) uint8
    chosen : (B,) bool
    table : (256,) uint8 of `Convention.flip_table`
    """
    images = torch.where(chosen[:, None, None, None], images.flip(-1), images)
    mirrored = table[masks.flip(-1).long()]
    return images, torch.where(chosen[:, None, None], mirrored, masks)
