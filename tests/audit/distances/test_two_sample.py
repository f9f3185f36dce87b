"""The two-sample test on sets that are the same, disjoint, or alike."""

import numpy as np
import pytest

from facegen.audit.distances.two_sample import matched_names, two_sample
from facegen.audit.measures.measure_table import BY_NAME, NAMES


def rows(n, seed, shift=0.0):
    x = np.random.default_rng(seed).normal(size=(n, 6))
    x[:, 0] += shift
    return x


def test_identical_sets_cannot_be_told_apart():
    x = rows(150, 0)
    assert two_sample(x, x.copy()).auc == pytest.approx(0.5, abs=0.02)


def test_disjoint_sets_are_told_apart_wholly():
    found = two_sample(rows(120, 0), rows(120, 1, shift=20))
    assert found.auc == 1.0 and found.logistic == 1.0


def test_samples_of_one_law_give_a_half_and_a_shift_what_theory_says():
    assert two_sample(rows(600, 0), rows(400, 1)).auc == pytest.approx(0.5, abs=0.06)
    # Two normals one standard deviation apart: AUC = Phi(1 / sqrt 2).
    assert two_sample(rows(600, 0), rows(600, 1, shift=1)).auc == pytest.approx(0.760, abs=0.04)


def test_yes_and_no_alone_are_told_apart_as_theory_says():
    """Fewer different rows than folds, and every one of them in both sets."""

    def flags(n, seed, *shares):
        return (np.random.default_rng(seed).random((n, len(shares))) < shares).astype(float)

    # Of one proportion against another: 1/2 + half their difference. A second, equal one adds nothing.
    assert two_sample(flags(1500, 0, 0.3), flags(1500, 1, 0.6)).auc == pytest.approx(0.65, abs=0.025)
    assert two_sample(flags(1500, 0, 0.3), flags(1500, 1, 0.3)).auc == pytest.approx(0.5, abs=0.025)
    one, other = flags(1500, 0, 0.3, 0.5), flags(1500, 1, 0.6, 0.5)
    assert two_sample(one, other).auc == pytest.approx(0.65, abs=0.025)
    # Eight levels, of which one set has every other one more often: no level foretells its neighbour.
    levels = np.random.default_rng(2).choice(8, size=(2000, 1)).astype(float)
    even = np.random.default_rng(3).choice(8, size=(2000, 1), p=np.tile([0.2, 0.05], 4)).astype(float)
    assert two_sample(levels, even).trees == pytest.approx(0.65, abs=0.025)


def test_a_few_pictures_over_and_over_are_told_apart():
    found = two_sample(rows(100, 0), np.repeat(rows(3, 1), 40, axis=0))
    assert found.auc > 0.9 and np.isfinite(found.scores).all() and found.columns == 6


def test_scores_name_the_odd_ones():
    other = rows(150, 1)
    other[:10, 0] += 8
    found = two_sample(rows(300, 0), other)
    assert len(set(np.argsort(-found.scores)[:10]) & set(range(10))) >= 7


def test_missing_values_and_empty_columns_do_not_break_it():
    one, other = rows(120, 0), rows(120, 1)
    one[:, 3], other[:, 3], one[::3, 1] = np.nan, np.nan, np.nan
    assert 0.4 < two_sample(one, other).trees < 1


def test_columns_that_one_set_does_not_hold_tell_nothing():
    one, other = rows(80, 0), rows(80, 1)
    other[:, :2] = np.nan
    assert two_sample(one, other).auc < 0.7
    assert np.isnan(two_sample(one, np.full_like(other, np.nan)).auc)


def test_too_few_rows_are_not_measured():
    found = two_sample(rows(30, 0), rows(500, 1))
    assert np.isnan(found.auc) and np.isnan(found.scores).all() and found.scores.shape == (500,)


def test_content_is_what_the_mask_shows():
    content, everything = matched_names(NAMES, True), matched_names(NAMES, False)
    assert "roll" in content and "skin_ita" not in content and "skin_ita" in everything
    assert "sides_swapped" not in everything
    assert {BY_NAME[name].group for name in content} == {
        "framing",
        "pose",
        "expression",
        "shape",
        "presence",
        "hair",
    }
