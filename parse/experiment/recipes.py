"""The recipe of each network, and which one a machine gets.

`small`: steps and learning rate chosen on the 700 fit faces of the real training set at 128², judged on
its 100 validation faces. `unet-resnet18`: not tuned yet; other networks of segmentation-models-pytorch take
its recipe.
"""

import hashlib
from dataclasses import replace
from pathlib import Path

import torch

from facegen.datasets.errors import FacegenError
from facegen.parse.adaptation.network_adapter import AdapterRecipe
from facegen.parse.models.networks import SMALL, STANDARD, STRIDE, build_network
from facegen.parse.training.trainer import Recipe

RECIPES: dict[str, Recipe] = {
    "small": Recipe(network="small", size=128, steps=2500, batch=16, learning_rate=4e-3, ema=0.99),
    "unet-resnet18": Recipe(
        network="unet-resnet18", size=256, steps=6000, batch=32, learning_rate=1e-3, ema=0.999
    ),
}
ADAPTER = AdapterRecipe()  # of the label adapters, the same for every arm
QUICK_SHARE = 0.25  # of the full steps with --quick: a first answer, not a figure to report


def recipe_for(
    device: torch.device,
    network: str | None = None,
    size: int | None = None,
    steps: int | None = None,
    batch: int | None = None,
    quick: bool = False,
    encoder_weights: Path | None = None,
) -> Recipe:
    """Recipe of a machine: `small` at 128² on a CPU, `unet-resnet18` at 256² on a GPU, unless told otherwise.

    `steps` counts before --quick takes its share only where it is not given.

    Raises
    ------
    FacegenError : unknown network, a size that the networks cannot halve, or encoder weights that do not fit.
    """
    name = network or (STANDARD if device.type == "cuda" else SMALL)
    recipe = RECIPES.get(name) or replace(RECIPES[STANDARD], network=name)
    build_network(name, 2, 0, encoder_weights)  # what does not fit is said before anything is trained
    if encoder_weights is not None:
        digest = hashlib.sha256(encoder_weights.read_bytes()).hexdigest()
        recipe = replace(recipe, encoder_weights=str(encoder_weights), encoder_digest=digest)
    if size is not None and (size < STRIDE or size % STRIDE):
        raise FacegenError(f"--size {size}: the networks need a multiple of {STRIDE}; try 128 or 256")
    if steps is None:
        steps = round(recipe.steps * QUICK_SHARE) if quick else recipe.steps
    return replace(recipe, size=size or recipe.size, steps=steps, batch=batch or recipe.batch)


def adapter_recipe(quick: bool = False) -> AdapterRecipe:
    """Recipe of the label adapters; with `quick` a quarter of the steps."""
    return replace(ADAPTER, steps=round(ADAPTER.steps * QUICK_SHARE)) if quick else ADAPTER
