"""Groups of native labels that public conventions have in common."""

from facegen.datasets.conventions.native_labels import Native

SKIN = (Native.FACE_SKIN, Native.BEARD, Native.MOUSTACHE)
LEFT_EYE, RIGHT_EYE = (Native.SCLERA_L, Native.IRIS_L), (Native.SCLERA_R, Native.IRIS_R)
MOUTH = (Native.INNER_MOUTH, Native.TEETH, Native.TONGUE)
EARRINGS = (Native.EARRING_L, Native.EARRING_R)
JEWELLERY = (*EARRINGS, Native.NECKLACE)
GLASSES = (Native.GLASSES_FRAME, Native.GLASSES_LENS)
OCCLUDERS = (Native.HAND, Native.OTHER_OCCLUDER)
# What a convention may look through to the head behind it (`region_rules.OCCLUDER_RULES`).
IN_FRONT = (Native.FACEWEAR, *OCCLUDERS)
