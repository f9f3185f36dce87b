"""Marginals of single attributes: value and probability are each other's inverse."""

import numpy as np
import pytest
from scipy.special import ndtri
from scipy.stats import norm

from facegen.audit.profiles.marginals import GRID, Continuous, Levels

RNG = np.random.default_rng(0)


def test_continuous_reproduces_its_sample():
    values = RNG.lognormal(size=20000)
    drawn = Continuous.fit(values).value(RNG.random(20000))
    for q in (0.01, 0.1, 0.5, 0.9, 0.99):
        assert np.quantile(drawn, q) == pytest.approx(np.quantile(values, q), rel=0.08)


def test_continuous_interval_is_the_inverse():
    marginal = Continuous.fit(RNG.normal(size=5000))
    u = np.linspace(0.02, 0.98, 9)
    low, high = marginal.interval(marginal.value(u))
    assert low == pytest.approx(u, abs=1e-9) and high == pytest.approx(u, abs=1e-9)


def test_an_atom_keeps_its_frequency_and_is_an_interval():
    values = np.concatenate([np.zeros(600), RNG.uniform(1, 2, 400)])
    marginal = Continuous.fit(values)
    assert np.mean(marginal.value(RNG.random(20000)) == 0) == pytest.approx(0.6, abs=0.02)
    low, high = marginal.interval(np.array([0.0]))
    assert high[0] == pytest.approx(0.6, abs=0.02) and low[0] < 0.001


def test_grid_is_symmetric_and_rising():
    assert np.all(np.diff(GRID) > 0) and GRID + GRID[::-1] == pytest.approx(1)


def test_binary_threshold_and_scores():
    marginal = Levels.binary(0.2)
    assert marginal.kind == "binary" and marginal.cuts[1] == pytest.approx(0.8)
    assert marginal.value(np.array([0.79, 0.81])).tolist() == [False, True]
    # Mean of a standard normal above t is density(t) / P(above t).
    assert marginal.scores(np.array([1]))[0] == pytest.approx(norm.pdf(ndtri(0.8)) / 0.2)
    low, high = marginal.interval(np.array([False, True]))
    assert low.tolist() == [0, marginal.cuts[1]] and high.tolist() == [marginal.cuts[1], 1]


def test_ordinal_levels():
    marginal = Levels.fit(np.array([0, 0, 1, 2, 2, 2, 2, 2, 2, 2]), ("low", "middle", "high"))
    assert marginal.kind == "ordinal" and marginal.frequencies == pytest.approx([0.2, 0.1, 0.7])
    drawn = marginal.value(RNG.random(50000))
    assert [np.mean(drawn == name) for name in marginal.names] == pytest.approx([0.2, 0.1, 0.7], abs=0.01)
    with pytest.raises(ValueError, match="unknown level 'none'"):
        marginal.interval(np.array("none"))


@pytest.mark.parametrize("frequency", [0.0, 1.0])
def test_certain_attributes_stay_certain(frequency):
    drawn = Levels.binary(frequency).value(RNG.random(1000))
    assert drawn.mean() == frequency
