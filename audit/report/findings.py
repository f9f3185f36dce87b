"""What an audit found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from facegen.audit.distances.feature_distance import FeatureDistance
from facegen.audit.distances.frozen_lists import matched_names
from facegen.audit.distances.held_out import HeldOut
from facegen.audit.distances.joint import Joint
from facegen.audit.distances.label_mismatch import UNKNOWN_IDS, Judged, LabelFault, Mismatch
from facegen.audit.distances.univariate import Gap
from facegen.audit.measures.measure_table import GROUPS
from facegen.audit.measures.schema import Measure
from facegen.audit.report.reference import Reference

WITHIN, BORDERLINE, DIFFERS, UNMEASURED = "within noise", "borderline", "differs", "not measured"
SWAPPED, FACE_AXES = "sides_swapped", "face_axes"


@dataclass(frozen=True)
class Row:
    """One line of the audit's table. `gap` is None where the verdict is UNMEASURED; then `why` says why.

    p_family : how often shuffled sets show, in any attribute, a distance this extreme
    """

    measure: Measure
    gap: Gap | None
    verdict: str
    why: str = ""
    p_family: float = np.nan

    @property
    def excess(self) -> float:
        """Distance above the floor in spreads, at least 0; NaN where not measured."""
        return max(0.0, self.gap.distance - self.gap.floor) if self.gap else np.nan


@dataclass(frozen=True)
class Separability:
    """Two-sample AUC of one group of attributes, beside what the reference gives against itself.

    attributes : how many the classifiers saw; low, high : 95 % interval of auc (Hanley and McNeil, 1982)
    floor, floor_high : mean and largest AUC of the reference against itself, see compare._auc_floor
    """

    auc: float
    low: float
    high: float
    logistic: float
    trees: float
    floor: float
    floor_high: float
    attributes: int
    verdict: str


@dataclass(frozen=True)
class Audit:
    """Everything one audit found.

    Attributes
    ----------
    rows : one for each of MEASURES, in their order
    labels : one for each label statistic; empty against a profile
    content, everything : Separability on content attributes and on all
    family : critical distances that an attribute or label statistic must exceed to differ: family_factor
    ranked : names of attributes to change, worst first
    telltale : ids of synthetic pictures, those first that look least like the reference
    joint : "content" and "all" -> joint distances over these attributes
    held_out : measures that no matching sees
    faults, real_faults : slips in the masks themselves, synthetic and, where the reference has masks, real
    networks : distances in the feature space of networks
    judged, mismatch : a parser's disagreement with the synthetic labels, where one was given
    """

    reference: Reference
    synthetic: str
    n_synthetic: int
    rows: tuple[Row, ...]
    labels: tuple[Row, ...]
    content: Separability
    everything: Separability
    family: float
    ranked: tuple[str, ...]
    telltale: tuple[str, ...] = field(repr=False)
    joint: Mapping[str, Joint] = field(default_factory=dict)
    held_out: tuple[HeldOut, ...] = ()
    faults: tuple[LabelFault, ...] = ()
    real_faults: tuple[LabelFault, ...] = ()
    networks: tuple[FeatureDistance, ...] = ()
    judged: tuple[Judged, ...] = ()
    mismatch: Mismatch | None = None

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
    def nothing_stands_out(self) -> str:
        """What to say where `ranked` is empty."""
        pictures = f"{self.n_synthetic} and {self.reference.n} pictures"
        if self.inconclusive:
            lacking = sum(row.verdict == UNMEASURED for row in self.rows)
            return (
                f"Nothing stands out of the noise of {pictures}, which is no pass: the content could not be "
                f"compared (too few pictures, or no masks), and {lacking} of {len(self.rows)} attributes "
                "could not be measured."
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
            found.append("No masks, or too few: only what the picture alone shows could be measured.")
        return found

    def mean_excess(self, content_only: bool) -> float:
        """Mean over the matched, measured attributes of the distance above the floor, in spreads."""
        names = set(matched_names([row.measure.name for row in self.rows], content_only))
        chosen = [row.excess for row in self.rows if row.gap and row.measure.name in names]
        return float(np.mean(chosen)) if chosen else np.nan
