"""A set of faces is looked at when it is opened: what was found, what is left out, what is wrong.

The check reads the lists of files, the headers of at most HEADERS pictures and masks, and the content of at
most MASKS masks, both spread evenly over the set; `facegen lint` reads everything.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from facegen.datasets.conventions.left_right import SidesCount, count_sides
from facegen.datasets.conventions.native_labels import IGNORE
from facegen.datasets.errors import FacegenError
from facegen.datasets.inspection.blended_ids import MOST_BETWEEN, fraction_between
from facegen.datasets.inspection.convention_fit import Agreement, agreement, reading_of
from facegen.datasets.inspection.finding_kinds import GRADES, LEFT_OUT, WRONG, kind_of
from facegen.datasets.inspection.mask_content import MaskContent, mask_content
from facegen.datasets.inspection.mask_files import mask_file_problems, mask_headers
from facegen.datasets.inspection.meaning import meaning_problems
from facegen.datasets.layouts.face_set import FaceSet, Problem, fits_shape, unknown_ids

HEADERS = 2000
MASKS = 100
NAMED = 3  # names in a line of the short form
MOST = 0.5  # of the masks: what more of them have, the whole set has
SMALL = 64  # pixels a side below which eyes and lips have hardly a pixel


@dataclass(frozen=True)
class Group:
    """Findings of one kind: their number, and the first names."""

    kind: str
    problems: tuple[Problem, ...]

    def __str__(self) -> str:
        kind = kind_of(self.kind)
        if kind.whole:
            return "; ".join(one.message for one in self.problems)
        names = ", ".join(one.path.name for one in self.problems[:NAMED])
        more = ", ..." if len(self.problems) > NAMED else ""
        left_out = " left out" if kind.grade == LEFT_OUT else ""
        return f"{len(self.problems)} {kind.title}{left_out}: {names}{more}"


@dataclass(frozen=True)
class SetCheck:
    """What a look at a set has found. Made by `check_set`.

    Attributes
    ----------
    faces : FaceSet
    masks_read : int
        Masks whose content was looked at.
    sides : SidesCount
        Of these masks.
    fit : Agreement or None
        How well these masks fit the set's convention; None without masks.
    problems : tuple of Problem
    """

    faces: FaceSet
    masks_read: int
    sides: SidesCount
    fit: Agreement | None
    problems: tuple[Problem, ...]

    def groups(self) -> list[Group]:
        """The problems by kind, the gravest first."""
        return grouped(self.problems)

    def lines(self, allowed: Sequence[str] | None = None) -> list[str]:
        """The short form: the set in a line, then a line for each kind of finding.

        Parameters
        ----------
        allowed : sequence of str, optional
            As of `refuse`: what that refuses is left to its message. None: everything.
        """
        refused = [] if allowed is None else self.refused(allowed)
        faces = self.faces
        labels = f"masks of {faces.convention.name}" if faces.has_masks else "no masks"
        head = f"{faces.path}: {len(faces)} faces, {labels} ({faces.layout} layout)"
        told = [one for one in self.groups() if one not in refused]
        return [head, *(f"  {one}" for one in (*faces.remarks, *told))]

    def left_out(self) -> list[Group]:
        """Groups of files that lie there and are not used."""
        return [one for one in self.groups() if kind_of(one.kind).grade == LEFT_OUT]

    def refused(self, allowed: Sequence[str] = ()) -> list[Group]:
        """Groups that make a result of this set wrong, without those of the kinds in `allowed`."""
        return [one for one in self.groups() if kind_of(one.kind).grade == WRONG and one.kind not in allowed]

    def refuse(self, allowed: Sequence[str] = ()) -> None:
        """FacegenError in one line where a result of this set would be wrong.

        Parameters
        ----------
        allowed : sequence of str
            Kinds that the caller can work with.
        """
        wrong = self.refused(allowed)
        if wrong:
            told = "; ".join(f"{one} - {kind_of(one.kind).advice}" for one in wrong)
            raise FacegenError(f"{self.faces.path}: {told}")


def grouped(problems: Sequence[Problem]) -> list[Group]:
    """Problems by kind, the gravest first."""
    kinds = {one.kind for one in problems}
    order = sorted(kinds, key=lambda name: (GRADES.index(kind_of(name).grade), name))
    return [Group(name, tuple(one for one in problems if one.kind == name)) for name in order]


def check_set(faces: FaceSet, masks: int | None = MASKS, headers: int | None = HEADERS) -> SetCheck:
    """Look at a set.

    Parameters
    ----------
    faces : FaceSet
    masks, headers : int or None
        How many masks are read, and of how many files the header is; None: all.

    Returns
    -------
    SetCheck
    """
    problems = list(faces.pairing())
    if not faces.has_masks:
        problems.append(
            Problem(faces.path, "no masks: only what needs no labels can be measured", "no_masks")
        )
    problems += _pictures(faces, spread(len(faces), headers))
    if not faces.has_masks or not len(faces):
        return SetCheck(faces, 0, SidesCount(), None, tuple(problems))
    names = [faces.ids[i] for i in spread(len(faces), headers)]
    found = mask_headers(faces, names)
    problems += mask_file_problems(found, faces.convention)
    contents, sides, more = _masks(faces, spread(len(faces), masks))
    problems += more
    fit = agreement(contents, reading_of(faces.convention)) if contents else None
    if contents and faces.layout != "facegen":
        problems += meaning_problems(faces, contents, sides, fit)
    return SetCheck(faces, len(contents), sides, fit, tuple(problems))


def spread(count: int, most: int | None) -> list[int]:
    """At most `most` places, spread evenly over `count`."""
    if most is None or count <= most:
        return list(range(count))
    return [int(one) for one in np.linspace(0, count - 1, most)]


def _pictures(faces: FaceSet, places: Sequence[int]) -> list[Problem]:
    """What headers say: damage, camera turns, size."""
    problems = []
    for place in places:
        path = faces.image_path(faces.ids[place])
        try:
            header = faces.header(place)
        except FacegenError as error:
            problems.append(Problem(path, str(error).removeprefix(f"{path}: "), "damaged"))
            continue
        if header is None:
            continue
        if header.turn > 1:
            problems.append(Problem(path, f"EXIF orientation {header.turn}", "turned"))
        if min(header.height, header.width) < SMALL:
            problems.append(Problem(path, f"{header.width}x{header.height} pixels", "small"))
    return problems


def _masks(faces: FaceSet, places: Sequence[int]) -> tuple[list[MaskContent], SidesCount, list[Problem]]:
    """Content, sides and problems of some masks."""
    contents, sides, problems = [], SidesCount(), []
    for place in places:
        path = faces.mask_path(faces.ids[place])
        try:
            mask = faces.read_mask(faces.ids[place])
        except FacegenError as error:
            lossy = ": a JPEG mask:" in str(error)  # its header says so
            problems += [] if lossy else [Problem(path, str(error).removeprefix(f"{path}: "), "mask")]
            continue
        contents.append(mask_content(mask))
        sides += count_sides(mask, faces.convention)
        unknown = unknown_ids(mask, faces.convention)
        if unknown:
            problems.append(Problem(path, f"ids {unknown} of no class", "unknown_id"))
        if not np.isin(mask, (0, IGNORE), invert=True).any():
            problems.append(Problem(path, "no class but 0 and 255", "blank"))
        between = fraction_between(mask)
        if between > MOST_BETWEEN:
            text = f"{between:.0%} of the pixels along borders lie between the ids beside them"
            problems.append(Problem(path, text, "blended", score=between))
        problems += _shape(faces, place, mask.shape)
    return contents, sides, problems + _of_most(faces, problems, len(contents))


def _of_most(faces: FaceSet, problems: Sequence[Problem], masks: int) -> list[Problem]:
    """Problems of the whole set: what more than MOST of the masks have."""
    told = {
        "blank": ("no_class", "hold no class but 0 and 255"),
        "blended": (
            "blended_set",
            "have ids blended along borders: resized with interpolation, or once JPEG",
        ),
    }
    counts = Counter(one.kind for one in problems)
    return [
        Problem(faces.path, f"{counts[kind]} of {masks} masks {text}", whole)
        for kind, (whole, text) in told.items()
        if counts[kind] > MOST * masks
    ]


def _shape(faces: FaceSet, place: int, shape: tuple[int, ...]) -> list[Problem]:
    try:
        header = faces.header(place)
    except FacegenError:
        return []  # told as damaged
    if header is None:
        return []
    sizes = [(header.height, header.width)]
    if header.turn >= 5:
        sizes.append((header.width, header.height))
    if any(fits_shape(shape, one) for one in sizes):
        return []
    text = f"{shape[1]}x{shape[0]} pixels, its picture has {header.width}x{header.height}"
    return [Problem(faces.mask_path(faces.ids[place]), text, "shape")]
