"""Drawn faces: flat shapes in the celebamaskhq convention, made here, no picture of anybody."""

import numpy as np
from PIL import Image

from facegen.datasets.conventions.public.celebamaskhq_labels import CELEBAMASKHQ
from facegen.parse.data.loaded_set import LoadedSet

NAMES = {name: i for i, name in enumerate(CELEBAMASKHQ.classes)}


def drawn_face(rng: np.random.Generator, size: int) -> tuple[np.ndarray, np.ndarray]:
    """(3, S, S) uint8 picture and (S, S) uint8 map: ellipses of hair, skin, two eyes, brows and a mouth."""
    y, x = (np.mgrid[:size, :size] + 0.5) / size
    cx, cy = 0.5 + rng.uniform(-0.05, 0.05, 2)
    mask = np.zeros((size, size), np.uint8)

    def ellipse(name, dx, dy, rx, ry):
        mask[((x - cx - dx) / rx) ** 2 + ((y - cy - dy) / ry) ** 2 < 1] = NAMES[name]

    ellipse("hair", 0, -0.08, 0.36, 0.38)
    ellipse("skin", 0, 0.02, 0.27, 0.34)
    # The subject's left eye lies on the right of the picture.
    for side, sign in (("l", 1), ("r", -1)):
        ellipse(f"{side}_eye", sign * 0.12, -0.05, 0.06, 0.05)
        ellipse(f"{side}_brow", sign * 0.12, -0.14, 0.08, 0.035)
    ellipse("mouth", 0, 0.2, 0.1, 0.06)
    colours = np.random.default_rng(3).integers(30, 226, (len(NAMES), 3))
    # Left and right look alike, as on a face: only the place tells them apart.
    for part in ("eye", "brow"):
        colours[NAMES[f"l_{part}"]] = colours[NAMES[f"r_{part}"]]
    picture = colours[mask] + rng.normal(0, 8, (size, size, 3))
    return np.clip(picture, 0, 255).astype(np.uint8).transpose(2, 0, 1), mask


def drawn_set(count: int, size: int, seed: int = 0) -> LoadedSet:
    rng = np.random.default_rng(seed)
    pairs = [drawn_face(rng, size) for _ in range(count)]
    return LoadedSet(
        "drawn",
        CELEBAMASKHQ,
        [f"{seed}-{i:04d}" for i in range(count)],
        np.stack([p for p, _ in pairs]),
        np.stack([m for _, m in pairs]),
    )


def write_index_set(folder, count: int, size: int, seed: int = 0) -> None:
    data = drawn_set(count, size, seed)
    for part in ("images", "masks"):
        (folder / part).mkdir(parents=True)
    for name, image, mask in zip(data.ids, data.images, data.masks, strict=True):
        Image.fromarray(image.transpose(1, 2, 0)).save(folder / "images" / f"{name}.png")
        Image.fromarray(mask).save(folder / "masks" / f"{name}.png")
