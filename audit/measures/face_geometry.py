"""Framing, pose, expression and shape from the positions of the face's parts in the mask.

Lengths are in crop sides and (u, v) are the face's own axes (see face_view.py): u towards the subject's
left, v down. `M` is the distance from the eyes to the mouth. The pose measures are proxies: monotone in the
angle for one head, with noise from the differences between heads.
"""

import math

import numpy as np

from facegen.audit.measures.face_view import FACE, ID, LIPS, FaceView
from facegen.audit.measures.measure_registry import Theme, themes
from facegen.audit.measures.schema import BINARY, CONTINUOUS, Measure

_FRAME = "an eye or the mouth is not visible"
# A part's extent leaves out its outermost 2 % on each side, so that a speck does not count.
_ENDS = (0.02, 0.98)


def _measure(
    name: str,
    unit: str,
    group: str,
    low: float,
    high: float,
    about: str,
    missing: str = _FRAME,
    kind: str = CONTINUOUS,
    gate: tuple[str, ...] = (),
    matchable: bool = True,
) -> Measure:
    if missing.startswith(_FRAME):
        gate = ("face_axes", *gate)
    return Measure(name, unit, kind, group, low, high, missing, about, gate, matchable)


MEASURES = (
    _measure("face_axes", "0/1", "presence", 0, 1,
                 "Both eyes and the mouth are visible (sunglasses hide eyes).",
             "never", BINARY),
    _measure("sides_swapped", "0/1", "labels", 0, 1,
             "Left and right are exchanged in the labels of eyes or brows: swapped labels or a "
             "mirrored mask.",
             "neither a pair of eyes nor a pair of brows is visible", BINARY, matchable=False),
    _measure("face_x", "width", "framing", -1, 2, "Centre of the crop square, from the picture's left."),
    _measure("face_y", "height", "framing", -1, 2, "Centre of the crop square, from the picture's top."),
    _measure("face_scale", "size", "framing", 0, 20,
             "Side of the crop square: max(4 eye to eye, 3.6 eyes to mouth), Karras et al. 2018, appendix "
             "C."),
    _measure("roll", "deg", "framing", -180, 180,
             "Tilt of the face axes; positive: turned clockwise in the picture."),
    _measure("yaw_nose", "M", "pose", -3, 3,
             "Distance of the nose's centroid from the line between eyes and mouth; positive: face "
             "turned to the subject's left.",
             _FRAME + ", or the nose is not"),
    _measure("yaw_eyes", "ln", "pose", -4, 4,
             "ln(width of the right eye / width of the left); positive: face turned to the subject's left."),
    _measure("yaw_skin", "fraction", "pose", -1, 1,
             "(right - left) / (right + left) of the face's area between eyes and mouth, on the two sides "
             "of the line "
             "from eyes to mouth; positive: face turned to the subject's left, if hair hides no cheek."),
    _measure("pitch_nose", "M", "pose", -1, 3,
             "Lower end of the nose on the way from the eyes to the mouth; larger: face turned down.",
             _FRAME + ", or the nose is not"),
    _measure("pitch_ear", "side", "pose", -2, 2,
             "Centroids of the ears below the eyes, mean of those visible; larger: face turned up.",
             _FRAME + ", or no ear is", gate=("ear_left|ear_right",)),
    _measure("eye_mouth_ratio", "ratio", "pose", 0, 10,
             "Eye to eye over eyes to mouth: falls with yaw either way, rises with pitch either way."),
    _measure("eye_opening", "ratio", "expression", 0, 3,
             "Mean height over width of the labelled eye, mean of both eyes (after Soukupova and Cech, "
             "2016)."),
    _measure("brow_height", "M", "expression", -2, 3, "Brow centroids above the eyes, mean of both.",
             _FRAME + ", or no brow is"),
    _measure("mouth_width", "side", "expression", 0, 2, "From corner to corner of the lips, along u."),
    _measure("smile_curve", "ratio", "expression", -3, 3,
             "How far the mouth's corners lie above its middle, over its width; positive: corners up."),
    _measure("mouth_open", "0/1", "expression", 0, 1, "The inside of the mouth is visible.",
             "the mouth is not visible", BINARY),
    _measure("mouth_opening", "ratio", "expression", 0, 3,
                 "Mean height of the mouth's inside over the mouth's width.",
             _FRAME + ", or the mouth is closed", gate=("mouth_open",)),
    _measure("lip_thickness", "ratio", "shape", 0, 5,
                 "Area of both lips over the squared width of the mouth."),
    _measure("lip_balance", "fraction", "shape", 0, 1, "Fraction of the lips' area that is the upper lip."),
    _measure("eye_width", "side", "shape", 0, 1, "Width of the labelled eye, mean of both."),
    _measure("brow_thickness", "ratio", "shape", 0, 5, "Mean height over width of the brows.",
             _FRAME + ", or a brow is not"),
    _measure("nose_width", "side", "shape", 0, 2, "Width of the nose's label.",
                 _FRAME + ", or the nose is not"),
    _measure("nose_length", "M", "shape", 0, 5, "From the nose's upper end to its lower.",
             _FRAME + ", or the nose is not"),
    _measure("cheek_width", "side", "shape", 0, 3,
                 "Mean visible width of the face between 0.3 and 0.6 M under the eyes."),
    _measure("jaw_width", "side", "shape", 0, 3,
                 "Mean visible width of the face from 0.9 to 1.1 M under the eyes."),
    _measure("chin_length", "M", "shape", -1, 5,
                 "Distance from the mouth down to the lowest face skin below its middle.",
             _FRAME + ", or no skin lies under the mouth"),
    _measure("face_area", "picture", "shape", 0, 1, "Skin, nose, eyes, brows, glasses and mouth together.",
             "there is no mask"),
)  # fmt: skip

