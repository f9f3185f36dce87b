"""What is visible besides the face: ears, hair, hat, glasses, jewellery, neck and clothing.

Whether a class is visible is 0 or 1 and always measured where there is a mask. How much of it there is
exists only where it is visible. Axes and units as in face_geometry.py.
"""

import numpy as np

from facegen.audit.measures.face_view import FACE, ID, FaceView
from facegen.audit.measures.measure_registry import Theme, themes
from facegen.audit.measures.schema import BINARY, CONTINUOUS, Measure

# name of the attribute -> class of the mask
SEEN = {
    "ear_left": "l_ear",
    "ear_right": "r_ear",
    "hair": "hair",
    "glasses": "eye_g",
    "hat": "hat",
    "earring": "ear_r",
    "necklace": "neck_l",
    "neck": "neck",
    "cloth": "cloth",
}
# Areas are worth comparing where the class comes in all sizes.
SIZED = ("glasses", "hat", "earring", "neck", "cloth")

_HAIR = "no hair is visible, or an eye or the mouth is not"


def _seen(name: str) -> Measure:
    about = f"The class {SEEN[name]} covers at least 8 of 65,536 pixels."
    if name.startswith("ear_"):
        about += " Where the eyes' labels are exchanged, the ears' are taken to be so too."
    return Measure(name, "0/1", BINARY, "presence", 0, 1, "there is no mask", about)


def _area(name: str) -> Measure:
    about = f"Area of the class {SEEN[name]} where it is visible."
    return Measure(
        f"{name}_area",
        "picture",
        CONTINUOUS,
        "presence",
        0,
        1,
        "it is not visible",
        about,
        gate=(name,),
    )


def _hair(name: str, unit: str, low: float, high: float, about: str, missing: str = _HAIR) -> Measure:
    return Measure(name, unit, CONTINUOUS, "hair", low, high, missing, about, gate=("hair", "face_axes"))


MEASURES = (
    *map(_seen, SEEN),
    *map(_area, SIZED),
    Measure("ear_area", "picture", CONTINUOUS, "presence", 0, 1, "no ear is visible",
            "Area of both ears.",
            gate=("ear_left|ear_right",)),
    Measure("hair_volume", "face", CONTINUOUS, "hair", 0, 100, "no hair or no face is visible",
            "Area of the hair over the area of the face.", gate=("hair",)),
    _hair("hair_top", "side", -3, 5,
          "Upper end of the hair above the eyes (2nd percentile); the picture's border cuts it off."),
    _hair("hair_length", "side", -3, 5,
          "Lower end of the hair below the eyes (98th percentile); the chin lies near 0.45, the picture's "
          "border, "
          "which cuts it off, near 0.52."),
    _hair("hair_low", "fraction", 0, 1, "Fraction of the hair that lies lower than the mouth."),
    _hair("hair_width", "side", 0, 5,
          "Width of the hair (2nd to 98th percentile); the picture's border cuts it off."),
    _hair("hair_balance", "fraction", -1, 1,
          "(left - right) / (left + right) of the hair's area on the subject's two sides: parting and turn "
          "of the head."),
    _hair("hairline_height", "side", -1, 2,
          "Lowest hair over the brows, median over the columns between the eyes.",
          _HAIR + ", or a hat or bare skin takes over half of those columns"),
    _hair("fringe", "fraction", 0, 1,
          "Fraction of the forehead, a box of fixed size over the brows, that hair covers.",
          _HAIR + ", or a hat is"),
)  # fmt: skip

# The forehead box, in crop sides: half its width, and where it starts and ends above the brows. On
# CelebA-HQ the median hairline lies 0.15 above the brows.
_BOX_HALF_WIDTH, _BOX_START, _BOX_END = 0.16, 0.02, 0.12
_COLUMNS = 16  # across the forehead in which the hairline is searched


def measure(view: FaceView) -> dict[str, float]:
    """All of this file's MEASURES for a view; a measure that is left out of the dict is missing."""
    if view.mask is None:
        return {}
    out = {name: float(view.present(ID[label])) for name, label in SEEN.items()}
    if view.has_axes and view.axes.swapped:
        out["ear_left"], out["ear_right"] = out["ear_right"], out["ear_left"]
    out |= {f"{name}_area": view.fraction(ID[SEEN[name]]) for name in SIZED if out[name]}
    ears = (ID["l_ear"], ID["r_ear"])
    if out["ear_left"] or out["ear_right"]:
        out["ear_area"] = view.fraction(*ears)
    if out["hair"]:
        if view.present(*FACE):
            out["hair_volume"] = min(view.fraction(ID["hair"]) / view.fraction(*FACE), 100.0)
        if view.has_axes:
            out |= _hair_shape(view)
    return out


def _hair_shape(view: FaceView) -> dict[str, float]:
    axes = view.axes
    points = view.face_points(ID["hair"])
    u, v = points[:, 0], points[:, 1]
    mouth_u, mouth_v = axes.to_face(axes.mouth)
    top, bottom = np.quantile(v, [0.02, 0.98])
    out = {
        "hair_top": -float(top),
        "hair_length": float(bottom),
        "hair_low": float(np.mean(v > mouth_v)),
        "hair_width": float(np.subtract(*np.quantile(u, [0.98, 0.02]))),
        "hair_balance": float(2 * np.mean(u > v * mouth_u / mouth_v) - 1),
    }
    brows = [ID[name] for name in ("l_brow", "r_brow") if view.present(ID[name])]
    if brows and not view.present(ID["hat"]):
        brow_v = float(axes.to_face(view.centroid(*brows))[1])
        out |= _forehead(view, u, v, brow_v)
    return out


def _forehead(view: FaceView, u: np.ndarray, v: np.ndarray, brow_v: float) -> dict[str, float]:
    """Fringe and hairline from the hair's (u, v) and the height of the brows."""
    grid = view.face_coordinates
    above = brow_v - grid[..., 1]
    box = (np.abs(grid[..., 0]) < _BOX_HALF_WIDTH) & (above > _BOX_START) & (above < _BOX_END)
    out = {}
    if box.any():
        out["fringe"] = float(np.mean(view.labels[box] == ID["hair"]))
    half = view.axes.eye_distance / view.axes.side / 2
    over = (np.abs(u) < half) & (v < brow_v - _BOX_START)
    column = ((u[over] + half) / (2 * half) * _COLUMNS).astype(int).clip(0, _COLUMNS - 1)
    lowest = np.full(_COLUMNS, -np.inf)
    np.maximum.at(lowest, column, v[over])
    found = np.isfinite(lowest)
    if found.mean() > 0.5:
        out["hairline_height"] = brow_v - float(np.median(lowest[found]))
    return out


themes.add(Theme("presence", MEASURES, measure, order=30, label_only=True, frozen=True))
