"""What a small pilot render teaches matching: where finished pictures stand beside what was expected.

Three things come of it. The bias of previews: rendered minus previewed, for every content attribute. What
must be asked for so that a colour comes out as its row says (skin, cloth, backdrop). And the camera's
settings (contrast, saturation, colour, sharpness): how the pilot's pictures must be developed so that what
only colours show meets the target. The last are found on the pilot's own pictures, since they act on the
picture last and can be applied to it once more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field

import numpy as np
from scipy import ndimage

from facegen.assets.lighting import LUMINANCE
from facegen.render import spec as s
from facegen.render.photo import SHARPEN_SIGMA, encode_srgb, picture_style, white_balance

FACES = 32  # of a pilot
FEWEST = 4  # faces in which a measure must be there to be learned from
CLEAR = 2.0  # standard errors from which a bias is believed
# setting of the camera -> (measure it is led by, least, most, largest change in one pilot)
SETTINGS = {
    "camera.sharpen": ("sharpness", 0.0, 4.0, 1.5),
    "camera.contrast": ("contrast", 0.6, 1.6, 0.25),
    "camera.saturation": ("saturation", 0.3, 2.0, 0.4),
    "camera.kelvin_shift": ("warmth", -4000.0, 4000.0, 1500.0),
}
# Colours that rows are followed in directly, and how much of a gap one pilot corrects.
ROW_LED = ("skin_lightness", "skin_ita", "background_lightness", "background_spread", "cloth_lightness")
ROW_SHARE = 0.8
TRIAL = {
    "camera.sharpen": 0.5,
    "camera.contrast": 0.1,
    "camera.saturation": 0.1,
    "camera.kelvin_shift": 400.0,
}


@dataclass(frozen=True)
class Correction:
    """What pilots taught so far.

    Attributes
    ----------
    rows : attribute of ROW_LED -> what is added to a row's value before it is followed
    bias : content attribute -> rendered minus previewed, in its unit
    shift : camera setting -> what is added to it
    slope : camera setting -> change per unit of its measure, by which a row's own value is followed
    centre : measure -> mean of the target, about which rows are followed
    history : one entry a pilot, for people
    """

    bias: Mapping[str, float] = field(default_factory=dict)
    shift: Mapping[str, float] = field(default_factory=dict)
    slope: Mapping[str, float] = field(default_factory=dict)
    centre: Mapping[str, float] = field(default_factory=dict)
    history: tuple[dict, ...] = ()
    rows: Mapping[str, float] = field(default_factory=dict)

    def to_dict(self) -> dict:
        """Plain JSON types."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: dict) -> Correction:
        return cls(**{**data, "history": tuple(data["history"])})


NONE = Correction()


def asked(row: Mapping, correction: Correction) -> dict:
    """The row as it must be asked for."""
    return {**row, **{k: row[k] + v for k, v in correction.rows.items() if k in row}}


def develop_again(picture: np.ndarray, setting: str, amount: float) -> np.ndarray:
    """A finished picture (H, W, 3) uint8 with one camera setting raised by `amount`: see photo.develop."""
    x = picture.astype(np.float64) / 255
    if setting == "camera.sharpen":
        sigma = SHARPEN_SIGMA * x.shape[0] / 256
        x = x + amount * (x - ndimage.gaussian_filter(x, (sigma, sigma, 0), mode="nearest"))
    elif setting == "camera.contrast":
        x = picture_style(np.clip(x, 0, 1), 1 + amount)
    elif setting == "camera.saturation":
        grey = (x @ LUMINANCE)[..., None]
        x = grey + (x - grey) * (1 + amount)
    elif setting == "camera.kelvin_shift":
        linear = np.where(x <= 0.04045, x / 12.92, ((x + 0.055) / 1.055) ** 2.4)
        x = encode_srgb(linear * white_balance(amount))
    else:
        raise ValueError(f"unknown setting {setting!r}")
    return np.round(np.clip(x, 0, 1) * 255).astype(np.uint8)


