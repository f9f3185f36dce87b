"""Features of a parser's own encoder: what it sees in a picture, as one row of numbers."""

import numpy as np
import torch
from torch import nn

from facegen.datasets.errors import FacegenError
from facegen.parse.models.checkpoints import Parser
from facegen.parse.models.networks import normalise

BATCH = 32


@torch.inference_mode()
def encoder_features(parser: Parser, images: np.ndarray, device: torch.device) -> np.ndarray:
    """Deepest encoder map of each picture, averaged over its places.

    Parameters
    ----------
    images : (N, 3, S, S) uint8 RGB at the parser's size

    Returns
    -------
    (N, channels) float32
    """
    if images.shape[-1] != parser.size:
        raise FacegenError(f"the parser works at {parser.size} px, the pictures are {images.shape[-1]} px")
    network = parser.network.to(device).eval()
    encoder = network.encoder
    deepest = encoder[-1] if isinstance(encoder, nn.ModuleList) else encoder
    assert isinstance(deepest, nn.Module)
    rows: list[np.ndarray] = []

    def keep(module: nn.Module, inputs: object, output: torch.Tensor | list[torch.Tensor]) -> None:
        last = output[-1] if isinstance(output, list | tuple) else output
        rows.append(last.float().mean((2, 3)).cpu().numpy())

    handle = deepest.register_forward_hook(keep)
    try:
        for start in range(0, len(images), BATCH):
            part = torch.from_numpy(np.array(images[start : start + BATCH])).to(device)
            network(normalise(part.float() / 255))
    finally:
        handle.remove()
    return np.concatenate(rows)
