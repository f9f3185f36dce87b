"""Fitting a Profile: the measured part from a table, the annotated part from CelebAMask-HQ's annotation
files."""

from collections.abc import Sequence

import numpy as np

from facegen.audit.distances.two_sample import content_and_all_auc
from facegen.audit.measures.face_view import WORKING_SIZE
from facegen.audit.measures.measure_table import BY_NAME
from facegen.audit.measures.schema import BINARY, Measure, Table, gate_open
from facegen.audit.profiles.annotated_attributes import (
    ANNOTATED,
    LINKS,
    NO_SHADE,
    ORDINALS,
    POSE,
    UNMATCHED,
    WEIGHTS,
)
from facegen.audit.profiles.attribute_profile import Link, Part, Profile, ProfileAttribute
from facegen.audit.profiles.copula import latent_correlation
from facegen.audit.profiles.marginals import GRID, Continuous, Levels, Marginal
from facegen.datasets.errors import FacegenError
from facegen.datasets.keyed_random import philox
from facegen.datasets.layouts.annotations import POSE_NAMES, Annotations

MIN_ROWS = 50  # pictures: under this neither quantiles nor correlations mean anything

_METHOD = (
    "measured: facegen.audit.measures at {size} px, {n} pictures with masks; marginals as {q} quantiles or "
    "frequencies; dependence as a Gaussian copula (pairwise latent correlations, nearest correlation "
    "matrix). A gate "
    "names the binary attributes without which an attribute does not exist."
)
_FUSION = (
    " annotated: {n} rows of attributes and pose of the same data set, which cannot be joined to the "
    "pictures row by row. Fusion: the two parts are taken to be independent given the variables they "
    "share (links). Links of correlation 1 are one latent with two frequencies; the others carry an "
    "assumed correlation, met half way where what was measured contradicts it. Yaw and pitch are an "
    "estimator's degrees; the sign of yaw (positive: face turned to the picture's left, the subject's "
    "right) agrees with the mean of the nose's offset in the masks. Roll was estimated before the "
    "pictures were aligned and is not to be matched."
)


def fit_profile(
    table: Table, annotations: Annotations | None = None, name: str = "", fidelity: bool = True
) -> Profile:
    """The profile of a measured set.

    Parameters
    ----------
    table : attributes of measure_dataset.measure_set
    annotations : CelebAMask-HQ's annotation files, or None
    name : of the profile
    fidelity : also measure how well a classifier separates the profile from the set (takes a minute)

    Raises
    ------
    FacegenError : fewer than MIN_ROWS pictures.
    """
    if len(table) < MIN_ROWS:
        raise FacegenError(
            f"{table.source}: {len(table)} pictures are too few for a profile: give at least {MIN_ROWS}"
        )
    measured = measured_part(table)
    method = _METHOD.format(size=WORKING_SIZE, n=len(table), q=len(GRID))
    annotated: Part | None = None
    links: tuple[Link, ...] = ()
    if annotations is not None:
        annotated = annotated_part(annotations)
        links = tuple(link for link in LINKS if link.measured in measured.names)
        method += _FUSION.format(n=len(annotations))
    auc = fidelity_of(table) if fidelity else {}
    return Profile(name, table.source, method, measured, annotated, links, auc, measures=table.names)


def fidelity_of(table: Table) -> dict[str, float]:
    """How well a classifier separates the profile from pictures it was not fitted to: two-sample AUCs.

    Fitted to a random half, compared with the other half, and the other way round; the mean of both. It
    contains what a copula cannot express (the picture's border cuts hair off, long hair is low hair).
    """
    order = philox(0).permutation(len(table))
    halves = order[: len(table) // 2], order[len(table) // 2 :]
    found = []
    for one, other in (halves, halves[::-1]):
        half = Profile("", "", "", measured_part(table.rows(one)))
        found.append(content_and_all_auc(half.table(len(other), seed=0), table.rows(other)))
    return {key: round(float(np.mean([auc[key] for auc in found])), 4) for key in found[0]}


def measured_part(table: Table) -> Part:
    """Marginals and copula of a measured table; attributes never measured are left out."""
    attributes = fitted_attributes(table)
    kept = [a.name for a in attributes]
    correlation = latent_correlation(table.columns(kept), [a.marginal for a in attributes])
    return Part(len(table), attributes, correlation)


def fitted_attributes(table: Table) -> tuple[ProfileAttribute, ...]:
    """Marginals, gates and fractions of a measured table; attributes never measured are left out."""
    columns = {name: table.column(name) for name in table.names}
    attributes = []
    for name in table.names:
        values, measure = columns[name], BY_NAME[name]
        seen = values[~np.isnan(values)]
        if not len(seen):
            continue
        is_open = np.broadcast_to(gate_open(measure.gate, columns), values.shape)
        fraction = min(1.0, len(seen) / max(1, np.count_nonzero(is_open)))
        attributes.append(
            ProfileAttribute(
                name,
                measure.unit,
                measure.group,
                _fitted(seen, measure),
                measure.gate,
                measured_fraction=fraction,
                n=len(seen),
                matched=measure.matchable,
            )
        )
    return tuple(attributes)


def _fitted(values: np.ndarray, measure: Measure) -> Marginal:
    """The marginal of measured values (n,) without NaN."""
    return Levels.binary(float(values.mean())) if measure.kind == BINARY else Continuous.fit(values)


def annotated_part(annotations: Annotations) -> Part:
    """Frequencies, ordinals and pose of the annotation rows, and their copula."""
    columns: dict[str, np.ndarray] = {}
    marginals: dict[str, Marginal] = {}
    for celeba in ANNOTATED:
        values = annotations.attributes.column(celeba).astype(float)
        columns[celeba.lower()], marginals[celeba.lower()] = values, Levels.binary(float(values.mean()))
    for name, levels in ORDINALS.items():
        values = _ordinal(annotations, levels)
        if name == "hair_shade":
            hidden = np.any([annotations.attributes.column(one) for one in NO_SHADE], axis=0)
            values[hidden] = np.nan
        columns[name] = values
        marginals[name] = Levels.fit(values[~np.isnan(values)], tuple(level for level, _ in levels))
    for j, name in enumerate(POSE_NAMES):
        values = annotations.pose[:, j].astype(float)
        columns[POSE[name]], marginals[POSE[name]] = values, Continuous.fit(values)
    values = np.stack(list(columns.values()), axis=1)
    attributes = tuple(_annotated(name, marginals[name], column) for name, column in columns.items())
    weights = np.array([WEIGHTS.get(name, 1.0) for name in columns])
    return Part(len(annotations), attributes, latent_correlation(values, list(marginals.values()), weights))


def _ordinal(annotations: Annotations, levels: Sequence[tuple[str, str | None]]) -> np.ndarray:
    """(n,) float64 level numbers from exclusive binary attributes."""
    other = [celeba for _, celeba in levels].index(None)
    flags = {i: annotations.attributes.column(celeba) for i, (_, celeba) in enumerate(levels) if celeba}
    alone = np.sum(list(flags.values()), axis=0) == 1
    out = np.full(len(annotations), float(other))
    for i, flag in flags.items():
        out[flag & alone] = i
    return out


def _annotated(name: str, marginal: Marginal, column: np.ndarray) -> ProfileAttribute:
    n = int(np.count_nonzero(~np.isnan(column)))
    pose = name in POSE.values()
    unit = "deg" if pose else "level" if marginal.kind == "ordinal" else "0/1"
    group = "pose" if pose else "person"
    return ProfileAttribute(name, unit, group, marginal, (), 1.0, n, name not in UNMATCHED)
