"""Helen: 11 classes, without glasses, ears, neck and clothes.

Helen prints "Label 01: face skin (excluding ears and neck)": an ear is background, unlike in LaPa. Its sides
are taken to be the picture's, as in LaPa, which took over its class list.
"""

from facegen.datasets.conventions import native_groups as g
from facegen.datasets.conventions.convention_registry import CONVENTIONS
from facegen.datasets.conventions.label_conventions import define_convention
from facegen.datasets.conventions.native_labels import Native as N

HELEN = CONVENTIONS.add(
    define_convention(
        name="helen",
        order=3,
        source="Smith et al., Exemplar-Based Face Parsing, CVPR 2013, README of the label images",
        classes="background skin r_brow l_brow r_eye l_eye nose u_lip mouth l_lip hair",
        eyewear="behind",  # it has no glasses class: what they cover is labelled
        natives={
            "background": (
                N.BACKGROUND,
                N.EAR_L,
                N.EAR_R,
                N.NECK,
                N.TORSO_SKIN,
                N.HAT,
                N.CLOTHING,
                N.FACEWEAR,
                *g.OCCLUDERS,
            ),
            "skin": (*g.SKIN, *g.GLASSES),
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
