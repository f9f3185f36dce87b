"""Rules that turn what is drawn into what an annotator outlines: eyewear, strand hair, brows, small pieces.

Label maps are (H, W) uint8 native ids (`native_labels.Native`). Lengths are fractions of the picture's longer
side, so a rule means the same at every resolution.
"""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from facegen.datasets.conventions.native_groups import IN_FRONT
from facegen.datasets.conventions.native_labels import COVERAGE_CLASSES, IGNORE, Native

Labels = npt.NDArray[np.uint8]
Region = npt.NDArray[np.bool_]

EYES = (Native.SCLERA_L, Native.SCLERA_R, Native.IRIS_L, Native.IRIS_R)
BROWS = (Native.BROW_L, Native.BROW_R)
FEATURES = (*EYES, *BROWS, Native.NOSE, Native.UPPER_LIP, Native.LOWER_LIP)
EYEWEAR_RULES = ("eyes-on-top", "behind", "lens-behind")
OCCLUDER_RULES = ("in-front", "behind")
EYEWEAR_COVER = 128  # of 255: from there on, frame or lens is what most of a pixel shows

# What a closed gap between strands may take over. Features, glasses, hats and hands keep their pixels.
HAIR_MAY_COVER = (
    Native.BACKGROUND, Native.FACE_SKIN, Native.EAR_L, Native.EAR_R, Native.NECK, Native.TORSO_SKIN,
    Native.CLOTHING,
)  # fmt: skip
BROWS_MAY_COVER = (Native.FACE_SKIN,)
BEARDS = (Native.BEARD, Native.MOUSTACHE)
BEARD_MAY_COVER = (
    Native.BACKGROUND, Native.FACE_SKIN, Native.UPPER_LIP, Native.LOWER_LIP, Native.NECK, Native.TORSO_SKIN,
    Native.CLOTHING,
)  # fmt: skip

# How smooth drawn regions are, measured on 122 CelebAMask-HQ training masks at 512 px:
# closing hair by 6 px adds 0.2 % (90th percentile 0.9 %), opening it by 3 px takes 0.1 % (0.5 %); its
# median count of islands is 1, and of those above the one-pixel noise of resampling a quarter are under
# 93 px, a quarter of the holes under 239 px. Closing a brow by 8 px adds nothing; 2 % have a second island.
HAIR_CLOSE = 6 / 512  # radius of gaps that are drawn over
HAIR_OPEN = 3 / 512  # radius of wisps that are left out
HAIR_ISLAND = 93 / 512**2  # of the picture's area: smaller islands are not drawn
HAIR_HOLE = 239 / 512**2  # smaller holes are drawn over
BROW_CLOSE = 6 / 512
# Brows end bluntly: opening those of 300 training masks by 3 px takes 1.6 % (90th percentile 7 %).
BROW_OPEN = 3 / 512
BROW_ISLAND = 25 / 512**2
HAIR_COVER = 0.5  # fraction of a neighbourhood covered by strands from which it is hair
HAIR_BLUR = 2 / 512  # sigma of that neighbourhood, about the width of a drawn line
# Over skin that joins such hair, thin cover still reads as hair: the scalp of a short cut shows through
# (0.25-0.45 on rendered short cuts and partings) and is drawn as hair; single strands across a forehead
# (under 0.2) are not.
HAIR_COVER_OVER_SKIN = 0.25
HAIR_BLUR_OVER_SKIN = 4 / 512
# Under hanging hair a feature shows between strands, pixel by pixel: it is drawn where they cover less than
# HAIR_COVER of such a neighbourhood, and wherever a whole piece of it is free. By eye, on renders at 256 px.
HAIR_BLUR_OVER_FEATURES = 6 / 512
# Where a beard ends on neck or lip, its strands alternate pixel by pixel with what shows between them.
# Without the blur, necks of bearded men fall into 10 pieces and more in 256 px renders; real masks have one.
BEARD_BLUR = 4 / 512
# On a neck thin beards end over 20 px and more at 512 px, in patches. With 4 / 512 they leave islands of face
# on the neck (67 px in one of 32 renders at 256 px), with 6 / 512 smaller ones (41 px), with 8 / 512 none.
BEARD_BLUR_OVER_NECK = 8 / 512
BROW_COVER = 0.35  # brows are sparser than hair: their hairs cover about half of the drawn area


