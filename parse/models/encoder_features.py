"""Features of a parser's own encoder: what it sees in a picture, as one row of numbers."""

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from facegen.datasets.errors import FacegenError
from facegen.parse.models.checkpoints import Parser
from facegen.parse.models.networks import network_named, normalise

BATCH = 32


@torch.inference_mode()
def encoder_features(
    parser: Parser, images: npt.NDArray[np.uint8], device: torch.device
) -> npt.NDArray[np.float32]:
    """Deepest feature map of each picture, averaged over its pixels.

    Parameters
    ----------
    images : (N, 3, S, S) uint8 RGB at the parser's size

    Returns
    -------
    (N, channels) float32

    Raises
    ------
    FacegenError : pictures of another size, or a network without features.
    """
    if images.shape[-1] != parser.size:
        raise FacegenError(f"the parser works at {parser.size} px, the pictures are {images.shape[-1]} px")
    name = parser.metadata["network"]
    deepest = network_named(name).deepest
    if deepest is None:
        raise FacegenError(f"network {name!r} has no features to compare; use a parser of another network")
    network = parser.network.to(device).eval()
    rows: list[npt.NDArray[np.float32]] = []

    def keep(module: nn.Module, inputs: object, output: torch.Tensor | list[torch.Tensor]) -> None:
        last = output[-1] if isinstance(output, list | tuple) else output
        rows.append(last.float().mean((2, 3)).cpu().numpy())

    handle = deepest(network).register_forward_hook(keep)
    try:
        for start in range(0, len(images), BATCH):
            part = torch.from_numpy(np.array(images[start : start + BATCH])).to(device)
            network(normalise(part.float() / 255))
    finally:
        handle.remove()
    return np.concatenate(rows)
