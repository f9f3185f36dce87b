"""Fitting a Profile: the measured part from a table, the annotated part from CelebAMask-HQ's annotation
files."""

from collections.abc import Sequence

import numpy as np

from facegen.audit.distances import two_sample
from facegen.audit.distances.auc_error import NORMAL_95, auc_error
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
from facegen.audit.profiles.attribute_profile import Profile
from facegen.audit.profiles.copula import latent_correlation
from facegen.audit.profiles.latent_cells import cells_of, gaps_of
from facegen.audit.profiles.marginals import GRID, Continuous, Levels, Marginal
from facegen.audit.profiles.mixture import Mixture
from facegen.audit.profiles.mixture_fit import best_mixture, fit_mixture
from facegen.audit.profiles.profile_parts import Link, Part, ProfileAttribute, Separated
from facegen.datasets.errors import FacegenError
from facegen.datasets.keyed_random import philox
from facegen.datasets.layouts.annotations import POSE_NAMES, Annotations

MIN_ROWS = 50  # measurable pictures: under this no mixture is fitted, only marginals and shrunken dependence
FEWEST_ROWS = 10  # under this the quantiles would be the pictures themselves
FOLDS = 4  # of the pictures, to measure how far rows of the profile can be told from real ones
# Rows that "no dependence" counts for where the pictures are fewer than MIN_ROWS.
SHRUNKEN_ROWS = 50.0

_METHOD = (
    "measured: facegen.audit.measures at {size} px, {n} pictures with masks; marginals as {q} quantiles or "
    "frequencies; dependence, on normal scores and with what is missing: {dependence}. "
    "A gate names the binary attributes without which an attribute does not exist."
)
_MIXTURE = "a Gaussian mixture with {k} component{s} of full covariance ({rows} pictures)"
_SHRUNKEN = (
    "one normal distribution shrunken by {share:.0f} % towards independence, because only {n} pictures, "
    "fewer than {least}, can be measured"
)
_FUSION = (
    " annotated: {n} rows of attributes and pose of the same data set, which cannot be joined to the "
    "pictures row by row; dependence as a Gaussian copula (pairwise latent correlations, nearest "
    "correlation matrix). Fusion: the two parts are taken to be independent given the variables they share "
    "(links). Links of correlation 1 are one latent with two frequencies; the others carry an assumed "
    "correlation and give way where the annotated correlations contradict it. Yaw and pitch are an "
    "estimator's degrees; the sign of yaw (positive: face turned to the picture's left, the subject's "
    "right) agrees with the mean of the nose's offset in the masks. Roll was estimated before the pictures "
    "were aligned and is not to be matched."
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
    fidelity : also measure how well a classifier tells rows of the profile from pictures it was not fitted to
        (takes half a minute)

    Raises
    ------
    FacegenError : fewer than FEWEST_ROWS pictures can be measured.
    """
    count = int(measurable(table).sum())
    if count < FEWEST_ROWS:
        raise FacegenError(
            f"{table.source}: {count} of {len(table)} pictures can be measured, too few for a profile: give "
            f"at least {FEWEST_ROWS}"
        )
    measured, dependence = measured_part(table)
    method = _METHOD.format(size=WORKING_SIZE, n=len(table), q=len(GRID), dependence=dependence)
    annotated: Part | None = None
    links: tuple[Link, ...] = ()
    if annotations is not None:
        annotated = annotated_part(annotations)
        links = tuple(link for link in LINKS if link.measured in measured.names)
        method += _FUSION.format(n=len(annotations))
    size = len(measured.mixture.weights)
    found = separated_of(table, size) if fidelity and count >= MIN_ROWS else {}
    return Profile(
        name,
        table.source,
        method,
        measured,
        annotated,
        links,
        found,
        measures=table.names,
        dependence=dependence,
    )


def measurable(table: Table) -> np.ndarray:
    """(n,) bool: pictures with a face that could be measured; without masks those with any value."""
    if "face_axes" in table.names and np.any(table.column("face_axes") > 0):
        return np.asarray(table.column("face_axes") > 0)
    return np.asarray(~np.isnan(table.values).all(1))


def separated_of(table: Table, size: int) -> dict[str, Separated]:
    """How well a classifier tells rows of the profile from pictures it was not fitted to.

    Each of FOLDS parts of the pictures, or fewer so that each is large enough to test, is compared with the
    profile of the others; the AUC is the mean. It contains what the mixture cannot express and what too few
    pictures to fit to cost. Too few pictures for two parts: nothing is measured, and the result is empty.

    Parameters
    ----------
    table : Table of n pictures
    size : components of the mixture
    """
    folds = min(FOLDS, len(table) // two_sample.MIN_ROWS)
    if folds < 2:
        return {}
    order = philox(0).permutation(len(table))
    found = []
    for fold in range(folds):
        held, kept = order[fold::folds], np.delete(order, np.s_[fold::folds])
        part = Profile("", "", "", measured_part(table.rows(kept), size)[0])
        found.append(two_sample.content_and_all_auc(part.table(len(kept), seed=fold), table.rows(held)))
    out = {}
    for key in found[0]:
        auc = float(np.mean([one[key] for one in found]))
        half = NORMAL_95 * auc_error(auc, len(table), len(table)) if np.isfinite(auc) else np.nan
        out[key] = Separated(round(auc, 4), round(auc - half, 4), round(min(1.0, auc + half), 4))
    return out


def measured_part(table: Table, size: int | None = None) -> tuple[Part, str]:
    """Marginals and mixture of a measured table, and what the dependence is, for people.

    Attributes that were never measured are left out.

    Parameters
    ----------
    table : Table
    size : int, optional
        Components of the mixture at most; None: the fewest that explain held-out rows as well as the best.
    """
    attributes = fitted_attributes(table)
    gaps = gaps_of(table, attributes)
    cells = cells_of(table, attributes, gaps)
    count = int(measurable(table).sum())
    if count < MIN_ROWS:
        mixture = _shrunken(fit_mixture(cells, 1).mixture, len(table))
        share = 100 * SHRUNKEN_ROWS / (len(table) + SHRUNKEN_ROWS)
        dependence = _SHRUNKEN.format(share=share, n=count, least=MIN_ROWS)
    else:
        fitted = best_mixture(cells) if size is None else fit_mixture(cells, size)
        mixture = fitted.mixture
        rows = ", ".join(str(n) for n in sorted(fitted.rows, reverse=True))
        dependence = _MIXTURE.format(k=len(mixture.weights), s="s" * (len(mixture.weights) > 1), rows=rows)
    return Part(len(table), attributes, mixture, gaps), dependence


def _shrunken(mixture: Mixture, n: int) -> Mixture:
    """One normal distribution, its correlations those of n rows drawn towards 0."""
    correlation = mixture.correlation * n / (n + SHRUNKEN_ROWS)
    np.fill_diagonal(correlation, 1.0)
    return Mixture.copula(correlation)


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
    correlation = latent_correlation(values, list(marginals.values()), weights)
    return Part(len(annotations), attributes, Mixture.copula(correlation))


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
