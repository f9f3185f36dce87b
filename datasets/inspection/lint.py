"""Everything that can be found wrong with a set by reading all of it, the gravest first."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from facegen.datasets.inspection.duplicates import near_duplicates
from facegen.datasets.inspection.finding_kinds import GRADES, NOTE, kind_of
from facegen.datasets.inspection.sample_look import SampleLook, look_at
from facegen.datasets.inspection.set_check import Group, SetCheck, check_set, grouped
from facegen.datasets.io.images import same_name
from facegen.datasets.io.process_pool import ProcessPool
from facegen.datasets.layouts.face_set import FaceSet, Problem

ALONE = 48  # samples up to which starting further processes takes longer than it saves
# Where the numbers of a whole set mean something else, what a single mask seems to show is no fault.
MEANINGLESS = ("convention", "turned_set", "unlike", "no_class", "blended_set", "lossy_mask")
OF_MEANING = ("exchanged", "out_of_place", "speck", "crumb")
CHUNK = 16  # samples a process takes at a time


@dataclass(frozen=True)
class Lint:
    """What was found wrong with a set. Made by `lint_set`.

    Attributes
    ----------
    faces : FaceSet
    check : SetCheck
        The look that every command takes.
    problems : tuple of Problem
        All of them, the gravest first, those of one kind by how much they stand out.
    """

    faces: FaceSet
    check: SetCheck
    problems: tuple[Problem, ...]

    def groups(self) -> list[Group]:
        """The problems by kind, the gravest first."""
        return grouped(self.problems)

    @property
    def clean(self) -> bool:
        """Whether there is nothing but notes."""
        return all(kind_of(one.kind).grade == NOTE for one in self.problems)

    def with_problems(self, more: Sequence[Problem]) -> "Lint":
        """The same with further problems, ranked again."""
        return Lint(self.faces, self.check, ranked((*self.problems, *more)))


def ranked(problems: Sequence[Problem]) -> tuple[Problem, ...]:
    """Problems in the order in which to look at them."""

    def place(one: Problem) -> tuple[int, str, float, Path]:
        return GRADES.index(kind_of(one.kind).grade), one.kind, -one.score, one.path

    return tuple(sorted(problems, key=place))


def lint_set(
    faces: FaceSet,
    other: FaceSet | None = None,
    workers: int = 1,
    on_progress: Callable[[int], object] | None = None,
) -> Lint:
    """Read a whole set and name what is wrong with it.

    Parameters
    ----------
    faces : FaceSet
    other : FaceSet, optional
        A set that must not share pictures with it: the test set of a training set.
    workers : int
        Processes that read.
    on_progress : callable, optional
        Called with the number of samples just finished, first of `faces`, then of `other`.

    Raises
    ------
    FacegenError : a process that reads died.
    """
    check = check_set(faces, masks=None, headers=None)
    looks = list(_looks(faces, workers, on_progress))
    problems = _without_echoes(check.problems, [one for look in looks for one in look.problems])
    problems += _twice(faces, looks)
    if other is not None:
        problems += _shared(faces, looks, other, list(_looks(other, workers, on_progress)))
    return Lint(faces, check, ranked(problems))


def _without_echoes(checked: Sequence[Problem], looked: Sequence[Problem]) -> list[Problem]:
    """Problems of the check and of the samples, without those that follow from another one.

    A picture that cannot be read is named once, and what a mask with wrong numbers seems to show is no fault.
    """
    if any(one.kind in MEANINGLESS for one in checked):
        looked = [one for one in looked if one.kind not in OF_MEANING]
    damaged = {one.path for one in checked if one.kind == "damaged"}
    renumbered = {one.path for one in checked if one.kind in ("palette", "blended")}
    named = [replace(one, name=same_name(one.path.stem)) if one.path.is_file() else one for one in checked]
    return named + [
        one
        for one in looked
        if one.path not in renumbered and not (one.kind == "damaged" and one.path in damaged)
    ]


def _looks(faces: FaceSet, workers: int, on_progress: Callable[[int], object] | None) -> Iterator[SampleLook]:
    parts = [list(range(i, min(i + CHUNK, len(faces)))) for i in range(0, len(faces), CHUNK)]
    look = partial(_look_at_some, faces)
    if workers <= 1 or len(faces) <= ALONE:
        yield from _counted(map(look, parts), on_progress)
        return
    with ProcessPool(workers, "reading") as pool:
        yield from _counted(pool.map(look, parts), on_progress)


def _counted(
    parts: Iterator[list[SampleLook]], on_progress: Callable[[int], object] | None
) -> Iterator[SampleLook]:
    for part in parts:
        yield from part
        if on_progress is not None:
            on_progress(len(part))


def _look_at_some(faces: FaceSet, indices: list[int]) -> list[SampleLook]:
    return [look_at(faces, index) for index in indices]


def _twice(faces: FaceSet, looks: Sequence[SampleLook]) -> list[Problem]:
    """Pictures that are stored twice in one set."""
    seen = [one for one in looks if one.thumbnail is not None]
    problems = []
    for pair in near_duplicates([one.thumbnail for one in seen if one.thumbnail is not None]):
        first, second = (faces.ids[seen[i].index] for i in (pair.first, pair.second))
        how = ", mirrored" if pair.mirrored else ""
        text = f"the picture of {faces.image_path(first).name}{how} (correlation {pair.correlation:.3f})"
        problems.append(Problem(faces.image_path(second), text, "near_duplicate", second, pair.correlation))
    return problems


def _shared(
    faces: FaceSet, looks: Sequence[SampleLook], other: FaceSet, others: Sequence[SampleLook]
) -> list[Problem]:
    """Pictures that are in both sets."""
    left, right = ([one for one in part if one.thumbnail is not None] for part in (looks, others))
    problems = []
    for pair in near_duplicates(
        [one.thumbnail for one in left if one.thumbnail is not None],
        [one.thumbnail for one in right if one.thumbnail is not None],
    ):
        name, twin = faces.ids[left[pair.first].index], other.ids[right[pair.second].index]
        how = ", mirrored" if pair.mirrored else ""
        text = f"is {other.image_path(twin)}{how} (correlation {pair.correlation:.3f})"
        problems.append(Problem(faces.image_path(name), text, "shared", name, pair.correlation))
    return problems
