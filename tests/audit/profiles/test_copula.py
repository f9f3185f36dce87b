"""The copula: known correlations recovered, second implementations agreed with."""

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from facegen.audit.profiles.copula import (
    latent_correlation,
    linked,
    nearest_correlation,
    upper_orthant,
)
from facegen.audit.profiles.marginals import Continuous, Levels

KNOWN = np.array([[1, 0.6, -0.5, 0.4], [0.6, 1, -0.2, 0.3], [-0.5, -0.2, 1, 0.1], [0.4, 0.3, 0.1, 1]])


def mixed(n, seed=0):
    """Latents with the KNOWN correlation, as a skewed, a rare binary, a binary and an ordinal attribute."""
    z = np.random.default_rng(seed).multivariate_normal(np.zeros(4), KNOWN, n)
    columns = [np.exp(z[:, 0]), z[:, 1] > 1.5, z[:, 2] > 0, np.digitize(z[:, 3], [-0.8, 0.2, 1.0])]
    return z, np.stack(columns, axis=1).astype(float)


def laws_of(values):
    binary = [Levels.binary(float(np.nanmean(values[:, j]))) for j in (1, 2)]
    return [Continuous.fit(values[:, 0]), *binary, Levels.fit(values[:, 3], ("a", "b", "c", "d"))]


def test_a_known_mixed_copula_is_recovered():
    _, values = mixed(40000)
    assert latent_correlation(values, laws_of(values)) == pytest.approx(KNOWN, abs=0.025)


def test_missing_values_cost_only_precision():
    _, values = mixed(40000)
    laws = laws_of(values)
    values[np.random.default_rng(1).random(values.shape) < 0.3] = np.nan
    assert latent_correlation(values, laws) == pytest.approx(KNOWN, abs=0.035)


def test_pairs_never_seen_together_and_constants_are_independent():
    values = np.random.default_rng(0).normal(size=(500, 3))
    values[:250, 0], values[250:, 1], values[:, 2] = np.nan, np.nan, 1.0
    laws = [Continuous.fit(column[~np.isnan(column)]) for column in values.T]
    assert latent_correlation(values, laws) == pytest.approx(np.eye(3), abs=1e-6)


@pytest.mark.parametrize("rho", [-0.99, -0.5, 0.0, 0.3, 0.9, 0.99])
@pytest.mark.parametrize(("h", "k"), [(0.0, 0.0), (1.6, 0.3), (-1.0, 2.0), (-1.0, -2.0)])
def test_upper_orthant_agrees_with_scipy(h, k, rho):
    expected = multivariate_normal([0, 0], [[1, rho], [rho, 1]]).cdf([-h, -k])
    assert upper_orthant(np.array(h), np.array(k), np.array(rho)) == pytest.approx(expected, abs=1e-5)


def test_nearest_correlation_is_one_and_leaves_a_good_one_alone():
    assert nearest_correlation(KNOWN) == pytest.approx(KNOWN, abs=1e-5)
    broken = np.array([[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1]])
    fixed = nearest_correlation(broken)
    assert np.linalg.eigvalsh(fixed)[0] > 0 and np.diag(fixed) == pytest.approx(1)
    # By symmetry the nearest matrix has off-diagonals (0.5, -0.5, 0.5).
    assert fixed[np.triu_indices(3, 1)] == pytest.approx([0.5, -0.5, 0.5], abs=2e-3)


def test_weights_keep_the_correlations_that_matter():
    broken = np.array([[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1]])
    kept = nearest_correlation(broken, np.array([50.0, 1.0, 1.0]))
    assert kept[0, 1:] == pytest.approx([0.9, -0.9], abs=0.05)


def test_linked_groups_are_independent_given_their_links():
    left = np.array([[1, 0.6, 0.2], [0.6, 1, 0.3], [0.2, 0.3, 1]])
    right = np.array([[1, 0.5], [0.5, 1]])
    across = linked(left, right, [(1, 0)], np.array([0.7]))
    # One link: every other pair is joined through it alone.
    np.testing.assert_allclose(across, np.outer(left[1], right[0]) * 0.7, atol=1e-4)

    pairs = [(0, 0), (2, 1)]
    across = linked(left, right, pairs, np.array([0.5, -0.4]))
    assert [across[pair] for pair in pairs] == pytest.approx([0.5, -0.4], abs=1e-4)
    precision = np.linalg.inv(np.block([[left, across], [across.T, right]]))[:3, 3:]
    free = [pair for pair in np.ndindex(3, 2) if pair not in pairs]
    assert np.abs([precision[pair] for pair in free]).max() < 1e-3 < np.abs(precision[0, 0])


def test_links_that_cannot_be_met_are_met_as_far_as_they_can():
    left, right = np.array([[1, 0.9], [0.9, 1]]), np.eye(2)
    across = linked(left, right, [(0, 0), (1, 0)], np.array([0.9, -0.9]))
    joint = np.block([[left, across], [across.T, right]])
    assert np.linalg.eigvalsh(joint)[0] > 0 and 0 < across[0, 0] == pytest.approx(-across[1, 0], abs=1e-3)
    assert (linked(left, right, [], np.empty(0)) == 0).all()
