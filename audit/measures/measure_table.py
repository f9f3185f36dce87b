"""The table of all measures, and measuring one picture: the same code on real and on synthetic faces.

Everything is measured at one working size (view.py), so that sets of different size stay comparable.
"""

import numpy as np

from facegen.audit.measures import (
    camera_traces,
    colour,
    face_detail,
    face_geometry,
    hair_style,
    light,
    pose_regressor,
    presence,
    realism,
    texture,
)
from facegen.audit.measures.face_view import View, make_view
from facegen.audit.measures.schema import Measure

# Raised whenever a measure changes its meaning, its range or its name: profiles fitted before are then
# refused.
MEASURES_VERSION = 1

_THEMES = (
    face_geometry,
    pose_regressor,
    presence,
    hair_style,
    colour,
    face_detail,
    light,
    texture,
    camera_traces,
    realism,
)
MEASURES: tuple[Measure, ...] = tuple(measure for theme in _THEMES for measure in theme.MEASURES)
NAMES: tuple[str, ...] = tuple(measure.name for measure in MEASURES)
BY_NAME: dict[str, Measure] = {measure.name: measure for measure in MEASURES}
_LOW, _HIGH = (np.array([getattr(measure, end) for measure in MEASURES]) for end in ("low", "high"))
# What matching may follow on label maps alone: the names that `measure_labels` gives, in order.
CONTENT_NAMES: tuple[str, ...] = tuple(
    one.name for theme in (face_geometry, presence) for one in theme.MEASURES
)
_CONTENT = [NAMES.index(name) for name in CONTENT_NAMES]
_PLACE = {name: index for index, name in enumerate(NAMES)}


def measure(image: np.ndarray, mask: np.ndarray | None) -> np.ndarray:
    """All measures of one picture.

    Parameters
    ----------
    image : (H, W, 3) uint8, sRGB
    mask : (h, w) uint8, celebamaskhq ids, 255 = ignore; or None, and only the image measures are there.

    Returns
    -------
    (len(MEASURES),) float64 in the order of MEASURES, NaN = could not be measured.

    Raises
    ------
    FacegenError : wrong shapes, or a class id that the convention does not know.
    """
    return measure_view(make_view(image, mask))


def measure_labels(mask: np.ndarray) -> np.ndarray:
    """(len(CONTENT_NAMES),) float64: the measures that need no colours, of a mask (h, w) uint8."""
    blank = np.zeros((*mask.shape, 3), np.uint8)
    view = make_view(blank, mask)
    row = np.full(len(MEASURES), np.nan)
    for theme in (face_geometry, presence):
        for name, value in theme.measure(view).items():
            row[_PLACE[name]] = value
    return np.where((row >= _LOW) & (row <= _HIGH), row, np.nan)[_CONTENT]


def measure_view(view: View) -> np.ndarray:
    """(len(MEASURES),) float64: all measures of a picture that is at working size already."""
    row = np.full(len(MEASURES), np.nan)
    for theme in _THEMES:
        for name, value in theme.measure(view).items():
            row[_PLACE[name]] = value
    return np.where((row >= _LOW) & (row <= _HIGH), row, np.nan)
