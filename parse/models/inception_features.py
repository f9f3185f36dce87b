"""Features of Inception v3 as FID defines them, through torch-fidelity, from a local file of weights.

Nothing is downloaded: without torch-fidelity (extra `fidelity`) or without the file there are no features.
DINOv2 is left out: torch-fidelity 0.4 reads it from torch.hub alone, which downloads.
"""

import pickle
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import torch

from facegen.datasets.errors import FacegenError
from facegen.parse.models.tensor_files import load_tensors

BATCH = 32
# What torch's readers raise for files that are no tensors, or those of another network.
_NO_WEIGHTS = (
    pickle.UnpicklingError, RuntimeError, EOFError, OSError, AttributeError, TypeError, ValueError,
    LookupError,
)  # fmt: skip
LAYER = "2048"  # Heusel et al., 2017: the last pooling layer


@torch.inference_mode()
def inception_features(images: Iterable[np.ndarray], weights: Path, device: torch.device) -> np.ndarray:
    """(n, 2048) float32 of pictures (S, S, 3) uint8, all of one size; the network scales them to 299.

    weights : torch-fidelity's file of weights, `weights-inception-2015-12-05-6726825d.pth`

    Raises
    ------
    FacegenError : torch-fidelity is not installed, or the file is missing or holds something else.
    """
    network = _network(weights).to(device).eval()
    rows = []
    for part in _parts(images):
        pictures = torch.from_numpy(part).permute(0, 3, 1, 2).to(device)
        rows.append(network(pictures)[0].float().cpu().numpy())
    return np.concatenate(rows)


def _network(weights: Path) -> torch.nn.Module:
    try:
        from torch_fidelity.feature_extractor_inceptionv3 import FeatureExtractorInceptionV3
    except ImportError:
        raise FacegenError("--inception needs torch-fidelity: pip install 'facegen[fidelity]'") from None
    if not weights.is_file():
        raise FacegenError(f"{weights}: no such file of Inception weights")
    try:
        # torch-fidelity itself unpickles whatever the file holds: it is read as plain tensors first.
        load_tensors(weights)
        return FeatureExtractorInceptionV3(
            "inception-v3-compat", [LAYER], feature_extractor_weights_path=weights
        )
    except _NO_WEIGHTS as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise FacegenError(f"{weights}: not torch-fidelity's Inception weights: {reason}") from None


def _parts(images: Iterable[np.ndarray]) -> Iterable[np.ndarray]:
    part: list[np.ndarray] = []
    for image in images:
        part.append(image)
        if len(part) == BATCH:
            yield np.stack(part)
            part = []
    if part:
        yield np.stack(part)
