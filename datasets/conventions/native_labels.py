"""Native labels: the classes that facegen draws, finer than any public convention.

A native label map is (H, W) uint8, one id a pixel, IGNORE where nothing is claimed. Left and right are
the subject's own: the left eye lies on the right side of a frontal picture.
"""

from enum import IntEnum

IGNORE = 255


class Native(IntEnum):
    """Class ids of a native label map. Ids are part of the file format: never renumber."""

    BACKGROUND = 0
    FACE_SKIN = 1
    NOSE = 2
    BROW_L = 3
    BROW_R = 4
    SCLERA_L = 5
    SCLERA_R = 6
    IRIS_L = 7
    IRIS_R = 8
    EAR_L = 9
    EAR_R = 10
    UPPER_LIP = 11
    LOWER_LIP = 12
    INNER_MOUTH = 13
    TEETH = 14
    TONGUE = 15
    LASHES = 16
    NECK = 17
    TORSO_SKIN = 18
    SCALP_HAIR = 19
    BEARD = 20
    MOUSTACHE = 21
    GLASSES_FRAME = 22
    GLASSES_LENS = 23
    HAT = 24
    EARRING_L = 25
    EARRING_R = 26
    NECKLACE = 27
    CLOTHING = 28
    FACEWEAR = 29
    HAND = 30
    OTHER_OCCLUDER = 31
    HAIR_ORNAMENT = 32


# Classes thinner than a pixel somewhere: the fraction of every pixel that they cover is stored next to the
# label map, in this order, as (H, W, 6) uint8 with 255 = the whole pixel.
COVERAGE_CLASSES = (
    ("scalp_hair", (Native.SCALP_HAIR,)),
    ("beard", (Native.BEARD, Native.MOUSTACHE)),
    ("brows", (Native.BROW_L, Native.BROW_R)),
    ("lashes", (Native.LASHES,)),
    ("frame", (Native.GLASSES_FRAME,)),
    ("lens", (Native.GLASSES_LENS,)),
)
