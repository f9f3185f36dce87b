"""A folder of pictures and index masks, the layout of most foreign sets."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from PIL import Image


def write_set(folder: Path, pairs: Iterable[tuple[np.ndarray, np.ndarray]]) -> Path:
    """Write images/ and masks/ of (H, W, 3) and (H, W) uint8 pairs, named by number; the folder."""
    for name in ("images", "masks"):
        (folder / name).mkdir(parents=True)
    for i, (image, mask) in enumerate(pairs):
        Image.fromarray(image).save(folder / "images" / f"{i:05d}.png")
        Image.fromarray(mask).save(folder / "masks" / f"{i:05d}.png")
    return folder
