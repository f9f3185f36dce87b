"""From the label pass to native labels.

The label pass is a flat render at SUBPIXELS times the size, one sample a pixel, no filter: each value is a
number, not a colour. Blue holds the code of the surface. On skin, red and green hold the place on the face
chart: painted borders (nose, lips, brows, jaw, inner corners of the eyes) are looked up there exactly instead
of being drawn. On strands, red and green hold the strand's lightness and its distance, and the fraction of
the code its tilt. See-through eyewear lets the ray pass and adds its own code, so that one pass gives the
face with and without it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from facegen.assets.hair.scalp import Scalp
from facegen.assets.meshes.mesh import Floats, Ints
from facegen.assets.skin import painted_borders
from facegen.assets.skin.chart_grid import S_RANGE, T_RANGE
from facegen.assets.skin.painted_borders import BrowShape
from facegen.datasets.conventions.label_conventions import Convention, derive
from facegen.datasets.conventions.native_labels import COVERAGE_CLASSES, Native
from facegen.render.geometry.part import PaintedSkin
from facegen.render.labels.drawing_spread import Drawing, with_eye_widths

Labels = npt.NDArray[np.uint8]

SUBPIXELS = 4
UV_OFFSET = 10.0  # keeps chart coordinates positive: emission has no negative light
EAR_EDGE = 0.35  # value of the ear mask at the border; 0.5 cuts off the root of the ear
# Hairs thin out towards the hairline, mm. With 0, a parser trained on real faces predicted hair 0.10 px (of
# 128) smaller than labelled and skin 0.16 px larger (700 renders). With 2 mm it predicted both 0.03 px larger
# (386 renders), as on real faces.
HAIRLINE_IN = 2.0
SCALP_LOW_MM = -80.0  # chart height under which no scalp hair grows: the nape
EAR_FRACTION = 0.9  # of the code's fraction, which holds the ear weight on skin
TILT_FRACTION = 0.9  # and on strands the tilt against the direction in which they shine
SHIFT = 0.35  # cosine by which the scales of hair tilt that direction, differing from strand to strand
SHINE = 60.0  # exponent of the sine in a strand's highlight
EAR_FALL = 0.18  # a millimetre: median slope of the ear mask on the mesh edges that cross its border
EYEWEAR_STEP = 64  # what see-through eyewear adds to the code behind it, times its place here
EYEWEAR = (None, Native.GLASSES_FRAME, Native.GLASSES_LENS)
EYE_SIDES = ((Native.SCLERA_L, Native.IRIS_L), (Native.SCLERA_R, Native.IRIS_R))
STRANDS = (Native.SCALP_HAIR, Native.BEARD, Native.MOUSTACHE)
IS_STRAND = np.isin(np.arange(len(Native)), STRANDS)


class Surface(IntEnum):
    """Codes of the label pass. Surfaces with a label of their own use 16 + that label."""

    NOTHING = 0
    SKIN = 1
    OWN = 16


@dataclass(frozen=True)
class Seen:
    """What the label pass saw, before borders are painted.

    Attributes
    ----------
    plain : (h, w) uint8, native labels, 0 on skin
    eyewear : (h, w) uint8, frame or lens in front that can be seen through, else 0
    skin : (N,) int, flat indices of skin sub-pixels
    s, t : (N,) float64, their chart place, mm
    ear : (N,) float32, their ear weight in [0, 1]
    strands : (M,) int, flat indices of sub-pixels of scalp hair, beard and moustache strands
    strand : (M, 3) float32, of each: lightness about 2, distance in metres, shine in [0, 1]
        Both are empty where only labels are wanted.
    """

    plain: Labels
    eyewear: Labels
    skin: Ints
    s: Floats
    t: Floats
    ear: Floats
    strands: Ints = field(default_factory=lambda: np.zeros(0, int))
    strand: Floats = field(default_factory=lambda: np.zeros((0, 3), np.float32))

    def paint(
        self, brow: BrowShape, offsets: Mapping[str, float] | None = None, scalp: Scalp | None = None
    ) -> Labels:
        """Native labels (h, w) uint8 behind see-through eyewear; parameters as of `skin_labels`."""
        out = self.plain.copy()
        eyes = open_eyes(self.plain)
        out.ravel()[self.skin] = skin_labels(self.s, self.t, self.ear, brow, offsets or {}, scalp, eyes)
        return out

    def with_eyewear(self, labels: Labels) -> Labels:
        """`labels` (h, w) uint8 with the see-through eyewear that is worn in front."""
        return np.where(self.eyewear > 0, self.eyewear, labels)

    def on_skin(self, picture: Floats, factor: int = SUBPIXELS) -> npt.NDArray[np.float64]:
        """A picture on the chart as the camera sees it.

        Parameters
        ----------
        picture : (P, Q) float32 on the face chart (see assets.skin)
        factor : int, sub-pixels along a pixel's side

        Returns
        -------
        (h/factor, w/factor) float64
            Its mean over each pixel, 0 where there is no skin or a frame hides it.
        """
        height, width = picture.shape
        column = ((self.s - S_RANGE[0]) / (S_RANGE[1] - S_RANGE[0]) * width).astype(int) % width
        row = ((T_RANGE[1] - self.t) / (T_RANGE[1] - T_RANGE[0]) * height).astype(int)
        out = np.zeros(self.plain.shape)
        out.ravel()[self.skin] = picture[np.clip(row, 0, height - 1), column]
        out[self.eyewear == Native.GLASSES_FRAME] = 0
        h, w = (n // factor for n in out.shape)
        return out.reshape(h, factor, w, factor).mean((1, 3))


def own(label: Native) -> int:
    """Code of a surface that is one class everywhere."""
    return int(Surface.OWN) + int(label)


def in_front(label: Native) -> int:
    """What eyewear that can be seen through adds to the code behind it."""
    return EYEWEAR_STEP * EYEWEAR.index(label)


def decode(buffer: npt.NDArray[np.float32]) -> Seen:
    """Read the label pass.

    Parameters
    ----------
    buffer : (h, w, 3) float32

    Raises
    ------
    ValueError : there is a code that no surface has (the pass was filtered or mixed).
    """
    blue = buffer[..., 2]
    worn = np.floor(blue * np.float32(1 / EYEWEAR_STEP))
    if worn.any():
        blue = blue - worn * EYEWEAR_STEP
    code = np.floor(blue + np.float32(1e-3)).astype(np.int16)
    known = np.zeros(EYEWEAR_STEP, bool)
    known[[Surface.NOTHING, Surface.SKIN]] = True
    known[Surface.OWN : Surface.OWN + len(Native)] = True
    if worn.max() >= len(EYEWEAR) or worn.min() < 0 or not known[np.maximum(code, 0)].all():
        bad = ~known[np.maximum(code, 0)] | (worn < 0) | (worn >= len(EYEWEAR))
        raise ValueError(f"label pass: unknown code {buffer[..., 2][bad][0]:g}")
    plain = np.where(code >= Surface.OWN, code - Surface.OWN, 0).astype(np.uint8)
    skin = np.flatnonzero(code == Surface.SKIN)
    u, v = (buffer[..., i].ravel()[skin] - np.float32(UV_OFFSET) for i in (0, 1))
    strands = np.flatnonzero(IS_STRAND[plain])
    strand = buffer.reshape(-1, 3)[strands]
    cosine = (blue.ravel()[strands] - code.ravel()[strands]) * np.float32((2 + SHIFT) / TILT_FRACTION)
    cosine -= np.float32(1 + SHIFT / 2)
    strand[:, 2] = np.maximum(1 - cosine**2, 0) ** np.float32(SHINE / 2)
    table = np.array([0 if label is None else label for label in EYEWEAR], np.uint8)
    return Seen(
        plain=plain,
        eyewear=table[worn.astype(np.uint8)],
        skin=skin,
        s=(u % 1.0) * (S_RANGE[1] - S_RANGE[0]) + S_RANGE[0],
        t=v * (T_RANGE[1] - T_RANGE[0]) + T_RANGE[0],
        ear=(blue.ravel()[skin] - 1.0) / EAR_FRACTION,
        strands=strands,
        strand=strand,
    )


def open_eyes(plain: Labels) -> tuple[bool, bool]:
    """Whether any of the left and of the right eyeball is seen in `plain` (...) uint8 native labels."""
    left, right = (bool(np.isin(plain, eye).any()) for eye in EYE_SIDES)
    return left, right


def skin_labels(
    s: Floats,
    t: Floats,
    ear: Floats,
    brow: BrowShape,
    offsets: Mapping[str, float],
    scalp: Scalp | None = None,
    eyes: tuple[bool, bool] = (True, True),
) -> Labels:
    """Native labels of skin points.

    Parameters
    ----------
    s, t : (N,) float, chart mm
    ear : (N,) float in [0, 1]
    brow : BrowShape
    offsets : mapping of border to mm
        Outward shift of the painted borders "nose", "lips", "brows" and "ears", of the face over the "jaw",
        of the "lower_lip" in addition to "lips", of the "nose_top" between the eyes in addition to "nose"
        (the bridge becomes narrower by as much on either side), of the eye over the edges of the "lids" and
        over the flesh in its inner "eye_corners". Borders that are not named stay.
    scalp : Scalp or None
        The part that hair covers: skin between strands is scalp hair, too. None on a bald head.
    eyes : (left, right) bool, of `open_eyes`
        A shut eye has no inner corner.

    Returns
    -------
    (N,) uint8
    """
    label = np.full(len(s), Native.FACE_SKIN, np.uint8)
    side = np.abs(s)
    jaw = -offsets.get("jaw", 0.0)
    low = np.flatnonzero(t < painted_borders.JAW[:, 1].max() + jaw)
    below = low[t[low] < painted_borders.curve(painted_borders.JAW, side[low]) + jaw]
    label[below] = Native.NECK
    label[below[t[below] < painted_borders.curve(painted_borders.NECK_BASE, side[below])]] = Native.TORSO_SKIN

    eye = _eye_on_skin(s, t, offsets)
    eye = eye[np.where(s[eye] > 0, *eyes)]
    label[eye] = np.where(s[eye] > 0, Native.SCLERA_L, Native.SCLERA_R)

    outline = painted_borders.NOSE.copy()
    higher = offsets.get("nose_top", 0.0)
    outline[: painted_borders.NOSE_TOP, 1] += higher
    outline[1 : painted_borders.NOSE_BRIDGE, 0] -= higher
    label[_within(outline, s, t, offsets.get("nose", 0.0))] = Native.NOSE
    both, lower = offsets.get("lips", 0.0), offsets.get("lower_lip", 0.0)
    lips = _within(painted_borders.LIPS, s, t, both + max(lower, 0.0))
    upper = t[lips] > painted_borders.curve(painted_borders.MOUTH_LINE, side[lips])
    reach = np.where(upper, both, both + lower)
    inside = painted_borders.polygon_distance(painted_borders.LIPS, s[lips], t[lips]) < reach
    label[lips[inside]] = np.where(upper, Native.UPPER_LIP, Native.LOWER_LIP)[inside]

    offset = offsets.get("brows", 0.0)
    lines, halves = zip(*(brow.seen_line(side) for side in (1, -1)), strict=True)
    near = _box(np.concatenate(lines), np.max(halves) + offset, s, t)
    near = near[brow.distance(s[near], t[near], seen=True) < offset]
    label[near] = np.where(s[near] > 0, Native.BROW_L, Native.BROW_R)

    if scalp is not None:
        high = np.flatnonzero(t > SCALP_LOW_MM)
        label[high[scalp.distance(s[high], t[high]) < -HAIRLINE_IN]] = Native.SCALP_HAIR

    ears = np.flatnonzero(ear > EAR_EDGE - EAR_FALL * offsets.get("ears", 0.0))
    label[ears] = np.where(s[ears] > 0, Native.EAR_L, Native.EAR_R)
    return label


def _eye_on_skin(s: Floats, t: Floats, offsets: Mapping[str, float]) -> Ints:
    """Indices of the skin points that count as eye: the flesh in the inner corner, and what a convention
    takes of the lids' edges."""
    lids = painted_borders.LOWER_LID, painted_borders.UPPER_LID
    wider = offsets.get("eye_corners", 0.0)
    margin = 2 * painted_borders.CARUNCLE_MM[0] + max(wider, 0.0) + max(offsets.get("lids", 0.0), 0.0)
    near = _box(np.concatenate(lids), margin, s, t)
    flesh = 1 + wider / painted_borders.CARUNCLE_MM[0]
    is_eye = painted_borders.caruncle_radius(s[near], t[near]) < flesh
    if "lids" in offsets:
        is_eye |= painted_borders.lid_distance(s[near], t[near]) < offsets["lids"]
    return near[is_eye]


