"""Orders of ids in use whose classes are those of a convention, by the name that users know.

Left and right are the subject's.
"""

from collections.abc import Mapping

# "celebamaskhq-bisenet": `prepropess_data.py` of zllrunning/face-parsing.PyTorch, read by most face parsers.
KNOWN_ORDERS: Mapping[str, str] = {
    "celebamaskhq-bisenet": "background skin l_brow r_brow l_eye r_eye eye_g l_ear r_ear ear_r nose mouth "
    "u_lip l_lip neck neck_l cloth hair hat",
}
