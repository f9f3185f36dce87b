"""The split of the gap: sums and known answers."""

import numpy as np
import pytest

from facegen.parse.experiment.shapley import ARMS, ORDERS, fractions, split_gap


def test_the_parts_sum_to_the_gap_in_every_order():
    rng = np.random.default_rng(0)
    scores = {arm: rng.random((50, 4)) for arm in ARMS}
    split = split_gap(scores)
    np.testing.assert_allclose(sum(split.parts.values()), scores["R"] - scores["S"], atol=1e-12)
    for order in ORDERS:
        np.testing.assert_allclose(sum(split.orders[order].values()), split.gap, atol=1e-12)


def test_remedies_that_add_up_get_what_they_gain():
    scores = {"R": 0.80, "R_L": 0.81, "S": 0.50, "S_L": 0.56, "S_D": 0.65, "S_DL": 0.71}
    split = split_gap(scores)
    expected = {"distribution": 0.15, "label": 0.06 - 0.01, "rest": 0.10}
    for part, value in expected.items():
        assert split.parts[part] == pytest.approx(value)
        assert split.orders[ORDERS[0]][part] == pytest.approx(split.orders[ORDERS[1]][part])
    assert fractions(split, 0.2, 0.4) == pytest.approx({p: v / 0.3 for p, v in expected.items()})


def test_remedies_that_overlap_share_the_overlap():
    scores = {"R": 0.8, "R_L": 0.8, "S": 0.5, "S_L": 0.6, "S_D": 0.6, "S_DL": 0.6}  # either does it all
    split = split_gap(scores)
    assert split.parts["distribution"] == pytest.approx(0.05) == split.parts["label"]
    assert split.orders["distribution first"]["distribution"] == pytest.approx(0.1)
    assert split.orders["label first"]["distribution"] == pytest.approx(0)


@pytest.mark.parametrize("low, high", [(-0.01, 0.2), (-0.2, 0.01), (0, 0.1), (np.nan, np.nan)])
def test_no_fractions_of_a_gap_that_may_be_zero(low, high):
    assert fractions(split_gap(dict.fromkeys(ARMS, 0.5)), low, high) is None


def test_a_missing_arm_is_named():
    with pytest.raises(ValueError, match="S_DL"):
        split_gap(dict.fromkeys(ARMS[:-1], 0.5))
