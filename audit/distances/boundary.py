"""Where two label maps draw the border of a class, and by how much they differ.

Label maps are (H, W) uint8, one class id a pixel, 255 = ignore in the reference. Distances are in pixels
of these maps. A border runs along the edges between pixels; the frame of the picture is no border.
"""

import math
from dataclasses import dataclass

import numpy as np
from scipy import ndimage
from scipy.spatial import cKDTree

from facegen.datasets.conventions.native_labels import IGNORE

BLUR = 0.8  # pixels, sigma: smooths the staircase of a slanted border, keeps a line two pixels wide
BOUNDARY_FRACTION = 0.02  # of the image diagonal: Cheng et al., Boundary IoU, CVPR 2021, sec. 5


def boundary_band(region: np.ndarray, width: int) -> np.ndarray:
    """Pixels of a region within `width` of its border or of the frame: (H, W) bool.

    Distance is chessboard, as in the reference code of Boundary IoU (erosion by a 3×3 square).
    """
    padded = np.pad(region, 1)
    distance = ndimage.distance_transform_cdt(padded, "chessboard")[1:-1, 1:-1]
    return region & (distance <= width)


def boundary_counts(predicted: np.ndarray, reference: np.ndarray, classes: int) -> np.ndarray:
    """Intersection and union of the inner boundary bands of every class: (C, 2) int64.

    Add them over pictures before dividing. Pixels where the reference is IGNORE count nowhere; their edge
    is like the frame.
    """
    width = band_width(reference.shape)
    valid = reference != IGNORE
    counts = np.zeros((classes, 2), np.int64)
    for class_id in np.union1d(np.unique(predicted[valid]), np.unique(reference[valid])):
        counts[class_id] = _band_overlap((predicted == class_id) & valid, reference == class_id, width)
    return counts


def band_width(shape: tuple[int, ...]) -> int:
    """Width of the boundary band of Boundary IoU in pixels: 4 at 128², 7 at 256²."""
    return max(1, round(BOUNDARY_FRACTION * math.hypot(shape[-2], shape[-1])))


def boundary_iou(predicted: np.ndarray, reference: np.ndarray, class_id: int) -> float:
    """Intersection over union of the two inner boundary bands of one class; nan where neither holds it."""
    valid = reference != IGNORE
    regions = (predicted == class_id) & valid, reference == class_id
    both, either = _band_overlap(*regions, band_width(reference.shape))
    return both / either if either else float("nan")


def _band_overlap(there: np.ndarray, truth: np.ndarray, width: int) -> tuple[int, int]:
    """Pixels in both and in either of the inner bands of two regions."""
    if not (there | truth).any():
        return 0, 0
    window = _window(there | truth, width + 1)
    bands = [boundary_band(region[window], width) for region in (there, truth)]
    return int((bands[0] & bands[1]).sum()), int((bands[0] | bands[1]).sum())


def boundary_offsets(predicted: np.ndarray, reference: np.ndarray, class_id: int) -> np.ndarray:
    """Signed distances between the two borders of one class, one value an edge of either border.

    At the middle of an edge the signed distance to the predicted border is taken from that to the
    reference's: 0 where they coincide, k where the predicted region reaches k pixels farther. The
    edges of both borders count, so that a piece that only one of them has has the same weight.

    Parameters
    ----------
    predicted, reference : (H, W) uint8
    class_id : int

    Returns
    -------
    (n,) float in pixels, positive where the predicted region is larger; empty where either map lacks the
    class or holds nothing else. There is no border to compare; F1 shows a missed or invented class.
    """
    valid = reference != IGNORE
    there, truth = (predicted == class_id) & valid, reference == class_id
    if not there.any() or not truth.any():
        return np.empty(0)
    # Outside this window both maps lack the class, so distances inside it are exact.
    window = _window(there | truth, 1)
    there, truth, valid = there[window], truth[window], valid[window]
    borders = trace_border(there), trace_border(truth)
    if not all(len(border.points) for border in borders):  # one fills the picture
        return np.empty(0)
    offsets = []
    for own in borders:
        claimed = valid[tuple(own.pixels.T)] & valid[tuple(own.beyond.T)]
        points = own.middles[claimed]
        offsets.append(distance_to(borders[1], points) - distance_to(borders[0], points))
    return np.concatenate(offsets)


