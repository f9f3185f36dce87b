"""Head pose and expression estimated from the label map, by regressors learned on facegen's own faces.

Their inputs are summaries of the mask on the face's own axes (face_view.py): area, place and standard
deviation of each class, the face's extent to both sides at several heights, and the shape of the lips. None
changes with size, place or tilt of the face in the picture; the tilt itself is put back into the angles
afterwards, so that a picture turned by 10 degrees has its roll moved by 10 degrees. The estimates of a mask
and of its mirror image are averaged, so that mirroring changes the sign of yaw and roll and nothing else.

The regressor is a small network whose weights are next to this file (WEIGHTS), learned by
pose_regressor_fit.py on previews of faces drawn with known pose. No real face is in it.

Angles follow assets.head.rotation_of: yaw to the subject's left, pitch up, roll to the left shoulder,
R = yaw @ pitch @ roll.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

import numpy as np

from facegen.audit.measures.face_view import CLASSES, FACE, ID, LIPS, FaceView, pixel_centres
from facegen.audit.measures.measure_registry import Theme, themes
from facegen.audit.measures.schema import CONTINUOUS, Measure
from facegen.datasets.errors import FacegenError

WEIGHTS = "pose_regressor.json"
FORMAT, FORMAT_VERSION = "facegen-estimates", 1
TARGETS = ("yaw", "pitch", "roll", "smile", "jaw_open")
NAMES = ("pose_yaw", "pose_pitch", "pose_roll", "smile", "jaw_open")
SIGNS = np.array([-1.0, 1.0, -1.0, 1.0, 1.0])  # of TARGETS, under mirroring
_MISSING = "an eye, the nose or the mouth is not visible"


def _measure(name: str, unit: str, group: str, low: float, high: float, about: str) -> Measure:
    return Measure(
        name, unit, CONTINUOUS, group, low, high, _MISSING, about, gate=("face_axes",), matchable=False
    )


MEASURES = (
    _measure("pose_yaw", "deg", "pose", -90, 90, "Estimated turn of the head to the subject's left."),
    _measure("pose_pitch", "deg", "pose", -60, 60, "Estimated turn of the head upwards."),
    _measure("pose_roll", "deg", "pose", -180, 180, "Estimated tilt to the subject's left shoulder."),
    _measure("smile", "weight", "expression", -0.5, 1.5,
             "Estimated weight of the ARKit action mouthSmile, mean of both sides: 0 none, 1 full."),
    _measure("jaw_open", "weight", "expression", -0.5, 1.5, "Estimated weight of the ARKit action jawOpen."),
)  # fmt: skip

# Classes whose shape is looked at, and what each becomes in a mirror.
SEEN = (
    "skin",
    "nose",
    "l_eye",
    "r_eye",
    "l_brow",
    "r_brow",
    "l_ear",
    "r_ear",
    "mouth",
    "u_lip",
    "l_lip",
    "neck",
)
_PARTNER = {"l_eye": "r_eye", "l_brow": "r_brow", "l_ear": "r_ear"}
_PARTNER |= {right: left for left, right in _PARTNER.items()}
_MIRROR = [SEEN.index(_PARTNER.get(name, name)) for name in SEEN]
# presence, square root of the area, u, v, standard deviation along u and along v, correlation of u and v
_SHAPE_SIGNS = np.array([1.0, 1, -1, 1, 1, 1, -1])
# Heights v between which the face's extent is measured, crop sides, and the number of bands.
_TOP, _BOTTOM, _BANDS = -0.2, 0.5, 7
_REACH = 0.5  # crop sides: how far to each side
_PARTS = 5  # parts of the lips' width in which their height is taken
_ENDS = (0.02, 0.98)
FEATURES = len(SEEN) * len(_SHAPE_SIGNS) + 2 * _BANDS + 2 * _PARTS + 4
CLIP = 4.0  # standard deviations: beyond it no face was learned from


def features(view: FaceView) -> np.ndarray:
    """(FEATURES,) float64: the mask's summaries, 0 where a class is not visible; only where `has_axes`."""
    axes = view.axes
    shapes = _shapes(view)
    u, v = np.moveaxis(view.face_points(*FACE), -1, 0)
    mouth = axes.to_face(axes.mouth)
    side = u - v * mouth[0] / mouth[1]
    band = np.floor((v - _TOP) * (_BANDS / (_BOTTOM - _TOP))).astype(int)
    inside = (band >= 0) & (band < _BANDS) & (np.abs(side) < _REACH)
    slots = 2 * band[inside] + (side[inside] < 0)
    reach = np.bincount(slots, minlength=2 * _BANDS) / axes.side**2
    return np.concatenate([shapes.ravel(), reach, _lips(view), _ratios(view, mouth)])


