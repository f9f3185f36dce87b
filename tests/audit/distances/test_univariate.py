"""Distances against scipy and for distributions whose distance is known."""

import numpy as np
import pytest
from scipy.stats import ks_2samp, wasserstein_distance

from facegen.audit.distances.univariate import Draws, cdf_gap, compare_columns, distance_unit, family_factor
from facegen.audit.measures.schema import Measure

CONTINUOUS = Measure("x", "m", "continuous", "shape", -np.inf, np.inf, "", "")
BINARY = Measure("b", "0/1", "binary", "presence", 0, 1, "", "")
RNG = np.random.default_rng(0)


def gap_of(real, synthetic, measure=CONTINUOUS, seed=0):
    return compare_columns(real, synthetic, measure, Draws.make(len(real), len(real), len(synthetic), seed))


@pytest.mark.parametrize("ties", [False, True])
def test_cdf_gap_agrees_with_scipy(ties):
    one, other = RNG.normal(size=150), RNG.normal(0.3, 1.5, size=90)
    if ties:
        one, other = one.round(), other.round()
    values = np.concatenate([one, other])
    order = np.argsort(values)
    side = (np.arange(240) < 150)[order][None]
    w1, ks = cdf_gap(values[order], side, ~side)
    assert w1[0] == pytest.approx(wasserstein_distance(one, other), rel=1e-5)
    assert ks[0] == pytest.approx(ks_2samp(one, other, method="asymp").statistic, abs=1e-6)


def test_weights_are_repetitions():
    values, first, second = RNG.normal(size=40), RNG.integers(0, 4, 40), RNG.integers(0, 4, 40)
    order = np.argsort(values)
    w1, _ = cdf_gap(values[order], first[order][None], second[order][None])
    assert w1[0] == pytest.approx(wasserstein_distance(values, values, first, second), rel=1e-5)


def test_a_shift_is_measured_in_standard_deviations_with_its_interval():
    real, synthetic = RNG.normal(5, 2, 4000), RNG.normal(6, 2, 3000)
    gap = gap_of(real, synthetic)
    assert gap.distance_unit == pytest.approx(2, rel=0.05)
    assert gap.distance == pytest.approx(0.5, abs=0.06) and gap.ci_low < 0.5 < gap.ci_high
    assert gap.ks == pytest.approx(0.1974, abs=0.03)  # 2 Phi(1/4) - 1
    assert gap.floor < 0.08 and gap.critical < 0.08
    assert (gap.reference, gap.synthetic) == (pytest.approx(5, abs=0.2), pytest.approx(6, abs=0.2))


@pytest.mark.parametrize("shift", [0.0, 0.1, 0.3])
def test_the_interval_covers_the_truth_near_zero_too(shift):
    covered = []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        real, synthetic = rng.normal(size=200), rng.normal(shift, 1, 100)
        gap = compare_columns(real, synthetic, CONTINUOUS, Draws.make(200, 200, 100, seed, draws=100))
        assert 0 <= gap.ci_low <= gap.distance <= gap.ci_high
        covered.append(gap.ci_low <= shift <= gap.ci_high)
    assert np.mean(covered) >= 0.9


def test_the_interval_of_proportions_is_the_normal_one():
    real, synthetic = np.repeat([0.0, 1.0], [600, 400]), np.repeat([0.0, 1.0], [300, 200])
    gap = gap_of(real, synthetic, BINARY)
    error = 1.96 * np.sqrt(0.24 / 1000 + 0.24 / 500) / np.sqrt(0.24)
    assert gap.distance == pytest.approx(0, abs=1e-6) and gap.ci_low == 0
    assert gap.ci_high == pytest.approx(error, rel=0.12)


def test_proportions():
    real, synthetic = np.repeat([0.0, 1.0], [950, 50]), np.repeat([0.0, 1.0], [340, 60])
    gap = gap_of(real, synthetic, BINARY)
    assert gap.distance == pytest.approx((0.15 - 0.05) / np.sqrt(0.05 * 0.95), rel=0.02)
    assert gap.ks == pytest.approx(0.10) and gap.distance > 3 * gap.floor


def test_unit_of_rare_constant_and_heavy_tailed_values():
    assert distance_unit(np.zeros(99), BINARY) == pytest.approx(np.sqrt(0.005 * 0.995))
    assert distance_unit(np.ones(50), CONTINUOUS) == 1.0
    wild = np.concatenate([RNG.normal(size=1000), [1e6]])
    assert distance_unit(wild, CONTINUOUS) == pytest.approx(1, rel=0.1)


def test_missing_values_are_left_out_and_too_few_not_compared():
    real, synthetic = RNG.normal(size=200), RNG.normal(size=200)
    real[::2], synthetic[:195] = np.nan, np.nan
    assert gap_of(real, synthetic) is None
    synthetic[:150] = 0.0
    gap = gap_of(real, synthetic)
    assert (gap.n_reference, gap.n_synthetic) == (100, 155)


def test_the_floor_holds_what_it_says():
    """Of fresh pairs of samples of one distribution about 95 % lie under the floor."""
    under = []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        gap = gap_of(rng.normal(size=300), rng.normal(size=200), seed=seed)
        under.append(gap.distance <= gap.floor)
    assert 0.85 <= np.mean(under) <= 1.0


def test_family_wise_error_is_controlled():
    """Thirty attributes of one distribution: hardly an alarm; one of them shifted: exactly that one."""
    alarms, caught = 0, 0
    for seed in range(12):
        rng = np.random.default_rng(seed)
        real, synthetic = rng.normal(size=(300, 30)), rng.normal(size=(200, 30))
        synthetic[:, 7] += 0.8
        draws = Draws.make(300, 300, 200, seed)
        gaps = [compare_columns(real[:, j], synthetic[:, j], CONTINUOUS, draws) for j in range(30)]
        factor = family_factor(gaps)
        differs = {j for j, gap in enumerate(gaps) if gap.distance > factor * gap.critical}
        alarms += bool(differs - {7})
        caught += 7 in differs
    assert caught == 12 and alarms <= 2


def test_draws_stand_for_as_many_pictures_as_are_behind_them():
    draws = Draws.make(rows=500, n_reference=100, n_synthetic=40, seed=0, draws=5)
    assert (draws.null_first.sum(axis=1) == 100).all() and (draws.null_second.sum(axis=1) == 40).all()
    assert draws.pool.sum() == 140 and (draws.dealt.sum(axis=1) == 100).all()
    assert not draws.dealt[:, ~draws.pool].any() and (draws.both[:, 500:].sum(axis=1) == 40).all()
