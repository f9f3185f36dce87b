"""Networks by name: RGB in, one logit a class and pixel out.

A network takes (B, 3, S, S) float32, normalised with MEAN and STD, S a multiple of STRIDE, and gives
(B, C, S, S) logits. Nothing is ever downloaded: encoder weights come from a local file, from an installed
package, or not at all.
"""

import importlib.metadata
from pathlib import Path

import torch
from torch import nn

from facegen.datasets.errors import FacegenError
from facegen.parse.models.network_registry import NETWORKS, Network
from facegen.parse.models.scaling import MEAN, STD
from facegen.parse.models.smp_networks import ARCHITECTURES, STANDARD, is_smp_name, smp_network
from facegen.parse.models.tensor_files import load_tensors

STRIDE = 32  # the networks halve the side five times
SMALL = "small"  # what a CPU gets; a GPU gets STANDARD


def check_torch_pair() -> None:
    """Check that torchvision was built for this torch.

    A wrong pair imports torch well and then fails with "operator torchvision::nms does not exist".

    Raises
    ------
    FacegenError : torchvision is missing or does not fit, with both versions and what to install.
    """

    def version(package: str) -> str:
        try:
            return importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            return "not installed"

    try:
        import torchvision

        boxes = torch.tensor([[0.0, 0.0, 1.0, 1.0]])
        torchvision.ops.nms(boxes, torch.ones(1), 0.5)
    except (ImportError, RuntimeError, AttributeError, OSError) as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise FacegenError(
            f"torch {version('torch')} and torchvision {version('torchvision')} do not fit together "
            f"({reason}); "
            "install a pair of one release, e.g. pip install 'torch==2.11.*' 'torchvision==0.26.*'"
        ) from error


def network_named(name: str) -> Network:
    """The network of a name: a registered one, or one of segmentation-models-pytorch.

    Raises
    ------
    FacegenError : no network has this name.
    """
    if name in NETWORKS:
        return NETWORKS[name]
    check_torch_pair()
    if not is_smp_name(name):
        raise FacegenError(
            f"network {name!r} is unknown; choose {', '.join(NETWORKS)} or another ARCHITECTURE-ENCODER of "
            f"segmentation-models-pytorch: {', '.join(ARCHITECTURES)} with resnet34, mobilenet_v2, …"
        )
    return smp_network(name)


def build_network(name: str, classes: int, seed: int, encoder_weights: Path | None = None) -> nn.Module:
    """Network by name with weights drawn from `seed`.

    Parameters
    ----------
    name : a registered name as "small", or ARCHITECTURE-ENCODER of segmentation-models-pytorch
    classes : int, background included
    seed : int
    encoder_weights : a state dict of the encoder saved by torch.save, or of the kind that the network's
        `pretrained` converts; None for random weights; nothing is ever downloaded

    Raises
    ------
    FacegenError : unknown name; the weights file is missing, unsafe or does not fit.
    """
    entry = network_named(name)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = entry.build(classes)
    if encoder_weights is not None:
        _load_encoder(network, entry, encoder_weights)
    return network


def weights_of(name: str, given: Path | None) -> Path | None:
    """The file that the encoder of a network starts from.

    Parameters
    ----------
    name : of a network
    given : the file that the user named, if any

    Returns
    -------
    `given`, else the file of the installed package that the network is meant for; None for a network that
    starts from random weights.

    Raises
    ------
    FacegenError : the network needs pretrained weights, none were given, and their package is not installed.
    """
    pretrained = network_named(name).pretrained
    if given is not None or pretrained is None:
        return given
    found = pretrained.installed()
    if found is None:
        raise FacegenError(
            f"network {name!r} starts from pretrained weights, and none are at hand: "
            f"{pretrained.how_to_install}, or name their file with --encoder-weights"
        )
    return found


def _load_encoder(network: nn.Module, entry: Network, path: Path) -> None:
    if entry.encoder is None:
        raise FacegenError(
            f"network {entry.name!r} takes no encoder weights, but {path} was given; use {STANDARD}"
        )
    try:
        state = load_tensors(path)
        if entry.pretrained is None:
            state = {key: value for key, value in state.items() if not key.startswith("fc.")}
        else:
            state = entry.pretrained.convert(state)
        entry.encoder(network).load_state_dict(state)
    except Exception as error:  # torch raises a different type for each kind of broken file
        first = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise FacegenError(
            f"encoder weights {path} cannot be used: {first}; need a state dict of the encoder of "
            f"{entry.name}"
        ) from error


def parameter_count(network: nn.Module) -> int:
    """Number of trainable scalars."""
    return sum(p.numel() for p in network.parameters() if p.requires_grad)


def normalise(images: torch.Tensor) -> torch.Tensor:
    """(B, 3, S, S) float in [0, 1] → zero mean, unit variance by ImageNet's statistics, channels last."""
    mean = torch.tensor(MEAN, device=images.device)[:, None, None]
    std = torch.tensor(STD, device=images.device)[:, None, None]
    return ((images - mean) / std).contiguous(memory_format=torch.channels_last)
