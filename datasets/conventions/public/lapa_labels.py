"""LaPa: 11 classes, without glasses, ears, neck and clothes.

LaPa prints id 2 as "left_eyebrow" but means the picture's left: its landmark guide starts there, and the FaRL
parsers trained on it name the channels rb, lb, re, le. The names here are the subject's.

Its classes are those of the face and the hair as they are seen, and its paper names no class for what covers
a face: a hand or a thing in front is background.
"""

from facegen.datasets.conventions import native_groups as g
from facegen.datasets.conventions.convention_registry import CONVENTIONS
from facegen.datasets.conventions.label_conventions import define_convention
from facegen.datasets.conventions.native_labels import Native as N

LAPA = CONVENTIONS.add(
    define_convention(
        name="lapa",
        order=2,
        source="Liu et al., A New Dataset and Boundary-Attention Semantic Segmentation for Face Parsing, "
        "AAAI 2020",
        classes="background skin r_brow l_brow r_eye l_eye nose u_lip mouth l_lip hair",
        eyewear="behind",  # it has no glasses class: what they cover is labelled
        natives={
            "background": (
                N.BACKGROUND,
                N.NECK,
                N.TORSO_SKIN,
                N.HAT,
                N.CLOTHING,
                N.FACEWEAR,
                *g.OCCLUDERS,
            ),
            "skin": (*g.SKIN, N.EAR_L, N.EAR_R, *g.GLASSES),
            "r_brow": (N.BROW_R,),
            "l_brow": (N.BROW_L,),
            "r_eye": g.RIGHT_EYE,
            "l_eye": g.LEFT_EYE,
            "nose": (N.NOSE,),
            "u_lip": (N.UPPER_LIP,),
            "mouth": g.MOUTH,
            "l_lip": (N.LOWER_LIP,),
            "hair": (N.SCALP_HAIR, N.HAIR_ORNAMENT),
        },
        nearest=(N.LASHES, *g.JEWELLERY),
    )
)