def see_through(native: Labels, bare: Labels, rule: str) -> Labels:
    """A label map with frame and lens pixels treated by one of EYEWEAR_RULES.

    Parameters
    ----------
    native : (H, W) uint8
    bare : (H, W) uint8
        The same face without eyewear. Opaque glasses are in it as well and so stay under every rule.
    rule : str
        "eyes-on-top": eyes win over lens and frame, brows over the lens (CelebAMask-HQ draws them later).
        "behind": there is no glasses class, so both show what lies behind.
        "lens-behind": the lens shows what lies behind, the frame stays.

    Returns
    -------
    (H, W) uint8

    Raises
    ------
    ValueError : the rule is unknown.
    """
    if rule not in EYEWEAR_RULES:
        raise ValueError(f"unknown eyewear rule {rule!r}")
    lens, frame = native == Native.GLASSES_LENS, native == Native.GLASSES_FRAME
    if rule == "eyes-on-top":
        shown = (lens | frame) & np.isin(bare, EYES) | lens & np.isin(bare, BROWS)
    else:
        shown = lens | frame if rule == "behind" else lens
    return np.where(shown, bare, native)


def behind_occluders(native: Labels, bare: Labels, coverage: Labels, rule: str) -> tuple[Labels, Labels]:
    """What an annotator draws where a hand, a thing or a face mask covers the head.

    Parameters
    ----------
    native : (H, W) uint8
    bare : (H, W) uint8
        The same face without eyewear and without what covers it.
    coverage : (H, W, C) uint8
        Of COVERAGE_CLASSES without what covers the face, 255 = the whole pixel.
    rule : str
        "in-front": what covers the face has a class of its own, or is background; see the convention's table.
        "behind": the head is drawn as if nothing covered it, with its eyewear.

    Returns
    -------
    native, coverage : of the shapes of the arguments
        Coverage is that of what is drawn: 0 under what is drawn in front.

    Raises
    ------
    ValueError : the rule is unknown.
    """
    if rule not in OCCLUDER_RULES:
        raise ValueError(f"unknown occluder rule {rule!r}")
    covered = np.isin(native, IN_FRONT)
    if not covered.any():
        return native, coverage
    if rule == "in-front":
        return native, np.where(covered[..., None], np.uint8(0), coverage)
    behind = bare
    for name, label in (("lens", Native.GLASSES_LENS), ("frame", Native.GLASSES_FRAME)):
        channel = [known for known, _ in COVERAGE_CLASSES].index(name)
        behind = np.where(coverage[..., channel] >= EYEWEAR_COVER, np.uint8(label), behind)
    return np.where(covered, behind, native), coverage


def hair_region(labels: Labels, strands: Labels, lines: float = 1.0) -> tuple[Labels, Region]:
    """Scalp hair as one region with its gaps closed, the way annotators outline it.

    Parameters
    ----------
    labels : (H, W) uint8
        Native ids; where SCALP_HAIR wins the pixel varies with the strands.
    strands : (H, W) uint8
        Coverage by scalp hair, 255 = all.
    lines : float
        How coarsely this picture's annotator draws hair: factor on the widths of gaps and wisps.

    Returns
    -------
    labels : (H, W) uint8
        SCALP_HAIR over the whole region.
    cleared : (H, W) bool
        Hair pixels outside the region (stray strands), still SCALP_HAIR in `labels`: to be filled
        from their surroundings.
    """
    side, area = max(labels.shape), labels.size
    cover = strands.astype(np.float32) / 255
    dense = ndimage.gaussian_filter(cover, HAIR_BLUR * lines * side) >= HAIR_COVER
    hair = labels == Native.SCALP_HAIR
    over_skin = fill_from_nearest(labels, hair) == Native.FACE_SKIN
    nearby = _mean_outside(cover, dense, HAIR_BLUR_OVER_SKIN * lines * side)
    thin = over_skin & (nearby >= HAIR_COVER_OVER_SKIN)
    region = close(ndimage.binary_propagation(dense, mask=dense | thin), HAIR_CLOSE * lines * side)
    region = ~close(~region, HAIR_OPEN * lines * side)
    region = without_islands(region, HAIR_ISLAND * lines**2 * area)
    region = without_holes(region, HAIR_HOLE * lines**2 * area)
    feature = np.isin(fill_from_nearest(labels, hair), FEATURES)
    broad = ndimage.gaussian_filter(cover, HAIR_BLUR_OVER_FEATURES * lines * side) >= HAIR_COVER
    free = ~close(~(feature & ~hair), HAIR_OPEN * lines * side)
    region = np.where(feature, broad & ~free, region & (hair | np.isin(labels, HAIR_MAY_COVER)))
    return np.where(region, np.uint8(Native.SCALP_HAIR), labels), hair & ~region


