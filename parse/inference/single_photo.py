"""One photo of any size through a parser. Pictures are (H, W, 3) uint8 RGB, label maps (H, W) uint8."""

from pathlib import Path

import numpy as np
import torch
from PIL import Image

from facegen.datasets.io.images import read_rgb
from facegen.parse.adaptation.network_adapter import Adapter, adapt, one_hot
from facegen.parse.data.loaded_set import resize_image
from facegen.parse.metrics.evaluate import predict
from facegen.parse.models.checkpoints import Parser

EXIF_ORIENTATION = 0x0112  # CIPA DC-008 (Exif), tag 274; values 2-8 say how to turn the pixels upright
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def read_upright(path: Path) -> np.ndarray:
    """A photo as a person sees it, camera rotation applied; FacegenError where it cannot be read."""
    pixels = read_rgb(path)
    with Image.open(path) as picture:
        turn = _UPRIGHT.get(picture.getexif().get(EXIF_ORIENTATION, 1))
    return pixels if turn is None else np.asarray(Image.fromarray(pixels).transpose(turn))


def parse_photo(
    parser: Parser, image: np.ndarray, device: torch.device, adapter: Adapter | None = None
) -> np.ndarray:
    """Label map of a photo at its own size: (H, W) uint8.

    The photo is padded to a square, reduced to the parser's size, and the labels are enlarged again.

    adapter : draws the parser's labels as a real set does
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
