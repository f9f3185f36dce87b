"""What can be measured where masks are drawn in another convention than celebamaskhq.

Masks of another convention are put into celebamaskhq ids by what their classes hold natively: FaceSynthetics'
beard is skin here. A measure is left out (NaN) where a class that it is about cannot be said: nobody can say
from LaPa's masks who wears earrings. Where the two sides of a comparison are drawn in different conventions,
it is also left out where a class that it reads is drawn differently: LaPa's skin includes the ears.
"""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from facegen.audit.measures.face_view import CLASSES, ID
from facegen.audit.measures.label_drawing import LABELLED
from facegen.audit.measures.label_drawing import NAMES as LABEL_NAMES
from facegen.audit.measures.measure_table import NAMES
from facegen.datasets.conventions.label_conventions import NEAREST, Convention
from facegen.datasets.conventions.native_labels import IGNORE, Native
from facegen.datasets.conventions.public.celebamaskhq_labels import CELEBAMASKHQ
from facegen.datasets.layouts.class_table import UNNAMED

# Native classes of a few pixels: which class they go to changes no measure.
SLIGHT = frozenset(
    {Native.LASHES, Native.EARRING_L, Native.EARRING_R, Native.NECKLACE, Native.HAIR_ORNAMENT,
     Native.FACEWEAR, Native.HAND, Native.OTHER_OCCLUDER}
)  # fmt: skip
# What glasses cover is skin where they have no class, and counts as face where they have one. They change the
# colour of few pixels of few faces.
GLASSES = frozenset({Native.GLASSES_FRAME, Native.GLASSES_LENS})
# Classes that hold those of several of celebamaskhq's -> the one whose place they can take: the lips as one
# still have their corners.
TAKEN_FOR = {"lips": "u_lip", "teeth": "mouth"}

_LIPS = ("mouth", "u_lip", "l_lip")
_EARS = ("l_ear", "r_ear")
_ALL = CLASSES
# Measures that need no more than eyes, brows and the corners of the mouth, or no mask.
_EVERYWHERE = (
    "face_axes", "sides_swapped", "face_x", "face_y", "face_scale", "roll", "yaw_eyes", "eye_mouth_ratio",
    "eye_opening", "brow_height", "mouth_width", "smile_curve", "eye_width", "brow_thickness",
    "eye_lightness", "eye_darkest", "eye_chroma", "exposure", "contrast", "clipped_dark", "clipped_light",
    "saturation",
    "warmth", "sharpness", "noise", "background_gradient", "background_sharpness", "colour_temperature",
    "jpeg_blocks", "spectrum_slope", "spectrum_middle", "spectrum_fine", "local_contrast", "contrast_spread",
    "noise_kurtosis", "noise_correlation",
)  # fmt: skip
# Measure -> the classes that it is about. Of a measure of another package nothing is known: all of them.
ABOUT: Mapping[str, tuple[str, ...]] = (
    dict.fromkeys(_EVERYWHERE, ())
    | dict.fromkeys(("yaw_nose", "pitch_nose", "nose_width", "nose_length"), ("nose",))
    | dict.fromkeys(("pitch_ear", "ear_area"), _EARS)
    | dict.fromkeys(("mouth_open", "mouth_opening", "teeth_share", "teeth_light"), ("mouth",))
    | dict.fromkeys(("lip_thickness", "lip_balance"), _LIPS)
    | dict.fromkeys(
        ("pose_yaw", "pose_pitch", "pose_roll", "smile", "jaw_open"), ("nose", *_LIPS, *_EARS, "neck")
    )
    | dict.fromkeys(("yaw_skin", "cheek_width", "jaw_width", "chin_length", "face_area"), ("skin",))
    | dict.fromkeys(
        ("skin_ita", "skin_lightness", "skin_redness", "skin_yellowness", "skin_chroma_spread",
         "skin_contrast", "skin_highlight", "skin_texture", "skin_shading_redness",
         "skin_shading_yellowness", "skin_hue_spread", "light_side", "light_top", "lid_shade",
         "beard_shade", "beard_redness", "moustache_shade", "lip_redness", "lip_lightness",
         "brow_lightness"),
        ("skin",),
    )
    | dict.fromkeys(
        ("hair", "hair_volume", "hair_top", "hair_length", "hair_low", "hair_width", "hair_balance",
         "hairline_height", "fringe", "hair_below_chin", "hair_roughness", "hair_coherence", "parting",
         "hair_lightness", "hair_redness", "hair_yellowness", "hair_contrast", "hair_texture"),
        ("hair",),
    )
    | dict.fromkeys(("background_area", "background_lightness", "background_spread",
                     "background_colourfulness"), ("background",))
    | {"ear_left": ("l_ear",), "ear_right": ("r_ear",)}
    | dict.fromkeys(("glasses", "glasses_area"), ("eye_g",))
    | dict.fromkeys(("hat", "hat_area"), ("hat",))
    | dict.fromkeys(("earring", "earring_area"), ("ear_r",))
    | {"necklace": ("neck_l",)}
    | dict.fromkeys(("neck", "neck_area"), ("neck",))
    | dict.fromkeys(("cloth", "cloth_area", "cloth_lightness", "cloth_chroma"), ("cloth",))
)  # fmt: skip
# Measure -> further classes whose drawing changes it.
READS: Mapping[str, tuple[str, ...]] = (
    {"hair_volume": ("skin",)}
    | dict.fromkeys(("lip_redness", "lip_lightness"), _LIPS)
    | dict.fromkeys(("hairline_height", "fringe", "parting"), ("hat",))
    | dict.fromkeys(("pose_yaw", "pose_pitch", "pose_roll", "smile", "jaw_open"), ("skin", "hair"))
    | dict.fromkeys(("beard_shade", "beard_redness", "moustache_shade", "light_side", "light_top"), ("nose",))
)