def brow_regions(labels: Labels, strands: Labels) -> tuple[Labels, Region]:
    """Each brow as one region: skin between its hairs is added, stray hairs and thin tails are removed.

    Parameters
    ----------
    labels : (H, W) uint8
        Native ids.
    strands : (H, W) uint8
        Coverage by brow hairs, 255 = all.

    Returns
    -------
    labels : (H, W) uint8
        BROW_L and BROW_R over the whole regions.
    cleared : (H, W) bool
        Brow pixels outside the regions, to be filled from their surroundings.
    """
    side = max(labels.shape)
    cleared = np.zeros(labels.shape, bool)
    drawn = [labels == brow for brow in BROWS]
    dense = (strands >= BROW_COVER * 255) & np.isin(labels, BROWS_MAY_COVER)
    if dense.any() and any(brow.any() for brow in drawn):
        to_left, to_right = (_distance_to(brow) for brow in drawn)
        drawn = [drawn[0] | dense & (to_left <= to_right), drawn[1] | dense & (to_right < to_left)]
    grown = labels.copy()
    for brow, hairs in zip(BROWS, drawn, strict=True):
        region = without_islands(close(hairs, BROW_CLOSE * side), BROW_ISLAND * labels.size)
        blunt = ~close(~region, BROW_OPEN * side)
        region = blunt if blunt.any() else region
        cleared |= (labels == brow) & ~region
        grown[region & np.isin(labels, BROWS_MAY_COVER)] = brow
    return grown, cleared


def beard_region(labels: Labels, strands: Labels) -> tuple[Labels, Region]:
    """Beard and moustache as closed regions: gaps between strands are added, stray hairs are removed.

    Parameters
    ----------
    labels : (H, W) uint8
        Native ids.
    strands : (H, W) uint8
        Coverage by beard and moustache, 255 = all.

    Returns
    -------
    labels : (H, W) uint8
        BEARD over what was added.
    cleared : (H, W) bool
        Beard pixels outside the region, to be filled from their surroundings.
    """
    beard = np.isin(labels, BEARDS)
    if not beard.any():
        return labels, beard
    behind = fill_from_nearest(labels, beard)
    cover_here = strands.astype(np.float32) / 255
    near, broad = (
        ndimage.gaussian_filter(cover_here, sigma * max(labels.shape))
        for sigma in (BEARD_BLUR, BEARD_BLUR_OVER_NECK)
    )
    cover = np.where(behind == Native.NECK, broad, near)
    region = (cover >= HAIR_COVER) & (beard | np.isin(labels, BEARD_MAY_COVER))
    # Over the face's own skin thin cover is a beard as well, as stubble is.
    stray = beard & ~region & (behind != Native.FACE_SKIN)
    return np.where(region & ~beard, np.uint8(Native.BEARD), labels), stray


