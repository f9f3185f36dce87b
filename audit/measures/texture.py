"""Sharpness, grain and fine structure at working size, and what the background looks like.

The gradients and Laplacians are of L*, so their units are L* a working pixel. A picture enlarged to working
size has no fine detail to measure: those measures are then missing.
"""

import numpy as np
from scipy import ndimage

from facegen.audit.measures.colour import MIN_FRACTION
from facegen.audit.measures.face_view import FACE, ID, FaceView
from facegen.audit.measures.measure_registry import Theme, themes
from facegen.audit.measures.schema import CONTINUOUS, Measure

_SMALL = "the picture is smaller than the working size"
_BACK = "background covers under 2 % of the picture, or there is no mask"
BACKGROUND_FRACTION = 0.02


def _texture(
    name: str,
    about: str,
    missing: str,
    low: float = -12.0,
    high: float = 12.0,
    unit: str = "log10",
    gate: tuple[str, ...] = (),
) -> Measure:
    return Measure(name, unit, CONTINUOUS, "texture", low, high, f"{_SMALL}, or {missing}", about, gate)


def _background(name: str, unit: str, low: float, high: float, about: str, missing: str = _BACK) -> Measure:
    return Measure(name, unit, CONTINUOUS, "background", low, high, missing, about)


MEASURES = (
    _texture("sharpness", "log10 of the variance of the Laplacian of L* over the face (Pech-Pacheco et "
             "al., 2000).",
             "no face is visible"),
    _texture("skin_texture", "log10 of the variance of the Laplacian of L* over the skin, border left out.",
             "too little skin"),
    _texture("hair_texture", "log10 of the variance of the Laplacian of L* over the hair, border left out.",
             "too little hair", gate=("hair",)),
    _texture("noise", "Noise sigma over the skin, border left out (Immerkaer, 1996).", "too little skin", 0,
             100, "L*"),
    _background("background_area", "picture", 0, 1, "Fraction of the picture.", "there is no mask"),
    _background("background_lightness", "L*", 0, 100, "Mean lightness."),
    _background("background_spread", "L*", 0, 100,
                    "Standard deviation of the lightness: 0 is a plain backdrop."),
    _background("background_colourfulness", "8-bit", 0, 400,
                    "Colourfulness M3 of Hasler and Suesstrunk (2003)."),
    _background("background_gradient", "L*/px", 0, 200,
                    "Mean gradient of L*, border left out: how busy the background is.",
                _BACK + f", or {_SMALL}"),
    _background("background_sharpness", "log10", -12, 12,
                "log10 of the variance of the Laplacian of L*, border left out: how far out of focus.",
                _BACK + f", or {_SMALL}"),
)  # fmt: skip

# Along both axes its squares sum to 36, blind to gradients and to planes; sqrt(pi / 2) turns a mean magnitude
# into a sigma.
_NOISE_KERNEL = np.array([1, -2, 1], np.float32)
_NOISE_SCALE = np.sqrt(np.pi / 2) / 6
_BORDER = 2  # working pixels: a class's border is structure of the label, not of the material
_TINY = 1e-11  # keeps the logarithm of a constant region finite


def measure(view: FaceView) -> dict[str, float]:
    """All of this file's MEASURES for a view; a measure that is left out of the dict is missing."""
    if view.mask is None:
        return {}
    out = {"background_area": view.fraction(ID["background"])}
    back = view.where(ID["background"])
    if out["background_area"] >= BACKGROUND_FRACTION:
        out |= _backdrop(view, back)
    if view.enlarged:
        return out
    lightness = view.lab[..., 0]
    laplacian = ndimage.laplace(lightness, mode="nearest")
    if view.present(*FACE):
        out["sharpness"] = _log_variance(laplacian[view.where(*FACE)])
    skin = _inner(view, view.where(ID["skin"]))
    if skin is not None:
        out["skin_texture"] = _log_variance(laplacian[skin])
        rows = ndimage.correlate1d(lightness, _NOISE_KERNEL, axis=0, mode="nearest")
        residual = ndimage.correlate1d(rows, _NOISE_KERNEL, axis=1, mode="nearest")
        out["noise"] = float(np.abs(residual[skin]).mean() * _NOISE_SCALE)
    hair = _inner(view, view.where(ID["hair"]))
    if hair is not None:
        out["hair_texture"] = _log_variance(laplacian[hair])
    inner = _inner(view, back) if out["background_area"] >= BACKGROUND_FRACTION else None
    if inner is not None:
        slope = np.hypot(*np.gradient(lightness))
        out["background_gradient"] = float(slope[inner].mean())
        out["background_sharpness"] = _log_variance(laplacian[inner])
    return out


def _backdrop(view: FaceView, back: np.ndarray) -> dict[str, float]:
    lightness = view.lab[..., 0][back]
    red, green, blue = view.rgb[back].astype(np.float32).T
    opponent = np.stack([red - green, 0.5 * (red + green) - blue])
    sd, mean = np.hypot(*opponent.std(axis=1)), np.hypot(*opponent.mean(axis=1))
    return {
        "background_lightness": lightness.mean(),
        "background_spread": lightness.std(),
        "background_colourfulness": sd + 0.3 * mean,  # eq. 8 of the paper
    }


def _inner(view: FaceView, region: np.ndarray) -> np.ndarray | None:
    """The region without its border; None where too little is left."""
    inner = region.copy()
    for _ in range(_BORDER):
        # As ndimage.binary_erosion with border_value=1, at a tenth of its time.
        before = inner.copy()
        inner[1:] &= before[:-1]
        inner[:-1] &= before[1:]
        inner[:, 1:] &= before[:, :-1]
        inner[:, :-1] &= before[:, 1:]
    return inner if np.count_nonzero(inner) >= MIN_FRACTION * inner.size else None


def _log_variance(values: np.ndarray) -> float:
    return float(np.log10(float(values.var()) + _TINY))


themes.add(Theme("texture", MEASURES, measure, order=80, frozen=True))
