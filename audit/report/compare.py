"""The audit: a synthetic set compared with a real set or a profile, each attribute alone and all jointly."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from facegen.audit.distances.auc_error import NORMAL_95, auc_error
from facegen.audit.distances.difficulty import Difficulty, PictureHardness, compare_difficulty
from facegen.audit.distances.feature_distance import FeatureDistance, feature_distance, not_measured
from facegen.audit.distances.frozen_lists import matched_names
from facegen.audit.distances.held_out import NEED_PARSER, HeldOut, HeldOutInputs, compare_held_out
from facegen.audit.distances.joint import Joint, joint_distances
from facegen.audit.distances.label_mismatch import Mismatch, class_verdicts, label_faults
from facegen.audit.distances.sides import Sides
from facegen.audit.distances.two_sample import MIN_ROWS, two_sample
from facegen.audit.distances.univariate import Draws, Gap, adjusted_p, compare_columns, family_factor
from facegen.audit.measure_dataset import Measurement
from facegen.audit.measures import label_drawing, measure_table
from facegen.audit.measures.face_view import CLASSES
from facegen.audit.measures.schema import Measure, Table
from facegen.audit.report.findings import BORDERLINE, DIFFERS, UNMEASURED, WITHIN, Audit, Row, Separability
from facegen.audit.report.reference import Reference
from facegen.datasets.keyed_random import philox

# Standard errors above one half from which an AUC counts as different. Two would be too few, because the
# folds share rows and the larger of two classifiers is taken: of 32 random splits of 1,500 real faces into
# 1,000 and 500 five lay above 2 and two above 3.
CLEAR = 3.0
# Network -> the reason given where it has no features.
PARSER, INCEPTION = "parser encoder", "Inception v3"
NETWORKS = {
    PARSER: NEED_PARSER,
    INCEPTION: "no file of its weights was given (--inception), or no real pictures",
    "DINOv2": "torch-fidelity reads its weights from no local file, and facegen downloads none",
}
NO_PARSER = "no parser was given (--parser)"
FLOOR_REPEATS = 3  # random splits of the reference behind the floor of an AUC
_CONTENT, _ALL = "content", "all"


@dataclass(frozen=True)
class NetworkInputs:
    """What neural networks give of both sides. All of it is optional; the audit says what is missing.

    Attributes
    ----------
    features : Sides of (m, d) and (n, d) float
        Encoder features of one parser.
    parsed_content : Sides of (m, k) and (n, k) float64
        held_out.content_rows of the label maps that this parser draws.
    mismatch : Mismatch
        Of the parser with the synthetic labels.
    real_mismatch : Mismatch
        Of the parser with the labels of real pictures.
    hardness : Sides of PictureHardness, or str
        How hard the pictures of each side are for this parser, or why that is not known.
    others : mapping
        A name of NETWORKS -> its features of both sides, or the reason why there are none.
    classes : tuple of str
        Of the confusions in `hardness`.
    """

    features: Sides[npt.NDArray[np.floating]] | None = None
    parsed_content: Sides[npt.NDArray[np.floating]] | None = None
    mismatch: Mismatch | None = None
    real_mismatch: Mismatch | None = None
    hardness: Sides[PictureHardness] | str = NO_PARSER
    others: Mapping[str, Sides[npt.NDArray[np.floating]] | str] = field(default_factory=dict)
    classes: tuple[str, ...] = CLASSES


def compare(
    reference: Reference,
    synthetic: Measurement,
    networks: NetworkInputs | None = None,
    seed: int = 0,
    on_step: Callable[[str], object] = lambda step: None,
) -> Audit:
    """Audit a measured synthetic set.

    Parameters
    ----------
    reference : Reference
        A real set or a profile.
    synthetic : Measurement
        Of the audited set.
    networks : NetworkInputs, optional
        What neural networks give of both sides.
    seed : int
        Of every bootstrap draw and fold; the same input gives the same audit.
    on_step : callable
        Called with the name of each step before it starts.

    Returns
    -------
    Audit

    Raises
    ------
    ValueError
        An empty table.
    """
    networks = networks or NetworkInputs()
    table = synthetic.attributes
    on_step("distances")
    compared = compare_rows(reference, synthetic, seed)
    on_step("two-sample tests")
    content, _ = _separability(reference, table, True, seed)
    everything, scores = _separability(reference, table, False, seed)
    on_step("joint distances")
    joint = {
        key: joint_distances(rows.real, rows.synthetic, seed)
        for key, rows in (
            (_CONTENT, _matched_rows(reference, table, True)),
            (_ALL, _matched_rows(reference, table, False)),
        )
    }
    on_step("held-out measures")
    held_out = _held_out(reference, synthetic, networks, seed)
    on_step("difficulty")
    difficulty, no_difficulty = _difficulty(networks, seed)
    if reference.fitted:
        joint = {key: _without_floor(one) for key, one in joint.items()}
        held_out = tuple(replace(one, floor=np.nan, joint=_without_floor(one.joint)) for one in held_out)
    order = np.argsort(-scores) if np.isfinite(scores).all() else np.arange(len(synthetic))
    return Audit(
        reference=reference,
        synthetic=table.source,
        n_synthetic=len(synthetic),
        rows=compared.attributes,
        labels=compared.labels,
        content=content,
        all_attributes=everything,
        family_factor=compared.family_factor,
        change_first=_change_first(compared.attributes),
        least_similar=tuple(table.ids[i] for i in order),
        joint=joint,
        held_out=held_out,
        networks=_networks(networks, seed),
        faults=label_faults(table, synthetic.labels, synthetic.unknown),
        real_faults=()
        if reference.labels is None
        else label_faults(reference.attributes, reference.labels, reference.unknown),
        class_verdicts=class_verdicts(networks.mismatch, networks.real_mismatch) if networks.mismatch else (),
        mismatch=networks.mismatch,
        difficulty=difficulty,
        no_difficulty=no_difficulty,
    )


def _difficulty(networks: NetworkInputs, seed: int) -> tuple[Difficulty | None, str]:
    """The comparison of hardness, or why there is none."""
    if isinstance(networks.hardness, str):
        return None, networks.hardness
    return compare_difficulty(networks.hardness, networks.classes, seed), ""


def _held_out(
    reference: Reference, synthetic: Measurement, networks: NetworkInputs, seed: int
) -> tuple[HeldOut, ...]:
    inputs = HeldOutInputs(
        maps=Sides(reference.maps, synthetic.maps),
        adjacency=Sides(reference.adjacency, synthetic.adjacency),
        attributes=Sides(reference.compared, synthetic.attributes),
        features=networks.features,
        parsed_content=networks.parsed_content,
    )
    return compare_held_out(inputs, seed)


def _networks(inputs: NetworkInputs, seed: int) -> tuple[FeatureDistance, ...]:
    given = {PARSER: inputs.features} | dict(inputs.others)
    found = []
    for name, reason in NETWORKS.items():
        seen = given.get(name) or reason
        found.append(
            not_measured(name, seen)
            if isinstance(seen, str)
            else feature_distance(name, seen.real, seen.synthetic, seed)
        )
    return tuple(found)


def _without_floor(one: Joint) -> Joint:
    """Distances from a fitted profile. Rows that it draws give neither a p value nor a floor: its own error
    is not in them."""
    return replace(one, mmd_p=np.nan, floor=None)


def _matched_rows(
    reference: Reference, synthetic: Table, content_only: bool
) -> Sides[npt.NDArray[np.float64]]:
    """The matched attributes that both sides hold."""
    names = [n for n in matched_names(synthetic.names, content_only) if n in reference.attributes.names]
    return Sides(reference.compared.columns(names), synthetic.columns(names))


@dataclass(frozen=True)
class ComparedRows:
    """Every attribute and label statistic compared on its own.

    Attributes
    ----------
    attributes : one Row for each measure, in the order of the table
    labels : one Row for each label statistic; empty against a profile
    family_factor : see univariate.family_factor, over all rows that were measured
    """

    attributes: tuple[Row, ...]
    labels: tuple[Row, ...]
    family_factor: float


def compare_rows(reference: Reference, synthetic: Measurement, seed: int = 0) -> ComparedRows:
    """Compare attributes and label statistics one at a time.

    Both tables are shuffled identically, so that one factor covers every line of the report.
    """
    tables = [(reference.attributes, synthetic.attributes, measure_table.BY_NAME)]
    if reference.labels is not None:
        tables.append((reference.labels, synthetic.labels, label_drawing.BY_NAME))
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
    factor, p = family_factor(list(measured.values())), adjusted_p(measured)

    def row(name: str, gap: Gap | None, measure: Measure, real: Table, other: Table) -> Row:
        if gap is None:
            return Row(measure, None, UNMEASURED, _why_unmeasured(name, real, other))
        return Row(measure, gap, _verdict(gap, factor), p_adjusted=p[name])

    lines = [
        tuple(row(name, gap, by_name[name], real, other) for name, gap in gaps.items())
        for (real, other, by_name), gaps in zip(tables, found, strict=True)
    ]
    return ComparedRows(lines[0], lines[1] if len(lines) > 1 else (), factor)


def _verdict(gap: Gap, factor: float) -> str:
    if gap.distance <= max(gap.floor, gap.critical):
        return WITHIN
    return DIFFERS if gap.distance > factor * gap.critical else BORDERLINE


def _why_unmeasured(name: str, real: Table, synthetic: Table) -> str:
    if name not in real.names:
        return "the reference does not hold it"
    counts = [int(np.count_nonzero(~np.isnan(table.column(name)))) for table in (real, synthetic)]
    return f"measured on {counts[0]} real and {counts[1]} synthetic pictures: too few"


def _change_first(rows: tuple[Row, ...]) -> tuple[str, ...]:
    """Names of the attributes that differ and that a generator can follow, largest excess first."""
    wrong = [row for row in rows if row.verdict == DIFFERS and row.measure.matchable]
    return tuple(row.measure.name for row in sorted(wrong, key=lambda row: -row.excess))


def _separability(
    reference: Reference, synthetic: Table, content_only: bool, seed: int
) -> tuple[Separability, npt.NDArray[np.float64]]:
    """The two-sample test of one group of attributes, and the score of each synthetic row."""
    real, other = _matched_rows(reference, synthetic, content_only)
    found = two_sample(real, other, seed)
    floor = _auc_floor(reference, real, len(other), content_only, seed)
    error = auc_error(found.auc, len(real), len(other))
    clear = found.auc - CLEAR * error
    if not np.isfinite(found.auc + floor.largest):
        verdict = UNMEASURED
    elif reference.kind == "profile":
        verdict = DIFFERS if clear > max(0.5, floor.largest) else WITHIN
    else:
        verdict = DIFFERS if clear > 0.5 and found.auc > floor.largest else WITHIN
    result = Separability(
        auc=found.auc,
        ci_low=found.auc - NORMAL_95 * error,
        ci_high=min(1.0, found.auc + NORMAL_95 * error),
        logistic=found.logistic,
        trees=found.trees,
        floor=floor.mean,
        floor_max=floor.largest,
        attributes=found.columns,
        verdict=verdict,
    )
    return result, found.scores


@dataclass(frozen=True)
class _AucFloor:
    """Mean and largest AUC of the reference against itself; NaN where it cannot be measured."""

    mean: float
    largest: float


def _auc_floor(
    reference: Reference, real: npt.NDArray[np.float64], n_other: int, content_only: bool, seed: int
) -> _AucFloor:
    """The floor of an AUC.

    Of a set, or of a profile without a fidelity: random splits, one part as large as the synthetic set where
    enough rows are left. Of a fitted profile: its fidelity, because real pictures cannot come closer to it.
    """
    if reference.fidelity:
        auc = reference.fidelity.get(_CONTENT if content_only else _ALL, np.nan)
        return _AucFloor(auc, auc)
    part = min(n_other, len(real) // 2)
    if part < MIN_ROWS:
        return _AucFloor(np.nan, np.nan)
    floors = []
    for repeat in range(FLOOR_REPEATS):
        order = philox(seed + 1 + repeat).permutation(len(real))
        floors.append(two_sample(real[order[part:]], real[order[:part]], seed).auc)
    return _AucFloor(float(np.mean(floors)), float(max(floors)))
