"""Encoder features: one row a picture, the same whatever the batch."""

import numpy as np
import pytest
import torch

from facegen.datasets.conventions.convention_registry import convention
from facegen.datasets.errors import FacegenError
from facegen.parse.models import encoder_features
from facegen.parse.models.checkpoints import Parser
from facegen.parse.models.networks import build_network


def parser(name):
    classes = convention("celebamaskhq")
    network = build_network(name, len(classes.classes), seed=0)
    return Parser(network, classes, 64, {"network": name})


@pytest.mark.parametrize("name", ["small", "unet-resnet18"])
def test_rows_do_not_depend_on_the_batch(name, monkeypatch):
    images = np.random.Generator(np.random.Philox(key=1)).integers(0, 255, (5, 3, 64, 64)).astype(np.uint8)
    model, device = parser(name), torch.device("cpu")
    together = encoder_features.encoder_features(model, images, device)
    monkeypatch.setattr(encoder_features, "BATCH", 2)
    np.testing.assert_allclose(encoder_features.encoder_features(model, images, device), together, atol=1e-5)
    assert together.shape[0] == 5 and together.shape[1] >= 64 and np.ptp(together, axis=0).max() > 0


def test_another_size_is_refused():
    with pytest.raises(FacegenError, match="64 px"):
        encoder_features.encoder_features(
            parser("small"), np.zeros((1, 3, 32, 32), np.uint8), torch.device("cpu")
        )
