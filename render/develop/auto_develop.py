"""Automatic development: the camera settings with which a picture measures what its spec requests.

The audit's own measures are the target. All settings change together, in damped Gauss-Newton steps inside
the ranges of cameras (`render.spec.camera_ranges`), and not far from the spec's own settings where light and
skin explain most of a colour (`render.matching.condition_colour`). Slopes are found once by finite
differences and then updated by what each step did (Broyden, Mathematics of Computation 19, 1965). The bounds
keep pictures plausible: a target that they do not allow is not met.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import lsq_linear

from facegen.audit.measures import colour, light, texture
from facegen.audit.measures.face_view import make_view
from facegen.render.spec.camera_ranges import CONTRAST, CRISPNESS, KELVIN_SHIFT, NOISE, SATURATION
from facegen.render.spec.face_spec import Camera

Floats = npt.NDArray[np.float64]

STEPS = 10
MAX_MOVE = 0.3  # of a setting in one step, as a fraction of its range: slopes hold nearby only
TRIAL = 0.06  # change of a setting that measures its slopes, as a fraction of its range
FIRST_BLUR = 1.5  # pixels: where the search for the blur of a sharp backdrop starts
UNSAVED = 100  # quality of face_spec.Camera at which a picture is not encoded
DAMPING = 0.02  # weight of a squared move (fractions of the range) against the squared gap (measures' units)


@dataclass(frozen=True)
class Control:
    """What one setting of the camera controls.

    Attributes
    ----------
    target : field of face_spec.Look
    measure : name of the audit's measure that it is compared with
    unit : standard deviation of the measure (of its logarithm, with `log`) among photographs
    low, high : bounds of the setting
    log : whether the measure is compared in logarithms
    log_setting : whether the setting is searched in logarithms
    reach : how far the setting is turned at most from where the spec has it
    """

    target: str
    measure: str
    unit: float
    low: float
    high: float
    log: bool = False
    log_setting: bool = False
    reach: float = np.inf


COLOURS = ("saturation", "kelvin_shift")  # settings that a picture without colours does not show
# `crispness` is one number for two settings: unsharp masking above 0, blur in pixels below it.
SETTINGS = {
    "skin_lightness": Control("skin_lightness", "skin_lightness", 8.0, 3.0, 97.0),
    "contrast": Control("contrast", "contrast", 0.19, *CONTRAST[:2], log=True),
    "saturation": Control("skin_redness", "skin_redness", 5.0, *SATURATION[:2], reach=0.2),
    "kelvin_shift": Control("skin_yellowness", "skin_yellowness", 6.0, *KELVIN_SHIFT[:2], reach=350.0),
    "crispness": Control("sharpness", "sharpness", 0.24, *CRISPNESS[:2]),
    "noise": Control("noise", "noise", 0.4, *NOISE[:2], log=True, log_setting=True),
    "backdrop_blur": Control(
        "background_sharpness", "background_sharpness", 0.6, 0.2, 14.0, log_setting=True
    ),
}


def met(
    camera: Camera, picture: Callable[[Camera], npt.NDArray[np.uint8]], mask: npt.NDArray[np.uint8]
) -> Camera:
    """The camera whose picture comes nearest to its development targets (`camera.look`).

    Parameters
    ----------
    camera : Camera
        Its own settings are where the search starts.
    picture : function of a Camera
        Develops to (H, W, 3) uint8.
    mask : (H, W) uint8
        In the celebamaskhq convention.

    Returns
    -------
    Camera
        To be given to `picture`. A setting whose measure the picture does not allow (it is too small, or
        shows no skin) stays as it is.
    """
    shown = _measured(picture(camera), mask)
    names = [
        name
        for name, control in SETTINGS.items()
        if getattr(camera.look, control.target)
        and np.isfinite(shown.get(control.measure, np.nan))
        and not (name in COLOURS and camera.style != "colour")
    ]
    if not names:
        return camera
    controls = [SETTINGS[name] for name in names]
    low, high = _bounds(camera, names)
    target = np.array([_scaled(one, getattr(camera.look, one.target)) for one in controls])

    def gap(x: Floats, saved: bool = True) -> Floats:
        """In units of each measure; 0 where it cannot be measured. x : (k,), fractions of the ranges."""
        turned = _turned(camera, names, low + x * (high - low))
        shown = _measured(picture(turned if saved else replace(turned, jpeg=UNSAVED)), mask)
        found = [_scaled(one, shown.get(one.measure, np.nan)) for one in controls]
        return np.nan_to_num(target - np.array(found))

    start = np.array([_to_search(n, _setting(camera, n)) for n in names])
    at = np.clip((start - low) / (high - low), 0, 1)
    missed = gap(at)
    # JPEG rounds small changes away: slopes are those of the picture before it is saved.
    slopes = _tried(partial(gap, saved=False), at)
    for _ in range(STEPS):
        a = np.vstack([slopes, np.sqrt(DAMPING) * np.eye(len(names))])
        ends = np.maximum(-MAX_MOVE, -at - 1e-9), np.minimum(MAX_MOVE, 1 - at + 1e-9)
        move = lsq_linear(a, np.concatenate([missed, np.zeros(len(names))]), ends).x
        new = np.clip(at + move, 0, 1)
        found = gap(new)
        slopes = slopes + np.outer(missed - found - slopes @ move, move) / max(move @ move, 1e-6)
        if found @ found < missed @ missed:
            at, missed = new, found
    return _turned(camera, names, low + at * (high - low))


def _bounds(camera: Camera, names: Sequence[str]) -> tuple[Floats, Floats]:
    """Least and greatest value of each setting as it is searched, (k,) each."""
    low, high = [], []
    for name in names:
        one = SETTINGS[name]
        own = float(np.clip(_setting(camera, name), one.low, one.high))
        low.append(_to_search(name, max(one.low, own - one.reach)))
        high.append(_to_search(name, min(one.high, own + one.reach)))
    return np.array(low), np.array(high)


def _tried(gap: Callable[[Floats], Floats], at: Floats) -> Floats:
    """(k, k) slopes of the measures at a place (k,), by finite differences."""
    columns, missed = [], gap(at)
    for j in range(len(at)):
        turn = np.zeros(len(at))
        turn[j] = TRIAL if at[j] < 0.5 else -TRIAL
        columns.append((missed - gap(at + turn)) / turn[j])
    return np.stack(columns, 1)


def _measured(rgb: npt.NDArray[np.uint8], mask: npt.NDArray[np.uint8]) -> dict[str, float]:
    view = make_view(rgb, mask)
    return light.measure(view) | texture.measure(view) | colour.measure(view)


def _scaled(control: Control, value: float) -> float:
    """A measure's value in its units; NaN where it could not be measured."""
    if control.log:
        value = np.log(max(value, 1e-3))
    return float(value) / control.unit


def _to_search(name: str, value: float) -> float:
    return float(np.log(max(value, 1e-5))) if SETTINGS[name].log_setting else float(value)


def _setting(camera: Camera, name: str) -> float:
    if name == "crispness":
        return camera.sharpen - camera.blur_px
    if name == "backdrop_blur":
        return camera.backdrop_blur or FIRST_BLUR  # at 0 no small step would change anything
    if name == "skin_lightness":
        return camera.skin_lightness or camera.look.skin_lightness
    return float(getattr(camera, name))


def _turned(camera: Camera, names: Sequence[str], x: Floats) -> Camera:
    found: dict[str, Any] = {
        name: float(np.exp(value)) if SETTINGS[name].log_setting else float(value)
        for name, value in zip(names, x, strict=True)
    }
    crisp = found.pop("crispness", None)
    if crisp is not None:
        found |= {"sharpen": max(crisp, 0.0), "blur_px": max(-crisp, 0.0)}
    return replace(camera, **found)
