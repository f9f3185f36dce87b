"""Profiles from Python: fitted to real faces, read from files, written."""

from __future__ import annotations

import dataclasses
from dataclasses import replace
from pathlib import Path

from facegen.api.dataset import FacesLike, face_set_of
from facegen.api.measuring import is_real_folder, measured
from facegen.audit.profiles import attribute_profile, profile_files, profile_fit
from facegen.audit.profiles.measured_rows import MeasuredRows, RowSource
from facegen.audit.validation.shipped_accuracy import known_errors
from facegen.datasets.errors import FacegenError
from facegen.datasets.inspection.opening import report_set
from facegen.datasets.io.progress import ProgressCallback, ProgressEvent, ignore_progress
from facegen.datasets.layouts.annotations import read_annotations


@dataclasses.dataclass(frozen=True)
class Profile(attribute_profile.Profile):
    """The distribution of the attributes of a set, as aggregates: no row, pixel or name of a person."""

    def save(self, path: str | Path) -> None:
        """Write the profile as JSON; FacegenError where it cannot be written.

        Examples
        --------
        >>> import facegen
        >>> facegen.load_profile("celebamaskhq").save("copy.json")  # doctest: +SKIP
        """
        profile_files.save_profile(self, path)


def load_profile(name_or_file: str | Path) -> Profile:
    """A shipped profile by its name, or any profile by its file.

    Parameters
    ----------
    name_or_file : str or path
        "celebamaskhq", "uniform", a file of `Profile.save`, or a handwritten one in TOML.

    Returns
    -------
    Profile

    Raises
    ------
    FacegenError : neither a shipped name nor a readable profile file.

    Examples
    --------
    >>> import facegen
    >>> facegen.load_profile("celebamaskhq").name
    'celebamaskhq'
    """
    return _with_save(profile_files.load_profile(name_or_file))


def fit_profile(
    real_dir: FacesLike,
    *,
    annotations: str | Path | None = None,
    name: str | None = None,
    source: str | None = None,
    convention: str | Path | None = None,
    workers: int | None = None,
    progress: ProgressCallback = ignore_progress,
) -> Profile:
    """Fit the distribution of the attributes of a set.

    Parameters
    ----------
    real_dir : path or Dataset
        Faces with masks.
    annotations : path, optional
        Folder of CelebAMask-HQ's attribute and pose files, fused with what is measured.
    name : str, optional
        Of the profile; by default that of the folder.
    source : str, optional
        One line on where the set is from; by default the folder's name.
    convention : str or path, optional
        What the ids of masks mean where the set does not say it: a convention, another known order of ids, or
        a file with the class of each id.
    workers : int, optional
        Processes that measure; by default one for each processor.
    progress : callable, optional
        Called with a `ProgressEvent` for the pictures measured.

    Returns
    -------
    Profile
        Quantiles, frequencies and a Gaussian mixture of normal scores, of as many components as held-out
        pictures support and none of fewer than 25 pictures. Fewer than 50 measurable pictures give one
        normal distribution shrunken towards independence, and `method` says so.

    Raises
    ------
    FacegenError : a file cannot be read, masks hold unknown ids, or fewer than 10 faces can be measured.

    Examples
    --------
    >>> import facegen
    >>> facegen.fit_profile("my_photos").save("mine.json")  # doctest: +SKIP
    """
    faces = face_set_of(real_dir, convention)
    report_set(faces, progress)
    rows = read_annotations(Path(annotations)) if annotations is not None else None
    table = measured(faces, workers, progress).attributes
    progress(ProgressEvent("fit", faces.name))
    table = replace(table, source=source or table.source)
    return _with_save(profile_fit.fit_profile(table, rows, name or faces.name))


def profile_to_follow(
    match_dist: str | Path | attribute_profile.Profile, progress: ProgressCallback = ignore_progress
) -> tuple[RowSource, str]:
    """What `match_dist` names, and its name: a profile, or the measured rows of a folder of real faces.

    A folder of fewer than `profile_fit.MIN_ROWS` measurable pictures is followed by the profile fitted to it.

    Raises
    ------
    FacegenError : no such profile; a name that is both a shipped profile and a folder.
    """
    if isinstance(match_dist, attribute_profile.Profile):
        return match_dist, match_dist.name
    if not is_real_folder(match_dist):
        return profile_files.load_profile(match_dist), str(match_dist)
    faces = face_set_of(match_dist)
    report_set(faces, progress)
    table = measured(faces, None, progress).attributes
    name = Path(match_dist).name
    if profile_fit.measurable(table).sum() < profile_fit.MIN_ROWS:
        return profile_fit.fit_profile(table, name=name), str(match_dist)
    return MeasuredRows(name, table, known_errors()), str(match_dist)


def _with_save(profile: attribute_profile.Profile) -> Profile:
    if isinstance(profile, Profile):
        return profile
    return Profile(**{field.name: getattr(profile, field.name) for field in dataclasses.fields(profile)})


__all__ = ["FacegenError", "Profile", "fit_profile", "load_profile", "profile_to_follow"]
