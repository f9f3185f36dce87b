"""The registry of measures: each file of this package that measures something adds one theme to it.

A theme is what one file measures together: its measures and the function that takes them of one face. Another
package adds a theme through an entry point of the group `facegen.measures` that names a module with the same
call of `themes.add`; docs/extending/measure.md has a whole example.

This file imports no theme, so that every theme can import it.
"""

from collections.abc import Callable
from dataclasses import dataclass

from facegen.audit.measures.face_view import FaceView
from facegen.audit.measures.schema import Measure
from facegen.registry import LAST, Registry


@dataclass(frozen=True)
class Theme:
    """Measures of one file, and the function that takes them.

    Attributes
    ----------
    name : str
        Name of the theme, unique.
    measures : tuple of Measure
        In the order in which tables and reports show them.
    measure : FaceView -> {name: float}
        The values for one face. A measure that is left out of the dict is missing (NaN in a table); so is a
        value outside the measure's valid range.
    order : int
        Place of the theme in tables. Profiles and reports store measures by name, so it is a matter of taste.
    label_only : bool
        Whether the theme needs nothing but the label map. Matching measures such themes on label previews and
        can follow their measures; all others need a rendered picture.
    frozen : bool
        Whether the theme's measures belong to the frozen lists (distances/frozen_lists.py), on which the
        figures that summarise a whole set are computed. A new theme leaves it False: its measures are
        reported one by one and change no figure of an older audit.
    """

    name: str
    measures: tuple[Measure, ...]
    measure: Callable[[FaceView], dict[str, float]]
    order: int = LAST
    label_only: bool = False
    frozen: bool = False


themes: Registry[Theme] = Registry("theme of measures", "facegen.audit.measures", "facegen.measures")
