"""Whether the ids of a set mean what its convention says, as problems in words."""

from collections.abc import Sequence

import numpy as np

from facegen.datasets.conventions.label_conventions import Convention
from facegen.datasets.conventions.left_right import SidesCount
from facegen.datasets.conventions.native_labels import IGNORE
from facegen.datasets.inspection.class_places import INNER, MIN_INNER, class_places
from facegen.datasets.inspection.convention_fit import ALWAYS, Agreement, agreement, best_readings, reading_of
from facegen.datasets.inspection.mask_content import MaskContent
from facegen.datasets.layouts.face_set import MAX_SWAPPED, FaceSet, Problem

# Right readings of 1,000 training masks, of rendered faces and of both in other conventions fit .95 to .98,
# wrong ones at most .48.
FITS = 0.7  # from here on a reading is right
DOUBTFUL = 0.6  # below, another one that fits is named
UNLIKE = 0.3  # below, and with none that fits, no face is seen in the maps
MIN_SIDES = 3  # frontal faces from which on exchanged sides are the set's
TURNS = {1: "turned by 90° to the right", 2: "upside down", 3: "turned by 90° to the left"}


def meaning_problems(
    faces: FaceSet, contents: Sequence[MaskContent], sides: SidesCount, fit: Agreement | None
) -> list[Problem]:
    """Problems of the whole set: another convention, exchanged sides, turned masks, no face, missing classes.

    Parameters
    ----------
    faces : FaceSet
    contents : sequence of MaskContent
        Of some of its masks.
    sides : SidesCount
        Of the same masks.
    fit : Agreement
        Of the declared convention with them.
    """
    convention = faces.convention
    held = [one for one in contents if np.delete(one.area, (0, IGNORE)).any()]
    if not held or fit is None or not has_face(convention):
        return []
    if sides.measured >= MIN_SIDES and sides.fraction > MAX_SWAPPED and _is_exchanged(held, convention, fit):
        return [Problem(faces.path, f"left and right look exchanged in {sides}", "exchanged_set")]
    if fit.fraction >= DOUBTFUL:
        return missing_classes(faces, held)
    best = best_readings(held)[0]
    if best.fraction >= FITS:
        return [Problem(faces.path, _other_convention(convention, fit, best), "convention")]
    turned = _turned(held, convention)
    if turned:
        return [Problem(faces.path, f"the label maps are {TURNS[turned]}", "turned_set")]
    if fit.fraction < UNLIKE:
        return [Problem(faces.path, _unlike(convention, held, fit), "unlike")]
    wrong = ", ".join(fit.out_of_place)
    text = f"out of place or missing in most of {len(held)} masks: {wrong}"
    return [Problem(faces.path, text, "unusual")] if wrong else []


def missing_classes(faces: FaceSet, contents: Sequence[MaskContent]) -> list[Problem]:
    """A problem where classes that real masks nearly always show are in none of these."""
    places, area = class_places(), sum((one.area for one in contents), np.zeros(256))
    lacking = [
        name
        for i, name in enumerate(faces.convention.classes)
        if name in places and places[name].presence >= ALWAYS and not area[i]
    ]
    text = f"no mask holds {', '.join(lacking)}"
    return [Problem(faces.path, text, "missing_class")] if lacking else []


def has_face(convention: Convention) -> bool:
    """Whether a convention has enough parts of known place to be recognised."""
    return len(set(INNER) & set(convention.classes)) >= MIN_INNER


def _is_exchanged(contents: Sequence[MaskContent], convention: Convention, fit: Agreement) -> bool:
    """Whether the ids are the convention's but for the sides."""
    table = convention.flip_table()
    other = agreement([one.renamed(table) for one in contents], reading_of(convention))
    return max(other.fraction, fit.fraction) >= DOUBTFUL


def _other_convention(convention: Convention, fit: Agreement, best: Agreement) -> str:
    return (
        f"the ids look like {best.reading} ({best.fraction:.0%} of the classes lie in their place), not like "
        f"{convention.name} ({fit.fraction:.0%})"
    )


def _turned(contents: Sequence[MaskContent], convention: Convention) -> int:
    """By how many quarters to the right the maps are turned; 0 for none."""
    reading = reading_of(convention)
    scores = {
        quarters: agreement([_rotated(one, quarters) for one in contents], reading).fraction
        for quarters in TURNS
    }
    best = max(scores, key=lambda quarters: scores[quarters])
    return best if scores[best] >= FITS else 0


def _rotated(content: MaskContent, quarters: int) -> MaskContent:
    """The content of the map turned by quarters to the left: what undoes turns to the right."""
    for _ in range(quarters):
        height, width = content.shape
        x, y = content.centre.T
        content = MaskContent((width, height), content.area, np.stack([y, width - x], axis=1))
    return content


def _unlike(convention: Convention, contents: Sequence[MaskContent], fit: Agreement) -> str:
    ids = np.flatnonzero(sum((one.area for one in contents), np.zeros(256)))
    shown = ", ".join(map(str, ids[:20])) + (", ..." if len(ids) > 20 else "")
    lacking = [
        name for name in INNER if convention.classes.count(name) and convention.classes.index(name) not in ids
    ]
    without = f"; no mask holds {', '.join(lacking)}" if lacking else ""
    return (
        f"no face is recognised in the label maps: found ids {shown}, expected {convention.name} with eyes, "
        f"nose and mouth in their place ({fit.fraction:.0%} of the classes are){without}"
    )
