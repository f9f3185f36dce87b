"""One picture made ready for measuring: working size, colours in CIELAB, class sums and the face's own axes.

Arrays: `rgb` (h, w, 3) uint8, `mask` (h, w) uint8 in celebamaskhq ids (255 = ignore). Pixel (row y, column x)
has its centre at (x + 0.5, y + 0.5). x runs to the right of the picture, which is the subject's left; y
runs down.

Face axes: origin at the middle of the two eyes, `u` along the eyes towards the picture's right, `v` down the
face, both in units of the side of the square that the CelebA-HQ crop rule gives (Karras et al., Progressive
Growing of GANs, ICLR 2018, appendix C): one unit is max(4 |eye to eye|, 3.6 |eyes to mouth|). So lengths in
these units do not change with the size, the place or the tilt of the face in the picture.
"""

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from PIL import Image

from facegen.colour_science import RGB_TO_XYZ_SINGLE, lab_of_linear, linear_of_bytes
from facegen.datasets.conventions.public.celebamaskhq_labels import CELEBAMASKHQ
from facegen.datasets.errors import FacegenError
from facegen.datasets.layouts.celebahq_crop import CENTRE_SHIFT, EYES_TO_SIDE, MOUTH_TO_SIDE

# Pixels of the longer side: sets of this size and more are comparable, and 1,000 faces take seconds.
WORKING_SIZE = 256
CLASSES = CELEBAMASKHQ.classes
ID = {name: index for index, name in enumerate(CLASSES)}
LIPS = (ID["mouth"], ID["u_lip"], ID["l_lip"])
FACE = tuple(ID[name] for name in ("skin", "nose", "eye_g", "l_eye", "r_eye", "l_brow", "r_brow")) + LIPS

# A class counts as present from this fraction of the picture on: 8 of 256 x 256 pixels. Smaller patches are
# mostly specks left by the annotation tool; the smallest earrings have this size.
PRESENT_FRACTION = 8 / 256**2
CORNER_FRACTION = 0.02  # the outermost 2 % of the mouth's pixels on each side are its corner
FACE_LIKE = 0.5  # sine of the angle from the eyes' line to the mouth: under 30 degrees it is no face


@dataclass(frozen=True)
class FaceAxes:
    """Where the face lies in the picture, in working pixels.

    Attributes
    ----------
    eyes, mouth : (2,) float64
        Middle of the eye centroids and of the mouth corners, (x, y).
    eye_distance, mouth_distance : float
        Length of eye to eye and of eyes to mouth, pixels.
    along, down : (2,) float64
        Unit vectors of u and v in the picture.
    side : float
        Side of the crop square, pixels: the unit of u and v.
    swapped : bool
        The left eye's label lies on the left of the picture: labels exchanged or the picture mirrored.
    """

    eyes: np.ndarray
    mouth: np.ndarray
    eye_distance: float
    mouth_distance: float
    along: np.ndarray
    down: np.ndarray
    side: float
    swapped: bool

    @property
    def centre(self) -> np.ndarray:
        """(2,) float64: centre of the crop square in working pixels."""
        return self.eyes + CENTRE_SHIFT * (self.mouth - self.eyes)

    def to_face(self, points: np.ndarray) -> np.ndarray:
        """Picture points (..., 2) in pixels to (u, v) in crop sides."""
        offset = np.asarray(points, float) - self.eyes
        return np.stack([offset @ self.along, offset @ self.down], axis=-1) / self.side


