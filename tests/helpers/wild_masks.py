"""A rendered set whose masks are as hard to write as masks can be: pieces, holes, corners that touch, 255."""

import numpy as np
from PIL import Image
from scipy import ndimage

from facegen.datasets.conventions.convention_registry import convention


def wild_mask(seed, classes, side):
    """(side, side) uint8: blobs of every class, single pixels, holes, and ignored pixels."""
    rng = np.random.Generator(np.random.Philox(seed))
    noise = ndimage.gaussian_filter(rng.normal(size=(classes, side, side)), (0, 3, 3))
    mask = noise.argmax(0).astype(np.uint8)
    specks = rng.random((side, side)) < 0.05
    mask[specks] = rng.integers(0, classes, int(specks.sum()))
    mask[rng.random((side, side)) < 0.02] = 255
    return mask


def make_wild(root, name="celebamaskhq"):
    """Overwrite the masks of a set; returns its masks by sample."""
    masks = {}
    for path in sorted((root / "masks").glob("*.png")):
        with Image.open(path) as picture:
            side = picture.width
        masks[path.stem] = wild_mask(int(path.stem), len(convention(name).classes), side)
        Image.fromarray(masks[path.stem]).save(path)
    return masks
