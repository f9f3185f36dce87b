"""EasyPortrait: 8 classes of portraits in video calls; hair, neck and clothes are one class, `person`.

Its class list prints "left" and "right" without saying whose; here they are the subject's. What covers the
face (hands, masks) is taken to be `person`, glasses to be looked through.
"""

from facegen.datasets.conventions import native_groups as g
from facegen.datasets.conventions.convention_registry import CONVENTIONS
from facegen.datasets.conventions.label_conventions import define_convention
from facegen.datasets.conventions.native_labels import Native as N

EASYPORTRAIT = CONVENTIONS.add(
    define_convention(
        name="easyportrait",
        order=5,
        source="Kvanchiani et al., EasyPortrait, 2023 (arXiv 2304.13509); class list of its README",
        classes="background person skin l_brow r_brow l_eye r_eye lips teeth",
        eyewear="behind",  # it has no glasses class: what they cover is labelled
        natives={
            "background": (N.BACKGROUND,),
            "person": (
                N.SCALP_HAIR,
                N.EAR_L,
                N.EAR_R,
                N.NECK,
                N.TORSO_SKIN,
                N.HAT,
                N.HAIR_ORNAMENT,
                N.CLOTHING,
                N.FACEWEAR,
                *g.JEWELLERY,
                *g.OCCLUDERS,
            ),
            "skin": (*g.SKIN, N.NOSE, *g.GLASSES),
            "l_brow": (N.BROW_L,),
            "r_brow": (N.BROW_R,),
            "l_eye": g.LEFT_EYE,
            "r_eye": g.RIGHT_EYE,
            "lips": (N.UPPER_LIP, N.LOWER_LIP, N.INNER_MOUTH, N.TONGUE),
            "teeth": (N.TEETH,),
        },
        nearest=(N.LASHES,),
    )
)