@dataclass(frozen=True)
class FaceView:
    """A picture and its mask at working size. Everything else is computed on first use and kept.

    Attributes
    ----------
    rgb : (h, w, 3) uint8
    mask : (h, w) uint8 or None
        None: a set without masks; every measure that needs one is then missing.
    enlarged : bool
        The picture was smaller than the working size, so its finest detail cannot be measured.
    source : (H, W, 3) uint8
        The picture at its own size, for what scaling would remove.
    """

    rgb: np.ndarray
    mask: np.ndarray | None
    enlarged: bool
    source: np.ndarray

    @property
    def shape(self) -> tuple[int, int]:
        return self.rgb.shape[0], self.rgb.shape[1]

    @cached_property
    def linear(self) -> np.ndarray:
        """(h, w, 3) float32 in [0, 1]: linear light, from sRGB (IEC 61966-2-1)."""
        return linear_of_bytes(self.rgb)

    @cached_property
    def luminance(self) -> np.ndarray:
        """(h, w) float32 in [0, 1]: relative luminance Y."""
        return self.linear @ RGB_TO_XYZ_SINGLE[1]

    @cached_property
    def lab(self) -> np.ndarray:
        """(h, w, 3) float32: CIELAB for D65; L* in [0, 100]."""
        return lab_of_linear(self.linear)

    @property
    def labels(self) -> np.ndarray:
        """(h, w) uint8: the mask; ValueError where there is none."""
        if self.mask is None:
            raise ValueError("this picture has no mask")
        return self.mask

    @cached_property
    def sums(self) -> np.ndarray:
        """(classes, 3) float64: number of pixels, sum of x and sum of y of each class."""
        flat, count = self.labels.ravel(), len(CLASSES)
        weights = (None, *pixel_centres(*self.shape))
        return np.stack([np.bincount(flat, k, minlength=256)[:count] for k in weights], axis=1).astype(float)

    def fraction(self, *classes: int) -> float:
        """Fraction of the picture, [0, 1], that the classes cover together."""
        return sum(self._counts[one] for one in classes) / self.labels.size

    @cached_property
    def _counts(self) -> list[float]:
        return self.sums[:, 0].tolist()

    def present(self, *classes: int) -> bool:
        """True where the classes together reach PRESENT_FRACTION."""
        return self.fraction(*classes) >= PRESENT_FRACTION

    def centroid(self, *classes: int) -> np.ndarray:
        """(2,) float64: mean (x, y) of the classes' pixels; NaN where there are none."""
        n, x, y = self.sums[list(classes)].sum(axis=0)
        return np.array([x, y]) / n if n else np.full(2, np.nan)

    def where(self, *classes: int) -> np.ndarray:
        """(h, w) bool: pixels of the classes. Not to be changed: it is kept."""
        if classes not in self._regions:
            first, *others = classes
            region = self.labels == first
            for one in others:
                region |= self.labels == one
            self._regions[classes] = region
        return self._regions[classes]

    def pixels(self, planes: np.ndarray, *classes: int) -> np.ndarray:
        """(n, k): what planes (h, w, k), each in one piece, hold at the pixels of the classes."""
        place = np.flatnonzero(self.where(*classes))
        return np.stack([planes[..., i].ravel()[place] for i in range(planes.shape[-1])], axis=1)

    @cached_property
    def _regions(self) -> dict[tuple[int, ...], np.ndarray]:
        return {}

    @property
    def has_axes(self) -> bool:
        """Whether the face's axes are known: a mask, both eyes and the mouth, and these in place."""
        return self._found_axes is not None

    @property
    def axes(self) -> FaceAxes:
        """The face's axes; ValueError where `has_axes` is False."""
        if self._found_axes is None:
            raise ValueError("this picture has no face axes")
        return self._found_axes

    @cached_property
    def _found_axes(self) -> FaceAxes | None:
        if self.mask is None:
            return None
        left, right = ID["l_eye"], ID["r_eye"]
        if not (self.present(left) and self.present(right) and self.present(*LIPS)):
            return None
        across = self.centroid(left) - self.centroid(right)
        swapped = bool(across[0] < 0)
        return _axes_of(self, -across if swapped else across, swapped)

    @cached_property
    def face_coordinates(self) -> np.ndarray:
        """(h, w, 2) float32: (u, v) of every pixel centre, each plane in one piece; only where `has_axes`."""
        h, w = self.shape
        a = self.axes
        x = (np.arange(w, dtype=np.float32) + np.float32(0.5 - a.eyes[0]))[None, :] / a.side
        y = (np.arange(h, dtype=np.float32) + np.float32(0.5 - a.eyes[1]))[:, None] / a.side
        planes = [x * unit[0] + y * unit[1] for unit in (a.along, a.down)]
        return np.moveaxis(np.stack(planes).astype(np.float32), 0, -1)

    def face_points(self, *classes: int) -> np.ndarray:
        """(n, 2) float32: (u, v) of the classes' pixels. Not to be changed: it is kept."""
        if classes not in self._points:
            place, grid = np.flatnonzero(self.where(*classes)), self.face_coordinates
            self._points[classes] = np.stack([grid[..., i].ravel()[place] for i in range(2)]).T
        return self._points[classes]

    @cached_property
    def _points(self) -> dict[tuple[int, ...], np.ndarray]:
        return {}


