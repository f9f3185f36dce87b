"""Pictures with their label maps laid over them, and sheets that show reference and prediction.

Pictures are (H, W, 3) uint8 RGB, label maps (H, W) uint8.
"""

import colorsys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from facegen.datasets.conventions.label_conventions import Convention
from facegen.datasets.conventions.native_labels import IGNORE
from facegen.datasets.io.files import png_bytes, write_bytes

GOLDEN_TURN = 0.618033988749895  # consecutive ids land far apart on the colour circle
OPACITY = 0.55
BAND = 32  # rows that are tinted at a time: 30 MB of a photo of 63 megapixels
MARGIN, LINE = 4, 14  # pixels


def palette(classes: int) -> npt.NDArray[np.uint8]:
    """(256, 3) uint8 colours of class ids: background black, IGNORE white."""
    colours = np.zeros((256, 3), np.uint8)
    for class_id in range(1, classes):
        hue, shade = class_id * GOLDEN_TURN % 1, (1.0, 0.75)[class_id % 2]
        colours[class_id] = np.round(255 * np.array(colorsys.hsv_to_rgb(hue, 0.75, shade)))
    colours[IGNORE] = 255
    return colours


def overlay(image: npt.NDArray[np.uint8], mask: npt.NDArray[np.uint8], classes: int) -> npt.NDArray[np.uint8]:
    """The picture tinted by class; background stays as it is: (H, W, 3) uint8."""
    colours, mixed = palette(classes).astype(float), np.empty_like(image)
    for start in range(0, len(image), BAND):
        part = slice(start, start + BAND)
        behind, labels = image[part], mask[part]
        if not labels.any():
            mixed[part] = behind
            continue
        tinted = np.where(
            (labels == 0)[..., None], behind, (1 - OPACITY) * behind + OPACITY * colours[labels]
        )
        mixed[part] = np.round(tinted)
    return mixed


def legend(convention: Convention, present: Sequence[int], width: int) -> npt.NDArray[np.uint8]:
    """Colour patches with the names of these classes, as many rows as they need: (h, width, 3) uint8."""
    per_row = max(1, width // 84)
    rows = -(-len(present) // per_row)
    canvas = Image.new("RGB", (width, rows * LINE + 2 * MARGIN), "white")
    draw = ImageDraw.Draw(canvas)
    colours = palette(len(convention.classes))
    for place, class_id in enumerate(present):
        x, y = MARGIN + place % per_row * 84, MARGIN + place // per_row * LINE
        draw.rectangle((x, y + 2, x + 9, y + 11), fill=tuple(int(c) for c in colours[class_id]))
        draw.text((x + 13, y), convention.classes[class_id], fill="black")
    return np.asarray(canvas)


def sheet(
    images: npt.NDArray[np.uint8],
    maps: Sequence[npt.NDArray[np.uint8]],
    captions: Sequence[str],
    convention: Convention,
    columns: int = 4,
) -> npt.NDArray[np.uint8]:
    """Pictures and label maps over them, `columns` samples a row, with a legend: (h, w, 3) uint8.

    Parameters
    ----------
    images : (N, 3, S, S) uint8
    maps : label maps (N, S, S) uint8, each laid over a copy of the picture, after the plain picture
    captions : N lines
    """
    size, classes, cells = images.shape[-1], len(convention.classes), 1 + len(maps)
    cell_width, cell_height = cells * size + (cells - 1) * MARGIN, size + LINE + MARGIN
    columns = max(1, min(columns, len(images)))
    rows = -(-len(images) // columns)
    used = np.unique(np.concatenate([np.unique(one) for one in maps]))
    width = columns * (cell_width + MARGIN)
    foot = legend(convention, [int(i) for i in used if 0 < i < classes], width)
    canvas = Image.new("RGB", (width, rows * cell_height + foot.shape[0]), "white")
    draw = ImageDraw.Draw(canvas)
    for place, (image, caption) in enumerate(zip(images, captions, strict=True)):
        x, y = place % columns * (cell_width + MARGIN), place // columns * cell_height
        picture = image.transpose(1, 2, 0)
        draw.text((x + 2, y), caption, fill="black")
        for k, one in enumerate((picture, *(overlay(picture, labels[place], classes) for labels in maps))):
            canvas.paste(Image.fromarray(one), (x + k * (size + MARGIN), y + LINE))
    canvas.paste(Image.fromarray(foot), (0, rows * cell_height))
    return np.asarray(canvas)


def write_sheet(
    path: Path,
    images: npt.NDArray[np.uint8],
    references: npt.NDArray[np.uint8],
    predictions: npt.NDArray[np.uint8],
    captions: Sequence[str],
    convention: Convention,
    columns: int = 4,
) -> None:
    """Picture, reference and prediction side by side as a PNG (arrays as in `sheet`)."""
    pixels = sheet(images, [references, predictions], captions, convention, columns)
    write_bytes(path, png_bytes(pixels))
