"""What the camera and the encoder did: colour temperature and blocks of JPEG.

Blocks are sought on the picture as it was given, at its own size: scaling moves and smears their grid.
"""

import numpy as np

from facegen.audit.measures.face_view import FaceView
from facegen.audit.measures.measure_registry import Theme, themes
from facegen.audit.measures.schema import CONTINUOUS, Measure
from facegen.colour_science import RGB_TO_XYZ

MEASURES = (
    Measure("colour_temperature", "mired", CONTINUOUS, "light", 40, 700,
            "the picture is black, or its mean colour lies far from any white",
            "Correlated colour temperature of the picture's mean colour, a norm of order 6 over its pixels "
            "(shades of grey, Finlayson and Trezzi, 2004; McCamy, 1992): larger is warmer; 154 is daylight.",
            matchable=False),
    Measure("jpeg_blocks", "ln", CONTINUOUS, "texture", -5, 5,
            "the picture has under 64 pixels a side, or no detail",
            "ln of the mean step of green across the borders of 8 x 8 blocks over that elsewhere (after "
            "Wang, Sheikh and Bovik, 2002); 0 without blocks. Blind where the picture was scaled or cropped "
            "after it was encoded.", matchable=False),
)  # fmt: skip

_BLOCK, _SMALLEST = 8, 64
_EVERY = 2  # pixels: a mean over a quarter of them is as good
# Chromaticities at which McCamy's polynomial still means something.
_WHITES = ((0.22, 0.55), (0.2, 0.5))


def measure(view: FaceView) -> dict[str, float]:
    """All of this file's MEASURES for a view; a measure that is left out of the dict is missing."""
    return _temperature(view) | _blocks(view.source[..., 1])


def _temperature(view: FaceView) -> dict[str, float]:
    light = view.linear[::_EVERY, ::_EVERY].reshape(-1, 3)
    mean = ((light * light * light) ** 2).mean(0) ** (1 / 6)
    x, y, z = RGB_TO_XYZ @ mean
    if x + y + z <= 1e-4:
        return {}
    x, y = x / (x + y + z), y / (x + y + z)
    if not all(low <= value <= high for value, (low, high) in zip((x, y), _WHITES, strict=True)):
        return {}
    n = (x - 0.3320) / (0.1858 - y)
    kelvin = 449 * n**3 + 3525 * n**2 + 6823.3 * n + 5520.33
    return {"colour_temperature": float(1e6 / kelvin)} if kelvin > 0 else {}


def _blocks(green: np.ndarray) -> dict[str, float]:
    if min(green.shape) < _SMALLEST:
        return {}
    at, elsewhere = [], []
    for plane in (green[::_EVERY], green[:, ::_EVERY].T):
        step = np.abs(np.diff(plane.astype(np.int16), axis=1)).mean(0)
        border = np.arange(1, len(step) + 1) % _BLOCK == 0
        at.append(step[border].mean())
        elsewhere.append(step[~border].mean())
    if min(sum(at), sum(elsewhere)) <= 0:
        return {}
    return {"jpeg_blocks": float(np.log(sum(at) / sum(elsewhere)))}


themes.add(Theme("camera_traces", MEASURES, measure, order=90, frozen=True))