def mirrored(x: np.ndarray) -> np.ndarray:
    """Features (..., FEATURES) of the mirror image."""
    x = np.asarray(x)
    head, shapes = x.shape[:-1], len(SEEN) * len(_SHAPE_SIGNS)
    own = x[..., :shapes].reshape(*head, len(SEEN), -1)[..., _MIRROR, :] * _SHAPE_SIGNS
    reach_end = shapes + 2 * _BANDS
    reach = x[..., shapes:reach_end].reshape(*head, -1, 2)[..., ::-1]
    lips = x[..., reach_end : reach_end + 2 * _PARTS].reshape(*head, 2, _PARTS)[..., ::-1]
    ratios = x[..., reach_end + 2 * _PARTS :] * np.array([1.0, -1, -1, 1])
    return np.concatenate([part.reshape(*head, -1) for part in (own, reach, lips, ratios)], -1)


def _shapes(view: FaceView) -> np.ndarray:
    """(SEEN, 7): see _SHAPE_SIGNS."""
    axes, (h, w) = view.axes, view.shape
    flat = view.labels.ravel()
    counts = [np.bincount(flat, product, minlength=256)[: len(CLASSES)] for product in _products(h, w)]
    seconds = np.stack(counts, axis=1)
    turn = np.stack([axes.along, axes.down])
    out = np.zeros((len(SEEN), len(_SHAPE_SIGNS)))
    for line, name in zip(out, SEEN, strict=True):
        label = ID[_PARTNER.get(name, name) if axes.swapped else name]
        if not view.present(label):
            continue
        n, sx, sy = view.sums[label]
        xx, xy, yy = seconds[label] / n - np.array([sx * sx, sx * sy, sy * sy]) / n**2
        own = turn @ np.array([[xx, xy], [xy, yy]]) @ turn.T / axes.side**2
        place = axes.to_face(np.array([sx, sy]) / n)
        sd = np.sqrt(np.maximum(np.diag(own), 0))
        line[:] = 1, math.sqrt(n) / axes.side, *place, *sd, own[0, 1] / max(np.prod(sd), 1e-6)
    return out


@lru_cache(maxsize=4)
def _products(h: int, w: int) -> tuple[np.ndarray, ...]:
    """x * x, x * y and y * y of every pixel centre, each (h * w,)."""
    x, y = pixel_centres(h, w)
    return x * x, x * y, y * y


def _lips(view: FaceView) -> np.ndarray:
    """(2 * _PARTS,): mean height of upper and of lower lip above the mouth, in parts of its width."""
    points = view.face_points(*LIPS)
    low, high = np.quantile(points[:, 0], _ENDS)
    middle, width = points[:, 1].mean(), max(float(high - low), 1e-6)
    out = np.zeros((2, _PARTS))
    for line, name in zip(out, ("u_lip", "l_lip"), strict=True):
        lip = view.face_points(ID[name])
        part = np.clip((lip[:, 0] - low) / width * _PARTS, 0, _PARTS - 1).astype(int)
        count = np.bincount(part, minlength=_PARTS)
        sums = np.bincount(part, lip[:, 1] - middle, minlength=_PARTS)
        line[:] = np.where(count > 0, sums / np.maximum(count, 1) / width, 0)
    return out.ravel()


def _ratios(view: FaceView, mouth: np.ndarray) -> np.ndarray:
    """(4,): eye to eye over eyes to mouth; sideways place of the mouth and of the nose's lower end,
    height of that end."""
    nose = view.face_points(ID["nose"])
    end = np.quantile(nose[:, 1], _ENDS[1])
    tip = nose[nose[:, 1] >= end - 0.02, 0].mean()
    return np.array([view.axes.eye_distance / view.axes.mouth_distance, mouth[0], tip, end])