def _box(points: Floats, margin: float, s: Floats, t: Floats) -> Ints:
    """Indices of the points within `margin` of the box round `points` (K, 2) and its mirror."""
    (s_low, t_low), (s_high, t_high) = points.min(0) - margin, points.max(0) + margin
    side = np.abs(s)
    return np.flatnonzero((side > s_low) & (side < s_high) & (t > t_low) & (t < t_high))


def _within(polygon: Floats, s: Floats, t: Floats, offset: float) -> Ints:
    """Indices of the points less than `offset` mm outside a mirrored polygon of `painted_borders`."""
    near = _box(polygon, max(offset, 0.0) + 1e-3, s, t)
    return near[painted_borders.polygon_distance(polygon, s[near], t[near]) < offset]


def draw_mask(
    seen: Seen,
    brow: BrowShape,
    convention: Convention,
    scalp: Scalp | None = None,
    drawing: Drawing | None = None,
    behind: Seen | None = None,
) -> Labels | None:
    """Mask (H, W) uint8 of a convention with its own borders; None where the convention has none of its own.

    Native labels keep neutral borders: without own borders, `label_conventions.derive` takes those. `drawing`
    is the face's own, of `drawing_spread.drawing_of`; None draws it as the mean annotator. `behind` is the
    label pass without what stands in front of the face; None where nothing does.
    """
    drawing = drawing or Drawing(convention.borders)
    if drawing.is_native:
        return None

    def painted(one: Seen) -> Labels:
        return with_eye_widths(one.paint(brow, drawing.borders, scalp), drawing.eye_widths)

    face = behind or seen
    bare = painted(face)
    worn = face.with_eyewear(bare)
    in_front = behind is not None and convention.occluders == "in-front"
    fine = seen.with_eyewear(painted(seen)) if in_front else worn
    return derive(reduce_labels(fine), reduce_labels(bare), coverage(worn), convention, drawing.hair_lines)


