"""Set the learned head shapes to people's measurements: prints assets/head/shape_distribution.json.

    python tools/shape_distribution.py > assets/head/shape_distribution.json

`shape_distribution_source.json` beside this file is the distribution as learned from scans and surveys (its
"about" and "sources" say how), in the same format. From it, means are moved by MEAN_SHIFTS, factors are
turned and scaled so that heads of European adults have the covariance of NIOSH's measurements and nearly the
standard deviations of all norms (render/geometry/face_norms.json), and sliders are held inside their ends.
Draws are seeded: the output depends on the source, the norms and the head model alone, up to the last digit
of a number. Takes about a minute.
"""

from __future__ import annotations

import copy
import json
import math
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import count, islice
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from facegen.assets.head.shape_distribution import (
    END,
    FACTORS,
    NAMES,
    SEXES,
    ShapeDistribution,
    both_sides,
    shipped_distribution,
)
from facegen.datasets.keyed_random import Draw
from facegen.render.geometry.anthropometry import MEASUREMENTS, measure_people
from facegen.render.geometry.norm_comparison import is_european_adult, sex_of, shipped_norms
from facegen.render.prior.head_shape import SLIDER_CUT
from facegen.render.prior.identity_prior import draw_identity
from facegen.render.spec.face_spec import ANCESTRY, Identity

Floats = npt.NDArray[np.float64]

SOURCE = Path(__file__).with_name("shape_distribution_source.json")
PEOPLE, SEED = 600, 0  # European adults whose heads are measured; of the same draws as `bench anthropometry`
CUT = 2.5  # standard normal numbers of the measured heads
STEP = 0.25  # of a slider, for derivatives of measurements
# Added to the means of women and men of all ancestries. Head length is shared by two sliders, of which the
# first alone would reach its end. Mouth and lids: label previews of 400 profile rows against the masks of
# CelebAMask-HQ's 700 fitting pictures, closed mouths apart from open ones.
MEAN_SHIFTS: Mapping[str, tuple[float, float]] = {
    "head-scale-depth-incr": (0.3, 0.4),
    "head-back-scale-depth-incr": (-0.165, -0.23),
    "mouth-angles-up": (-0.05, -0.05),
    "mouth-upperlip-height-incr": (0.3, 0.3),
    "mouth-scale-horiz-incr": (0.05, 0.05),
    "eye-height2-incr": (-0.1, -0.1),
}
# Measured besides those whose correlations are known.
MORE_MEASURES = ("en_en", "fissure", "sn_sto", "sto_sl", "sn_gn", "t_gn", "n_prn")
AIM = 0.92  # of people's standard deviations, at least; at 1 one head in ten looked too strong
# Correlation of head breadth and cheek width; NIOSH's .64 cannot be reached, no slider parts the two.
BREADTH_AND_CHEEKS = 0.9
LEAST_EIGENVALUE = 0.02  # of the correlation matrix aimed at
RIDGE = 0.02  # of the variance of measurements that factors explain
FACTOR_CHANGE = (0.25, 3.0)  # smallest and greatest change of a factor's variance
ROOM = 0.95 * END  # what the mean and SLIDER_CUT standard deviations of a slider may reach
AGES = (30.0, 90.0)  # whose means are looked at for it
# Of all factors, once more, by eye against strong heads: ratios of standard deviations stay above .85.
ALL_FACTORS = 0.975
MOUTH_ANGLES, ANGLES_SPREAD = "mouth-angles-up", 0.65  # by eye: at 1, one head in twenty looked sullen


def people_measured(shapes: ShapeDistribution) -> tuple[Floats, npt.NDArray[np.str_]]:
    """Measurements (PEOPLE, k), mm, of European adults with heads of a distribution, and their sexes."""
    drawn = (draw_identity(Draw(SEED, i)) for i in count())
    people = list(islice(filter(is_european_adult, drawn), PEOPLE))
    normal = np.random.default_rng(SEED).standard_normal
    ends = SLIDER_CUT * shapes.sd()
    heads = []
    for person in people:
        z, own = (_cut(normal, size) for size in (len(FACTORS), len(NAMES)))
        deviation = np.clip(shapes.loadings @ z + shapes.residual_sd * own, -ends, ends)
        heads.append(_head(person, shapes.mean(person) + deviation))
    return measure_people(heads), np.array([sex_of(person) for person in people])


