"""Parts of the face that do not lie where real masks have them: exchanged sides, an ear labelled as a nose.

A mask is laid on the mean face (`class_places`), and the place and the size of each part are compared with
those of real masks, in their standard deviations.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from facegen.datasets.conventions.label_conventions import Convention
from facegen.datasets.conventions.left_right import SidesCount
from facegen.datasets.inspection.class_places import INNER, aligned, class_places
from facegen.datasets.inspection.convention_fit import MAX_DEVIATION
from facegen.datasets.inspection.mask_content import Floats, MaskContent

# Parts that have one place in a face; glasses are pushed up, hair, hats and clothes lie anywhere.
FIXED = (*INNER, "l_ear", "r_ear")
FAR = 7.0  # deviations of place or size (class_places) beyond which a part is named
NO_FACE = 1000.0  # score of a mask without a face, above all deviations
# Presence in real masks from which on a part is missed: the nose (all 1,000), not lips under a beard, nor
# eyes, which are not labelled where they are closed.
EVERYWHERE = 0.999


@dataclass(frozen=True)
class OddPart:
    """A part that is not where it should be.

    Attributes
    ----------
    text : str
        What is odd, for a message.
    score : float
        Standard deviations.
    """

    text: str
    score: float


def exchanged_sides(content: MaskContent, sides: SidesCount, convention: Convention) -> bool:
    """Whether left and right are exchanged in one mask.

    Parameters
    ----------
    content : MaskContent
    sides : SidesCount
        Of the same mask (`left_right.count_sides`). Where no pair of parts is clear, as in a face turned far
        or half under hair, the mask is exchanged if a part is out of its place and none is with the sides
        exchanged.
    convention : Convention
    """
    if sides.measured:
        return bool(sides.swapped)
    given, other = (_placed(one, convention) for one in (content, other_sides(content, convention)))
    return _worst(given) > FAR and _worst(other) <= MAX_DEVIATION


def other_sides(content: MaskContent, convention: Convention) -> MaskContent:
    """The content of the map with the subject's left and right exchanged."""
    return content.renamed(convention.flip_table())


def odd_parts(content: MaskContent, convention: Convention) -> list[OddPart]:
    """Parts of a mask whose place or size is none, the oddest first.

    Parameters
    ----------
    content : MaskContent
        With the sides as they should be.
    convention : Convention

    Returns
    -------
    list of OddPart
        A single one where there is no upright face; none where the convention has no known parts.
    """
    known = [name for name in convention.classes[1:] if name in class_places()]
    rows = _placed(content, convention)
    if rows is None:
        return [OddPart("no upright face is recognised", NO_FACE)] if known else []
    found = [_odd(name, row) for name, row in rows.items() if _deviation(name, row) > FAR]
    found += [
        OddPart(f"there is no {name}", FAR)
        for name in known
        if name in FIXED and class_places()[name].presence >= EVERYWHERE and name not in rows
    ]
    return sorted(found, key=lambda one: -one.score)


def _placed(content: MaskContent, convention: Convention) -> dict[str, Floats] | None:
    """Place and size of each of the FIXED parts; None where there is no upright face."""
    places = class_places()
    names = {i: one for i, one in enumerate(convention.classes) if i and one in places}
    rows = aligned(content, {one: np.array(places[one].mean[:2]) for one in INNER}, names)
    return None if rows is None else {names[i]: row for i, row in rows.items() if names[i] in FIXED}


def _deviations(name: str, row: Floats) -> Floats:
    """(3,) float64: standard deviations of x, y and size from those of a part."""
    place = class_places()[name]
    far: npt.NDArray[np.float64] = np.abs(row - place.mean) / np.array(place.sd)
    return far


def _deviation(name: str, row: Floats) -> float:
    return float(_deviations(name, row).max())


def _worst(rows: dict[str, Floats] | None) -> float:
    """Deviation of the part that is furthest from its place; NO_FACE without a face."""
    return max(_deviation(name, row) for name, row in rows.items()) if rows else NO_FACE


def _odd(name: str, row: Floats) -> OddPart:
    far = _deviation(name, row)
    twin = {"l_": "r_", "r_": "l_"}.get(name[:2], "") + name[2:]
    if twin in FIXED and _deviations(name, row)[0] > FAR and _deviation(twin, row) <= MAX_DEVIATION:
        return OddPart(f"{name} lies where {twin} should", far)
    return OddPart(f"place or size of {name} by {far:.0f} standard deviations", far)