_CHEEK_BAND, _JAW_BAND = (0.3, 0.6), (0.9, 1.1)  # in M under the eyes
_BOX_HALF = 0.42  # crop sides: half the width of the band's box, wider than any face here, within the picture
_CHIN_HALF_WIDTH = 0.05  # crop sides: half the width of the strip in which the chin is searched


def measure(view: FaceView) -> dict[str, float]:
    """All of this file's MEASURES for a view; a measure that is left out of the dict is missing."""
    if view.mask is None:
        return {}
    out = {"face_axes": float(view.has_axes), "face_area": view.fraction(*FACE)}
    out |= _sides(view)
    if view.present(*LIPS):
        out["mouth_open"] = float(view.present(ID["mouth"]))
    if view.has_axes:
        out |= _framing(view) | _pose(view) | _eyes_and_brows(view) | _mouth(view) | _outline(view)
    return out


def _sides(view: FaceView) -> dict[str, float]:
    pairs = [(ID["l_eye"], ID["r_eye"]), (ID["l_brow"], ID["r_brow"])]
    seen = [(left, right) for left, right in pairs if view.present(left) and view.present(right)]
    if not seen:
        return {}
    return {
        "sides_swapped": float(any(view.centroid(left)[0] < view.centroid(right)[0] for left, right in seen))
    }


def _framing(view: FaceView) -> dict[str, float]:
    h, w = view.shape
    axes = view.axes
    return {
        "face_x": axes.centre[0] / w,
        "face_y": axes.centre[1] / h,
        "face_scale": axes.side / max(h, w),
        "roll": math.degrees(math.atan2(axes.along[1], axes.along[0])),
    }


def _pose(view: FaceView) -> dict[str, float]:
    axes = view.axes
    mouth = axes.to_face(axes.mouth)
    out = {"eye_mouth_ratio": axes.eye_distance / axes.mouth_distance}
    if view.present(ID["nose"]):
        u, v = axes.to_face(view.centroid(ID["nose"]))
        out["yaw_nose"] = (u - v * mouth[0] / mouth[1]) / mouth[1]
        points = view.face_points(ID["nose"])
        top, bottom = np.quantile(points[:, 1], _ENDS)
        left, right = np.quantile(points[:, 0], _ENDS)
        out |= {
            "pitch_nose": bottom / mouth[1],
            "nose_length": (bottom - top) / mouth[1],
            "nose_width": right - left,
        }
    ears = [ID[name] for name in ("l_ear", "r_ear") if view.present(ID[name])]
    if ears:
        out["pitch_ear"] = float(np.mean([axes.to_face(view.centroid(ear))[1] for ear in ears]))
    u, v = np.moveaxis(view.face_points(*FACE), -1, 0)
    inside = (v > 0) & (v < mouth[1])
    left = np.count_nonzero(inside & (u > v * mouth[0] / mouth[1]))
    if inside.any():
        out["yaw_skin"] = 1 - 2 * left / np.count_nonzero(inside)
    return out


