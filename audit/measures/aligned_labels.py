"""What is kept of a whole label map: the map itself in the face's own frame, and the adjacency of classes.

Held-out measures are made of both (held_out.py).
"""

import numpy as np
from scipy import ndimage

from facegen.audit.measures.face_view import CLASSES, ID, FaceView

GRID = 24  # cells of the face-aligned label map, each way
U_RANGE, V_RANGE = (-0.5, 0.5), (-0.45, 0.55)  # crop sides: what the crop rule itself shows
PAIRS = tuple((i, j) for i in range(len(CLASSES)) for j in range(i + 1, len(CLASSES)))
# Annotators draw each class by an outline of its own. Where outlines fail to meet, a line is left between
# them: of background, or of the skin on which the parts of a face are drawn. In 1,000 training masks a
# quarter of the contacts of background and skin are such lines, and nearly all of skin and inner mouth.
LEFT_BETWEEN = (ID["background"], ID["skin"])
NONE = 255  # a cell outside the picture, or a picture without face axes


def aligned_map(view: FaceView) -> np.ndarray:
    """(GRID * GRID,) uint8: the class at each place of the face's own frame, 255 where there is none."""
    if not view.has_axes:
        return np.full(GRID * GRID, NONE, np.uint8)
    axes = view.axes
    u = np.linspace(*U_RANGE, GRID)
    v = np.linspace(*V_RANGE, GRID)
    grid = np.stack(np.meshgrid(u, v), axis=-1) * axes.side
    points = axes.eyes + grid[..., :1] * axes.along + grid[..., 1:] * axes.down
    x, y = np.floor(points[..., 0]).astype(int), np.floor(points[..., 1]).astype(int)
    h, w = view.shape
    inside = (x >= 0) & (y >= 0) & (x < w) & (y < h)
    out = np.full((GRID, GRID), NONE, np.uint8)
    out[inside] = view.labels[y[inside], x[inside]]
    return out.ravel()


def adjacency(view: FaceView) -> np.ndarray:
    """Adjacency of classes: (len(PAIRS),) float32, length of each pair's common border over the picture's
    side.

    Lines of LEFT_BETWEEN one pixel wide are no borders: each of their pixels goes to the class next to it.
    NaN without a mask.
    """
    count = len(CLASSES)
    if view.mask is None:
        return np.full(len(PAIRS), np.nan, np.float32)
    mask = without_lines(view.mask)
    total = np.zeros(256 * 256)
    for one, other in ((mask[:, 1:], mask[:, :-1]), (mask[1:], mask[:-1])):
        differ = one != other
        a, b = one[differ].astype(int), other[differ].astype(int)
        total += np.bincount(np.minimum(a, b) * 256 + np.maximum(a, b), minlength=256 * 256)
    table = total.reshape(256, 256)[:count, :count] / max(view.shape)
    return table[tuple(np.transpose(PAIRS))].astype(np.float32)


def without_lines(mask: np.ndarray) -> np.ndarray:
    """A mask without lines of LEFT_BETWEEN: their pixels that lie in no square of two by two of their class
    get the nearest other.

    Parameters
    ----------
    mask : (h, w) uint8

    Returns
    -------
    (h, w) uint8
    """
    thin = np.zeros(mask.shape, bool)
    for label in LEFT_BETWEEN:
        drawn = np.pad(mask == label, 1)
        square = drawn[:-1, :-1] & drawn[1:, :-1] & drawn[:-1, 1:] & drawn[1:, 1:]
        wide = square[:-1, :-1] | square[1:, :-1] | square[:-1, 1:] | square[1:, 1:]
        thin |= drawn[1:-1, 1:-1] & ~wide
    if not thin.any() or thin.all():
        return mask
    nearest = ndimage.distance_transform_edt(thin, return_distances=False, return_indices=True)
    return mask[tuple(nearest)]
