"""Do the ids of label maps mean what a convention says? Which convention do they fit best?

For each reading of the ids, every mask is laid on the mean face (`class_places`), and it is counted how many
of its classes lie and are as large as in real masks. A right reading fits nearly everywhere, a wrong one
almost nowhere, since nearly all classes of a face have their own place.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from facegen.datasets.conventions.convention_registry import CONVENTIONS
from facegen.datasets.conventions.known_orders import KNOWN_ORDERS
from facegen.datasets.conventions.label_conventions import Convention
from facegen.datasets.conventions.native_labels import IGNORE
from facegen.datasets.inspection.class_places import INNER, MIN_AREA, ClassPlace, aligned, class_places
from facegen.datasets.inspection.mask_content import Floats, MaskContent

MAX_DEVIATION = 4.0  # standard deviations of place and size within which a class counts as in its place
ALWAYS = 0.9  # presence in real masks from which on a missing class speaks against a reading


@dataclass(frozen=True)
class Reading:
    """One meaning of ids: a name to print, and class names by id."""

    name: str
    classes: tuple[str, ...]
    exchanged: bool = False

    def __str__(self) -> str:
        return f"{self.name} with left and right exchanged" if self.exchanged else self.name


@dataclass(frozen=True)
class Agreement:
    """How well a reading fits.

    Attributes
    ----------
    reading : Reading
    fraction : float in [0, 1]
        Of the classes of all masks that lie in their place; missing ones count as wrong.
    out_of_place : tuple of str
        Classes that are out of their place, or missing, in most masks.
    """

    reading: Reading
    fraction: float
    out_of_place: tuple[str, ...]


def reading_of(convention: Convention) -> Reading:
    """The reading that a convention declares."""
    return Reading(convention.name, convention.classes)


def known_readings() -> list[Reading]:
    """Every reading that is tried: all conventions and KNOWN_ORDERS, each also with its sides exchanged."""
    found = [reading_of(one) for one in CONVENTIONS.values()]
    found += [Reading(name, tuple(classes.split())) for name, classes in KNOWN_ORDERS.items()]
    return found + [Reading(one.name, _exchanged(one.classes), exchanged=True) for one in found]


def agreement(contents: Sequence[MaskContent], reading: Reading) -> Agreement:
    """How well masks fit one reading.

    Parameters
    ----------
    contents : sequence of MaskContent
    reading : Reading

    Returns
    -------
    Agreement
        Its fraction is 0 where no mask holds a class.
    """
    places = class_places()
    names = {i: name for i, name in enumerate(reading.classes) if i and name in places}
    centres = {name: np.array(places[name].mean[:2]) for name in INNER}
    expected = {i for i, name in names.items() if places[name].presence >= ALWAYS}
    right, seen = np.zeros(256), np.zeros(256)
    for content in contents:
        placed = aligned(content, centres, names) or {}
        for one in _counted(content, reading, names, expected):
            seen[one] += 1
            right[one] += one in placed and _in_place(placed[one], places[names[one]])
    wrong = [i for i in np.flatnonzero(seen) if right[i] < seen[i] / 2 and i < len(reading.classes)]
    return Agreement(
        reading,
        float(right.sum() / seen.sum()) if seen.sum() else 0.0,
        tuple(reading.classes[i] for i in wrong),
    )


def best_readings(contents: Sequence[MaskContent]) -> list[Agreement]:
    """Every known reading of some masks, the best first."""
    return sorted((agreement(contents, one) for one in known_readings()), key=lambda one: -one.fraction)


def _counted(
    content: MaskContent, reading: Reading, names: Mapping[int, str], expected: set[int]
) -> set[int]:
    """Ids of a mask that are counted: those with a known place, those of no class, and those that miss."""
    least = MIN_AREA * content.shape[0] * content.shape[1]
    present = {one for one in content.ids if one not in (0, IGNORE) and content.area[one] >= least}
    return {one for one in present if one in names or one >= len(reading.classes)} | expected


def _in_place(row: Floats, place: ClassPlace) -> bool:
    return bool((np.abs(row - place.mean) <= MAX_DEVIATION * np.array(place.sd)).all())


def _exchanged(classes: tuple[str, ...]) -> tuple[str, ...]:
    """Class names with the subject's left and right exchanged."""

    def other(name: str) -> str:
        twin = {"l_": "r_", "r_": "l_"}.get(name[:2], name[:2]) + name[2:]
        return twin if twin in classes else name

    return tuple(map(other, classes))
