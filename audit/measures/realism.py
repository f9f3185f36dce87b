"""What distinguishes a photograph from a render whatever it shows: spectrum, contrast, noise, skin shading.

Codec, crop and size are equalised first: the picture's own crop square (face_view.py), CROP of its side, is
scaled to SIZE pixels by one filter and goes through JPEG of one quality. So the file format of a set has
little influence, and content above its true resolution has none. Only the three measures of the skin
(skin_*) are read from the picture as it is, at the working size of all other measures. Compared and
reported, never matched. Encoded luma (ITU-R BT.601) unless a measure says L*.
"""

import io
from functools import lru_cache

import numpy as np
from PIL import Image
from scipy import fft, ndimage

from facegen.audit.measures.colour import MIN_FRACTION, MIN_YELLOW
from facegen.audit.measures.face_view import ID, FaceView
from facegen.audit.measures.measure_registry import Theme, themes
from facegen.audit.measures.schema import CONTINUOUS, Measure

SIZE, CROP, QUALITY = 160, 0.9, 90
PREPARED = (
    f"crop square of the face, {CROP:g} of its side, upright, scaled to {SIZE} px (Lanczos), JPEG {QUALITY} "
    "without chroma subsampling"
)
_CROP = (
    f"an eye or the mouth is not visible, or the crop square has under {SIZE} pixels or leaves the picture"
)
_SKIN = "too little skin"


def _measure(
    name: str,
    unit: str,
    low: float,
    high: float,
    about: str,
    missing: str = _CROP,
    gate: tuple[str, ...] = ("face_axes",),
) -> Measure:
    return Measure(name, unit, CONTINUOUS, "realism", low, high, missing, about, gate=gate, matchable=False)


MEASURES = (
    _measure("spectrum_slope", "log/log", -8, 4,
             "Slope of the radial power spectrum from 5 to 64 cycles a crop; photographs lie near -2 to -3 "
             "(Field, 1987)."),
    _measure("spectrum_middle", "log10", -8, 0,
             "Fraction of the power over 5 cycles that lies at 20 to 40, log10."),
    _measure("spectrum_fine", "log10", -8, 0,
             "Fraction of the power over 5 cycles that lies at 40 to 80, log10."),
    _measure("local_contrast", "8-bit", 0, 128, "Median over squares of 8 pixels of the standard deviation."),
    _measure("contrast_spread", "ln", 0, 20,
             "ln of the 90th percentile of the squares' standard deviations over their median."),
    _measure("noise_kurtosis", "kurtosis", -3, 500,
             "Excess kurtosis of the luma less its local mean, over its local deviation (after "
             "Mittal et al., 2012, over 5 x 5 pixels)."),
    _measure("noise_correlation", "fraction", -1, 1,
             "Correlation of that residual with its right-hand neighbour."),
    _measure("skin_shading_redness", "a*/L*", -5, 5,
             "Slope of a* on L* over the skin: how shadows are tinted.",
             _SKIN + ", or it is flat", ()),
    _measure("skin_shading_yellowness", "b*/L*", -5, 5, "Slope of b* on L* over the skin.",
             _SKIN + ", or it is flat", ()),
    _measure("skin_hue_spread", "deg", 0, 180, "Standard deviation of the hue angle over the skin.",
             _SKIN + f", or its chroma is under {MIN_YELLOW:g}", ()),
)  # fmt: skip

_LOW, _MIDDLE, _FINE, _END, _SLOPE_END = 5, 20, 40, 80, 64  # cycles a crop
_SQUARE = 8  # pixels
_NEAR = 5  # pixels: side of the box of a local mean
_EVERY = 3  # pixels of skin: every third is as good
_FLAT = 0.1  # L*: skin that varies less has no shading
_STABLE = 1.0  # 8-bit: added to a local deviation
_OUTSIDE = 0.01  # of the crop's side that may lie outside the picture


def measure(view: FaceView) -> dict[str, float]:
    """All of this file's MEASURES for a view; a measure that is left out of the dict is missing."""
    if view.mask is None:
        return {}
    out = _skin(view)
    luma = prepared(view)
    return out if luma is None else out | _spectrum(luma) | _contrast(luma) | _noise(luma)


def prepared(view: FaceView) -> np.ndarray | None:
    """(SIZE, SIZE) float32 luma in [0, 255] of the picture in the format PREPARED, or None as in `equal`."""
    picture = equal(view, SIZE)
    return None if picture is None else np.asarray(picture.convert("L"), np.float32)