def _cut(normal: Any, size: int) -> Floats:
    """Normal numbers (size,), drawn again beyond CUT and scaled back to a standard deviation of 1."""
    values: Floats = normal(size)
    while (beyond := np.abs(values) > CUT).any():
        values[beyond] = normal(int(beyond.sum()))
    inside = math.erf(CUT / math.sqrt(2))
    return values / math.sqrt(1 - 2 * CUT * math.exp(-(CUT**2) / 2) / math.sqrt(2 * math.pi) / inside)


def _head(person: Identity, total: Floats) -> Identity:
    """A person with given total sliders (S,), whatever the distribution that is shipped."""
    beyond = np.clip(total, -END, END) - shipped_distribution().mean(person)
    return replace(person, shape_factors={}, sliders=both_sides(beyond))


def derivatives(shapes: ShapeDistribution) -> Floats:
    """Change of the measurements per unit of each slider (k, S), mean of the average woman and man."""
    both = []
    for gender in shapes.gender_of_means:
        person = Identity(gender=float(gender), age=30, african=0.1, asian=0.1, caucasian=0.8)
        mean = shapes.mean(person)
        heads = [_head(person, mean + step * row) for row in np.eye(len(NAMES)) for step in (-STEP, STEP)]
        low, high = np.moveaxis(measure_people(heads).reshape(len(NAMES), 2, -1), 1, 0)
        both.append((high - low).T / (2 * STEP))
    mean_of_sexes: Floats = np.mean(both, axis=0)
    return mean_of_sexes


def turned_loadings(shapes: ShapeDistribution) -> Floats:
    """Loadings (S, F) with which measurements covary as people's do: the least change of the factors.

    With A the change of the measurements per factor, Y their covariance and T the one aimed at, the factors
    get the covariance I + A'G(T - Y)GA, G = (AA' + ridge)^-1.
    """
    norms = shipped_norms()
    values, sexes = people_measured(shapes)
    used = [*norms.correlated, *MORE_MEASURES]
    column = [list(MEASUREMENTS).index(name) for name in used]
    within = np.concatenate([values[sexes == sex] - values[sexes == sex].mean(0) for sex in SEXES])
    covariance = np.cov(within[:, column].T)
    aimed = _aimed_covariance(covariance, used)
    per_factor = derivatives(shapes)[column] @ shapes.loadings
    known = per_factor @ per_factor.T
    inverse = np.linalg.inv(known + RIDGE * np.diag(np.diag(known)))
    change = per_factor.T @ inverse @ (aimed - covariance) @ inverse @ per_factor
    spread, axes = np.linalg.eigh(np.eye(len(FACTORS)) + change)
    loadings: Floats = shapes.loadings @ (axes * np.sqrt(np.clip(spread, *FACTOR_CHANGE))) @ axes.T
    return loadings


def _aimed_covariance(covariance: Floats, used: Sequence[str]) -> Floats:
    """Covariance (m, m) of measurements with people's correlations and at least AIM of their deviations."""
    norms = shipped_norms()
    sd = np.sqrt(np.diag(covariance))
    correlation = covariance / np.outer(sd, sd)
    known = len(norms.correlated)
    correlation[:known, :known] = np.mean([norms.correlations["europeans", sex] for sex in SEXES], 0)
    i, j = used.index("eu_eu"), used.index("zy_zy")
    correlation[i, j] = correlation[j, i] = BREADTH_AND_CHEEKS
    values, axes = np.linalg.eigh(correlation)
    correlation = (axes * np.maximum(values, LEAST_EIGENVALUE)) @ axes.T
    unit = np.sqrt(np.diag(correlation))
    of_people = [math.prod(norms.norm("europeans", sex, name).sd for sex in SEXES) ** 0.5 for name in used]
    aimed = np.maximum(AIM * np.array(of_people), np.minimum(sd, of_people))
    return correlation / np.outer(unit, unit) * np.outer(aimed, aimed)


