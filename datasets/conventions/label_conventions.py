"""Label conventions: how a public data set names and draws the parts of a face, from facegen's native labels.

A convention is a class list, a table of what each native class becomes, and the names of the rules for what a
table cannot express (eyewear, strands; see `region_rules`). `derive` applies them. Where the annotators of a
data set draw a painted border elsewhere than the native labels do, the convention says by how many
millimetres. Only the renderer can follow that, so it applies to masks rendered in the convention.
Left and right are the subject's own in every class name here, whatever the data set prints.

Each convention has a file of its own in `facegen.datasets.conventions.public`; `convention_registry` lists
them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from facegen.datasets.conventions.native_labels import COVERAGE_CLASSES, IGNORE, Native
from facegen.datasets.conventions.region_rules import (
    EYEWEAR_RULES,
    OCCLUDER_RULES,
    beard_region,
    behind_occluders,
    brow_regions,
    fill_from_nearest,
    hair_region,
    see_through,
    small_pieces,
)
from facegen.datasets.errors import FacegenError
from facegen.registry import LAST

Labels = npt.NDArray[np.uint8]

# Table value: the pixel goes to whatever class lies nearest (lashes, jewellery without a class).
NEAREST = 254
# Painted borders that a convention can shift: what `facegen.render.labels.label_pass.skin_labels` draws.
BORDERS = ("nose", "nose_top", "lips", "lower_lip", "brows", "ears", "jaw", "lids", "eye_corners")

_SCALP_HAIR, _BROWS, _BEARD = (
    [name for name, _ in COVERAGE_CLASSES].index(name) for name in ("scalp_hair", "brows", "beard")
)


@dataclass(frozen=True)
class Convention:
    """One public labelling. Make it with `define_convention`.

    Attributes
    ----------
    name : str
    classes : tuple of str
        Class names, index = id in the mask, 0 = background.
    flip_pairs : tuple of (int, int)
        Ids that change places when the picture is mirrored.
    accessories : tuple of int
        Ids of what is worn rather than part of a head (left out of the score of face parts).
    eyewear : str
        Rule for frame and lens, one of `region_rules.EYEWEAR_RULES`.
    occluders : str
        Rule for hands, things and face masks in front of the head, one of `region_rules.OCCLUDER_RULES`.
    source : str
        Where the class list was published.
    table : (256,) uint8
        Native id -> class id, NEAREST or IGNORE.
    borders : mapping of name in BORDERS to float
        Outward shift in mm of a painted border against the native labels.
    least : mapping of class name to float in [0, 1]
        Fraction of the picture under which a class is not drawn: its pixels go to their neighbours.
    pieces : mapping of class name to float in [0, 1]
        Fraction of the picture under which a piece of a class is not drawn next to a larger piece.
    border_sd : mapping of name in BORDERS to float
        How differently annotators draw these borders: standard deviation of the shift, mm.
    eye_width_sd : (shared, own) float
        How differently annotators draw the width of eyes: standard deviations of its logarithm that the two
        eyes of a picture share, and of each eye.
    hair_lines : (median, sd) float
        How coarsely hair is drawn, against the rule of `region_rules.hair_region`, and the standard deviation
        of its logarithm from picture to picture.
    order : int
        Place among the conventions.
    """

    name: str
    classes: tuple[str, ...]
    flip_pairs: tuple[tuple[int, int], ...]
    accessories: tuple[int, ...]
    eyewear: str
    occluders: str
    source: str
    table: Labels = field(repr=False, compare=False)
    borders: Mapping[str, float] = field(default_factory=dict, compare=False)
    least: Mapping[str, float] = field(default_factory=dict, compare=False)
    pieces: Mapping[str, float] = field(default_factory=dict, compare=False)
    border_sd: Mapping[str, float] = field(default_factory=dict, compare=False)
    eye_width_sd: tuple[float, float] = field(default=(0.0, 0.0), compare=False)
    hair_lines: tuple[float, float] = field(default=(1.0, 0.0), compare=False)
    order: int = field(default=LAST, compare=False)

    def id(self, class_name: str) -> int:
        """The id of a class.

        Raises
        ------
        FacegenError : the convention has no such class.
        """
        if class_name not in self.classes:
            raise FacegenError(
                f"convention {self.name} has no class {class_name!r}: it has {', '.join(self.classes)}"
            )
        return self.classes.index(class_name)

    def flip_table(self) -> Labels:
        """(256,) uint8: id -> id after mirroring the picture left to right."""
        table = np.arange(256, dtype=np.uint8)
        for left, right in self.flip_pairs:
            table[left], table[right] = right, left
        return table


def define_convention(
    name: str,
    source: str,
    classes: str,
    natives: Mapping[str, Sequence[Native]],
    nearest: Sequence[Native] = (),
    ignore: Sequence[Native] = (),
    accessories: Sequence[str] = (),
    eyewear: str = "eyes-on-top",
    occluders: str = "in-front",
    borders: Mapping[str, float] | None = None,
    least: Mapping[str, float] | None = None,
    pieces: Mapping[str, float] | None = None,
    border_sd: Mapping[str, float] | None = None,
    eye_width_sd: tuple[float, float] = (0.0, 0.0),
    hair_lines: tuple[float, float] = (1.0, 0.0),
    order: int = LAST,
) -> Convention:
    """Build a convention and check it.

    Parameters
    ----------
    name, source : str
        As of `Convention`.
    classes : str
        Class names in the order of their ids, separated by spaces; the first one is the background. A class
        `l_X` with a class `r_X` is taken as the subject's left and right.
    natives : mapping of class name to native classes
        What becomes of each native class. A class of no native class may be left out.
    nearest, ignore : sequence of Native
        Native classes that go to the nearest class, and that the convention does not claim.
    accessories : sequence of class names
    eyewear, occluders, borders, least, pieces, border_sd, eye_width_sd, hair_lines, order :
        As of `Convention`.

    Returns
    -------
    Convention

    Raises
    ------
    FacegenError : a native class is named twice or not at all, a class, a border or a rule is unknown, a
        spread is negative, or the median of `hair_lines` is not positive.
    """
    names = tuple(classes.split())
    claimed = [*(native for group in natives.values() for native in group), *nearest, *ignore]
    _check_claims(name, claimed)
    _check_names(name, "class", [*natives, *accessories, *(least or ()), *(pieces or ())], names)
    _check_names(name, "border", [*(borders or ()), *(border_sd or ())], BORDERS)
    _check_names(name, "eyewear rule", [eyewear], EYEWEAR_RULES)
    _check_names(name, "occluder rule", [occluders], OCCLUDER_RULES)
    _check_spreads(name, border_sd or {}, eye_width_sd, hair_lines)
    table = np.full(256, IGNORE, np.uint8)
    for class_name, group in natives.items():
        table[list(group)] = names.index(class_name)
    table[list(nearest)] = NEAREST
    table.setflags(write=False)
    pairs = tuple(
        (names.index(one), names.index("r" + one[1:]))
        for one in names
        if one.startswith("l_") and "r" + one[1:] in names
    )
    return Convention(
        name=name,
        classes=names,
        flip_pairs=pairs,
        accessories=tuple(map(names.index, accessories)),
        eyewear=eyewear,
        occluders=occluders,
        source=source,
        table=table,
        borders=borders or {},
        least=least or {},
        pieces=pieces or {},
        border_sd=border_sd or {},
        eye_width_sd=eye_width_sd,
        hair_lines=hair_lines,
        order=order,
    )


def _check_claims(name: str, claimed: Sequence[Native]) -> None:
    """Refuse a convention that does not name each native class once."""
    for native in Native:
        if claimed.count(native) != 1:
            raise FacegenError(
                f"convention {name}: the native class {native.name} is named {claimed.count(native)} times: "
                "name each one once, in `natives`, `nearest` or `ignore`"
            )


def _check_spreads(
    name: str,
    border_sd: Mapping[str, float],
    eye_width_sd: tuple[float, float],
    hair_lines: tuple[float, float],
) -> None:
    if min(*eye_width_sd, *border_sd.values()) < 0:
        raise FacegenError(
            f"convention {name}: border_sd is {border_sd} and eye_width_sd is {eye_width_sd}: give no "
            "negative number"
        )
    if not (0 < hair_lines[0] < np.inf and 0 <= hair_lines[1] < np.inf):
        raise FacegenError(
            f"convention {name}: hair_lines is {hair_lines}: give a positive median and no negative spread"
        )


def _check_names(convention: str, kind: str, used: Sequence[str], known: Sequence[str]) -> None:
    for one in used:
        if one not in known:
            raise FacegenError(
                f"convention {convention}: unknown {kind} {one!r}: it is one of {', '.join(known)}"
            )


def derive(
    native: Labels, bare: Labels, coverage: Labels, convention: Convention, lines: float | None = None
) -> Labels:
    """The label map that a public convention would give a sample, with neutral borders.

    Parameters
    ----------
    native : (H, W) uint8
        Native ids of what is seen, IGNORE = 255.
    bare : (H, W) uint8
        The same face without eyewear and without hands, things and face masks in front of it. Opaque glasses
        stay in it: nothing is seen behind them.
    coverage : (H, W, 6) uint8
        Fraction of the pixel covered by each of COVERAGE_CLASSES, 255 = all of it, where nothing but eyewear
        stands in front of the face.
    convention : Convention
    lines : float or None
        How coarsely this picture's annotator draws hair, of `hair_lines.hair_lines`; None = as the mean one.

    Returns
    -------
    (H, W) uint8
        Ids of the convention, 255 = ignore.

    Raises
    ------
    ValueError : shapes disagree, or a native id is unknown.
    """
    if native.shape != bare.shape or coverage.shape[:2] != native.shape:
        raise ValueError(
            f"shapes disagree: native {native.shape}, bare {bare.shape}, coverage {coverage.shape}"
        )
    unknown = np.setdiff1d(native, [*Native, IGNORE])
    if unknown.size:
        raise ValueError(f"unknown native label ids {unknown.tolist()}")
    native, coverage = behind_occluders(native, bare, coverage, convention.occluders)
    seen = see_through(native, bare, convention.eyewear)
    seen, stray_brow = brow_regions(seen, coverage[..., _BROWS])
    seen, stray_beard = beard_region(seen, coverage[..., _BEARD])
    seen, stray_hair = hair_region(seen, coverage[..., _SCALP_HAIR], lines or convention.hair_lines[0])
    mask = convention.table[seen]
    unsettled = (mask == NEAREST) | stray_brow | stray_beard | stray_hair
    for name, fraction in convention.least.items():
        drawn = mask == convention.classes.index(name)
        if np.count_nonzero(drawn) < fraction * mask.size:
            unsettled |= drawn
    mask = fill_from_nearest(mask, unsettled)
    least = {
        convention.classes.index(name): fraction * mask.size for name, fraction in convention.pieces.items()
    }
    return fill_from_nearest(mask, small_pieces(mask, least))
