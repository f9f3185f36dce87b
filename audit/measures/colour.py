"""Colours of skin, hair, lips, brows and eyes, in CIELAB under D65 from the sRGB picture as it is.

They describe the picture: light, exposure and white balance are included, on real and synthetic pictures.
Medians over a class are used, so that neither a highlight nor a wrongly labelled border decides.
"""

import math

import numpy as np

from facegen.audit.measures.face_view import ID, FaceView
from facegen.audit.measures.measure_registry import Theme, themes
from facegen.audit.measures.schema import CONTINUOUS, Measure

# Of the picture: a median colour of fewer than 64 working pixels is mostly that of the border.
MIN_FRACTION = 64 / 256**2

MIN_YELLOW = 4.0  # b*: below it the noise of the colour decides the angle, not the skin


def _measure(
    name: str, unit: str, low: float, high: float, missing: str, about: str, gate: tuple[str, ...] = ()
) -> Measure:
    return Measure(name, unit, CONTINUOUS, "colour", low, high, missing, about, gate)


_SKIN, _HAIR = "too little skin", "too little hair"
MEASURES = (
    _measure("skin_ita", "deg", -90, 90,
                 _SKIN + f", or its b* is under {MIN_YELLOW:g} (grey picture, blue light)",
             "Individual typology angle atan((L* - 50) / b*) of the median skin colour (Chardin et al., "
             "1991): "
             "over 55 very light, under -30 dark."),
    _measure("skin_lightness", "L*", 0, 100, _SKIN, "Median lightness of the skin."),
    _measure("skin_redness", "a*", -128, 128, _SKIN, "Median a* of the skin."),
    _measure("skin_yellowness", "b*", -128, 128, _SKIN, "Median b* of the skin."),
    _measure("skin_chroma_spread", "C*", 0, 128, _SKIN,
             "Quartile range of C* over the skin: blush, make-up, beard, coloured light."),
    _measure("beard_shade", "L*", -100, 100,
                 "an eye or the mouth is not visible, or too little skin by it",
             "Median lightness of the skin around and under the mouth minus that of the cheeks: beard and "
             "stubble "
             "make it negative.", gate=("face_axes",)),
    _measure("hair_lightness", "L*", 0, 100, _HAIR, "Median lightness of the hair.", gate=("hair",)),
    _measure("hair_redness", "a*", -128, 128, _HAIR, "Median a* of the hair.", gate=("hair",)),
    _measure("hair_yellowness", "b*", -128, 128, _HAIR, "Median b* of the hair.", gate=("hair",)),
    _measure("hair_contrast", "L*", 0, 100, _HAIR, "Range of L* over the hair, 10th to 90th percentile.",
                 gate=("hair",)),
    _measure("lip_redness", "a*", -128, 128, "too little lip or skin",
                 "Median a* of the lips minus that of the skin."),
    _measure("lip_lightness", "L*", -100, 100, "too little lip or skin",
             "Median lightness of the lips minus that of the skin."),
    _measure("brow_lightness", "L*", -100, 100, "too little brow or skin",
             "Median lightness of the brows minus that of the skin."),
    _measure("eye_lightness", "L*", 0, 100, "too little eye", "Mean lightness of the labelled eyes."),
    _measure("eye_darkest", "L*", 0, 100, "too little eye",
                 "10th percentile of L* in the labelled eyes: pupil, iris, lashes."),
    _measure("eye_chroma", "C*", 0, 128, "too little eye", "Mean C* of the labelled eyes."),
    _measure("teeth_share", "fraction", 0, 1, "the mouth is closed, or too little skin",
             "Fraction of the mouth's inside as light as 0.9 of the skin's L* and less red (a*) than the "
             "skin: teeth.",
             gate=("mouth_open",)),
    _measure("cloth_lightness", "L*", 0, 100, "too little cloth", "Mean lightness of the clothing.",
                 gate=("cloth",)),
    _measure("cloth_chroma", "C*", 0, 128, "too little cloth", "Mean C* of the clothing.", gate=("cloth",)),
)  # fmt: skip

