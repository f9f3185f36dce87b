"""Measured heads compared with norms of real people: means, standard deviations, correlations, by sex.

Norms and their sources are in face_norms.json. What has no norm, or too few heads, is NaN: not measured.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from facegen.datasets.errors import FacegenError
from facegen.render.spec.face_spec import Identity

Floats = npt.NDArray[np.floating]

FILE = "face_norms.json"
FORMAT, FORMAT_VERSION = "facegen-face-norms", 1
SEXES = ("women", "men")
# An Identity.caucasian over this counts as European: most draws of the default prior are mixtures. The
# European norms are of people of 18-40 with four European grandparents, and of White adults of 17-66.
MIN_CAUCASIAN = 0.6
ADULT_AGES = (18.0, 45.0)
MIN_FOR_SD, MIN_FOR_CORRELATION = 2, 3  # heads


def is_european_adult(person: Identity) -> bool:
    """Whether European norms apply: mostly of caucasian ancestry, aged 18 to 45."""
    return person.caucasian > MIN_CAUCASIAN and ADULT_AGES[0] <= person.age <= ADULT_AGES[1]


def sex_of(person: Identity) -> str:
    """One of SEXES: the nearer end of the gender axis."""
    return SEXES[int(person.gender >= 0.5)]


# Groups of people by the name of their norms.
GROUPS: Mapping[str, Callable[[Identity], bool]] = MappingProxyType(
    {"europeans": is_european_adult, "everybody": lambda person: True}
)


class Norm(NamedTuple):
    """Mean and standard deviation of a measurement, mm; NaN where there is no norm."""

    mean: float
    sd: float


NO_NORM = Norm(math.nan, math.nan)


@dataclass(frozen=True)
class FaceNorms:
    """What is known of real faces.

    Attributes
    ----------
    weights : dict of measurement to weight in (0, 1]
        How comparable a mesh is with the instrument.
    norms : dict of (group, sex, measurement) to Norm
    correlated : measurements of the correlation matrices
    correlations : dict of (group, sex) to (k, k) float
    """

    weights: Mapping[str, float]
    norms: Mapping[tuple[str, str, str], Norm]
    correlated: tuple[str, ...]
    correlations: Mapping[tuple[str, str], Floats]

    def norm(self, group: str, sex: str, measurement: str) -> Norm:
        """The norm; NaN where there is none."""
        return self.norms.get((group, sex, measurement), NO_NORM)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> FaceNorms:
        """Read the content of face_norms.json.

        Raises
        ------
        FacegenError : another format or version.
        """
        if (data.get("format"), data.get("format_version")) != (FORMAT, FORMAT_VERSION):
            raise FacegenError(f"{FILE}: not face norms of version {FORMAT_VERSION}: install facegen again")
        norms = {
            (group, sex, name): Norm(float(row["mean"]), float(row["sd"]))
            for name, entry in data["measurements"].items()
            for group, sexes in entry["norms"].items()
            for sex, row in sexes.items()
        }
        table = data["correlations"]
        return cls(
            weights={name: float(entry["weight"]) for name, entry in data["measurements"].items()},
            norms=norms,
            correlated=tuple(table["measurements"]),
            correlations={(table["group"], sex): np.array(table[sex], float) for sex in SEXES},
        )


@lru_cache(maxsize=1)
def shipped_norms() -> FaceNorms:
    """The norms that the package carries."""
    text = (resources.files("facegen.render.geometry") / FILE).read_text(encoding="utf-8")
    return FaceNorms.from_dict(json.loads(text))


class Row(NamedTuple):
    """One measurement of one sex; NaN is not measured.

    Attributes
    ----------
    n : heads
    mean, sd : of the heads, mm
    norm_mean, norm_sd : of people, mm
    d : (mean - norm_mean) / norm_sd
    sd_ratio : sd / norm_sd
    """

    n: int
    mean: float
    sd: float
    norm_mean: float
    norm_sd: float
    d: float
    sd_ratio: float


class Summary(NamedTuple):
    """One sex in three figures; NaN is not measured.

    Attributes
    ----------
    n : heads
    mean_abs_d : weighted mean of |d| over the measurements with a norm
    median_sd_ratio : median over these
    rms_correlation : root mean square difference of the correlations of pairs from people's
    """

    n: int
    mean_abs_d: float
    median_sd_ratio: float
    rms_correlation: float


def compare_measurement(values: Floats, norm: Norm) -> Row:
    """Compare one measurement of heads with a norm.

    Parameters
    ----------
    values : (n,) float, mm
    norm : Norm

    Returns
    -------
    Row, with the standard deviation of a sample (n - 1)
    """
    mean = float(np.mean(values)) if len(values) else math.nan
    sd = float(np.std(values, ddof=1)) if len(values) >= MIN_FOR_SD else math.nan
    return Row(len(values), mean, sd, *norm, (mean - norm.mean) / norm.sd, sd / norm.sd)


def correlations(values: Floats) -> Floats:
    """Correlations (k, k) of the columns of (n, k) values; NaN where heads are too few."""
    count = values.shape[1]
    if len(values) < MIN_FOR_CORRELATION:
        return np.full((count, count), np.nan)
    with np.errstate(invalid="ignore", divide="ignore"):  # a column that does not vary: NaN
        return np.corrcoef(values, rowvar=False)


def rms_of_pairs(one: Floats, other: Floats) -> float:
    """Root mean square difference of two correlation matrices (k, k) over their k (k - 1) / 2 pairs."""
    above = np.triu_indices(len(one), 1)
    return float(np.sqrt(np.mean((one - other)[above] ** 2)))


def summarise(rows: Mapping[str, Row], weights: Mapping[str, float], rms_correlation: float) -> Summary:
    """Figures of one sex.

    Parameters
    ----------
    rows : dict of measurement to Row
    weights : dict of measurement to weight
    rms_correlation : as in Summary

    Returns
    -------
    Summary
    """
    known = [(weights[name], row) for name, row in rows.items() if not math.isnan(row.d)]
    ratios = [row.sd_ratio for row in rows.values() if not math.isnan(row.sd_ratio)]
    return Summary(
        n=max((row.n for row in rows.values()), default=0),
        mean_abs_d=(
            float(np.average([abs(row.d) for _, row in known], weights=[weight for weight, _ in known]))
            if known
            else math.nan
        ),
        median_sd_ratio=float(np.median(ratios)) if ratios else math.nan,
        rms_correlation=rms_correlation,
    )


@dataclass(frozen=True)
class Comparison:
    """A group of heads compared with its norms.

    Attributes
    ----------
    group : key of GROUPS
    rows : dict of sex to dict of measurement to Row
    summary : dict of sex to Summary
    correlations : dict of sex, and "both", to (k, k) float, of FaceNorms.correlated
        "both": within sex, each head taken from the mean of its sex.
    rms_correlation_both : float
        "both" against the mean of people's matrices of the two sexes.
    """

    group: str
    rows: Mapping[str, Mapping[str, Row]]
    summary: Mapping[str, Summary]
    correlations: Mapping[str, Floats]
    rms_correlation_both: float


def compare_group(
    group: str, names: Sequence[str], values: Floats, sexes: Sequence[str], norms: FaceNorms | None = None
) -> Comparison:
    """Compare measured heads with the norms of their group.

    Parameters
    ----------
    group : key of GROUPS
    names : k measurements; one without a norm is not compared (NaN)
    values : (n, k) float, mm
    sexes : n of SEXES
    norms : FaceNorms, optional
        By default those that are shipped.

    Returns
    -------
    Comparison
    """
    norms = norms or shipped_norms()
    of_sex = {sex: values[np.array([one == sex for one in sexes], bool)] for sex in SEXES}
    rows = {
        sex: {
            name: compare_measurement(part[:, i], norms.norm(group, sex, name))
            for i, name in enumerate(names)
        }
        for sex, part in of_sex.items()
    }
    correlated = {sex: _columns(part, names, norms.correlated) for sex, part in of_sex.items()}
    centred = [part - part.mean(0) for part in correlated.values() if len(part)]
    found = {sex: correlations(part) for sex, part in correlated.items()}
    found["both"] = correlations(np.concatenate(centred or list(correlated.values())))
    unknown = np.full((len(norms.correlated),) * 2, np.nan)
    people = {sex: norms.correlations.get((group, sex), unknown) for sex in SEXES}
    return Comparison(
        group=group,
        rows=rows,
        summary={
            sex: summarise(rows[sex], norms.weights, rms_of_pairs(found[sex], people[sex])) for sex in SEXES
        },
        correlations=found,
        rms_correlation_both=rms_of_pairs(found["both"], np.mean(list(people.values()), axis=0)),
    )


def _columns(values: Floats, names: Sequence[str], wanted: Sequence[str]) -> Floats:
    """Columns of (n, k) values by name; NaN for one that is not there."""
    missing = np.full(len(values), np.nan)
    return np.stack([values[:, names.index(name)] if name in names else missing for name in wanted], 1)


def to_json(comparison: Comparison, norms: FaceNorms | None = None) -> dict[str, Any]:
    """A comparison as JSON holds it, numbers rounded; None is not measured."""
    norms = norms or shipped_norms()
    return {
        "people": {sex: one.n for sex, one in comparison.summary.items()},
        "summary": {
            sex: {key: _number(value) for key, value in one._asdict().items() if key != "n"}
            for sex, one in comparison.summary.items()
        },
        "rms_correlation_within_sex": _number(comparison.rms_correlation_both),
        "measurements": {
            sex: {
                name: {key: _number(value) for key, value in row._asdict().items() if key != "n"}
                for name, row in rows.items()
            }
            for sex, rows in comparison.rows.items()
        },
        "correlations": {
            "measurements": list(norms.correlated),
            **{
                name: [[_number(value) for value in line] for line in matrix]
                for name, matrix in comparison.correlations.items()
            },
        },
    }


def _number(value: float) -> float | None:
    return None if math.isnan(value) else round(float(value), 3)
