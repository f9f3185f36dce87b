"""Exposure, contrast and the direction of the light, from the picture's linear luminance and L*.

Light directions are measured on the skin, in stops (log2 of a ratio of luminances) on the face's own axes.
"""

import numpy as np

from facegen.audit.measures.colour import MIN_FRACTION
from facegen.audit.measures.face_view import ID, FaceView
from facegen.audit.measures.measure_registry import Theme, themes
from facegen.audit.measures.schema import CONTINUOUS, Measure

_SKIN = "an eye or the mouth is not visible, or too little skin on one side"


def _measure(
    name: str,
    unit: str,
    low: float,
    high: float,
    about: str,
    missing: str = "never",
    gate: tuple[str, ...] = (),
) -> Measure:
    return Measure(name, unit, CONTINUOUS, "light", low, high, missing, about, gate)


MEASURES = (
    _measure("exposure", "L*", 0, 100, "Mean lightness of the picture."),
    _measure("contrast", "L*", 0, 100, "Standard deviation of the lightness of the picture."),
    _measure("clipped_dark", "fraction", 0, 1, "Pixels under L* = 2."),
    _measure("clipped_light", "fraction", 0, 1, "Pixels over L* = 99."),
    _measure("saturation", "C*", 0, 180, "Mean C* of the picture."),
    _measure("warmth", "b*", -128, 128, "Mean b* of the picture: the white balance, roughly."),
    _measure("skin_contrast", "L*", 0, 100, "Range of L* over the skin, 5th to 95th percentile.",
                 "too little skin"),
    _measure("skin_highlight", "L*", 0, 100, "99th percentile of the skin's L* minus its median: shine.",
             "too little skin"),
    _measure("light_side", "stops", -20, 20,
             "log2 of the mean luminance of the skin on the subject's left over that on the right.", _SKIN,
             gate=("face_axes",)),
    _measure("light_top", "stops", -20, 20,
             "log2 of the mean luminance of the skin above the eyes over that between eyes and mouth.",
             _SKIN, gate=("face_axes",)),
)  # fmt: skip

_DARK, _LIGHT = 2.0, 99.0  # L*: beyond these an 8-bit picture has no distinct values
_DARKEST = 1e-4  # luminance added before a ratio, so that black skin under no light gives no infinity


def measure(view: FaceView) -> dict[str, float]:
    """All of this file's MEASURES for a view; a measure that is left out of the dict is missing."""
    lab = view.lab
    lightness = lab[..., 0]
    out = {
        "exposure": lightness.mean(),
        "contrast": lightness.std(),
        "clipped_dark": np.mean(lightness < _DARK),
        "clipped_light": np.mean(lightness > _LIGHT),
        "saturation": np.hypot(lab[..., 1], lab[..., 2]).mean(),
        "warmth": lab[..., 2].mean(),
    }
    if view.mask is None or view.fraction(ID["skin"]) < MIN_FRACTION:
        return out
    skin = view.where(ID["skin"])
    low, middle, high, top = np.quantile(lightness[skin], [0.05, 0.5, 0.95, 0.99])
    out |= {"skin_contrast": high - low, "skin_highlight": top - middle}
    if view.has_axes:
        u, v = view.face_points(ID["skin"]).T
        y = view.luminance[skin]
        mouth_u, mouth_v = view.axes.to_face(view.axes.mouth)
        side = u - v * mouth_u / mouth_v
        left_right = _stops(y[side > 0], y[side < 0], view)
        if left_right is not None:
            out["light_side"] = left_right
        top_bottom = _stops(y[v < 0], y[(v > 0) & (v < mouth_v)], view)
        if top_bottom is not None:
            out["light_top"] = top_bottom
    return out


def _stops(one: np.ndarray, other: np.ndarray, view: FaceView) -> float | None:
    if min(len(one), len(other)) < MIN_FRACTION * view.rgb[..., 0].size:
        return None
    return float(np.log2((one.mean() + _DARKEST) / (other.mean() + _DARKEST)))


themes.add(Theme("light", MEASURES, measure, order=70, frozen=True))