def _eyes_and_brows(view: FaceView) -> dict[str, float]:
    pixel = 1 / view.axes.side  # a pixel's side in crop sides
    mouth = view.axes.to_face(view.axes.mouth)[1]
    sizes = {}
    for name in ("l_eye", "r_eye", "l_brow", "r_brow"):
        if view.present(ID[name]):
            u = view.face_points(ID[name])[:, 0]
            # Four standard deviations are the width of an ellipse, at a finer resolution than whole pixels.
            width = max(4 * float(u.std()), pixel)
            sizes[name] = (width, len(u) * pixel**2 / width**2)
    (left, left_ratio), (right, right_ratio) = sizes["l_eye"], sizes["r_eye"]
    sign = -1 if view.axes.swapped else 1
    out = {
        "yaw_eyes": sign * math.log(right / left),
        "eye_width": (left + right) / 2,
        "eye_opening": (left_ratio + right_ratio) / 2,
    }
    brows = [name for name in ("l_brow", "r_brow") if name in sizes]
    if brows:
        heights = [-view.axes.to_face(view.centroid(ID[name]))[1] / mouth for name in brows]
        out["brow_height"] = float(np.mean(heights))
    if len(brows) == 2:
        out["brow_thickness"] = float(np.mean([sizes[name][1] for name in brows]))
    return out


def _mouth(view: FaceView) -> dict[str, float]:
    pixel = 1 / view.axes.side
    points = view.face_points(*LIPS)
    low, high = np.quantile(points[:, 0], _ENDS)
    width = max(float(high - low), pixel)
    corners = 0.5 * (points[points[:, 0] <= low, 1].mean() + points[points[:, 0] >= high, 1].mean())
    middle = points[np.abs(points[:, 0] - 0.5 * (low + high)) <= 0.1 * width, 1]
    out = {"mouth_width": width}
    if len(middle):
        out["smile_curve"] = float(middle.mean() - corners) / width
    upper, lower, inside = (view.sums[ID[name], 0] * pixel**2 for name in ("u_lip", "l_lip", "mouth"))
    if upper + lower > 0:
        out["lip_thickness"] = (upper + lower) / width**2
        out["lip_balance"] = upper / (upper + lower)
    if view.present(ID["mouth"]):
        out["mouth_opening"] = inside / width**2
    return out


def _outline(view: FaceView) -> dict[str, float]:
    axes = view.axes
    u, v = np.moveaxis(view.face_points(*FACE), -1, 0)
    every_u, every_v = np.moveaxis(view.face_coordinates, -1, 0)
    mouth_u, mouth_v = axes.to_face(axes.mouth)
    out = {}
    for name, (start, stop) in (("cheek_width", _CHEEK_BAND), ("jaw_width", _JAW_BAND)):
        # A fraction of the pixels in a box, so that one more row of pixels in the band changes nothing.
        box = (np.abs(every_u) < _BOX_HALF) & (every_v >= start * mouth_v) & (every_v < stop * mouth_v)
        face = (np.abs(u) < _BOX_HALF) & (v >= start * mouth_v) & (v < stop * mouth_v)
        if box.any():
            out[name] = 2 * _BOX_HALF * np.count_nonzero(face) / np.count_nonzero(box)
    under = v[(np.abs(u - mouth_u) < _CHIN_HALF_WIDTH) & (v > mouth_v)]
    if len(under):
        out["chin_length"] = (float(np.quantile(under, _ENDS[1])) - mouth_v) / mouth_v
    return out


themes.add(Theme("face_geometry", MEASURES, measure, order=10, label_only=True, frozen=True))
