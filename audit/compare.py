"""The audit proper: a synthetic set against a real set or against a profile, attribute by attribute and
jointly."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from facegen.audit import labels_stats, measures
from facegen.audit.collect import Measurement
from facegen.audit.distances import Draws, Gap, compare_columns, family_factor, family_p
from facegen.audit.feature_distance import FeatureDistance, feature_distance, not_measured
from facegen.audit.held_out import HeldOut, compare_held_out
from facegen.audit.joint import Joint, joint_distances
from facegen.audit.mismatch import Judged, LabelFault, Mismatch, judge, label_faults
from facegen.audit.profile import Profile
from facegen.audit.schema import GROUPS, Measure, Table
from facegen.audit.twosample import MIN_ROWS, matched_names, two_sample
from facegen.datasets.errors import FacegenError

WITHIN, BORDERLINE, DIFFERS, UNMEASURED = "within noise", "borderline", "differs", "not measured"
SWAPPED, FACE_AXES = "sides_swapped", "face_axes"
PROFILE_ROWS = 4000  # drawn from a profile to stand for its law; more change no distance by over 0.01 spreads
# Standard errors above a half from which an AUC counts: the folds share rows and the larger of two
# classifiers is taken, so that of 32 random splits of 1,500 real faces into 1,000 and 500 five lay above 2,
# two above 3.
CLEAR = 3.0
# Network -> why it was not asked, where no features of it are given.
PARSER, INCEPTION = "parser encoder", "Inception v3"
NETWORKS = {
    PARSER: "no parser was given, or no real pictures",
    INCEPTION: "no file of its weights was given (--inception), or no real pictures",
    "DINOv2": "torch-fidelity reads its weights from no local file, and facegen downloads none",
}
FLOOR_REPEATS = 3  # splits of the reference behind the floor of an AUC


@dataclass(frozen=True)
class Reference:
    """What the synthetic set is held against.

    Attributes
    ----------
    name : for people
    kind : "set" or "profile"
    n : real pictures behind it
    attributes : Table; rows of the set, or rows drawn from the profile
    labels : Table or None: a profile says nothing of how the masks are drawn
    fidelity : of the profile (see Profile), empty for a set
    maps, touching : as in Measurement; None against a profile
    """

    name: str
    kind: str
    n: int
    attributes: Table
    labels: Table | None
    fidelity: Mapping[str, float] = field(default_factory=dict)
    maps: np.ndarray | None = None
    touching: np.ndarray | None = None

    @classmethod
    def of_set(cls, measured: Measurement, name: str) -> "Reference":
        return cls(
            name,
            "set",
            len(measured),
            measured.attributes,
            measured.labels,
            {},
            measured.maps,
            measured.touching,
        )

    @classmethod
    def of_profile(cls, profile: Profile, seed: int = 0) -> "Reference":
        if not any(name in measures.BY_NAME for name in profile.measured.names):
            raise FacegenError(
                f"profile {profile.name} says nothing that pictures and masks show: nothing to compare with"
            )
        table = profile.table(PROFILE_ROWS, seed)
        return cls(profile.name, "profile", profile.measured.n, table, None, profile.fidelity)


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

    attributes : how many; low, high : 95 % interval of auc (Hanley and McNeil, 1982)
    floor, floor_high : mean and largest AUC of the reference against itself, see _auc_floor
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
    faults : slips in the synthetic masks themselves
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
        if self.row(FACE_AXES).gap is None:
            found.append("No masks, or too few: only what the picture alone shows could be measured.")
        return found

    def mean_excess(self, content_only: bool) -> float:
        """Mean over the matchable, measured attributes of the distance above the floor, in spreads."""
        chosen = [
            r.excess
            for r in self.rows
            if r.gap and r.measure.matchable and (r.measure.content or not content_only)
        ]
        return float(np.mean(chosen)) if chosen else np.nan


def compare(
    reference: Reference,
    synthetic: Measurement,
    seed: int = 0,
    on_step: Callable[[str], object] = lambda step: None,
    features: tuple[np.ndarray, np.ndarray] | None = None,
    mismatch: tuple[Mismatch, Mismatch | None] | None = None,
    encoders: Mapping[str, tuple[np.ndarray, np.ndarray]] | None = None,
) -> Audit:
    """Audit a measured synthetic set.

    Parameters
    ----------
    reference, synthetic : what to compare
    seed : of every bootstrap draw and fold; the same input gives the same audit
    on_step : told what is being done
    features : (m, d) of the reference's and (n, d) of the synthetic pictures, from one parser, or None
    mismatch : of one parser on the synthetic and, where there are real pictures, on the real side
    encoders : of NETWORKS, name -> features as above

    Raises
    ------
    ValueError : an empty table.
    """
    on_step("distances")
    rows, labels, family = compare_rows(reference, synthetic, seed)
    on_step("two-sample tests")
    content, _ = _separability(reference, synthetic.attributes, True, seed)
    everything, scores = _separability(reference, synthetic.attributes, False, seed)
    on_step("joint distances")
    joint = {
        key: joint_distances(*_joint_rows(reference, synthetic.attributes, content), seed=seed)
        for key, content in (("content", True), ("all", False))
    }
    on_step("held-out measures")
    held_out = compare_held_out(
        reference.maps,
        synthetic.maps,
        reference.touching,
        synthetic.touching,
        features,
        seed,
        (reference.attributes, synthetic.attributes),
    )
    order = np.argsort(-scores) if np.isfinite(scores).all() else np.arange(len(synthetic))
    return Audit(
        reference=reference,
        synthetic=synthetic.attributes.source,
        n_synthetic=len(synthetic),
        rows=rows,
        labels=labels,
        content=content,
        everything=everything,
        family=family,
        ranked=_ranked(rows),
        telltale=tuple(synthetic.attributes.ids[i] for i in order),
        joint=joint,
        held_out=held_out,
        networks=_networks({PARSER: features, **(encoders or {})}, seed),
        faults=label_faults(synthetic.attributes, synthetic.labels),
        judged=judge(*mismatch) if mismatch else (),
        mismatch=mismatch[0] if mismatch else None,
    )


def _networks(
    encoders: Mapping[str, tuple[np.ndarray, np.ndarray] | None], seed: int
) -> tuple[FeatureDistance, ...]:
    found = []
    for name, why in NETWORKS.items():
        pair = encoders.get(name)
        found.append(not_measured(name, why) if pair is None else feature_distance(name, *pair, seed))
    return tuple(found)


def _joint_rows(reference: Reference, synthetic: Table, content_only: bool) -> tuple[np.ndarray, np.ndarray]:
    names = [n for n in matched_names(synthetic.names, content_only) if n in reference.attributes.names]
    return reference.attributes.columns(names), synthetic.columns(names)


def compare_rows(
    reference: Reference, synthetic: Measurement, seed: int = 0
) -> tuple[tuple[Row, ...], tuple[Row, ...], float]:
    """The rows of attributes and of label statistics, and the family factor of both taken together.

    Both tables are shuffled alike, so that one factor covers every line of the report.
    """
    tables = [(reference.attributes, synthetic.attributes, measures.BY_NAME)]
    if reference.labels is not None:
        tables.append((reference.labels, synthetic.labels, labels_stats.BY_NAME))
    found: list[dict[str, Gap | None]] = []
    for real, other, by_name in tables:
        draws = Draws.make(len(real), reference.n, len(other), seed)
        found.append(
            {
                name: compare_columns(real.column(name), other.column(name), by_name[name], draws)
                if name in real.names
                else None
                for name in other.names
            }
        )
    measured = {name: gap for gaps in found for name, gap in gaps.items() if gap}
    factor, p_family = family_factor(list(measured.values())), family_p(measured)
    lines = []
    for (real, other, by_name), gaps in zip(tables, found, strict=True):
        lines.append(
            tuple(
                Row(by_name[name], None, UNMEASURED, _why(name, real, other))
                if gap is None
                else Row(by_name[name], gap, _verdict(gap, factor), p_family=p_family[name])
                for name, gap in gaps.items()
            )
        )
    return lines[0], lines[1] if len(lines) > 1 else (), factor


def _verdict(gap: Gap, factor: float) -> str:
    if gap.distance <= max(gap.floor, gap.critical):
        return WITHIN
    return DIFFERS if gap.distance > factor * gap.critical else BORDERLINE


def _why(name: str, real: Table, synthetic: Table) -> str:
    if name not in real.names:
        return "the reference does not hold it"
    counts = [int(np.count_nonzero(~np.isnan(table.column(name)))) for table in (real, synthetic)]
    return f"measured on {counts[0]} real and {counts[1]} synthetic pictures: too few"


def _ranked(rows: tuple[Row, ...]) -> tuple[str, ...]:
    """What to change first: attributes that differ and that a generator can follow, by excess."""
    wrong = [row for row in rows if row.verdict == DIFFERS and row.measure.matchable]
    return tuple(row.measure.name for row in sorted(wrong, key=lambda row: -row.excess))


def _separability(
    reference: Reference, synthetic: Table, content_only: bool, seed: int
) -> tuple[Separability, np.ndarray]:
    names = [n for n in matched_names(synthetic.names, content_only) if n in reference.attributes.names]
    real, other = reference.attributes.columns(names), synthetic.columns(names)
    if reference.kind == "profile":
        real = real[: max(reference.n, MIN_ROWS)]
    found = two_sample(real, other, seed)
    floor, floor_high = _auc_floor(reference, real, len(other), content_only, seed)
    error = _auc_error(found.auc, len(real), len(other))
    low, high = found.auc - 1.96 * error, min(1.0, found.auc + 1.96 * error)
    clear = found.auc - CLEAR * error
    if not np.isfinite(found.auc + floor_high):
        verdict = UNMEASURED
    elif reference.kind == "profile":
        verdict = DIFFERS if clear > max(0.5, floor_high) else WITHIN
    else:
        verdict = DIFFERS if clear > 0.5 and found.auc > floor_high else WITHIN
    result = Separability(
        found.auc, low, high, found.logistic, found.trees, floor, floor_high, len(names), verdict
    )
    return result, found.scores


def _auc_error(auc: float, n: int, m: int) -> float:
    """Standard error of an AUC from n and m rows (Hanley and McNeil, Radiology 143, 1982, eq. 2)."""
    q1, q2 = auc / (2 - auc), 2 * auc**2 / (1 + auc)
    return float(np.sqrt((auc * (1 - auc) + (n - 1) * (q1 - auc**2) + (m - 1) * (q2 - auc**2)) / (n * m)))


def _auc_floor(
    reference: Reference, real: np.ndarray, n_other: int, content_only: bool, seed: int
) -> tuple[float, float]:
    """Mean and largest AUC of the reference against itself; NaN where it cannot be measured.

    Of a set: random splits, one part of the synthetic set's size where that leaves enough. Of a profile: its
    fidelity, since real pictures cannot come closer to it.
    """
    if reference.kind == "profile":
        auc = reference.fidelity.get("content" if content_only else "all", np.nan)
        return auc, auc
    part = min(n_other, len(real) // 2)
    if part < MIN_ROWS:
        return np.nan, np.nan
    floors = []
    for repeat in range(FLOOR_REPEATS):
        order = np.random.Generator(np.random.Philox(key=seed + 1 + repeat)).permutation(len(real))
        floors.append(two_sample(real[order[part:]], real[order[:part]], seed).auc)
    return float(np.mean(floors)), float(max(floors))
