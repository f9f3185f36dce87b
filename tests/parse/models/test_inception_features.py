"""Inception features need torch-fidelity and a local file, and say so; nothing is downloaded."""

import numpy as np
import pytest
import torch

from facegen.datasets.errors import FacegenError
from facegen.parse.models import inception_features

CPU = torch.device("cpu")


class Stand(torch.nn.Module):
    """Stands for the network: the mean of each channel."""

    def forward(self, pictures):
        return (pictures.float().mean((2, 3)),)


def test_pictures_go_through_in_batches_and_keep_their_order(monkeypatch, tmp_path):
    monkeypatch.setattr(inception_features, "_network", lambda weights: Stand())
    monkeypatch.setattr(inception_features, "BATCH", 3)
    images = [np.full((8, 8, 3), k, np.uint8) for k in range(7)]
    found = inception_features.inception_features(iter(images), tmp_path / "w.pth", CPU)
    assert found.shape == (7, 3) and np.array_equal(found[:, 0], np.arange(7.0))


def test_without_the_package_or_the_file_one_line_says_so(monkeypatch, tmp_path):
    image = [np.zeros((8, 8, 3), np.uint8)]
    try:
        import torch_fidelity  # noqa: F401
    except ImportError:
        with pytest.raises(FacegenError, match="needs torch-fidelity"):
            inception_features.inception_features(image, tmp_path / "none.pth", CPU)
        return
    with pytest.raises(FacegenError, match="no such file"):
        inception_features.inception_features(image, tmp_path / "none.pth", CPU)
    torch.save({"a": torch.zeros(1)}, tmp_path / "other.pth")
    with pytest.raises(FacegenError, match="not torch-fidelity's Inception weights"):
        inception_features.inception_features(image, tmp_path / "other.pth", CPU)
    (tmp_path / "torn.pth").write_bytes(b"torn")
    with pytest.raises(FacegenError, match="not torch-fidelity's Inception weights"):
        inception_features.inception_features(image, tmp_path / "torn.pth", CPU)
