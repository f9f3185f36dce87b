"""The audit from Python: how a set of faces differs from real faces or from a profile."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from facegen.api.dataset import Dataset, FacesLike, face_set_of
from facegen.api.defaults import AUDIT
from facegen.api.measuring import inception_sides, measured, parser_inputs, real_side, reference_of
from facegen.api.shared_labels import one_convention, shared_labels
from facegen.audit.distances.sides import Sides
from facegen.audit.measure_dataset import Measurement
from facegen.audit.profiles.attribute_profile import Profile
from facegen.audit.report import findings
from facegen.audit.report.compare import INCEPTION, NetworkInputs, compare
from facegen.audit.report.report_page import NO_SHEETS, Thumbnail, sentence, thumbnail, write_report
from facegen.audit.report.thresholds import Check, check, read_thresholds
from facegen.datasets.errors import FacegenError
from facegen.datasets.inspection.opening import MEASURED, report_set
from facegen.datasets.io.progress import ProgressCallback, ProgressEvent, ignore_progress
from facegen.datasets.layouts.face_set import FaceSet

if TYPE_CHECKING:
    import pandas


@dataclass(frozen=True)
class Audit:
    """What an audit found. Made by `facegen.audit`.

    Attributes
    ----------
    findings : facegen.audit.report.findings.Audit
        All figures: distances with their noise floors, two-sample tests, label statistics, warnings.
    measurement : Measurement
        The measures of the synthetic faces, row for row.
    faces : FaceSet
        The synthetic set.
    real : FaceSet, optional
        The real set; None against a profile.
    """

    findings: findings.Audit
    measurement: Measurement = field(repr=False)
    faces: FaceSet = field(repr=False)
    real: FaceSet | None = field(default=None, repr=False)

    def __repr__(self) -> str:
        differing = sum(row.verdict == findings.DIFFERS for row in self.findings.rows)
        return (
            f"<Audit of {self.findings.n_synthetic} faces of {self.findings.synthetic} against "
            f"{self.findings.reference.name}: {differing} of {len(self.findings.rows)} attributes differ>"
        )

    def to_frame(self) -> pandas.DataFrame:
        """All attributes as a table.

        Returns
        -------
        pandas.DataFrame
            Indexed by attribute, with columns group, unit, real, real_sd, synthetic, synthetic_sd (means and
            standard deviations), distance (Wasserstein-1 in standard deviations of the real faces), floor
            (the same of the reference with itself), verdict and rank (1 = change this first;
            missing where it need not be changed).

        Examples
        --------
        >>> import facegen
        >>> frame = facegen.audit("faces").to_frame()  # doctest: +SKIP
        >>> frame.sort_values("distance").tail()  # doctest: +SKIP
        """
        import pandas

        ranks = {name: place for place, name in enumerate(self.findings.change_first, start=1)}
        rows = []
        for row in self.findings.rows:
            gap, nothing = row.gap, float("nan")
            rows.append(
                {
                    "attribute": row.measure.name,
                    "group": row.measure.group,
                    "unit": row.measure.unit,
                    "real": nothing if gap is None else gap.reference,
                    "real_sd": nothing if gap is None else gap.reference_sd,
                    "synthetic": nothing if gap is None else gap.synthetic,
                    "synthetic_sd": nothing if gap is None else gap.synthetic_sd,
                    "distance": nothing if gap is None else gap.distance,
                    "floor": nothing if gap is None else gap.floor,
                    "verdict": row.verdict,
                    "rank": ranks.get(row.measure.name),
                }
            )
        frame = pandas.DataFrame(rows).set_index("attribute")
        return frame.astype({"rank": "Int64"})

    def worst(self, k: int = 5) -> pandas.DataFrame:
        """The `k` rows of `to_frame` to change first, the most differing first.

        Where fewer differ, the largest distances above the noise floor follow: their rank is missing, and
        more pictures will show whether they are real.
        """
        rows = [row for row in self.findings.rows if row.gap is not None and row.measure.matchable]
        first = list(self.findings.change_first)
        others = sorted((row for row in rows if row.measure.name not in first), key=lambda row: -row.excess)
        return self.to_frame().loc[[*first, *(row.measure.name for row in others)][:k]]

    def sentences(self, k: int = 5) -> list[str]:
        """What differs in the `k` attributes to change first: "roll: real 0.1 ± 5 °, synthetic 9 ± 5 °"."""
        return [f"{name}: {sentence(self.findings.row(name))}" for name in self.findings.change_first[:k]]

    def check(self, thresholds: str | Path | Mapping[str, float]) -> list[Check]:
        """Compare the figures with limits.

        Parameters
        ----------
        thresholds : path or mapping
            TOML file of limits as `facegen audit --thresholds` takes it, or names with their limits.

        Raises
        ------
        FacegenError : the file cannot be read, or names an unknown figure.
        """
        limits = dict(thresholds) if isinstance(thresholds, Mapping) else read_thresholds(Path(thresholds))
        return check(self.findings, limits)

    def save(
        self,
        folder: str | Path = AUDIT.out,
        *,
        gallery: bool | None = None,
        show_real: bool = False,
        checks: list[Check] | None = None,
    ) -> Path:
        """Write index.html, report.json and attributes.csv, as `facegen audit` does.

        Parameters
        ----------
        folder : path
        gallery : bool, optional
            Thumbnails of the synthetic faces; by default only of a set that facegen rendered.
        show_real : bool
            Thumbnails of the real set; the report then holds real people.
        checks : list of Check, optional
            Of `check`, to be shown in the report.

        Returns
        -------
        Path
            Of index.html.

        Raises
        ------
        FacegenError : the folder cannot be written; `show_real` without a real set.
        """
        if show_real and self.real is None:
            raise FacegenError("real faces cannot be shown: the audit is against a profile, not a folder")
        rendered = self.faces.layout == "facegen"
        shown = self._told_apart() if gallery or (gallery is None and rendered) else []
        people: list[Thumbnail] = []
        if show_real and self.real is not None:
            first = range(min(AUDIT.gallery, len(self.real)))
            people = [thumbnail(self.real.image(i), self.real.ids[i]) for i in first]
        hardest = self._hardest(bool(shown), show_real)
        paths = write_report(
            self.findings, self.measurement, checks or [], shown, Path(folder), people, hardest
        )
        return Path(paths[0])

    def _hardest(self, synthetic: bool, real: bool) -> Sides[Sequence[Thumbnail]]:
        """Thumbnails of the pictures that are hardest for the parser, of the sides that may be shown."""
        found = self.findings.difficulty
        if found is None:
            return NO_SHEETS

        def sheet(faces: FaceSet | None, ids: tuple[str, ...]) -> list[Thumbnail]:
            return [] if faces is None else [thumbnail(faces.image(faces.ids.index(i)), i) for i in ids]

        return Sides(
            sheet(self.real if real else None, found.hardest.real),
            sheet(self.faces if synthetic else None, found.hardest.synthetic),
        )

    def _told_apart(self) -> list[Thumbnail]:
        """Thumbnails of the faces that a classifier separates most easily from real ones."""
        places = [self.faces.ids.index(name) for name in self.findings.least_similar[: AUDIT.gallery]]
        return [thumbnail(self.faces.image(i), self.faces.ids[i]) for i in places]


def audit(
    faces: FacesLike,
    against: FacesLike | Profile | None = None,
    *,
    parser: str | Path | None = None,
    inception: str | Path | None = None,
    convention: str | Path | None = None,
    workers: int | None = None,
    seed: int = AUDIT.seed,
    progress: ProgressCallback = ignore_progress,
) -> Audit:
    """Measure how a set of faces differs from real ones, attribute by attribute.

    Parameters
    ----------
    faces : path or Dataset
        The set to audit.
    against : str, path, Dataset or Profile, optional
        A folder or Dataset of real faces, a shipped profile by name, a profile file, or a Profile; by default
        the profile "celebamaskhq".
    parser : path, optional
        Checkpoint of a parser trained on real faces: how it disagrees with the labels; its encoder's features
        and the label maps that it draws for both sides are compared too, and how hard both sides are for it.
    inception : path, optional
        torch-fidelity's file of Inception weights: Fréchet and kernel distance to the real faces.
    convention : str or path, optional
        What the ids of masks mean where a set does not say it: a convention, another known order of ids, or a
        file with the class of each id. Rendered faces are drawn as the real ones are; what the classes of
        both sides cannot say is not measured.
    workers : int, optional
        Processes that measure; by default one for each processor.
    seed : int
        Of the bootstrap and the folds.
    progress : callable, optional
        Called with a `ProgressEvent` for pictures measured and steps of the comparison.

    Returns
    -------
    Audit

    Raises
    ------
    FacegenError : a set cannot be read, a process that measures died, or `inception` without real faces.

    Examples
    --------
    >>> import facegen
    >>> audit = facegen.audit("faces", against="celebamaskhq")  # doctest: +SKIP
    >>> audit.worst(3), audit.save("audit")  # doctest: +SKIP
    """
    one = face_set_of(faces, convention)
    report_set(one, progress, MEASURED)
    other = against.faces if isinstance(against, Dataset) else against
    side = real_side(other, progress, convention)
    one, real = one_convention(one, side if isinstance(side, FaceSet) else None, progress)
    if inception is not None and real is None:
        raise FacegenError("Inception features need a folder of real faces to be compared with")
    shared = shared_labels(one, real, progress)
    reference = reference_of(side if real is None else real, shared, workers, progress)
    synthetic = measured(one, workers, progress, strict=False, shared=shared)
    networks = NetworkInputs() if parser is None else parser_inputs(Path(parser), one, real, shared, progress)
    if inception is not None and real is not None:
        seen = inception_sides(Path(inception), real, one, progress)
        networks = dataclasses.replace(networks, others={INCEPTION: seen})

    def on_step(step: str) -> None:
        progress(ProgressEvent("compare", step))

    found = compare(reference, synthetic, networks, seed, on_step)
    return Audit(found, synthetic, one, real)
