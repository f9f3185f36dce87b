"""Measured heads against norms: statistics on known samples, and the norms that ship."""

import json
import math
from importlib import resources

import numpy as np
import pytest

from facegen.datasets.errors import FacegenError
from facegen.render.geometry import norm_comparison as c
from facegen.render.spec.face_spec import Identity


def known_norms(correlations=True):
    matrix = [[1.0, 0.5, 0.2], [0.5, 1.0, 0.1], [0.2, 0.1, 1.0]]
    return c.FaceNorms(
        weights={"a": 1.0, "b": 0.5, "c": 0.25},
        norms={("europeans", sex, name): c.Norm(30.0, 2.0) for sex in c.SEXES for name in ("a", "b")},
        correlated=("a", "b", "c"),
        correlations={("europeans", sex): np.array(matrix) for sex in c.SEXES} if correlations else {},
    )


def sample(n=400):
    rng = np.random.Generator(np.random.Philox(4))
    values = rng.multivariate_normal([31, 28, 50], [[4, 1, 0.5], [1, 1, 0], [0.5, 0, 9]], n)
    sexes = [c.SEXES[i % 2] for i in range(n)]
    values[1::2] += 5
    return values, sexes


def test_statistics_are_those_of_numpy():
    values, sexes = sample()
    found = c.compare_group("europeans", ["a", "b", "c"], values, sexes, known_norms())
    for part, sex in ((values[::2], "women"), (values[1::2], "men")):
        for i, name in enumerate("ab"):
            row = found.rows[sex][name]
            assert row.n == 200
            assert row.mean == pytest.approx(part[:, i].mean()) and row.sd == pytest.approx(
                part[:, i].std(ddof=1)
            )
            assert row.d == pytest.approx((part[:, i].mean() - 30) / 2)
            assert row.sd_ratio == pytest.approx(part[:, i].std(ddof=1) / 2)
        one = found.summary[sex]
        d = np.abs((part[:, :2].mean(0) - 30) / 2)
        assert one.mean_abs_d == pytest.approx((d[0] + 0.5 * d[1]) / 1.5)
        assert one.median_sd_ratio == pytest.approx(np.median(part[:, :2].std(0, ddof=1) / 2))
        matrix = np.corrcoef(part, rowvar=False)
        np.testing.assert_allclose(found.correlations[sex], matrix)
        gaps = [matrix[0, 1] - 0.5, matrix[0, 2] - 0.2, matrix[1, 2] - 0.1]
        assert one.rms_correlation == pytest.approx(np.sqrt(np.mean(np.square(gaps))))


def test_correlations_within_sex_do_not_see_the_difference_of_the_sexes():
    values, sexes = sample()
    found = c.compare_group("europeans", ["a", "b", "c"], values, sexes, known_norms())
    apart = values - np.where(np.arange(len(values))[:, None] % 2, values[1::2].mean(0), values[::2].mean(0))
    np.testing.assert_allclose(found.correlations["both"], np.corrcoef(apart, rowvar=False))
    assert found.correlations["both"][0, 2] < 0.3 < np.corrcoef(values, rowvar=False)[0, 2]


def test_what_has_no_norm_is_not_measured():
    values, sexes = sample()
    found = c.compare_group("europeans", ["a", "b", "unknown"], values, sexes, known_norms())
    row = found.rows["women"]["unknown"]
    assert row.n == 200 and math.isfinite(row.mean) and math.isnan(row.d) and math.isnan(row.sd_ratio)
    assert math.isfinite(found.summary["women"].mean_abs_d)
    assert math.isnan(found.summary["women"].rms_correlation)
    assert c.to_json(found, known_norms())["measurements"]["women"]["unknown"]["d"] is None


def test_a_group_without_norms_is_not_measured():
    values, sexes = sample()
    found = c.compare_group("everybody", ["a", "b", "c"], values, sexes, known_norms(correlations=False))
    assert all(math.isnan(value) for sex in c.SEXES for value in found.summary[sex][1:])
    assert math.isnan(found.rms_correlation_both)


def test_too_few_heads_are_not_measured():
    values, _ = sample(3)
    found = c.compare_group("europeans", ["a", "b", "c"], values[:1], ["men"], known_norms())
    assert found.summary["women"] == pytest.approx((0, math.nan, math.nan, math.nan), nan_ok=True)
    assert math.isfinite(found.rows["men"]["a"].d) and math.isnan(found.rows["men"]["a"].sd_ratio)
    json.dumps(c.to_json(found, known_norms()), allow_nan=False)


def test_heads_that_do_not_vary_have_no_correlations():
    found = c.compare_group("europeans", ["a", "b", "c"], np.full((6, 3), 30.0), ["men"] * 6, known_norms())
    assert math.isnan(found.summary["men"].rms_correlation) and found.summary["men"].mean_abs_d == 0


def test_groups_and_sexes_of_people():
    person = Identity(gender=0.9, age=30, african=0.1, asian=0.1, caucasian=0.8)
    assert c.is_european_adult(person) and c.sex_of(person) == "men"
    assert not c.is_european_adult(Identity(age=46, african=0.1, asian=0.1, caucasian=0.8))
    assert not c.is_european_adult(Identity(age=30, african=0.2, asian=0.3, caucasian=0.5))
    assert c.sex_of(Identity(gender=0.1)) == "women" and c.GROUPS["everybody"](person)


def test_the_shipped_norms_are_well_formed():
    data = json.loads((resources.files("facegen.render.geometry") / c.FILE).read_text("utf-8"))
    for entry in data["measurements"].values():
        assert entry["name"] and entry["definition"] and 0 < entry["weight"] <= 1
        assert set(entry["norms"]) <= set(c.GROUPS) and "europeans" in entry["norms"]
        for sexes in entry["norms"].values():
            assert set(sexes) == set(c.SEXES)
            for row in sexes.values():
                assert row["source"] in data["sources"] and row["n"] > 100 and 0 < row["sd"] < row["mean"] / 3
    norms = c.shipped_norms()
    assert set(norms.correlated) < set(norms.weights)
    assert data["correlations"]["source"] in data["sources"]
    for matrix in norms.correlations.values():
        np.testing.assert_array_equal(matrix, matrix.T)
        np.testing.assert_array_equal(np.diag(matrix), 1)
        assert np.linalg.eigvalsh(matrix).min() > 0


def test_norms_of_another_version_are_refused():
    with pytest.raises(FacegenError, match="not face norms of version 1"):
        c.FaceNorms.from_dict({"format": c.FORMAT, "format_version": 2})