def signed_boundary_offset(predicted: np.ndarray, reference: np.ndarray, class_id: int) -> float:
    """Median of `boundary_offsets`: by how many pixels the prediction is larger; nan if unmeasured."""
    offsets = boundary_offsets(predicted, reference, class_id)
    return float(np.median(offsets)) if offsets.size else float("nan")


@dataclass(frozen=True)
class Border:
    """Border of a region, one entry an edge between a pixel inside and one outside; (row, column) pixels.

    pixels, beyond : (n, 2) int, the pixel inside and the one outside
    middles        : (n, 2) float, middle of the edge
    points         : (n, 2) float, the border itself: on a slanted or round border it passes the edge at
                     some fraction of the way from pixel to pixel
    normals        : (n, 2) float unit vectors, outwards
    """

    pixels: np.ndarray
    beyond: np.ndarray
    middles: np.ndarray
    points: np.ndarray
    normals: np.ndarray


def trace_border(region: np.ndarray) -> Border:
    """Border of a (H, W) bool region to a fraction of a pixel: where its blurred copy crosses one half.

    Distances to pixel centres would be wrong by up to half a pixel, by the direction of the border.
    """
    blurred = ndimage.gaussian_filter(region.astype(float), BLUR, mode="nearest")
    slope = np.stack(np.gradient(blurred), -1) if min(region.shape) > 1 else np.zeros((*region.shape, 2))
    inner, outer = [], []
    for axis in (0, 1):
        step = np.diff(region.astype(np.int8), axis=axis)
        low = np.argwhere(step != 0)
        high = low + np.eye(2, dtype=int)[axis]
        leaving = (step[step != 0] < 0)[:, None]  # argwhere and a boolean index go in the same order
        inner.append(np.where(leaving, low, high))
        outer.append(np.where(leaving, high, low))
    pixels, beyond = np.concatenate(inner), np.concatenate(outer)
    inside, outside = blurred[tuple(pixels.T)], blurred[tuple(beyond.T)]
    # A line one pixel wide may not reach one half: then the edge itself is the border.
    crosses = (inside > 0.5) & (outside < 0.5)
    part = np.where(crosses, (inside - 0.5) / np.where(crosses, inside - outside, 1), 0.5)[:, None]
    normals = -(1 - part) * slope[tuple(pixels.T)] - part * slope[tuple(beyond.T)]
    length = np.linalg.norm(normals, axis=1, keepdims=True)
    normals = np.where(length > 1e-6, normals / np.maximum(length, 1e-6), beyond - pixels)
    return Border(pixels, beyond, (pixels + beyond) / 2, pixels + part * (beyond - pixels), normals)


def distance_to(border: Border, places: np.ndarray) -> np.ndarray:
    """Signed distance of places (n, 2) to a border that is not empty: (n,) float pixels, positive outside.

    Within a pixel of the nearest border point the distance to the tangent there, farther off the distance
    to the point.
    """
    far, nearest = cKDTree(border.points).query(places)
    along = ((places - border.points[nearest]) * border.normals[nearest]).sum(1)
    return np.where(far < 1, along, np.copysign(far, along))


def _window(region: np.ndarray, margin: int) -> tuple[slice, slice]:
    """Bounding box of a region that is not empty, grown by `margin` inside the frame."""
    rows, columns = np.flatnonzero(region.any(1)), np.flatnonzero(region.any(0))
    return (
        slice(max(0, rows[0] - margin), rows[-1] + margin + 1),
        slice(max(0, columns[0] - margin), columns[-1] + margin + 1),
    )
