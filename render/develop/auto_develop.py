"""Developing to a look: camera settings turned until the picture shows what its spec asks for.

As an editor does at a screen, with the audit's own measures for eyes: settings are turned together by damped
Gauss-Newton steps inside bounds, whose slopes are tried out once and mended by what each step did (Broyden,
1965). The bounds keep a picture a picture: what they do not allow is not met.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import lsq_linear

from facegen.audit.measures import colour, light, texture
from facegen.audit.measures.face_view import make_view

STEPS = 10
LONGEST = 0.3  # move, share of a setting's range: slopes hold nearby
TRIAL = 0.06
BLURRED = 1.5  # pixels from which a sharp backdrop's blur is sought
DAMPING = 0.02  # of a move in shares of the range, against the squared gap in units of the measures


@dataclass(frozen=True)
class Led:
    """What one setting of the camera leads.

    wanted : field of render.spec.Look; measure : of facegen.audit; unit : a spread of it among photographs
    low, high : bounds of the setting
    log : the measure is taken in logarithms; log_setting : so is the setting
    """

    wanted: str
    measure: str
    unit: float
    low: float
    high: float
    log: bool = False
    log_setting: bool = False


# Sharpness is led by one number: unsharp masking above 0, blur (in pixels) below it.
SETTINGS = {
    "skin_lightness": Led("skin_lightness", "skin_lightness", 8.0, 3.0, 97.0),
    "contrast": Led("contrast", "contrast", 0.19, 0.6, 1.6, log=True),
    "saturation": Led("skin_redness", "skin_redness", 5.0, 0.15, 1.7),
    "kelvin_shift": Led("skin_yellowness", "skin_yellowness", 6.0, -2000.0, 2000.0),
    "crispness": Led("sharpness", "sharpness", 0.24, -1.2, 3.0),
    "noise": Led("noise", "noise", 0.4, 0.0003, 0.02, log=True, log_setting=True),
    "backdrop_blur": Led("background_sharpness", "background_sharpness", 0.6, 0.2, 14.0, log_setting=True),
}


def met(camera, picture: Callable[..., np.ndarray], mask: np.ndarray):
    """The camera with the settings at which `picture` comes nearest to `camera.look`; a setting whose measure
    the picture does not allow (it is too small, or shows no skin) stays as it is.

    Parameters
    ----------
    camera : render.spec.Camera; its own settings are where the search starts
    picture : camera -> (H, W, 3) uint8
    mask : (H, W) uint8, celebamaskhq

    Returns
    -------
    render.spec.Camera to give to `picture`
    """
    shown = _measured(picture(camera), mask)
    names = [
        name
        for name, led in SETTINGS.items()
        if getattr(camera.look, led.wanted) and np.isfinite(shown.get(led.measure, np.nan))
    ]
    if not names:
        return camera
    led = [SETTINGS[name] for name in names]
    low, high = (
        np.array([_to_search(n, getattr(one, end)) for n, one in zip(names, led, strict=True)])
        for end in ("low", "high")
    )
    target = np.array([_scaled(one, getattr(camera.look, one.wanted)) for one in led])

    def gap(x):
        """In units of each measure; 0 where it can no longer be measured."""
        shown = _measured(picture(_turned(camera, names, low + x * (high - low))), mask)
        found = [_scaled(one, shown.get(one.measure, np.nan)) for one in led]
        return np.nan_to_num(target - np.array(found))

    start = np.array([_to_search(n, _setting(camera, n)) for n in names])
    at = np.clip((start - low) / (high - low), 0, 1)
    missed = gap(at)
    slopes = _tried(gap, at, missed)
    for _ in range(STEPS):
        a = np.vstack([slopes, np.sqrt(DAMPING) * np.eye(len(names))])
        ends = np.maximum(-LONGEST, -at - 1e-9), np.minimum(LONGEST, 1 - at + 1e-9)
        move = lsq_linear(a, np.concatenate([missed, np.zeros(len(names))]), ends).x
        new = np.clip(at + move, 0, 1)
        found = gap(new)
        slopes = slopes + np.outer(missed - found - slopes @ move, move) / max(move @ move, 1e-6)
        if found @ found < missed @ missed:
            at, missed = new, found
    return _turned(camera, names, low + at * (high - low))


def _tried(gap, at, missed):
    """(k, k) slopes at a place, by turning each setting a little."""
    columns = []
    for j in range(len(at)):
        turn = np.zeros(len(at))
        turn[j] = TRIAL if at[j] < 0.5 else -TRIAL
        columns.append((missed - gap(at + turn)) / turn[j])
    return np.stack(columns, 1)


def _measured(rgb, mask):
    view = make_view(rgb, mask)
    return light.measure(view) | texture.measure(view) | colour.measure(view)


def _scaled(led, value):
    """A measure's value in its units; NaN where it could not be measured."""
    if led.log:
        value = np.log(max(value, 1e-3))
    return float(value) / led.unit


def _to_search(name, value):
    return float(np.log(max(value, 1e-5))) if SETTINGS[name].log_setting else float(value)


def _setting(camera, name):
    if name == "crispness":
        return camera.sharpen - camera.blur_px
    if name == "backdrop_blur":
        return camera.backdrop_blur or BLURRED  # from 0 no small step would show anything
    if name == "skin_lightness":
        return camera.skin_lightness or camera.look.skin_lightness
    return float(getattr(camera, name))


def _turned(camera, names, x):
    found = {
        name: float(np.exp(value)) if SETTINGS[name].log_setting else float(value)
        for name, value in zip(names, x, strict=True)
    }
    crisp = found.pop("crispness", None)
    if crisp is not None:
        found |= {"sharpen": max(crisp, 0.0), "blur_px": max(-crisp, 0.0)}
    return replace(camera, **found)
