"""Gaussian mixtures of latents: moments, ranks, corners and conditional draws against brute force."""

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from facegen.audit.profiles.mixture import Mixture, draw_latents
from facegen.datasets.keyed_random import keyed_uniform

NAMES = ("skewed", "rare", "even", "level")
KNOWN = np.array([[1, 0.6, -0.5, 0.4], [0.6, 1, -0.2, 0.3], [-0.5, -0.2, 1, 0.1], [0.4, 0.3, 0.1, 1]])
ONE = Mixture.copula(KNOWN)
TWO = Mixture(
    np.array([0.3, 0.7]),
    np.array([[-1.2, 0.5, 0.0, 1.0], [0.5, -0.2, 0.0, -0.4]]),
    np.stack([0.5 * KNOWN, np.diag([0.6, 0.9, 1.0, 0.4])]),
)


def brute(mixture, n, seed=0):
    """Draws by NumPy's own generator."""
    rng = np.random.default_rng(seed)
    parts = rng.multinomial(n, mixture.weights)
    return np.concatenate(
        [
            rng.multivariate_normal(mean, covariance, part)
            for mean, covariance, part in zip(mixture.means, mixture.covariances, parts, strict=True)
        ]
    )


def test_moments_ranks_and_corners_are_those_of_its_rows():
    z = brute(TWO, 400000)
    assert TWO.mean == pytest.approx(z.mean(0), abs=0.01)
    assert TWO.covariance == pytest.approx(np.cov(z.T), abs=0.015)
    assert TWO.correlation == pytest.approx(np.corrcoef(z.T), abs=0.01)
    for place in range(4):
        assert TWO.rank(place, np.array([0.3]))[0] == pytest.approx((z[:, place] <= 0.3).mean(), abs=0.003)
    both = ((z[:, 0] > -0.5) & (z[:, 3] > 0.2)).mean()
    assert TWO.both_above((0, 3), (-0.5, 0.2)) == pytest.approx(both, abs=0.003)


def test_log_densities_agree_with_scipy():
    z = brute(TWO, 5)[:, [1, 3]]
    for k in range(2):
        place = np.ix_([1, 3], [1, 3])
        expected = multivariate_normal(TWO.means[k, [1, 3]], TWO.covariances[k][place]).logpdf(z)
        assert TWO.log_densities(z, [1, 3])[:, k] == pytest.approx(expected + np.log(TWO.weights[k]))


@pytest.mark.parametrize("mixture", [ONE, TWO], ids=["copula", "two components"])
def test_draws_follow_the_mixture_and_are_keyed(mixture):
    z = draw_latents(NAMES, mixture, 20000, 3, {})
    assert z.mean(0) == pytest.approx(mixture.mean, abs=0.03)
    assert np.cov(z.T) == pytest.approx(mixture.covariance, abs=0.04)
    assert draw_latents(NAMES, mixture, 10, 3, {}) == pytest.approx(z[:10])
    assert not np.allclose(draw_latents(NAMES, mixture, 10, 4, {}), z[:10])
    assert draw_latents(NAMES, mixture, 10, 0, {}).shape == (10, 4)  # seed 0 is a seed


def test_a_further_latent_shifts_no_other():
    wide = TWO.with_latent(4)
    assert wide.covariance[4] == pytest.approx([0, 0, 0, 0, 1])
    drawn = draw_latents((*NAMES, "new"), wide, 50, 1, {})
    assert drawn[:, :4] == pytest.approx(draw_latents(NAMES, TWO, 50, 1, {}), abs=1e-7)
    between = draw_latents(("skewed", "new", *NAMES[1:]), TWO.with_latent(1), 50, 1, {})
    assert between[:, [0, 2, 3, 4]] == pytest.approx(drawn[:, :4], abs=1e-7)


@pytest.mark.parametrize("mixture", [ONE, TWO], ids=["copula", "two components"])
def test_conditional_draws_agree_with_rejection(mixture):
    z = brute(mixture, 1000000, seed=5)
    kept = z[(z[:, 1] > 1.2) & (z[:, 2] > 0) & (np.abs(z[:, 0] + 0.2) < 0.12)]
    bounds = {
        "rare": (np.array(1.2), np.inf),
        "even": (np.array(0.0), np.inf),
        "skewed": (np.array(-0.2),) * 2,
    }
    drawn = draw_latents(NAMES, mixture, 20000, 1, bounds)
    assert drawn[:, 0] == pytest.approx(-0.2) and drawn[:, 1].min() >= 1.2 and drawn[:, 2].min() >= 0
    assert len(kept) > 3000
    assert drawn.mean(axis=0) == pytest.approx(kept.mean(axis=0), abs=0.05)
    assert drawn[:, 1:].std(axis=0) == pytest.approx(kept[:, 1:].std(axis=0), abs=0.05)


def test_a_linear_map_maps_the_rows():
    matrix, shift = np.array([[1.0, 2, 0, 0], [0, 0, -1, 1]]), np.array([3.0, 0])
    mapped = TWO.mapped(matrix, shift)
    assert mapped.mean == pytest.approx(matrix @ TWO.mean + shift)
    assert mapped.covariance == pytest.approx(matrix @ TWO.covariance @ matrix.T)


def broken(**changes):
    numbers = {"weights": TWO.weights, "means": TWO.means, "covariances": TWO.covariances} | changes
    return tuple(numbers.values())


@pytest.mark.parametrize(
    "numbers,why",
    [
        (broken(weights=np.array([0.3, 0.6])), "sum to 0.9, not to 1"),
        (broken(weights=np.array([1.0, 0.0])), "or one is 0"),
        (broken(weights=np.array([np.nan, 0.7])), "a weight of the mixture is no finite number"),
        (broken(means=TWO.means + np.inf), "a mean of the mixture is no finite number"),
        (broken(covariances=TWO.covariances * np.nan), "a covariance of the mixture is no finite number"),
        (broken(covariances=-TWO.covariances), "covariance 0 of the mixture is not positive definite"),
        (broken(covariances=np.stack([KNOWN, np.ones((4, 4))])), "covariance 1 .* not positive definite"),
        (broken(means=TWO.means[:1]), "2 weights, means"),
    ],
)
def test_impossible_mixtures_are_refused(numbers, why):
    Mixture.checked(*broken())
    with pytest.raises(ValueError, match=why):
        Mixture.checked(*numbers)


def test_uniforms_are_uniform_and_differ_by_name_and_seed():
    u = keyed_uniform(0, "a", 20000)
    assert u.min() > 0 and u.max() < 1 and u.mean() == pytest.approx(0.5, abs=0.01)
    assert abs(np.corrcoef(u, keyed_uniform(0, "b", 20000))[0, 1]) < 0.03
    assert abs(np.corrcoef(u, keyed_uniform(1, "a", 20000))[0, 1]) < 0.03
