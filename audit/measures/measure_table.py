"""All measures in one table, and measuring one picture: the same code on real and on synthetic faces.

The table is built from the registry of themes (measure_registry.py), so a new theme file needs no line here.
Everything is measured at one working size (face_view.py), so that sets of different size stay comparable.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from facegen.audit.measures import schema
from facegen.audit.measures.face_view import FaceView, make_view
from facegen.audit.measures.measure_registry import Theme, themes
from facegen.audit.measures.schema import Measure
from facegen.datasets.errors import FacegenError

# Raised whenever a measure changes its meaning, its range or its name: profiles fitted before are then
# refused. A measure that is added leaves it: profiles list the measures that they were fitted with.
MEASURES_VERSION = 1

THEMES: tuple[Theme, ...] = tuple(themes.values())


def _measures_of(chosen: Sequence[Theme]) -> tuple[Measure, ...]:
    return tuple(one for theme in chosen for one in theme.measures)


def _by_name(measures: Sequence[Measure]) -> dict[str, Measure]:
    """Measures by name. FacegenError where two themes use one name."""
    table: dict[str, Measure] = {}
    for one in measures:
        if one.name in table:
            raise FacegenError(f"there are two measures of the name {one.name!r}: rename one")
        table[one.name] = one
    return table


MEASURES: tuple[Measure, ...] = _measures_of(THEMES)
BY_NAME: dict[str, Measure] = _by_name(MEASURES)
NAMES: tuple[str, ...] = tuple(BY_NAME)
# Groups in the order in which reports show them; those that only another package uses come last.
GROUPS: tuple[str, ...] = tuple(dict.fromkeys((*schema.GROUPS, *(one.group for one in MEASURES))))
_LABEL_ONLY = tuple(theme for theme in THEMES if theme.label_only)
# What matching may follow on label maps alone: the names that `measure_labels` gives, in order.
CONTENT_NAMES: tuple[str, ...] = tuple(one.name for one in _measures_of(_LABEL_ONLY))
# The measures on which figures of a whole set are computed, see Theme.frozen.
FROZEN: tuple[Measure, ...] = _measures_of([theme for theme in THEMES if theme.frozen])

_LOW, _HIGH = (np.array([getattr(one, end) for one in MEASURES]) for end in ("low", "high"))
_CONTENT = [NAMES.index(name) for name in CONTENT_NAMES]
_PLACE = {name: index for index, name in enumerate(NAMES)}


def measure(image: npt.NDArray[np.uint8], mask: npt.NDArray[np.uint8] | None) -> npt.NDArray[np.float64]:
    """All measures of one picture.

    Parameters
    ----------
    image : (H, W, 3) uint8
        sRGB.
    mask : (h, w) uint8 or None
        celebamaskhq ids, 255 = ignore. None: only the measures that need no mask are taken.

    Returns
    -------
    (len(MEASURES),) float64
        In the order of MEASURES, each in its own unit; NaN = could not be measured.

    Raises
    ------
    FacegenError
        Wrong shapes, or a class id that the convention does not know.
    """
    return measure_view(make_view(image, mask))


def measure_labels(mask: npt.NDArray[np.uint8]) -> npt.NDArray[np.float64]:
    """The measures that need a label map only.

    Parameters
    ----------
    mask : (h, w) uint8
        celebamaskhq ids, 255 = ignore.

    Returns
    -------
    (len(CONTENT_NAMES),) float64
        In the order of CONTENT_NAMES; NaN = could not be measured.

    Raises
    ------
    FacegenError
        A class id that the convention does not know.
    """
    blank = np.zeros((*mask.shape, 3), np.uint8)
    return _row(make_view(blank, mask), _LABEL_ONLY)[_CONTENT]


def measure_view(view: FaceView) -> npt.NDArray[np.float64]:
    """All measures of a picture that is at working size already: (len(MEASURES),) float64, as `measure`."""
    return _row(view, THEMES)


def _row(view: FaceView, chosen: Sequence[Theme]) -> npt.NDArray[np.float64]:
    """(len(MEASURES),) float64: the measures of some themes, NaN at all others and outside valid ranges."""
    row = np.full(len(MEASURES), np.nan)
    for theme in chosen:
        for name, value in theme.measure(view).items():
            row[_PLACE[name]] = value
    return np.where((row >= _LOW) & (row <= _HIGH), row, np.nan)
