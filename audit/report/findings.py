"""What an audit found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from facegen.audit.distances.difficulty import Difficulty
from facegen.audit.distances.feature_distance import FeatureDistance
from facegen.audit.distances.frozen_lists import matched_names
from facegen.audit.distances.held_out import HeldOut
from facegen.audit.distances.joint import Joint
from facegen.audit.distances.label_mismatch import UNKNOWN_IDS, ClassVerdict, LabelFault, Mismatch
from facegen.audit.distances.two_sample import MIN_ROWS
from facegen.audit.distances.univariate import Gap
from facegen.audit.measures.measure_table import GROUPS
from facegen.audit.measures.schema import Measure
from facegen.audit.report.reference import Reference

WITHIN, BORDERLINE, DIFFERS, UNMEASURED = "within noise", "borderline", "differs", "not measured"
SWAPPED, FACE_AXES = "sides_swapped", "face_axes"


@dataclass(frozen=True)
class Row:
    """One line of the audit's table.

    Attributes
    ----------
    measure : Measure
    gap : how far the two sides lie apart; None where the verdict is UNMEASURED
    verdict : WITHIN, BORDERLINE, DIFFERS or UNMEASURED
    reason : why it was not measured, "" where it was
    p_adjusted : p value in (0, 1], adjusted for all attributes and label statistics together
    """

    measure: Measure
    gap: Gap | None
    verdict: str
    reason: str = ""
    p_adjusted: float = np.nan

    @property
    def excess(self) -> float:
        """Distance above the floor in standard deviations, at least 0; NaN where not measured."""
        return max(0.0, self.gap.distance - self.gap.floor) if self.gap else np.nan


@dataclass(frozen=True)
class Separability:
    """Two-sample AUC of one group of attributes, and what the reference gives against itself.

    Attributes
    ----------
    auc : the larger of both classifiers' AUCs, in [0, 1]
    ci_low, ci_high : 95 % interval of auc (Hanley and McNeil, 1982)
    logistic, trees : AUC of each classifier
    floor, floor_max : mean and largest AUC of the reference against itself, see compare.py
    attributes : how many attributes the classifiers saw
    verdict : WITHIN, DIFFERS or UNMEASURED
    """

    auc: float
    ci_low: float
    ci_high: float
    logistic: float
    trees: float
    floor: float
    floor_max: float
    attributes: int
    verdict: str


@dataclass(frozen=True)
class Audit:
    """Everything one audit found.

    Attributes
    ----------
    reference : Reference
    synthetic, n_synthetic : name of the audited set, and its pictures
    rows : one for each measure, in the order of the table
    labels : one for each label statistic; empty against a profile
    content, all_attributes : Separability on the content attributes and on all of them
    family_factor : how many times its critical distance an attribute must exceed to differ
    change_first : names of attributes to change, worst first
    least_similar : ids of the synthetic pictures, those first that look least like the reference
    joint : "content" and "all" -> joint distances over these attributes
    held_out : groups of measures that matching does not see
    faults, real_faults : errors in the masks themselves, synthetic and, where the reference has masks, real
    networks : distances in the feature space of networks
    class_verdicts, mismatch : how a parser disagrees with the synthetic labels, where one was given
    difficulty : how hard both sides are for that parser; None where `no_difficulty` says why
    no_difficulty : "" where it was measured
    """

    reference: Reference
    synthetic: str
    n_synthetic: int
    rows: tuple[Row, ...]
    labels: tuple[Row, ...]
    content: Separability
    all_attributes: Separability
    family_factor: float
    change_first: tuple[str, ...]
    least_similar: tuple[str, ...] = field(repr=False)
    joint: Mapping[str, Joint] = field(default_factory=dict)
    held_out: tuple[HeldOut, ...] = ()
    faults: tuple[LabelFault, ...] = ()
    real_faults: tuple[LabelFault, ...] = ()
    networks: tuple[FeatureDistance, ...] = ()
    class_verdicts: tuple[ClassVerdict, ...] = ()
    mismatch: Mismatch | None = None
    difficulty: Difficulty | None = None
    no_difficulty: str = ""

    def row(self, name: str) -> Row:
        """The row of an attribute or label statistic; StopIteration where there is none."""
        return next(row for row in (*self.rows, *self.labels) if row.measure.name == name)

    def find(self, name: str) -> Gap | None:
        """The gap of an attribute or label statistic; None where it was not measured."""
        return next((row.gap for row in (*self.rows, *self.labels) if row.measure.name == name), None)

    @property
    def by_group(self) -> list[tuple[str, list[Row]]]:
        """The rows of each group that has any, in the order in which groups are shown."""
        groups = [(group, [row for row in self.rows if row.measure.group == group]) for group in GROUPS]
        return [(group, rows) for group, rows in groups if rows]

    @property
    def inconclusive(self) -> bool:
        """Whether there is no verdict on the whole set: too few pictures, no masks, nothing in common."""
        return self.content.verdict == UNMEASURED

    @property
    def headline(self) -> str:
        """The result in one sentence."""
        if self.inconclusive:
            return "No verdict: the content could not be compared."
        differing = sum(row.verdict == DIFFERS for row in self.rows)
        attributes = f"{differing} of {len(self.rows)} attributes differ"
        if self.content.verdict == DIFFERS:
            return f"The content differs from the reference: {attributes}."
        if self.all_attributes.verdict == DIFFERS:
            return f"The content agrees with the reference; colour, light or texture differ ({attributes})."
        return f"No classifier separates the sets; {attributes}."

    @property
    def nothing_stands_out(self) -> str:
        """The sentence for an empty `change_first`."""
        pictures = f"{self.n_synthetic} and {self.reference.n} pictures"
        if self.inconclusive:
            lacking = sum(row.verdict == UNMEASURED for row in self.rows)
            return (
                f"Nothing stands out of the noise of {pictures}, which is no pass: the content could not be "
                f"compared (too few pictures, or no masks), and {lacking} of {len(self.rows)} attributes "
                "could not be measured."
            )
        others = [row.measure.name for row in self.rows if row.verdict == DIFFERS]
        if others:
            return (
                f"Nothing that matching follows stands out of the noise of {pictures}. It does not follow "
                f"what differs: {', '.join(others)}."
            )
        return f"Nothing stands out of the noise of {pictures}."

    @property
    def warnings(self) -> list[str]:
        """What is wrong with the set's labels themselves, whatever the faces show."""
        found = []
        swapped = self.row(SWAPPED)
        if swapped.gap and swapped.verdict == DIFFERS and swapped.gap.synthetic > swapped.gap.reference:
            found.append(
                f"Left and right are exchanged in {100 * swapped.gap.synthetic:.0f} % of the synthetic masks "
                f"({100 * swapped.gap.reference:.0f} % of the real ones): the subject's left belongs on "
                "the picture's right."
            )
        for whose, faults in (("synthetic", self.faults), ("real", self.real_faults)):
            for one in faults:
                if one.what == UNKNOWN_IDS:
                    found.append(
                        f"{one.pictures} {whose} masks hold {UNKNOWN_IDS}: {', '.join(one.examples)}. "
                        "Is this the right convention?"
                    )
        if self.row(FACE_AXES).gap is None:
            measured = sum(row.gap is not None for row in self.rows)
            found.append(
                f"No masks, or too few pictures ({self.n_synthetic}): {measured} of {len(self.rows)} "
                f"attributes could be measured. The content is compared from {MIN_ROWS} pictures on."
            )
        return found

    def mean_excess(self, content_only: bool) -> float:
        """Mean distance above the floor over the matched, measured attributes, in standard deviations."""
        names = set(matched_names([row.measure.name for row in self.rows], content_only))
        chosen = [row.excess for row in self.rows if row.gap and row.measure.name in names]
        return float(np.mean(chosen)) if chosen else np.nan
