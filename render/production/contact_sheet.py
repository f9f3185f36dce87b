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
        (250, 120, 0),
    ],
    np.uint8,
)
OPACITY = 0.55  # of labels over a picture, by eye: both can be seen
DIMMED = 0.6  # brightness of what has no label, by eye
CAPTION_HEIGHT, CAPTION_FONT = 16, 11  # pixels; the height is that of a caption of one line
LINE_HEIGHT = 13  # pixels that each further line of a caption takes
MARGIN = 2  # pixels left and right of a caption
BANNER_HEIGHT, BANNER_FONT = 26, 14
GAP = 2  # pixels between tiles
DARK, LIGHT, WHITE, RED = (24, 24, 24), (220, 220, 220), (255, 255, 255), (150, 20, 20)
Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


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
        One a tile, broken into lines. It may run on under tiles to its right in the same row whose own is
        empty, as those of the labels beside a face are.
    banner : str, optional
        A line of text above all tiles, on red.

    Returns
    -------
    PIL image, RGB
    """
    height, width, _ = tiles[0].shape
    font = ImageFont.load_default(size=CAPTION_FONT)
    lines = caption_lines(captions, columns, width, font) if captions else []
    strip = CAPTION_HEIGHT + LINE_HEIGHT * (max(map(len, lines)) - 1) if captions else 0
    rows = -(-len(tiles) // columns)
    top = BANNER_HEIGHT if banner else 0
    size = (columns * (width + GAP) - GAP, top + rows * (height + strip + GAP) - GAP)
    canvas = Image.new("RGB", size, DARK)
    draw = ImageDraw.Draw(canvas)
    if banner:
        draw.rectangle((0, 0, size[0], top - GAP), fill=RED)
        draw.text((6, 4), banner, fill=WHITE, font=ImageFont.load_default(size=BANNER_FONT))
    for i, tile in enumerate(tiles):
        x, y = i % columns * (width + GAP), top + i // columns * (height + strip + GAP)
        canvas.paste(Image.fromarray(tile), (x, y))
        for k, line in enumerate(lines[i] if lines else ()):
            draw.text((x + MARGIN, y + height + 1 + k * LINE_HEIGHT), line, fill=LIGHT, font=font)
    return canvas


def caption_lines(captions: Sequence[str], columns: int, width: int, font: Font) -> list[list[str]]:
    """The lines of each caption.

    Parameters
    ----------
    captions : sequence of str, one a tile
    columns : tiles in a row
    width : pixels of a tile
    font : of the captions

    Returns
    -------
    list of list of str, at least one line each (an empty one for no caption)
        No line is wider than its tile and the tiles without caption right of it.
    """
    out = []
    for i, caption in enumerate(captions):
        end = i + 1
        while end < len(captions) and end % columns and not captions[end]:
            end += 1
        room = (end - i) * (width + GAP) - GAP - 2 * MARGIN
        out.append(_wrapped(caption, room, font))
    return out


def _wrapped(text: str, width: int, font: Font) -> list[str]:
    """`text` in lines of at most `width` pixels, broken between words, and inside words that are wider."""
    lines = [""]
    for word in text.split():
        joined = f"{lines[-1]} {word}".strip()
        if font.getlength(joined) <= width:
            lines[-1] = joined
            continue
        if lines[-1]:
            lines.append("")
        for letter in word:
            if lines[-1] and font.getlength(lines[-1] + letter) > width:
                lines.append("")
            lines[-1] += letter
    return lines