@lru_cache(maxsize=4)
def pixel_centres(h: int, w: int) -> tuple[np.ndarray, np.ndarray]:
    """x and y of every pixel's centre, row by row: (h * w,) float64 each. Kept, so not to be changed."""
    return np.tile(np.arange(w) + 0.5, h), np.repeat(np.arange(h) + 0.5, w)


def make_view(image: np.ndarray, mask: np.ndarray | None) -> FaceView:
    """Bring a picture and its mask to working size.

    The picture is averaged over areas (bilinear where it must be enlarged), the mask takes the nearest label,
    so both keep their proportions and the longer side becomes WORKING_SIZE.

    Parameters
    ----------
    image : (H, W, 3) uint8, sRGB
    mask : (h, w) uint8 in celebamaskhq ids or None; its size may differ from the image's, not its
        proportions.

    Raises
    ------
    FacegenError : wrong shape or type, an unknown class id, or proportions that do not agree.
    """
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8:
        raise FacegenError(f"a picture must be (H, W, 3) uint8, got {image.shape} {image.dtype}")
    h, w = image.shape[:2]
    scale = WORKING_SIZE / max(h, w)
    size = (max(1, round(w * scale)), max(1, round(h * scale)))
    how = Image.Resampling.BOX if scale < 1 else Image.Resampling.BILINEAR
    rgb = image if size == (w, h) else np.asarray(Image.fromarray(image).resize(size, how))
    return FaceView(rgb, None if mask is None else _working_mask(mask, size, w / h), scale > 1, image)


def _working_mask(mask: np.ndarray, size: tuple[int, int], proportion: float) -> np.ndarray:
    if mask.ndim != 2 or mask.dtype != np.uint8:
        raise FacegenError(f"a mask must be (h, w) uint8, got {mask.shape} {mask.dtype}")
    if abs(mask.shape[1] / mask.shape[0] / proportion - 1) > 0.02:
        raise FacegenError(
            f"mask of {mask.shape[1]}x{mask.shape[0]} pixels does not have the proportions of its picture"
        )
    known = np.zeros(256, bool)
    known[: len(CLASSES)] = known[255] = True
    if not known[mask].all():
        raise FacegenError(f"mask holds the unknown class id {int(mask[~known[mask]].min())}")
    if size == (mask.shape[1], mask.shape[0]):
        return mask
    return np.asarray(Image.fromarray(mask).resize(size, Image.Resampling.NEAREST))


def _axes_of(view: FaceView, across: np.ndarray, swapped: bool) -> FaceAxes | None:
    eyes = 0.5 * (view.centroid(ID["l_eye"]) + view.centroid(ID["r_eye"]))
    mouth = _mouth_middle(view, across)
    eye_distance, down_vector = float(np.hypot(*across)), mouth - eyes
    mouth_distance = float(np.hypot(*down_vector))
    if across[0] * down_vector[1] - across[1] * down_vector[0] < FACE_LIKE * eye_distance * mouth_distance:
        return None
    axis = across - np.array([-down_vector[1], down_vector[0]])
    along = axis / np.hypot(*axis)
    side = max(EYES_TO_SIDE * eye_distance, MOUTH_TO_SIDE * mouth_distance)
    down = np.array([-along[1], along[0]])
    return FaceAxes(eyes, mouth, eye_distance, mouth_distance, along, down, side, swapped)


def _mouth_middle(view: FaceView, across: np.ndarray) -> np.ndarray:
    """Middle of the two mouth corners, found as the outermost pixels along the eyes' direction."""
    rows, columns = np.nonzero(view.where(*LIPS))
    points = np.stack([columns, rows], axis=1) + 0.5
    place = points @ across
    low, high = np.quantile(place, [CORNER_FRACTION, 1 - CORNER_FRACTION])
    return 0.5 * (points[place <= low].mean(axis=0) + points[place >= high].mean(axis=0))
