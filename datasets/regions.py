"""Rules that turn what is drawn into what an annotator outlines: eyewear, strand hair, brows.

Label maps are (H, W) uint8 native ids (labels.Native). Lengths are fractions of the picture's longer
side, so a rule means the same at every resolution.
"""

import numpy as np
from scipy import ndimage

from facegen.datasets.labels import IGNORE, Native

EYES = (Native.SCLERA_L, Native.SCLERA_R, Native.IRIS_L, Native.IRIS_R)
BROWS = (Native.BROW_L, Native.BROW_R)
EYEWEAR_RULES = ("eyes-on-top", "behind", "lens-behind")

# What a closed gap between strands may take over. Features, glasses, hats and hands keep their pixels.
HAIR_MAY_COVER = (
    Native.BACKGROUND, Native.FACE_SKIN, Native.EAR_L, Native.EAR_R, Native.NECK, Native.TORSO_SKIN,
    Native.CLOTHING,
)  # fmt: skip
BROWS_MAY_COVER = (Native.FACE_SKIN,)

HAIR_SHARE = 0.5  # of a neighbourhood covered by strands, from where an annotator calls it hair
HAIR_BLUR = 0.004  # sigma of that neighbourhood
HAIR_CLOSE = 0.008  # radius of gaps that are drawn over
HAIR_SPECK = 0.0005  # of the picture's area: smaller islands are not drawn, smaller holes are filled
BROW_SHARE = 0.35
BROW_CLOSE = 0.008


def see_through(native: np.ndarray, bare: np.ndarray, rule: str) -> np.ndarray:
    """`native` with frame and lens pixels treated by one of EYEWEAR_RULES.

    eyes-on-top : eyes win over lens and frame, brows over the lens (CelebAMask-HQ draws them later).
    behind      : there is no glasses class, so both show what lies behind.
    lens-behind : the lens shows what lies behind, the frame stays.
    An opaque lens is GLASSES_LENS in `bare` as well and so stays a lens under every rule.
    """
    if rule not in EYEWEAR_RULES:
        raise ValueError(f"unknown eyewear rule {rule!r}")
    lens, frame = native == Native.GLASSES_LENS, native == Native.GLASSES_FRAME
    if rule == "eyes-on-top":
        shown = (lens | frame) & np.isin(bare, EYES) | lens & np.isin(bare, BROWS)
    else:
        shown = lens | frame if rule == "behind" else lens
    return np.where(shown, bare, native)


def hair_region(labels: np.ndarray, strands: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Scalp hair as one region with its gaps closed, the way it is outlined by hand.

    Parameters
    ----------
    labels : (H, W) uint8
        Native ids; where SCALP_HAIR wins the pixel varies with the strands.
    strands : (H, W) uint8
        Coverage by scalp hair, 255 = all.

    Returns
    -------
    labels : (H, W) uint8
        SCALP_HAIR over the whole region.
    cleared : (H, W) bool
        Hair pixels outside the region (stray strands), still SCALP_HAIR in `labels`: to be filled
        from their surroundings.
    """
    side = max(labels.shape)
    share = ndimage.gaussian_filter(strands.astype(np.float32) / 255, HAIR_BLUR * side)
    region = without_specks(close(share >= HAIR_SHARE, HAIR_CLOSE * side), HAIR_SPECK * labels.size)
    hair = labels == Native.SCALP_HAIR
    region &= hair | np.isin(labels, HAIR_MAY_COVER)
    return np.where(region, np.uint8(Native.SCALP_HAIR), labels), hair & ~region


def grow_brows(labels: np.ndarray, strands: np.ndarray) -> np.ndarray:
    """Each brow as one region: skin between its hairs joins it. Arguments as for `hair_region`."""
    side = max(labels.shape)
    dense = (strands >= BROW_SHARE * 255) & np.isin(labels, BROWS_MAY_COVER)
    sides = [labels == brow for brow in BROWS]
    if dense.any() and any(brow.any() for brow in sides):
        distance = [ndimage.distance_transform_edt(~brow) if brow.any() else np.inf for brow in sides]
        nearer_left = np.broadcast_to(np.less_equal(*distance), labels.shape)
        sides = [sides[0] | dense & nearer_left, sides[1] | dense & ~nearer_left]
    grown = labels.copy()
    for brow, drawn in zip(BROWS, sides, strict=True):
        if drawn.any():
            grown[close(drawn, BROW_CLOSE * side) & np.isin(labels, BROWS_MAY_COVER)] = brow
    return grown


def close(region: np.ndarray, radius: float) -> np.ndarray:
    """Morphological closing of a (H, W) bool region by a disk of `radius` pixels, unshrunk at the border."""
    if radius < 1 or not region.any():
        return region.copy()
    pad = int(np.ceil(radius)) + 1
    padded = np.pad(region, pad, mode="edge")
    grown = ndimage.distance_transform_edt(~padded) <= radius
    closed = ndimage.distance_transform_edt(grown) > radius
    return closed[pad:-pad, pad:-pad] | region


def without_specks(region: np.ndarray, area: float) -> np.ndarray:
    """`region` without 4-connected islands under `area` pixels and with enclosed holes under `area` filled.

    The largest island always stays.
    """
    labelled, count = ndimage.label(region)
    if count:
        sizes = np.bincount(labelled.ravel(), minlength=count + 1)
        sizes[0] = 0
        keep = sizes >= area
        keep[sizes.argmax()] = True
        region = keep[labelled] & region
    holes, count = ndimage.label(~region)
    if count:
        sizes = np.bincount(holes.ravel(), minlength=count + 1)
        fill = sizes < area
        fill[0] = False
        border = np.concatenate([holes[0], holes[-1], holes[:, 0], holes[:, -1]])
        fill[border] = False
        region = region | fill[holes]
    return region


def fill_from_nearest(mask: np.ndarray, holes: np.ndarray) -> np.ndarray:
    """`mask` with each pixel of `holes` given the value of the nearest pixel outside (Euclidean).

    IGNORE pixels hand nothing on; where no pixel can, the value is 0.
    """
    if not holes.any():
        return mask
    known = ~holes & (mask != IGNORE)
    if not known.any():
        return np.where(holes, np.uint8(0), mask)
    nearest = ndimage.distance_transform_edt(~known, return_distances=False, return_indices=True)
    return np.where(holes, mask[tuple(nearest)], mask)
