"""Microsoft FaceSynthetics: 19 classes; beards are a class of their own, hands are not claimed.

Its README says that some images include hands and lists no class for them, but 255 to be ignored: a hand or a
thing in front is ignored here; face masks are its class facewear.
"""

from facegen.datasets.conventions import native_groups as g
from facegen.datasets.conventions.convention_registry import CONVENTIONS
from facegen.datasets.conventions.label_conventions import define_convention
from facegen.datasets.conventions.native_labels import Native as N

FACESYNTHETICS = CONVENTIONS.add(
    define_convention(
        name="facesynthetics",
        order=4,
        source="Wood et al., Fake It Till You Make It, ICCV 2021; README of microsoft/FaceSynthetics",
        classes="background skin nose r_eye l_eye r_brow l_brow r_ear l_ear mouth u_lip l_lip "
        "neck hair beard cloth eye_g hat facewear",
        accessories=("eye_g", "hat", "facewear"),
        # "Opaque lenses are labeled as glasses, while transparent lenses as the class behind them" (README).
        eyewear="lens-behind",
        natives={
            "background": (N.BACKGROUND,),
            "skin": (N.FACE_SKIN,),
            "nose": (N.NOSE,),
            "r_eye": g.RIGHT_EYE,
            "l_eye": g.LEFT_EYE,
            "r_brow": (N.BROW_R,),
            "l_brow": (N.BROW_L,),
            "r_ear": (N.EAR_R,),
            "l_ear": (N.EAR_L,),
            "mouth": g.MOUTH,
            "u_lip": (N.UPPER_LIP,),
            "l_lip": (N.LOWER_LIP,),
            "neck": (N.NECK, N.TORSO_SKIN),
            "hair": (N.SCALP_HAIR,),
            "beard": (N.BEARD, N.MOUSTACHE),
            "cloth": (N.CLOTHING,),
            "eye_g": g.GLASSES,
            "hat": (N.HAT, N.HAIR_ORNAMENT),
            "facewear": (N.FACEWEAR,),
        },
        nearest=(N.LASHES, *g.JEWELLERY),
        ignore=g.OCCLUDERS,
    )
)