_BROWS, _EYES, _LIPS = ("l_brow", "r_brow"), ("l_eye", "r_eye"), ("u_lip", "l_lip")
_TEETH_LIGHTNESS = 0.9  # of the skin's L*


def measure(view: FaceView) -> dict[str, float]:
    """All of this file's MEASURES for a view; a measure that is left out of the dict is missing."""
    if view.mask is None:
        return {}
    out: dict[str, float] = {}
    skin_lab = _pixels(view, "skin")
    if skin_lab is not None:
        out |= _skin(view, skin_lab) | _against_skin(view, np.median(skin_lab, axis=0))
    hair = _pixels(view, "hair")
    if hair is not None:
        lightness, red, yellow = np.median(hair, axis=0)
        low, high = np.quantile(hair[:, 0], [0.1, 0.9])
        out |= {
            "hair_lightness": lightness,
            "hair_redness": red,
            "hair_yellowness": yellow,
            "hair_contrast": high - low,
        }
    eyes = _pixels(view, *_EYES)
    if eyes is not None:
        out["eye_lightness"] = eyes[:, 0].mean()
        out["eye_darkest"] = np.quantile(eyes[:, 0], 0.1)
        out["eye_chroma"] = np.hypot(eyes[:, 1], eyes[:, 2]).mean()
    cloth = _pixels(view, "cloth")
    if cloth is not None:
        out["cloth_lightness"] = cloth[:, 0].mean()
        out["cloth_chroma"] = np.hypot(cloth[:, 1], cloth[:, 2]).mean()
    return out


def _pixels(view: FaceView, *names: str) -> np.ndarray | None:
    """(n, 3) float32 Lab of the classes' pixels; None under MIN_FRACTION of the picture."""
    classes = [ID[name] for name in names]
    return view.pixels(view.lab, *classes) if view.fraction(*classes) >= MIN_FRACTION else None


def _skin(view: FaceView, lab: np.ndarray) -> dict[str, float]:
    lightness, red, yellow = (float(x) for x in np.median(lab, axis=0))
    low, high = np.quantile(np.hypot(lab[:, 1], lab[:, 2]), [0.25, 0.75])
    out = {
        "skin_lightness": lightness,
        "skin_redness": red,
        "skin_yellowness": yellow,
        "skin_chroma_spread": high - low,
    }
    if yellow >= MIN_YELLOW:
        out["skin_ita"] = math.degrees(math.atan2(lightness - 50, yellow))
    if view.has_axes:
        v = view.face_points(ID["skin"])[:, 1] / view.axes.to_face(view.axes.mouth)[1]
        # In M below the eyes: the cheeks end above the moustache, the beard begins next to the mouth.
        cheeks, beard = lab[(v > 0.1) & (v < 0.5), 0], lab[v > 0.8, 0]
        enough = MIN_FRACTION * view.labels.size
        if len(cheeks) >= enough and len(beard) >= enough:
            out["beard_shade"] = float(np.median(beard) - np.median(cheeks))
    return out


def _against_skin(view: FaceView, skin: np.ndarray) -> dict[str, float]:
    out: dict[str, float] = {}
    lips, brows = _pixels(view, *_LIPS), _pixels(view, *_BROWS)
    if lips is not None:
        lightness, red, _ = np.median(lips, axis=0) - skin
        out |= {"lip_redness": red, "lip_lightness": lightness}
    if brows is not None:
        out["brow_lightness"] = np.median(brows[:, 0]) - skin[0]
    if view.present(ID["mouth"]):
        inside = view.pixels(view.lab, ID["mouth"])
        out["teeth_share"] = np.mean((inside[:, 0] >= _TEETH_LIGHTNESS * skin[0]) & (inside[:, 1] < skin[1]))
    return out


themes.add(Theme("colour", MEASURES, measure, order=50, frozen=True))