def small_pieces(mask: Labels, least: Mapping[int, float]) -> Region:
    """Pixels of pieces that an annotator would not draw.

    Parameters
    ----------
    mask : (H, W) uint8
        Ids of a convention.
    least : mapping of id to float
        Area in pixels under which a piece is dropped; the largest piece of an id always stays.

    Returns
    -------
    (H, W) bool
    """
    small = np.zeros(mask.shape, bool)
    boxes = ndimage.find_objects(mask.astype(np.int16) + 1, max_label=max(least, default=0) + 1)
    for label, area in least.items():
        box = boxes[label]
        if box is not None:
            drawn = mask[box] == label
            small[box] |= drawn & ~without_islands(drawn, area, corners=True)
    return small


def _mean_outside(values: npt.NDArray[np.float32], excluded: Region, sigma: float) -> npt.NDArray[np.float32]:
    """Gaussian mean of `values` over the pixels outside `excluded`; those inside have no weight."""
    weight = ndimage.gaussian_filter((~excluded).astype(np.float32), sigma)
    return ndimage.gaussian_filter(np.where(excluded, 0, values), sigma) / np.maximum(weight, 1e-6)


def _distance_to(region: Region) -> npt.NDArray[np.float64]:
    """Pixels from each pixel to `region`; infinite where it is empty."""
    return ndimage.distance_transform_edt(~region) if region.any() else np.full(region.shape, np.inf)


def close(region: Region, radius: float) -> Region:
    """Morphological closing by a disk, which does not shrink the region at the picture's border.

    Parameters
    ----------
    region : (H, W) bool
    radius : float, pixels

    Returns
    -------
    (H, W) bool
    """
    out = region.copy()
    if radius < 1 or not region.any():
        return out
    pad = int(np.ceil(radius)) + 1
    # Nothing happens beyond the region's own box: most are small.
    (rows, columns) = ndimage.find_objects(region.astype(np.uint8))[0]
    box = tuple(slice(max(side.start - pad, 0), side.stop + pad) for side in (rows, columns))
    padded = np.pad(region[box], pad, mode="edge")
    grown = ndimage.distance_transform_edt(~padded) <= radius
    closed = ndimage.distance_transform_edt(grown) > radius
    out[box] |= closed[pad:-pad, pad:-pad]
    return out


def without_islands(region: Region, area: float, corners: bool = False) -> Region:
    """A region without its small islands; the largest one always stays.

    Parameters
    ----------
    region : (H, W) bool
    area : float, pixels
        Islands below it are dropped.
    corners : bool
        Pixels that meet at a corner are one island (8-connected); else they are two (4-connected).

    Returns
    -------
    (H, W) bool
    """
    islands, count = ndimage.label(region, np.ones((3, 3)) if corners else None)
    if count < 2:
        return region
    sizes = np.bincount(islands.ravel())
    sizes[0] = 0
    keep = sizes >= area
    keep[sizes.argmax()] = True
    keep[0] = False
    return keep[islands]


def without_holes(region: Region, area: float) -> Region:
    """A region with its small holes filled.

    Parameters
    ----------
    region : (H, W) bool
    area : float, pixels
        Holes below it are filled. What reaches the picture's border is not a hole.

    Returns
    -------
    (H, W) bool
    """
    outside, count = ndimage.label(~region)
    fill = np.bincount(outside.ravel(), minlength=count + 1) < area
    fill[0] = False
    fill[np.concatenate([outside[0], outside[-1], outside[:, 0], outside[:, -1]])] = False
    return region | fill[outside]


def fill_from_nearest(mask: Labels, holes: Region) -> Labels:
    """A mask with each hole pixel given the value of the nearest pixel outside (Euclidean distance).

    Parameters
    ----------
    mask : (H, W) uint8
    holes : (H, W) bool

    Returns
    -------
    (H, W) uint8
        Values of IGNORE pixels are not copied; where no pixel is left to copy from, the value is 0.
    """
    if not holes.any():
        return mask
    known = ~holes & (mask != IGNORE)
    if not known.any():
        return np.where(holes, np.uint8(0), mask)
    nearest = ndimage.distance_transform_edt(~known, return_distances=False, return_indices=True)
    return np.where(holes, mask[tuple(nearest)], mask)
