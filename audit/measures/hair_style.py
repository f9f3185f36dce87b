"""Style of the hair beyond its outline: length, curls and parting.

Compared and reported, never matched. Axes and units as in face_geometry.py.
"""

import numpy as np
from scipy import ndimage

from facegen.audit.measures.colour import MIN_FRACTION
from facegen.audit.measures.face_view import FACE, ID, FaceView
from facegen.audit.measures.measure_registry import Theme, themes
from facegen.audit.measures.schema import CONTINUOUS, Measure

_HAIR = "no hair is visible, or an eye or the mouth is not"


def _measure(
    name: str,
    unit: str,
    low: float,
    high: float,
    about: str,
    missing: str,
    gate: tuple[str, ...] = ("hair", "face_axes"),
) -> Measure:
    return Measure(name, unit, CONTINUOUS, "hair", low, high, missing, about, gate=gate, matchable=False)


MEASURES = (
    _measure("hair_below_chin", "M", -8, 8,
             "Lower end of the hair (98th percentile) below the chin, in distances from eyes to mouth; "
             "negative: it ends above. The picture's border cuts it off.",
             _HAIR + ", or no skin lies under the mouth"),
    _measure("hair_roughness", "ratio", 0, 20,
             "Length of the hair's border over that of the same region smoothed over 9 working pixels: curls "
             "and loose strands.", _HAIR),
    _measure("hair_coherence", "fraction", 0, 1,
             "How parallel the gradients of L* in 4 x 4 pixels of hair are, weighted by their strength "
             "(coherence of the structure tensor, Bigun and Granlund, 1987): straight strands near 1, curls "
             "less.", "too little hair, or the picture is smaller than the working size", ("hair",)),
    _measure("parting", "side", -0.3, 0.3,
             "Position of the highest point of the hairline, from the middle of the face to the "
             "subject's left.",
             _HAIR + ", or a hat is, or bare skin takes over a fifth of the hairline"),
)  # fmt: skip

_SMOOTH = 9  # working pixels: side of the box
_BLOCK = 4  # working pixels: side of the squares in which gradients are taken together
_CHIN_HALF_WIDTH = 0.05  # crop sides, as in face_geometry.py
_HALF, _COLUMNS, _FOUND = 0.18, 24, 0.8  # crop sides to each side in which a parting is searched
_OVER_BROWS = 0.02  # crop sides above the brows where the forehead begins


def measure(view: FaceView) -> dict[str, float]:
    """All of this file's MEASURES for a view; a measure that is left out of the dict is missing."""
    if view.mask is None or not view.present(ID["hair"]):
        return {}
    out: dict[str, float] = {}
    hair = view.where(ID["hair"])
    if not view.enlarged:
        out |= _coherence(view, hair)
    if view.has_axes:
        smooth = ndimage.uniform_filter(hair.astype(np.float32), _SMOOTH) > 0.5
        if smooth.any() and not smooth.all():
            out["hair_roughness"] = _border(hair) / max(_border(smooth), 1)
        out |= _hang(view) | _parting(view)
    return out


def _border(region: np.ndarray) -> int:
    """Pixel edges between a region and the rest; the picture's border is none."""
    across, down = region[:, 1:] != region[:, :-1], region[1:] != region[:-1]
    return int(np.count_nonzero(across) + np.count_nonzero(down))


def _coherence(view: FaceView, hair: np.ndarray) -> dict[str, float]:
    lightness = view.lab[..., 0]
    gx, gy = lightness[1:-1, 2:] - lightness[1:-1, :-2], lightness[2:, 1:-1] - lightness[:-2, 1:-1]
    xx, yy, xy, full = (
        _blocks(one) for one in (gx * gx, gy * gy, gx * gy, hair[1:-1, 1:-1].astype(np.float32))
    )
    inside = full > _BLOCK**2 - 0.5
    energy = (xx + yy)[inside]
    if inside.sum() * _BLOCK**2 < MIN_FRACTION * hair.size or energy.sum() <= 0:
        return {}
    return {"hair_coherence": float(np.hypot(xx - yy, 2 * xy)[inside].sum() / energy.sum())}


def _blocks(values: np.ndarray) -> np.ndarray:
    """Sums over squares of _BLOCK pixels; what is left over at the right and at the bottom is cut off."""
    h, w = (side // _BLOCK for side in values.shape)
    columns = np.sum([values[: h * _BLOCK, i : w * _BLOCK : _BLOCK] for i in range(_BLOCK)], axis=0)
    return np.sum([columns[i::_BLOCK] for i in range(_BLOCK)], axis=0)


def _hang(view: FaceView) -> dict[str, float]:
    mouth_u, mouth_v = view.axes.to_face(view.axes.mouth)
    u, v = view.face_points(*FACE).T
    under = v[(np.abs(u - mouth_u) < _CHIN_HALF_WIDTH) & (v > mouth_v)]
    if not len(under):
        return {}
    lowest = np.quantile(view.face_points(ID["hair"])[:, 1], 0.98)
    return {"hair_below_chin": float((lowest - np.quantile(under, 0.98)) / mouth_v)}


def _parting(view: FaceView) -> dict[str, float]:
    brows = [ID[name] for name in ("l_brow", "r_brow") if view.present(ID[name])]
    if not brows or view.present(ID["hat"]):
        return {}
    brow_v = float(view.axes.to_face(view.centroid(*brows))[1])
    u, v = view.face_points(ID["hair"]).T
    over = (np.abs(u) < _HALF) & (v < brow_v - _OVER_BROWS)
    column = ((u[over] + _HALF) / (2 * _HALF) * _COLUMNS).astype(int).clip(0, _COLUMNS - 1)
    lowest = np.full(_COLUMNS, -np.inf)
    np.maximum.at(lowest, column, v[over])
    found = np.isfinite(lowest)
    if found.mean() < _FOUND:
        return {}
    height = ndimage.gaussian_filter1d(-np.where(found, lowest, np.median(lowest[found])), 1.5)
    weight = np.clip(height - np.median(height), 0, None)
    if weight.sum() <= 0:
        return {}
    middle = (np.arange(_COLUMNS) + 0.5) / _COLUMNS * 2 * _HALF - _HALF
    return {"parting": float(middle @ weight / weight.sum())}


themes.add(Theme("hair_style", MEASURES, measure, order=40, frozen=True))