def held_inside(shapes: ShapeDistribution, loadings: Floats) -> Floats:
    """Fraction (S,) of its spread that each slider keeps, so that none reaches its end."""
    groups = [{name: float(name == alone) for name in ANCESTRY} for alone in ANCESTRY]
    averages = [
        shapes.mean(Identity(gender=gender, age=age, **group))
        for gender in (0.0, 1.0)
        for age in AGES
        for group in groups
    ]
    sd = np.sqrt((loadings**2).sum(1) + shapes.residual_sd**2)
    room = (ROOM - np.abs(averages).max(0)) / SLIDER_CUT
    if (room < 0).any():
        raise SystemExit(f"the mean of {NAMES[int(room.argmin())]} lies at its end")
    kept: Floats = np.minimum(1, room / np.maximum(sd, 1e-9))
    return kept


def calibrated(source: Mapping[str, Any]) -> dict[str, Any]:
    """The content of the file that the package ships, from that of SOURCE."""
    loadings = turned_loadings(ShapeDistribution.from_dict(source, SOURCE.name))
    data: dict[str, Any] = copy.deepcopy(dict(source))
    for name, shifts in MEAN_SHIFTS.items():
        means = data["sliders"][name]["mean"]
        for sex, shift in zip(SEXES, shifts, strict=True):
            means[sex] = {group: round(value + shift, 4) for group, value in means[sex].items()}
    kept = held_inside(ShapeDistribution.from_dict(data, SOURCE.name), loadings)
    for name, line, fraction in zip(NAMES, loadings, kept, strict=True):
        row = data["sliders"][name]
        own = ANGLES_SPREAD if name == MOUTH_ANGLES else 1.0
        if "loadings" in row:
            row["loadings"] = [round(float(x), 4) for x in line * fraction * own * ALL_FACTORS]
        if "residual_sd" in row:
            row["residual_sd"] = round(float(row["residual_sd"] * fraction * own), 4)
    data["about"] += (
        f" Sliders that would reach their ends are held to {ROOM:g} of them at {SLIDER_CUT:g} standard "
        "deviations. Head length is shared by head-scale-depth and head-back-scale-depth; means of mouth "
        "and lids follow label maps; the corners of the mouth vary by "
        f"{ANGLES_SPREAD:g} of what the scans show (by eye: at more, some heads look sullen). Made by "
        "tools/shape_distribution.py."
    )
    return data


def as_text(data: Mapping[str, Any]) -> str:
    """JSON with one line for each source and each list of a slider."""

    def line(value: Any) -> str:
        return json.dumps(value, ensure_ascii=False)

    def table(key: str, rows: Mapping[str, str]) -> str:
        return f' "{key}": {{\n' + ",\n".join(f"  {line(k)}: {v}" for k, v in rows.items()) + "\n }"

    parts = [f' "{key}": {line(data[key])}' for key in ("format", "format_version", "about")]
    parts.append(table("sources", {k: line(v) for k, v in data["sources"].items()}))
    parts += [f' "{key}": {line(data[key])}' for key in ("gender_of_means", "factors", "asymmetry_factors")]
    sliders = {
        name: "{\n" + ",\n".join(f"   {line(k)}: {line(v)}" for k, v in row.items()) + "\n  }"
        for name, row in data["sliders"].items()
    }
    return "{\n" + ",\n".join([*parts, table("sliders", sliders)]) + "\n}\n"


def main() -> None:
    sys.stdout.write(as_text(calibrated(json.loads(SOURCE.read_text(encoding="utf-8")))))


if __name__ == "__main__":
    main()