def equal(view: FaceView, size: int) -> Image.Image | None:
    """The face's crop at `size` pixels, once through JPEG; None where it is smaller or leaves the picture."""
    if not view.has_axes:
        return None
    scale = view.source.shape[1] / view.shape[1]
    half = 0.5 * CROP * view.axes.side * scale
    x, y = view.axes.centre * scale
    box = np.array([x - half, y - half, x + half, y + half])
    h, w = view.source.shape[:2]
    beyond = max(-box[:2].min(), box[2] - w, box[3] - h)
    if 2 * half < size or beyond > 2 * half * _OUTSIDE:
        return None
    left, top, right, bottom = (float(value) for value in np.clip(box, 0, [w, h, w, h]))
    picture = Image.fromarray(view.source).resize(
        (size, size), Image.Resampling.LANCZOS, box=(left, top, right, bottom)
    )
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=QUALITY, subsampling=0)
    return Image.open(buffer)


@lru_cache(maxsize=1)
def _rings() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Window (SIZE, SIZE), ring of each coefficient of a real transform, and how often each counts."""
    hann = np.hanning(SIZE + 1)[:-1].astype(np.float32)
    along, across = fft.fftfreq(SIZE, 1 / SIZE), fft.rfftfreq(SIZE, 1 / SIZE)
    radius = np.rint(np.hypot(along[:, None], across[None])).astype(int)
    twice = np.where((across == 0) | (across == SIZE // 2), 1.0, 2.0)
    return np.outer(hann, hann), radius.ravel(), np.broadcast_to(twice, radius.shape).ravel()


def _spectrum(luma: np.ndarray) -> dict[str, float]:
    window, ring, count = _rings()
    power = np.abs(fft.rfft2((luma - luma.mean()) * window)).ravel() ** 2
    total = np.bincount(ring, power * count)
    mean = total / np.bincount(ring, count)
    whole = total[_LOW:_END].sum()
    if whole <= 0 or mean[_LOW:_SLOPE_END].min() <= 0:
        return {}
    at = np.log(np.arange(_LOW, _SLOPE_END))
    return {
        "spectrum_slope": float(np.polyfit(at, np.log(mean[_LOW:_SLOPE_END]), 1)[0]),
        "spectrum_middle": float(np.log10(total[_MIDDLE:_FINE].sum() / whole)),
        "spectrum_fine": float(np.log10(total[_FINE:_END].sum() / whole)),
    }


def _contrast(luma: np.ndarray) -> dict[str, float]:
    count = SIZE // _SQUARE
    deviation = luma.reshape(count, _SQUARE, count, _SQUARE).std((1, 3))
    middle, high = np.quantile(deviation, [0.5, 0.9])
    out = {"local_contrast": float(middle)}
    return out | {"contrast_spread": float(np.log(high / middle))} if middle > 0 else out


def _noise(luma: np.ndarray) -> dict[str, float]:
    mean = ndimage.uniform_filter(luma, _NEAR)
    deviation = np.sqrt(np.maximum(ndimage.uniform_filter(luma * luma, _NEAR) - mean * mean, 0))
    rest = (luma - mean) / (deviation + _STABLE)
    rest -= rest.mean()
    square = rest * rest
    variance = float(square.mean())
    if variance <= 1e-9:
        return {}
    return {
        "noise_kurtosis": float((square * square).mean()) / variance**2 - 3,
        "noise_correlation": float((rest[:, 1:] * rest[:, :-1]).mean()) / variance,
    }


def _skin(view: FaceView) -> dict[str, float]:
    if view.fraction(ID["skin"]) < MIN_FRACTION:
        return {}
    # Rows of one piece: over columns of a table arctan2 takes other code, other digits, as the memory lies.
    lightness, red, yellow = np.ascontiguousarray(view.pixels(view.lab, ID["skin"])[::_EVERY].T, float)
    out = {}
    if np.hypot(red.mean(), yellow.mean()) >= MIN_YELLOW:
        out["skin_hue_spread"] = float(np.degrees(np.arctan2(yellow, red)).std())
    offset = lightness - lightness.mean()
    variance = float(offset @ offset)
    if variance > len(offset) * _FLAT**2:
        out["skin_shading_redness"] = float(offset @ red) / variance
        out["skin_shading_yellowness"] = float(offset @ yellow) / variance
    return out


themes.add(Theme("realism", MEASURES, measure, order=100, frozen=True))