def layers(seen: Seen, behind: Seen | None, painted: PaintedSkin) -> tuple[Labels, Labels, Labels]:
    """Native labels of the sub-pixels, each (h, w) uint8.

    Parameters
    ----------
    seen : Seen
    behind : Seen or None
        The label pass without what stands in front of the face; None where nothing does.
    painted : PaintedSkin

    Returns
    -------
    what is seen; the face without eyewear and without what stands in front of it; the face with its eyewear
    """
    bare = (behind or seen).paint(painted.brow, None, painted.scalp)
    worn = (behind or seen).with_eyewear(bare)
    if behind is None:
        return worn, bare, worn
    return seen.with_eyewear(seen.paint(painted.brow, None, painted.scalp)), bare, worn


def reduce_labels(fine: Labels, factor: int = SUBPIXELS) -> Labels:
    """The label that covers most of each pixel; of equal ones the smaller id.

    Parameters
    ----------
    fine : (h, w) uint8, h and w multiples of factor

    Returns
    -------
    (h/factor, w/factor) uint8
    """
    out = fine[::factor, ::factor].copy()
    mixed = np.zeros(out.shape, bool)
    for i in range(factor):
        for j in range(factor):
            mixed |= fine[i::factor, j::factor] != out
    height, width = out.shape
    blocks = fine.reshape(height, factor, width, factor).swapaxes(1, 2)[mixed].reshape(-1, factor**2)
    index = blocks + len(Native) * np.arange(len(blocks))[:, None]
    counts = np.bincount(index.ravel(), minlength=len(Native) * len(blocks))
    out[mixed] = counts.reshape(-1, len(Native)).argmax(-1)
    return out


def fraction_of(
    fine: Labels | npt.NDArray[np.bool_], label: int, factor: int = SUBPIXELS
) -> npt.NDArray[np.float64]:
    """Fraction of each pixel that one label covers: (H, W) float64 in [0, 1]."""
    height, width = fine.shape[0] // factor, fine.shape[1] // factor
    return (fine.reshape(height, factor, width, factor) == label).mean((1, 3))


def coverage(fine: Labels, factor: int = SUBPIXELS) -> Labels:
    """Fraction of each pixel that the thin classes cover.

    Parameters
    ----------
    fine : (h, w) uint8, native labels of the sub-pixels
    factor : int, sub-pixels along a pixel's side

    Returns
    -------
    (H, W, len(COVERAGE_CLASSES)) uint8, 255 = all of the pixel
    """
    fractions = []
    for _, classes in COVERAGE_CLASSES:
        thin = fine == classes[0]
        for other in classes[1:]:
            thin |= fine == other
        hits = np.zeros(fine[::factor, ::factor].shape, np.uint16)
        for i in range(factor):
            for j in range(factor):
                hits += thin[i::factor, j::factor]
        fractions.append(hits / factor**2)
    return np.round(np.stack(fractions, -1) * 255).astype(np.uint8)