@dataclass(frozen=True)
class Regressor:
    """A network of one hidden layer: tanh(((x - middle) / scale) @ hidden + shift) @ out + base.

    middle, scale : (FEATURES,); hidden : (FEATURES, units); shift : (units,); out : (units, TARGETS);
    base : (TARGETS,)
    """

    middle: np.ndarray
    scale: np.ndarray
    hidden: np.ndarray
    shift: np.ndarray
    out: np.ndarray
    base: np.ndarray

    @classmethod
    def from_dict(cls, data: Mapping) -> "Regressor":
        return cls(**{name: np.array(data[name], float) for name in cls.__dataclass_fields__})

    def to_dict(self) -> dict:
        """Plain JSON types, four significant digits."""
        return {
            name: np.vectorize(lambda value: float(f"{value:.4g}"))(getattr(self, name)).tolist()
            for name in self.__dataclass_fields__
        }

    def __call__(self, x: np.ndarray) -> np.ndarray:
        """(..., TARGETS) of features (..., FEATURES): of a face and its mirror image, the mean."""
        return 0.5 * (self._once(x) + SIGNS * self._once(mirrored(x)))

    def _once(self, x: np.ndarray) -> np.ndarray:
        z = np.clip((x - self.middle) / self.scale, -CLIP, CLIP)
        return np.tanh(z @ self.hidden + self.shift) @ self.out + self.base


@lru_cache(maxsize=1)
def shipped() -> Regressor:
    """The regressor that the package carries."""
    data = json.loads((resources.files("facegen.audit.measures") / WEIGHTS).read_text(encoding="utf-8"))
    if (data["format"], data["format_version"]) != (FORMAT, FORMAT_VERSION):
        raise FacegenError(f"{WEIGHTS}: not weights of this version: learn them with `facegen bench pose`")
    return Regressor.from_dict(data["weights"])


def measure(view: FaceView) -> dict[str, float]:
    """All of this file's MEASURES for a view; a measure that is left out of the dict is missing."""
    if not estimable(view):
        return {}
    values = shipped()(features(view))
    values[:3] = tilted(values[:3], tilt_of(view))
    return dict(zip(NAMES, values.tolist(), strict=True))


def estimable(view: FaceView) -> bool:
    """Whether pose and expression can be estimated: eyes, mouth and nose are visible."""
    return view.has_axes and view.present(ID["nose"])


def tilt_of(view: FaceView) -> float:
    """Degrees by which the face's axes are turned in the picture, clockwise."""
    return math.degrees(math.atan2(view.axes.along[1], view.axes.along[0]))


def tilted(angles: np.ndarray, degrees: float) -> np.ndarray:
    """Yaw, pitch and roll (..., 3) in degrees after the picture is turned clockwise by `degrees`."""
    yaw, pitch, roll = np.moveaxis(np.radians(np.asarray(angles, float)), -1, 0)
    turn = math.radians(degrees)
    # R = Rz(yaw) Rx(-pitch) Ry(roll); turning the picture is Ry(turn) from the left.
    cy, sy, cp, sp, cr, sr = (f(a) for a in (yaw, pitch, roll) for f in (np.cos, np.sin))
    # Middle column and last row of R hold the angles; the turn mixes rows 0 and 2.
    first = np.stack([cy * cr - sy * -sp * sr, -sy * cp, cy * sr + sy * -sp * cr], -1)
    middle = np.stack([sy * cr + cy * -sp * sr, cy * cp, sy * sr - cy * -sp * cr], -1)
    last = np.stack([-cp * sr, -sp, cp * cr], -1)
    c, s = math.cos(turn), math.sin(turn)
    first, last = c * first + s * last, c * last - s * first
    pitch = -np.arcsin(np.clip(last[..., 1], -1, 1))
    yaw = np.arctan2(-first[..., 1], middle[..., 1])
    roll = np.arctan2(-last[..., 0], last[..., 2])
    return np.degrees(np.stack([yaw, pitch, roll], -1))


themes.add(Theme("pose_regressor", MEASURES, measure, order=20, frozen=True))
