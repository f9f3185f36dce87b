"""The check of a set as every command makes it: a few lines, then on, or an error."""

import warnings
from collections.abc import Sequence

from facegen.datasets.inspection.finding_kinds import NOTE, kind_of
from facegen.datasets.inspection.set_check import SetCheck, check_set
from facegen.datasets.io.progress import ProgressCallback, ignore_progress, say
from facegen.datasets.layouts.face_set import FaceSet

# What an audit measures and reports itself.
MEASURED = ("exchanged_set", "turned_set")


class SetWarning(UserWarning):
    """Something of a set was left out or looks wrong, and nobody listens to progress."""


def report_set(
    faces: FaceSet, progress: ProgressCallback = ignore_progress, allowed: Sequence[str] = ()
) -> SetCheck:
    """Look at a set, say in short what was found, and refuse it where a result would be wrong.

    Parameters
    ----------
    faces : FaceSet
    progress : callable
        Gets the lines; without one, what is more than a note becomes a SetWarning.
    allowed : sequence of str
        Kinds of `finding_kinds` that are not refused.

    Returns
    -------
    SetCheck

    Raises
    ------
    FacegenError : found, expected and what to do, in one line.
    """
    check = check_set(faces)
    for line in check.lines(allowed):
        say(progress, line)
    check.refuse(allowed)
    if progress is ignore_progress:
        warn_of(check)
    return check


def warn_of(check: SetCheck) -> None:
    """A SetWarning of what was left out or is wrong; nothing for a set that is whole."""
    told = [str(one) for one in check.groups() if kind_of(one.kind).grade != NOTE]
    if told:
        warnings.warn(f"{check.faces.path}: {'; '.join(told)}", SetWarning, stacklevel=3)
