"""The audit proper: a synthetic set against a real set or against a profile, attribute by attribute and
jointly."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from facegen.audit.distances.feature_distance import FeatureDistance, feature_distance, not_measured
from facegen.audit.distances.frozen_lists import matched_names
from facegen.audit.distances.held_out import NEED_PARSER, compare_held_out
from facegen.audit.distances.joint import Joint, joint_distances
from facegen.audit.distances.label_mismatch import Mismatch, judge, label_faults
from facegen.audit.distances.two_sample import MIN_ROWS, two_sample
from facegen.audit.distances.univariate import Draws, Gap, compare_columns, family_factor, family_p
from facegen.audit.measure_dataset import Measurement
from facegen.audit.measures import label_drawing, measure_table
from facegen.audit.measures.schema import Table
from facegen.audit.report.findings import BORDERLINE, DIFFERS, UNMEASURED, WITHIN, Audit, Row, Separability
from facegen.audit.report.reference import Reference

# Standard errors above a half from which an AUC counts: the folds share rows and the larger of two
# classifiers is taken, so that of 32 random splits of 1,500 real faces into 1,000 and 500 five lay above 2,
# two above 3.
CLEAR = 3.0
# Network -> why it was not asked, where no features of it are given.
PARSER, INCEPTION = "parser encoder", "Inception v3"
NETWORKS = {
    PARSER: NEED_PARSER,
    INCEPTION: "no file of its weights was given (--inception), or no real pictures",
    "DINOv2": "torch-fidelity reads its weights from no local file, and facegen downloads none",
}
FLOOR_REPEATS = 3  # splits of the reference behind the floor of an AUC


def compare(
    reference: Reference,
    synthetic: Measurement,
    seed: int = 0,
    on_step: Callable[[str], object] = lambda step: None,
    features: tuple[np.ndarray, np.ndarray] | None = None,
    mismatch: tuple[Mismatch, Mismatch | None] | None = None,
    encoders: Mapping[str, tuple[np.ndarray, np.ndarray] | str] | None = None,
    read: tuple[np.ndarray, np.ndarray] | None = None,
) -> Audit:
    """Audit a measured synthetic set.

    Parameters
    ----------
    reference, synthetic : what to compare
    seed : of every bootstrap draw and fold; the same input gives the same audit
    on_step : told what is being done
    features : (m, d) of the reference's and (n, d) of the synthetic pictures, from one parser, or None
    mismatch : of one parser on the synthetic and, where there are real pictures, on the real side
    encoders : of NETWORKS, name -> features as above, or why there are none
    read : held_out.read_rows of what that parser drew for the reference's and for the synthetic pictures

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
        (reference.compared, synthetic.attributes),
        read,
    )
    if reference.fitted:
        joint = {key: _without_floor(one) for key, one in joint.items()}
        held_out = tuple(replace(one, floor=np.nan, joint=_without_floor(one.joint)) for one in held_out)
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
        faults=label_faults(synthetic.attributes, synthetic.labels, synthetic.unknown),
        real_faults=()
        if reference.labels is None
        else label_faults(reference.attributes, reference.labels, reference.unknown),
        judged=judge(*mismatch) if mismatch else (),
        mismatch=mismatch[0] if mismatch else None,
    )


def _networks(
    encoders: Mapping[str, tuple[np.ndarray, np.ndarray] | str | None], seed: int
) -> tuple[FeatureDistance, ...]:
    found = []
    for name, why in NETWORKS.items():
        seen = encoders.get(name) or why
        found.append(
            not_measured(name, seen) if isinstance(seen, str) else feature_distance(name, *seen, seed)
        )
    return tuple(found)


def _without_floor(one: Joint) -> Joint:
    """Distances from a fitted law: neither their p nor their floor can be had from rows that it draws."""
    return replace(one, mmd_p=np.nan, floor=None)


def _joint_rows(reference: Reference, synthetic: Table, content_only: bool) -> tuple[np.ndarray, np.ndarray]:
    names = [n for n in matched_names(synthetic.names, content_only) if n in reference.attributes.names]
    return reference.compared.columns(names), synthetic.columns(names)


def compare_rows(
    reference: Reference, synthetic: Measurement, seed: int = 0
) -> tuple[tuple[Row, ...], tuple[Row, ...], float]:
    """The rows of attributes and of label statistics, and the family factor of both taken together.

    Both tables are shuffled alike, so that one factor covers every line of the report.
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
    real, other = reference.compared.columns(names), synthetic.columns(names)
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
        found.auc, low, high, found.logistic, found.trees, floor, floor_high, found.columns, verdict
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

    Of a set, or of a law that no pictures were held against: random splits, one part of the synthetic set's
    size where that leaves enough. Of a fitted profile: its fidelity, since real pictures cannot come closer
    to it.
    """
    if reference.fidelity:
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
