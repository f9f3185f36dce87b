"""Ten faults that are put into a set of pictures and masks, and the names by which the audit must know them.

A fault is a function (image, mask, number) -> (image, mask) of a picture at 256 pixels and its place in the
set.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PIL import Image
from scipy import ndimage

from facegen.audit.measures.face_view import ID

PAIRS = (("l_eye", "r_eye"), ("l_brow", "r_brow"), ("l_ear", "r_ear"))


@dataclass(frozen=True)
class Fault:
    """apply : the fault; names : at least one of these attributes or label statistics must differ."""

    name: str
    apply: Callable[[np.ndarray, np.ndarray, int], tuple[np.ndarray, np.ndarray]]
    names: tuple[str, ...]


def moved(image, mask, matrix, offset):
    """Both through one affine map of (row, column), output to input."""
    fill = image[:8].reshape(-1, 3).mean(0)
    channels = [
        ndimage.affine_transform(image[..., c].astype(float), matrix, offset, order=1, cval=fill[c])
        for c in range(3)
    ]
    image = np.clip(np.stack(channels, -1), 0, 255).astype(np.uint8)
    return image, ndimage.affine_transform(mask, matrix, offset, order=0)


def _about_middle(image, mask, matrix):
    middle = (np.array(mask.shape) - 1) / 2
    return moved(image, mask, matrix, middle - matrix @ middle)


def rolled(image, mask, number):
    c, s = np.cos(np.deg2rad(10)), np.sin(np.deg2rad(10))
    return _about_middle(image, mask, np.array([[c, -s], [s, c]]))


def zoomed(image, mask, number):
    return _about_middle(image, mask, np.eye(2) * 1.1)


def exchanged(image, mask, number):
    table = np.arange(256, dtype=np.uint8)
    for left, right in PAIRS:
        table[[ID[left], ID[right]]] = ID[right], ID[left]
    return image, table[mask]


def wide_lips(image, mask, number):
    mask = mask.copy()
    for name in ("u_lip", "l_lip"):
        mask[ndimage.binary_dilation(mask == ID[name], iterations=2) & (mask == ID["skin"])] = ID[name]
    return image, mask


def high_brows(image, mask, number):
    mask = mask.copy()
    brows = {name: mask == ID[name] for name in ("l_brow", "r_brow")}
    for region in brows.values():
        mask[region] = ID["skin"]
    for name, region in brows.items():
        mask[np.roll(region, -5, axis=0)] = ID[name]
    return image, mask


def lost_ears(image, mask, number):
    return image, np.where(np.isin(mask, (ID["l_ear"], ID["r_ear"])), np.uint8(ID["skin"]), mask)


def warm(image, mask, number):
    gain = np.array([1.1, 1.0, 0.8])
    return np.clip(image * gain, 0, 255).astype(np.uint8), mask


def blurred(image, mask, number):
    return ndimage.gaussian_filter(image, (1.2, 1.2, 0)), mask


def flat(image, mask, number):
    return (128 + 0.7 * (image.astype(float) - 128)).astype(np.uint8), mask


def specked(image, mask, number):
    """Three lone pixels of nose in the skin of every mask."""
    mask = mask.copy()
    rows, columns = np.nonzero(ndimage.binary_erosion(mask == ID["skin"], iterations=3))
    rng = np.random.Generator(np.random.Philox(key=number))
    for k in rng.choice(len(rows), min(3, len(rows)), replace=False):
        mask[rows[k], columns[k]] = ID["nose"]
    return image, mask


FAULTS = (
    Fault("roll +10 degrees", rolled, ("roll",)),
    Fault("faces a tenth smaller", zoomed, ("face_scale",)),
    Fault("left and right exchanged", exchanged, ("sides_swapped",)),
    Fault("lips 2 px wider", wide_lips, ("lip_thickness", "u_lip.area", "l_lip.area")),
    Fault("brows 5 px higher", high_brows, ("brow_height", "l_brow.v", "r_brow.v")),
    Fault("ears labelled as skin", lost_ears, ("ear_left", "ear_right", "l_ear.presence", "r_ear.presence")),
    Fault("white balance too warm", warm, ("warmth", "skin_yellowness")),
    Fault("blurred", blurred, ("sharpness",)),
    Fault("low contrast", flat, ("contrast", "skin_contrast")),
    Fault("specks of nose", specked, ("nose.specks",)),
)


def at_size(image, mask, size=256):
    """Both at `size` pixels a side."""
    picture = Image.fromarray(image).resize((size, size), Image.Resampling.BOX)
    return np.asarray(picture), np.asarray(
        Image.fromarray(mask).resize((size, size), Image.Resampling.NEAREST)
    )
