"""Beard, moustache, shaded lids and teeth: details of a face by their colour relative to the cheeks.

They are compared and reported, never matched. Blush and foundation are not measured: on renders of known
make-up the redness of the cheeks follows the amount with a rank correlation of only 0.2.
"""

import numpy as np

from facegen.audit.measures.colour import MIN_FRACTION
from facegen.audit.measures.face_view import ID, LIPS, FaceView
from facegen.audit.measures.measure_registry import Theme, themes
from facegen.audit.measures.schema import CONTINUOUS, Measure

_AXES = "an eye or the mouth is not visible, or too little skin on cheeks or "


def _measure(
    name: str,
    unit: str,
    low: float,
    high: float,
    about: str,
    missing: str,
    gate: tuple[str, ...] = ("face_axes",),
) -> Measure:
    return Measure(name, unit, CONTINUOUS, "colour", low, high, missing, about, gate=gate, matchable=False)


MEASURES = (
    _measure("beard_redness", "a*", -128, 128,
             "Median a* of the chin minus that of the cheeks: a beard takes the redness of skin away.",
             _AXES + "chin"),
    _measure("moustache_shade", "L*", -100, 100,
             "Median lightness between nose and upper lip minus that of the cheeks.",
             _AXES + "the upper lip, or the nose is not visible"),
    _measure("lid_shade", "L*", -100, 100,
             "Median lightness over the eyes, under the brows, minus that of the cheeks: eye shadow, "
             "deep eyes.",
             _AXES + "lids, or no brow is visible, or glasses are"),
    _measure("teeth_light", "fraction", 0, 1,
             "Fraction of the mouth's inside that is lighter than half of the skin's L*.",
             "the mouth is closed, or too little skin", ("mouth_open",)),
)  # fmt: skip

_CHEEKS = (0.15, 0.6)  # in M below the eyes: above the moustache, next to the nose
_ASIDE = 0.05  # crop sides that a chin is wider than the mouth, on each side
_LID_FRACTION = 0.6  # of the way from eye to brow
_FEWEST = 24  # working pixels in the region of a moustache or of a lid
_TEETH = 0.5  # of the skin's L*


def measure(view: FaceView) -> dict[str, float]:
    """All of this file's MEASURES for a view; a measure that is left out of the dict is missing."""
    if view.mask is None or view.fraction(ID["skin"]) < MIN_FRACTION:
        return {}
    skin = view.where(ID["skin"])
    colour = view.pixels(view.lab, ID["skin"])
    out: dict[str, float] = {}
    if view.present(ID["mouth"]):
        inside = view.pixels(view.lab, ID["mouth"])[:, 0]
        out["teeth_light"] = float(np.mean(inside > _TEETH * np.median(colour[:, 0])))
    if not view.has_axes:
        return out
    u, v = view.face_points(ID["skin"]).T
    mouth_v = view.axes.to_face(view.axes.mouth)[1]
    cheeks = colour[(v > _CHEEKS[0] * mouth_v) & (v < _CHEEKS[1] * mouth_v)]
    if len(cheeks) < MIN_FRACTION * skin.size:
        return out
    lightness, redness = np.median(cheeks[:, 0]), np.median(cheeks[:, 1])
    lips = view.face_points(*LIPS)
    left, right = np.quantile(lips[:, 0], [0.02, 0.98])
    chin = colour[(v > lips[:, 1].max()) & (u > left - _ASIDE) & (u < right + _ASIDE), 1]
    if len(chin) >= MIN_FRACTION * skin.size:
        out["beard_redness"] = float(np.median(chin) - redness)
    if view.present(ID["nose"]):
        base = np.quantile(view.face_points(ID["nose"])[:, 1], 0.95)
        above = colour[(v > base) & (v < lips[:, 1].mean()) & (u > left) & (u < right), 0]
        if len(above) >= _FEWEST:
            out["moustache_shade"] = float(np.median(above) - lightness)
    lids = colour[_lids(view, u, v), 0]
    if len(lids) >= _FEWEST and not view.present(ID["eye_g"]):
        out["lid_shade"] = float(np.median(lids) - lightness)
    return out


def _lids(view: FaceView, u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """(n,) bool: which skin at (u, v) lies over an eye and under its brow."""
    found = np.zeros(len(u), bool)
    for side in "lr":
        if view.present(ID[f"{side}_eye"]) and view.present(ID[f"{side}_brow"]):
            eye, brow = view.face_points(ID[f"{side}_eye"]), view.face_points(ID[f"{side}_brow"])
            left, right = np.quantile(eye[:, 0], [0.02, 0.98])
            top, under = eye[:, 1].min(), np.quantile(brow[:, 1], 0.9)
            found |= (u > left) & (u < right) & (v < top) & (v > top - _LID_FRACTION * (top - under))
    return found


themes.add(Theme("face_detail", MEASURES, measure, order=60, frozen=True))