def ids_of(convention: Convention) -> npt.NDArray[np.uint8]:
    """What each id of a convention is in celebamaskhq.

    Returns
    -------
    (256,) uint8
        255 for classes that hold several of celebamaskhq's and take the place of none (EasyPortrait's
        person), UNNAMED for ids of no class.
    """
    natives, classes = convention.table, convention.classes
    ids = np.full(256, UNNAMED, np.uint8)
    ids[: len(classes)] = ids[IGNORE] = IGNORE
    for one, label in enumerate(classes):
        if label in ID or label in TAKEN_FOR:
            ids[one] = ID[TAKEN_FOR.get(label, label)]
            continue
        held = {int(CELEBAMASKHQ.table[native]) for native in Native if natives[native] == one}
        if len(held) == 1 and max(held) < len(CLASSES):
            ids[one] = held.pop()
    return ids


def said(convention: Convention) -> frozenset[str]:
    """Classes of celebamaskhq that the masks of a convention name."""
    return frozenset(CLASSES) & frozenset(convention.classes)


def drawn_alike(convention: Convention) -> frozenset[str]:
    """Classes that hold in both conventions the same but for SLIGHT ones, and eyewear by the same rule."""
    ids, alike = ids_of(convention), set()
    for name in said(convention):
        here = {n for n in Native if _becomes(ids, int(convention.table[n])) == ID[name]}
        there = {n for n in Native if CELEBAMASKHQ.table[n] == ID[name]}
        slight = SLIGHT | GLASSES if name == "skin" else SLIGHT
        ruled = name != "eye_g" or convention.eyewear == CELEBAMASKHQ.eyewear
        if not (here ^ there) - slight and ruled:
            alike.add(name)
    return frozenset(alike)


def _becomes(ids: npt.NDArray[np.uint8], one: int) -> int:
    return IGNORE if one in (NEAREST, IGNORE) else int(ids[one])


def left_out(convention: Convention, alike: bool) -> frozenset[str]:
    """Measures and label statistics that are not taken of masks in a convention.

    Parameters
    ----------
    convention : Convention
    alike : bool
        Whether the other side of the comparison is drawn in the same convention; else measures that read a
        class which is drawn otherwise than in celebamaskhq are left out too.

    Returns
    -------
    frozenset of names of `measure_table` and `label_drawing`
    """
    there = said(convention) if alike else drawn_alike(convention)
    if there >= set(CLASSES):
        return frozenset()
    lost = set()
    for name in NAMES:
        needed = ABOUT.get(name, _ALL) + (() if alike else READS.get(name, ()))
        if not there.issuperset(needed):
            lost.add(name)
    lost |= {one for one in LABEL_NAMES if one.split(".")[0] in set(LABELLED) - there}
    return frozenset(lost)


def remark(convention: Convention, lost: frozenset[str]) -> str:
    """What is not measured of masks in a convention, and why, in a line."""
    lacking = [name for name in LABELLED if name not in said(convention)]
    count = sum(name in lost for name in NAMES)
    why = f"has no {', '.join(lacking)}" if lacking else "draws some classes otherwise"
    return f"{convention.name} {why}: {count} of {len(NAMES)} attributes are not measured"
