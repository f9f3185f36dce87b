"""Contact sheets of rendered sets: pictures, labels laid over them, captions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from facegen.datasets.conventions.native_labels import Native

# One colour a native label, sRGB; pairs differ in shade, neighbours in hue.
PALETTE = np.array(
    [
        (0, 0, 0),
        (222, 184, 150),
        (235, 120, 90),
        (120, 60, 20),
        (160, 90, 40),
        (245, 245, 255),
        (215, 225, 255),
        (40, 90, 220),
        (60, 130, 255),
        (250, 170, 60),
        (255, 200, 90),
        (220, 30, 80),
        (255, 90, 130),
        (110, 0, 40),
        (255, 255, 200),
        (200, 60, 160),
        (30, 20, 20),
        (180, 140, 210),
        (140, 110, 190),
        (90, 170, 60),
        (60, 110, 40),
        (100, 140, 30),
        (0, 200, 220),
        (120, 230, 240),
        (230, 80, 230),
        (255, 230, 0),
        (230, 200, 0),
        (255, 160, 0),
        (110, 110, 130),
        (0, 120, 120),
        (240, 190, 170),
        (130, 130, 130),
    ],
    np.uint8,
)
OPACITY = 0.55  # of labels over a picture, by eye: both can be seen
DIMMED = 0.6  # brightness of what has no label, by eye
CAPTION_HEIGHT, CAPTION_FONT = 16, 11  # pixels
BANNER_HEIGHT, BANNER_FONT = 26, 14
GAP = 2  # pixels between tiles
DARK, LIGHT, WHITE, RED = (24, 24, 24), (220, 220, 220), (255, 255, 255), (150, 20, 20)


def overlay(
    rgb: npt.NDArray[np.uint8], labels: npt.NDArray[np.uint8], opacity: float = OPACITY
) -> npt.NDArray[np.uint8]:
    """Lay labels over a picture.

    Parameters
    ----------
    rgb : (H, W, 3) uint8
    labels : (H, W) uint8
        Native ids.
    opacity : float in [0, 1]

    Returns
    -------
    (H, W, 3) uint8
    """
    colours = PALETTE[np.minimum(labels, len(Native) - 1)].astype(np.float32)
    mixed = np.where((labels > 0)[..., None], rgb * (1 - opacity) + colours * opacity, rgb * DIMMED)
    return mixed.astype(np.uint8)


def sheet(
    tiles: Sequence[np.ndarray],
    columns: int,
    captions: Sequence[str] | None = None,
    banner: str | None = None,
) -> Image.Image:
    """Lay tiles out in rows.

    Parameters
    ----------
    tiles : sequence of (H, W, 3) uint8
        At least one, all of the same shape.
    columns : int
        Tiles in a row.
    captions : sequence of str, optional
        One a tile, cut to its width.
    banner : str, optional
        A line of text above all tiles, on red.

    Returns
    -------
    PIL image, RGB
    """
    height, width, _ = tiles[0].shape
    strip = CAPTION_HEIGHT if captions else 0
    rows = -(-len(tiles) // columns)
    top = BANNER_HEIGHT if banner else 0
    size = (columns * (width + GAP) - GAP, top + rows * (height + strip + GAP) - GAP)
    canvas = Image.new("RGB", size, DARK)
    draw, font = ImageDraw.Draw(canvas), ImageFont.load_default(size=CAPTION_FONT)
    if banner:
        draw.rectangle((0, 0, size[0], top - GAP), fill=RED)
        draw.text((6, 4), banner, fill=WHITE, font=ImageFont.load_default(size=BANNER_FONT))
    for i, tile in enumerate(tiles):
        x, y = i % columns * (width + GAP), top + i // columns * (height + strip + GAP)
        canvas.paste(Image.fromarray(tile), (x, y))
        if captions:
            caption = _cut(captions[i], width - 4, font)
            draw.text((x + 2, y + height + 1), caption, fill=LIGHT, font=font)
    return canvas


def _cut(text: str, width: int, font: ImageFont.FreeTypeFont | ImageFont.ImageFont) -> str:
    """The longest beginning of `text` that is no wider than `width` pixels."""
    while text and font.getlength(text) > width:
        text = text[:-1]
    return text
