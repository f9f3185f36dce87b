"""The public label conventions, as tables from facegen's native labels.

A convention is a class list, a table that says what each native class becomes, and the names of the
rules for what a table cannot say (eyewear, strands). `derive` applies them (rules in regions.py).
Where its annotators draw a painted border elsewhere than the native labels do, the convention says by how
many millimetres; only the renderer can follow that, so it holds for masks rendered in the convention.
Left and right are the subject's own in every class name here, whatever the data set prints.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from facegen.datasets.conventions.native_labels import COVERAGE_CLASSES, IGNORE, Native
from facegen.datasets.conventions.region_rules import (
    beard_region,
    brow_regions,
    fill_from_nearest,
    hair_region,
    see_through,
    small_pieces,
)
from facegen.datasets.errors import FacegenError

# Table value: the pixel goes to whatever class lies nearest (lashes, jewellery without a class).
NEAREST = 254

_SCALP_HAIR, _BROWS, _BEARD = (
    [name for name, _ in COVERAGE_CLASSES].index(name) for name in ("scalp_hair", "brows", "beard")
)

N = Native


@dataclass(frozen=True)
class Convention:
    """One public labelling.

    classes     : class names, index = id in the mask, 0 = background.
    flip_pairs  : pairs of ids that change places when the picture is mirrored.
    accessories : ids of what is worn rather than part of a head (left out of the 14-class score).
    table       : (256,) uint8, native id -> class id, NEAREST or IGNORE.
    eyewear     : rule for frame and lens, one of regions.EYEWEAR_RULES.
    source      : where the class list was published.
    borders     : outward shift in mm of painted borders against the native labels, by their names in
                  render.labels.skin_labels ("nose", "lips", "lower_lip", "brows", "ears", "jaw").
    least       : class name -> share of the picture under which the class is not drawn: its pixels go to
                  their neighbours.
    pieces      : class name -> share of the picture under which a piece of the class beside a larger one is
                  not drawn.
    """

    name: str
    classes: tuple[str, ...]
    flip_pairs: tuple[tuple[int, int], ...]
    accessories: tuple[int, ...]
    eyewear: str
    source: str
    table: np.ndarray = field(repr=False, compare=False)
    borders: Mapping[str, float] = field(default_factory=dict, compare=False)
    least: Mapping[str, float] = field(default_factory=dict, compare=False)
    pieces: Mapping[str, float] = field(default_factory=dict, compare=False)

    def id(self, class_name: str) -> int:
        """The id of a class; FacegenError where the convention has no such class."""
        if class_name not in self.classes:
            raise FacegenError(
                f"convention {self.name} has no class {class_name!r}: it has {', '.join(self.classes)}"
            )
        return self.classes.index(class_name)

    def flip_table(self) -> np.ndarray:
        """(256,) uint8: id -> id after mirroring the picture left to right."""
        table = np.arange(256, dtype=np.uint8)
        for left, right in self.flip_pairs:
            table[left], table[right] = right, left
        return table


def _convention(
    name, classes, accessories, eyewear, source, borders=None, least=None, pieces=None, **natives
) -> Convention:
    """Build one; `natives` gives the native classes of each class name, and of `nearest` and `ignore`."""
    classes = tuple(classes.split())
    table = np.full(256, IGNORE, np.uint8)
    for class_name, members in natives.items():
        value = {"nearest": NEAREST, "ignore": IGNORE}.get(class_name)
        for native in members:
            table[native] = classes.index(class_name) if value is None else value
    named = [native for members in natives.values() for native in members]
    assert sorted(named) == sorted(Native), f"{name}: each native class belongs to exactly one line"
    pairs = tuple(
        (classes.index(one), classes.index("r" + one[1:]))
        for one in classes
        if one.startswith("l_") and "r" + one[1:] in classes
    )
    table.setflags(write=False)
    worn = tuple(map(classes.index, accessories))
    return Convention(
        name, classes, pairs, worn, eyewear, source, table, borders or {}, least or {}, pieces or {}
    )


_SKIN = (N.FACE_SKIN, N.BEARD, N.MOUSTACHE)
_EYE_L, _EYE_R = (N.SCLERA_L, N.IRIS_L), (N.SCLERA_R, N.IRIS_R)
_MOUTH = (N.INNER_MOUTH, N.TEETH, N.TONGUE)
_JEWELLERY = (N.EARRING_L, N.EARRING_R, N.NECKLACE)
_GLASSES = (N.GLASSES_FRAME, N.GLASSES_LENS)
_OCCLUDERS = (N.HAND, N.OTHER_OCCLUDER)

# Bare shoulders and chest are `neck` in CelebAMask-HQ: along the lowest 20 rows of its 1,000 training
# masks neck takes 30 % (its run is a median 173 of 512 px wide, a neck alone is narrower) and skin 1.5 %.
# A hand or another thing in front leaves only "the residual parts of the components" (its README), so
# it is background; annotators were not always that strict.
#
# Borders: a parser trained on 700 real training faces, run on 300 renders with neutral borders, draws the
# nose 0.37 px, the ears 0.30 px and the neck 0.30 px larger than their labels at 128 px, and on other real
# faces -0.02, 0.09 and -0.03 px (docs/results/reverse.json, offset_near_px). The difference at 2.05 mm a
# pixel (median crop of 40 matched specs, 262 mm wide at the eyes). Lips (-0.07 px) and brows (0.02 px) stay.
# That was before the nose's own outline was moved to where annotators end it. Since then (generator 9, 96
# matched renders) such a parser draws noses 7 % larger than labelled, and one trained on matched renders of
# before draws those of photographs 5 % larger: half of that is given back. The first draws lower lips 3 %
# smaller in renders and 6 % larger in photographs: their lower border lies 0.3 px higher.
#
# Slivers are not drawn: of the 357 training masks with one ear, 5 in 100 show under 0.0019 of the picture of
# it and 1 in 100 under 0.0003 (40 in 100 of those that locks leave free in previews do); of clothing 1 in 100
# show under 0.0013; of 389 mouths 2 in 100 under 0.00038 (a quarter of rendered ones: what parts in the
# corners of closed lips), of 172 earrings 2 in 100 under 0.00017.
LEAST = {"l_ear": 0.0017, "r_ear": 0.0017, "cloth": 0.0012, "mouth": 0.00038, "ear_r": 0.00017}
# What is drawn in pieces: of 334 training masks at 512 px, the pieces beside the largest one that are no
# slips of the tool (over 4 px) have these areas at their 25th percentile, clothes and jewellery at their
# 10th; mouths, lips and hats have none, eyes two or three.
_PIXEL = 1 / 512**2
PIECES = {
    "background": 46 * _PIXEL, "skin": 40 * _PIXEL, "nose": 78 * _PIXEL, "l_eye": 50 * _PIXEL,
    "r_eye": 50 * _PIXEL, "l_ear": 26 * _PIXEL, "r_ear": 26 * _PIXEL, "mouth": 100 * _PIXEL,
    "u_lip": 100 * _PIXEL, "l_lip": 100 * _PIXEL, "hair": 84 * _PIXEL, "hat": 100 * _PIXEL,
    "ear_r": 67 * _PIXEL, "neck_l": 6 * _PIXEL, "neck": 366 * _PIXEL, "cloth": 690 * _PIXEL,
}  # fmt: skip
CELEBAMASKHQ = _convention(
    "celebamaskhq",
    "background skin nose eye_g l_eye r_eye l_brow r_brow l_ear r_ear mouth u_lip l_lip "
    "hair hat ear_r neck_l neck cloth",
    ("eye_g", "hat", "ear_r", "neck_l"),
    "eyes-on-top",
    "Lee et al., MaskGAN, CVPR 2020; ids in the order of the data set's g_mask.py",
    {"nose": 1.2, "ears": 0.4, "jaw": -0.7, "lower_lip": -0.6},
    LEAST,
    PIECES,
    background=(N.BACKGROUND, N.FACEWEAR, *_OCCLUDERS),
    skin=_SKIN, nose=(N.NOSE,), eye_g=_GLASSES, l_eye=_EYE_L, r_eye=_EYE_R,
    l_brow=(N.BROW_L,), r_brow=(N.BROW_R,), l_ear=(N.EAR_L,), r_ear=(N.EAR_R,),
    mouth=_MOUTH, u_lip=(N.UPPER_LIP,), l_lip=(N.LOWER_LIP,),
    hair=(N.SCALP_HAIR,), hat=(N.HAT,), ear_r=(N.EARRING_L, N.EARRING_R), neck_l=(N.NECKLACE,),
    neck=(N.NECK, N.TORSO_SKIN), cloth=(N.CLOTHING,), nearest=(N.LASHES,),
)  # fmt: skip

# LaPa prints id 2 as "left_eyebrow" but means the picture's left: its landmark guide starts there, and
# the FaRL parsers trained on it name the channels rb, lb, re, le. The names here are the subject's.
# It has no glasses class: what they cover is labelled.
LAPA = _convention(
    "lapa",
    "background skin r_brow l_brow r_eye l_eye nose u_lip mouth l_lip hair",
    (),
    "behind",
    "Liu et al., A New Dataset and Boundary-Attention Semantic Segmentation for Face Parsing, AAAI 2020",
    background=(N.BACKGROUND, N.NECK, N.TORSO_SKIN, N.HAT, N.CLOTHING, N.FACEWEAR, *_OCCLUDERS),
    skin=(*_SKIN, N.EAR_L, N.EAR_R, *_GLASSES),
    r_brow=(N.BROW_R,), l_brow=(N.BROW_L,), r_eye=_EYE_R, l_eye=_EYE_L,
    nose=(N.NOSE,), u_lip=(N.UPPER_LIP,), mouth=_MOUTH, l_lip=(N.LOWER_LIP,), hair=(N.SCALP_HAIR,),
    nearest=(N.LASHES, *_JEWELLERY),
)  # fmt: skip

# Helen prints "Label 01: face skin (excluding ears and neck)": an ear is background, unlike in LaPa.
# Its sides are taken to be the picture's, as in LaPa, which took over its class list.
HELEN = _convention(
    "helen",
    "background skin r_brow l_brow r_eye l_eye nose u_lip mouth l_lip hair",
    (),
    "behind",
    "Smith et al., Exemplar-Based Face Parsing, CVPR 2013, README of the label images",
    background=(
        N.BACKGROUND, N.EAR_L, N.EAR_R, N.NECK, N.TORSO_SKIN, N.HAT, N.CLOTHING, N.FACEWEAR, *_OCCLUDERS,
    ),
    skin=(*_SKIN, *_GLASSES), r_brow=(N.BROW_R,), l_brow=(N.BROW_L,), r_eye=_EYE_R, l_eye=_EYE_L,
    nose=(N.NOSE,), u_lip=(N.UPPER_LIP,), mouth=_MOUTH, l_lip=(N.LOWER_LIP,), hair=(N.SCALP_HAIR,),
    nearest=(N.LASHES, *_JEWELLERY),
)  # fmt: skip

# "Opaque lenses are labeled as glasses, while transparent lenses as the class behind them" (README).
# Beards are a class of their own. What a hand or another thing covers is not claimed.
FACESYNTHETICS = _convention(
    "facesynthetics",
    "background skin nose r_eye l_eye r_brow l_brow r_ear l_ear mouth u_lip l_lip "
    "neck hair beard cloth eye_g hat facewear",
    ("eye_g", "hat", "facewear"),
    "lens-behind",
    "Wood et al., Fake It Till You Make It, ICCV 2021; README of microsoft/FaceSynthetics",
    background=(N.BACKGROUND,),
    skin=(N.FACE_SKIN,), nose=(N.NOSE,), r_eye=_EYE_R, l_eye=_EYE_L, r_brow=(N.BROW_R,), l_brow=(N.BROW_L,),
    r_ear=(N.EAR_R,), l_ear=(N.EAR_L,), mouth=_MOUTH, u_lip=(N.UPPER_LIP,), l_lip=(N.LOWER_LIP,),
    neck=(N.NECK, N.TORSO_SKIN), hair=(N.SCALP_HAIR,), beard=(N.BEARD, N.MOUSTACHE), cloth=(N.CLOTHING,),
    eye_g=_GLASSES, hat=(N.HAT,), facewear=(N.FACEWEAR,), nearest=(N.LASHES, *_JEWELLERY), ignore=_OCCLUDERS,
)  # fmt: skip

CONVENTIONS: dict[str, Convention] = {c.name: c for c in (CELEBAMASKHQ, LAPA, HELEN, FACESYNTHETICS)}


def convention(name: str) -> Convention:
    """The convention of that name; FacegenError with the known names where there is none."""
    if name not in CONVENTIONS:
        raise FacegenError(f"unknown label convention {name!r}: use one of {', '.join(CONVENTIONS)}")
    return CONVENTIONS[name]


def derive(native: np.ndarray, bare: np.ndarray, coverage: np.ndarray, convention: Convention) -> np.ndarray:
    """The label map a public convention would give a sample.

    Parameters
    ----------
    native : (H, W) uint8
        Native ids of what is seen, IGNORE = 255.
    bare : (H, W) uint8
        The same face without eyewear. Opaque glasses stay in it: nothing is seen behind them.
    coverage : (H, W, 6) uint8
        Share of each of labels.COVERAGE_CLASSES in the pixel, 255 = all of it.
    convention : Convention

    Returns
    -------
    (H, W) uint8 : ids of the convention, 255 = ignore.

    Raises
    ------
    ValueError : shapes disagree, or a native id is unknown.
    """
    if native.shape != bare.shape or coverage.shape[:2] != native.shape:
        raise ValueError(
            f"shapes disagree: native {native.shape}, bare {bare.shape}, coverage {coverage.shape}"
        )
    unknown = np.setdiff1d(native, [*Native, IGNORE])
    if unknown.size:
        raise ValueError(f"unknown native label ids {unknown.tolist()}")
    seen = see_through(native, bare, convention.eyewear)
    seen, stray_brow = brow_regions(seen, coverage[..., _BROWS])
    seen, stray_beard = beard_region(seen, coverage[..., _BEARD])
    seen, stray_hair = hair_region(seen, coverage[..., _SCALP_HAIR])
    mask = convention.table[seen]
    unsettled = (mask == NEAREST) | stray_brow | stray_beard | stray_hair
    for name, share in convention.least.items():
        drawn = mask == convention.classes.index(name)
        if np.count_nonzero(drawn) < share * mask.size:
            unsettled |= drawn
    mask = fill_from_nearest(mask, unsettled)
    least = {convention.classes.index(name): share * mask.size for name, share in convention.pieces.items()}
    return fill_from_nearest(mask, small_pieces(mask, least))
