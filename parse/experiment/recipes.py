"""The recipe that a network is trained with, and which network a machine gets."""

import hashlib
from dataclasses import asdict, replace
from pathlib import Path

import torch

from facegen.datasets.errors import FacegenError
from facegen.parse.adaptation.network_adapter import AdapterRecipe
from facegen.parse.models.network_registry import NETWORKS
from facegen.parse.models.networks import SMALL, STRIDE, build_network, network_named, weights_of
from facegen.parse.models.smp_networks import STANDARD
from facegen.parse.training.recipe import Recipe

ADAPTER = AdapterRecipe()  # of the label adapters, the same for every arm
QUICK_FRACTION = 0.25  # of the full steps with --quick: a first answer, not a figure to report


def recipe_for(
    device: torch.device,
    network: str | None = None,
    size: int | None = None,
    steps: int | None = None,
    batch: int | None = None,
    quick: bool = False,
    encoder_weights: Path | None = None,
) -> Recipe:
    """The recipe of a training: `small` at 128 px on a CPU, `unet-resnet18` at 256 px on a GPU by default.

    Parameters
    ----------
    network, size, steps, batch : in place of the default network and of its settings
    quick : a quarter of the steps, unless `steps` is given
    encoder_weights : file with pretrained weights of the encoder; by default that of the installed package
        that the network names, if it names one

    Raises
    ------
    FacegenError : unknown network, a size that the networks cannot halve, or encoder weights that do not fit
        or are not at hand.
    """
    name = network or (STANDARD if device.type == "cuda" else SMALL)
    recipe = Recipe(network=name, **asdict(network_named(name).settings))
    encoder_weights = weights_of(name, encoder_weights)
    build_network(name, 2, 0, encoder_weights)  # what does not fit is refused before anything is trained
    if encoder_weights is not None:
        digest = hashlib.sha256(encoder_weights.read_bytes()).hexdigest()
        recipe = replace(recipe, encoder_weights=str(encoder_weights), encoder_digest=digest)
    if size is not None and (size < STRIDE or size % STRIDE):
        raise FacegenError(f"--size {size}: the networks need a multiple of {STRIDE}; try 128 or 256")
    if steps is None:
        steps = round(recipe.steps * QUICK_FRACTION) if quick else recipe.steps
    return replace(recipe, size=size or recipe.size, steps=steps, batch=batch or recipe.batch)


def recommendations(network: str | None) -> list[str]:
    """What to say where the user names no network although pretrained weights of one are installed."""
    if network is not None:
        return []
    return [
        f"weights of {one.name} are installed ({one.pretrained.package}): --network {one.name} starts from "
        "them and is recommended"
        for one in NETWORKS.values()
        if one.pretrained is not None and one.pretrained.installed() is not None
    ]


def adapter_recipe(quick: bool = False) -> AdapterRecipe:
    """Recipe of the label adapters; with `quick` a quarter of the steps."""
    return replace(ADAPTER, steps=round(ADAPTER.steps * QUICK_FRACTION)) if quick else ADAPTER
