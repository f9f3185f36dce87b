"""Label adapter: a small network that translates predicted labels to the drawing convention of a real set.

It sees labels, not pictures: the one-hot of the argmax, (B, C, S, S) float with one channel a class. Class
probabilities of the same shape are a variant. It can improve recognition too, not only the borders: where a
parser is unsure between two classes, the adapter can choose. After Wood et al., Fake It Till You Make It,
ICCV 2021, sec. 4.1.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import nn
from torch.nn import functional

from facegen.datasets.conventions.label_conventions import Convention
from facegen.datasets.errors import FacegenError
from facegen.datasets.keyed_random import keyed_generator
from facegen.parse.metrics.losses import segmentation_loss
from facegen.parse.models.checkpoints import Parser, read_torch, require_version, write_torch

IDENTITY = (
    5.0  # logit of the class that was predicted, before anything is learned: the adapter starts as none
)
PREDICT_BATCH = 32
ADAPTER_FILE = "adapter.pt"  # in the folder of the parser's checkpoint
FORMAT = "facegen-label-adapter"
FORMAT_VERSION = 1

Maps = Callable[[npt.NDArray[np.integer[Any]]], torch.Tensor]  # sample indices (b,) -> (b, C, S, S) float32


@dataclass(frozen=True)
class AdapterRecipe:
    """Everything but data and seed that decides a fit; the same for every arm."""

    width: int = 32  # channels at half the side
    dilations: tuple[int, ...] = (1, 2, 4)  # of the 3 × 3 convolutions there: reach 14 pixels of the map
    steps: int = 300
    batch: int = 8
    learning_rate: float = 4e-3  # peak; one cycle
    weight_decay: float = 0.01


class Adapter(nn.Module):
    """What is predicted, plus a learned correction of its logits; (B, C, S, S) → (B, C, S, S), S even."""

    def __init__(self, classes: int, recipe: AdapterRecipe) -> None:
        super().__init__()
        width = recipe.width
        layers: list[nn.Module] = [nn.PixelUnshuffle(2), nn.Conv2d(4 * classes, width, 1), nn.ReLU()]
        for dilation in recipe.dilations:
            layers += [nn.Conv2d(width, width, 3, padding=dilation, dilation=dilation), nn.ReLU()]
        last = nn.Conv2d(width, 4 * classes, 1)
        nn.init.zeros_(last.weight)
        nn.init.zeros_(last.bias)  # type: ignore[arg-type]
        self.correction = nn.Sequential(*layers, last, nn.PixelShuffle(2))

    def forward(self, maps: torch.Tensor) -> torch.Tensor:
        return IDENTITY * maps + self.correction(maps)


def one_hot(labels: npt.NDArray[np.uint8], classes: int, device: torch.device) -> Maps:
    """Maps of (N, S, S) uint8 argmax labels, made on demand."""

    def make(index: npt.NDArray[np.integer[Any]]) -> torch.Tensor:
        part = torch.from_numpy(np.ascontiguousarray(labels[index])).to(device)
        return functional.one_hot(part.long(), classes).permute(0, 3, 1, 2).float()

    return make


def fit_adapter(
    maps: Maps,
    references: npt.NDArray[np.uint8],
    convention: Convention,
    seed: int,
    device: torch.device,
    recipe: AdapterRecipe | None = None,
) -> Adapter:
    """Fit on predictions and references of the same pictures; nothing is chosen by a score.

    Parameters
    ----------
    maps : gives the predictions of any samples in [0, N)
    references : (N, S, S) uint8 ids of `convention`, 255 = ignore

    Raises
    ------
    FacegenError : no picture to fit on, or an odd side.
    """
    recipe = recipe or AdapterRecipe()
    if not len(references):
        raise FacegenError("the label adapter has no picture to be fitted on: a larger --real set is needed")
    if references.shape[-1] % 2:
        raise FacegenError(f"the label adapter needs an even side, not {references.shape[-1]} px")
    classes = len(convention.classes)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = Adapter(classes, recipe)
    network = network.to(device).train()
    optimizer = torch.optim.AdamW(
        network.parameters(), recipe.learning_rate, weight_decay=recipe.weight_decay
    )
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, recipe.learning_rate, total_steps=recipe.steps, pct_start=0.1, cycle_momentum=False
    )
    table = torch.from_numpy(convention.flip_table()).to(device)
    swap = table[:classes].long()  # channel of each class in a mirrored map
    for step in range(recipe.steps):
        draw = keyed_generator(seed, "adapter", step)
        index = draw.integers(0, len(references), recipe.batch)
        inputs, target = maps(index), torch.from_numpy(references[index]).to(device)
        if draw.random() < 0.5:
            inputs, target = inputs[:, swap].flip(-1), table[target.long()].flip(-1)
        loss = segmentation_loss(network(inputs), target.long(), dice_weight=1.0)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        schedule.step()
    return network.eval()


@torch.inference_mode()
def adapt(network: Adapter, maps: Maps, count: int) -> npt.NDArray[np.uint8]:
    """Adapted label maps of samples 0 … count − 1: (count, S, S) uint8."""
    parts = [
        network(maps(np.arange(start, min(start + PREDICT_BATCH, count))))
        .argmax(1)
        .to(torch.uint8)
        .cpu()
        .numpy()
        for start in range(0, count, PREDICT_BATCH)
    ]
    return np.concatenate(parts)


def save_adapter(path: Path, network: Adapter, recipe: AdapterRecipe, parser: Parser) -> None:
    """Write an adapter, and to which parser it was fitted."""
    metadata = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "width": recipe.width,
        "dilations": list(recipe.dilations),
        "parser": parser.digest,
    }
    weights = {name: value.detach().cpu().contiguous() for name, value in network.state_dict().items()}
    write_torch(path, {"metadata": metadata, "weights": weights})


def load_adapter(path: Path, parser: Parser, device: torch.device) -> Adapter:
    """Read an adapter of class maps that `parser` predicts.

    Raises
    ------
    FacegenError : missing, damaged, pickled, of another format, or fitted to another parser.
    """
    if not path.is_file():
        raise FacegenError(f"{path}: no label adapter there; facegen train-eval fits one to each parser")
    value = read_torch(path)
    metadata, weights = value.get("metadata"), value.get("weights")
    if not isinstance(metadata, dict) or metadata.get("format") != FORMAT:
        raise FacegenError(f"{path}: not a label adapter of facegen; train one with facegen train-eval")
    require_version(path, metadata, FORMAT_VERSION)
    if metadata.get("parser") != parser.digest:
        raise FacegenError(f"{path}: fitted to another parser; give the one in the folder of its checkpoint")
    try:
        recipe = AdapterRecipe(int(metadata["width"]), tuple(int(one) for one in metadata["dilations"]))
        with torch.device("meta"):  # a width takes no memory that the weights in the file do not take
            network = Adapter(len(parser.convention.classes), recipe)
        network.load_state_dict(weights, assign=True)  # type: ignore[arg-type]
    except (KeyError, TypeError, ValueError, RuntimeError, AttributeError):
        raise FacegenError(f"{path}: damaged label adapter; remove it to fit it again") from None
    return network.to(device).eval()
