"""One photo of any size through a parser. Pictures are (H, W, 3) uint8 RGB, label maps (H, W) uint8."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from facegen.datasets.errors import FacegenError
from facegen.parse.adaptation.network_adapter import ADAPTER_FILE, Adapter, adapt, load_adapter, one_hot
from facegen.parse.data.device import pick_device
from facegen.parse.data.loaded_set import resize_image
from facegen.parse.inference.overlay import overlay
from facegen.parse.metrics.evaluate import predict
from facegen.parse.models.checkpoints import Parser, load_parser


@dataclass(frozen=True)
class ParsedPicture:
    """The labels of one picture.

    Attributes
    ----------
    labels : (H, W) uint8
        Class ids of the parser's convention, at the size of the picture.
    parser : Parser
    device : torch.device
        Where the parser ran.
    """

    labels: npt.NDArray[np.uint8] = field(repr=False)
    parser: Parser = field(repr=False)
    device: torch.device

    def fractions(self) -> dict[str, float]:
        """Fraction of the picture that each class covers, without background and classes that are absent."""
        parts = {
            name: float((self.labels == class_id).mean())
            for class_id, name in enumerate(self.parser.convention.classes)
            if class_id
        }
        return {name: part for name, part in parts.items() if part}

    def overlay(self, picture: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
        """The picture (H, W, 3) uint8 tinted by class."""
        return overlay(picture, self.labels, len(self.parser.convention.classes))


def label_picture(
    picture: npt.NDArray[np.uint8], model: str | Path | Parser, device: str = "auto", adapted: bool = False
) -> ParsedPicture:
    """Label every pixel of a picture with a trained parser.

    Parameters
    ----------
    picture : (H, W, 3) uint8 RGB
        One face that fills the picture as in the parser's training set.
    model : path or Parser
        A checkpoint of `facegen train-eval`, or a parser that is already loaded.
    device : str
        "auto", "cpu", "cuda" or "cuda:K".
    adapted : bool
        Draw borders as the real set does, with the label adapter that lies next to the checkpoint.

    Raises
    ------
    FacegenError : the array is not a picture, the checkpoint or its adapter cannot be read, no such device.
    """
    if picture.ndim != 3 or picture.shape[2] != 3 or picture.dtype != np.uint8 or not picture.size:
        raise FacegenError(
            f"need a picture as an array (H, W, 3) of uint8, got {picture.shape} {picture.dtype}"
        )
    chosen = pick_device(device)
    parser = model if isinstance(model, Parser) else load_parser(Path(model), chosen)
    adapter = None
    if adapted:
        if isinstance(model, Parser):
            raise FacegenError("a label adapter lies next to a checkpoint: give `model` as a path")
        adapter = load_adapter(Path(model).with_name(ADAPTER_FILE), parser, chosen)
    return ParsedPicture(parse_photo(parser, picture, chosen, adapter), parser, chosen)


def parse_photo(
    parser: Parser,
    image: npt.NDArray[np.uint8],
    device: torch.device,
    adapter: Adapter | None = None,
) -> npt.NDArray[np.uint8]:
    """Label map of a photo at its own size.

    The photo is padded to a square, reduced to the parser's size, and the labels are enlarged again.

    Parameters
    ----------
    image : (H, W, 3) uint8 RGB
    adapter : redraws the parser's labels in the convention of a real set

    Returns
    -------
    (H, W) uint8
    """
    height, width = image.shape[:2]
    small = resize_image(image, parser.size).transpose(2, 0, 1)
    labels = predict(parser, small[None], device)
    if adapter is not None:
        labels = adapt(adapter, one_hot(labels, len(parser.convention.classes), device), 1)
    side = max(height, width)
    index = ((np.arange(side) + 0.5) * parser.size / side).astype(int)
    top, left = (side - height) // 2, (side - width) // 2
    return labels[0, index[top : top + height, None], index[None, left : left + width]]