def correct(spec: s.FaceSpec, row: Mapping, correction: Correction) -> s.FaceSpec:
    """The spec with its camera set as pilots taught, nearer to the row where a setting can follow it."""
    for path, shift in correction.shift.items():
        measure, low, high, _ = SETTINGS[path]
        value = float(s.attribute(spec, path)) + shift
        wanted = row.get(measure)
        if wanted is not None and np.isfinite(wanted):
            value += correction.slope.get(path, 0.0) * (float(wanted) - correction.centre[measure])
        spec = s.replace(spec, path, round(float(np.clip(value, low, high)), 5))
    return spec


def learn(
    before: Correction,
    names: Sequence[str],
    expected: np.ndarray,
    shown: np.ndarray,
    measure: Mapping[str, np.ndarray],
    trials: Mapping[str, Mapping[str, np.ndarray]],
    targets: Mapping[str, np.ndarray],
) -> Correction:
    """The correction after one more pilot.

    Parameters
    ----------
    before : what the pilot was rendered with
    names : k content attributes; expected, shown : (n, k) as previewed (bias included) and as rendered
    measure : measure -> (n,) of the pilot's pictures, those of ROW_LED and all led ones
    trials : setting -> led measure -> (n,) of the same pictures developed with the setting raised by TRIAL
    targets : measure -> (m,) values that the profile asks for
    """
    bias = dict(before.bias)
    for j, name in enumerate(names):
        gap = shown[:, j] - expected[:, j]
        gap = gap[~np.isnan(gap)]
        if len(gap) >= FEWEST and abs(gap.mean()) > CLEAR * gap.std(ddof=1) / np.sqrt(len(gap)):
            bias[name] = round(bias.get(name, 0.0) + float(gap.mean()), 6)
    # Pictures under the working size have no measurable sharpness: its setting then stays as it is.
    paths = [p for p, (m, *_) in SETTINGS.items() if m in targets and np.isfinite(measure[m]).sum() >= FEWEST]
    led = [SETTINGS[path][0] for path in paths]
    slopes = np.array(
        [[np.nanmean(trials[p][m] - measure[m]) / TRIAL[p] for p in paths] for m in led]
    ).reshape(len(led), len(paths))
    gap = np.array([np.nanmean(targets[m]) - np.nanmean(measure[m]) for m in led])
    unit = np.array([max(np.nanstd(targets[m]), 1e-6) for m in led])
    size = np.array([SETTINGS[p][3] for p in paths])
    # Damped least squares in spreads of the measures and largest changes of the settings.
    a = slopes / unit[:, None] * size
    move = np.linalg.solve(a.T @ a + 0.02 * np.eye(len(paths)), a.T @ (gap / unit))
    shift, slope, centre = dict(before.shift), dict(before.slope), dict(before.centre)
    for k, path in enumerate(paths):
        shift[path] = round(shift.get(path, 0.0) + float(np.clip(move[k], -1, 1) * size[k]), 5)
        own, wanted = np.nanstd(measure[led[k]]), np.nanstd(targets[led[k]])
        # Rows are followed as far as the faces' own variety leaves room under the target's.
        room = np.sqrt(max(0.0, wanted**2 - own**2)) / max(wanted, 1e-6)
        steep = slopes[k, k]
        if path not in slope:
            slope[path] = round(float(room / steep), 6) if abs(steep) > 1e-6 else 0.0
        centre[led[k]] = round(float(np.nanmean(targets[led[k]])), 5)
    rows = dict(before.rows)
    for name in ROW_LED:
        if name not in targets or np.isfinite(measure[name]).sum() < FEWEST:
            continue
        miss = float(np.nanmean(targets[name]) - np.nanmean(measure[name]))
        error = np.nanstd(measure[name]) / np.sqrt(np.isfinite(measure[name]).sum())
        if abs(miss) > CLEAR * error:
            rows[name] = round(rows.get(name, 0.0) + ROW_SHARE * miss, 4)
    entry = {
        "faces": len(shown),
        "content_gap": _means(names, shown - expected),
        "camera_gap": {m: round(float(g), 4) for m, g in zip(led, gap, strict=True)},
    }
    return Correction(bias, shift, slope, centre, (*before.history, entry), rows)


def _means(names, gaps):
    """Mean gap of each attribute that both showed in at least one face."""
    seen = ~np.isnan(gaps)
    return {n: round(float(gaps[seen[:, j], j].mean()), 5) for j, n in enumerate(names) if seen[:, j].any()}
