"""Joint distances on laws whose distance is known, and against a second way of computing them."""

import numpy as np
import pytest

from facegen.audit.distances import joint
from facegen.audit.distances.joint import (
    density_coverage,
    joint_distances,
    mmd_test,
    sliced_wasserstein,
    standardised,
)


def rng(key=1):
    return np.random.Generator(np.random.Philox(key=key))


def test_one_law_is_no_distance():
    rows = rng().normal(size=(400, 6))
    found = joint_distances(rows[:200], rows[200:])
    assert found.mmd_p > 0.05 and abs(found.mmd) < 0.01
    assert found.sliced < 1.6 * found.floor.sliced
    assert found.density == pytest.approx(1, abs=0.25) and found.coverage > 0.85


def test_a_shift_is_found_and_as_large_as_it_is():
    one, other = rng().normal(size=(400, 4)), rng(2).normal(size=(400, 4))
    other[:, 0] += 2
    found = joint_distances(one, other)
    assert found.mmd_p == pytest.approx(1 / 200)
    # The mean of |cos| between a random direction in 4 dimensions and a given one is 4 / (3 pi).
    assert found.sliced == pytest.approx(2 * 4 / (3 * np.pi), rel=0.15)
    assert found.coverage < 0.7


def test_mmd_equals_the_definition():
    one, other = rng().normal(size=(30, 3)), rng(2).normal(0.5, 1, size=(40, 3))
    pooled = np.concatenate([one, other])
    gaps = ((pooled[:, None] - pooled[None]) ** 2).sum(-1)
    kernel = np.exp(-gaps / np.median(gaps[np.triu_indices(70, 1)]))
    within = [k[~np.eye(len(k), dtype=bool)].mean() for k in (kernel[:30, :30], kernel[30:, 30:])]
    assert mmd_test(one, other, rng(3))[0] == pytest.approx(sum(within) - 2 * kernel[:30, 30:].mean())


def test_permutation_p_is_uniform_under_one_law():
    values = []
    for key in range(60):
        rows = rng(10 + key).normal(size=(60, 3))
        values.append(mmd_test(rows[:30], rows[30:], rng(200 + key))[1])
    assert 0.35 < np.mean(values) < 0.65 and np.mean(np.array(values) < 0.05) < 0.15


def test_density_and_coverage_follow_their_definition():
    one, other = rng().normal(size=(40, 2)), rng(2).normal(size=(30, 2))
    density = coverage = 0.0
    for row in one:
        radius = np.sort(np.linalg.norm(one - row, axis=1))[5]
        inside = np.linalg.norm(other - row, axis=1) <= radius
        density, coverage = density + inside.sum(), coverage + inside.any()
    assert density_coverage(one, other) == pytest.approx((density / (5 * 30), coverage / 40))


@pytest.mark.parametrize(("m", "n", "taken"), [(600, 300, 300), (300, 400, 150), (130, 60, 60)])
def test_density_and_coverage_are_taken_at_one_number_of_rows(monkeypatch, m, n, taken):
    sizes = []
    told = lambda a, b: sizes.append((len(a), len(b))) or density_coverage(a, b)  # noqa: E731
    monkeypatch.setattr(joint, "density_coverage", told)
    found = joint_distances(rng().normal(size=(m, 4)), rng(2).normal(size=(n, 4)))
    assert sizes == [(taken, taken)] * 2
    assert found.coverage == pytest.approx(found.floor.coverage, abs=0.06)


def test_no_density_where_the_reference_has_no_halves():
    found = joint_distances(rng().normal(size=(90, 4)), rng(2).normal(size=(200, 4)))
    assert found.mmd_p > 0 and found.floor is None and np.isnan([found.density, found.coverage]).all()


def test_collapsed_sets_lose_coverage_not_density():
    one = rng().normal(size=(300, 4))
    density, coverage = density_coverage(one, np.repeat(one[:5], 60, axis=0))
    assert density > 0.8 and coverage < 0.25


def test_what_is_missing_is_seen():
    one, other = rng().normal(size=(200, 2)), rng(2).normal(size=(200, 2))
    other[:100, 1] = np.nan
    assert joint_distances(one, other).mmd_p < 0.01
    z, w = standardised(one, other)
    assert z.shape[1] == 3 and not np.isnan(np.concatenate([z, w])).any()


def test_few_rows_are_not_measured():
    assert np.isnan(joint_distances(rng().normal(size=(20, 3)), rng().normal(size=(200, 3))).mmd)


def test_attributes_that_one_side_never_shows_are_not_measured():
    rows = rng().normal(size=(80, 3))
    nothing = np.full_like(rows, np.nan)
    for real, synthetic in ((rows, nothing), (nothing, rows), (nothing, nothing)):
        one = joint_distances(real, synthetic)
        assert np.isnan([one.mmd, one.mmd_p, one.sliced, one.density, one.coverage]).all()


def test_sliced_wasserstein_of_a_scaled_law():
    one = rng().normal(size=(4000, 1))
    assert sliced_wasserstein(one, 3 * one, rng()) == pytest.approx(2 * np.sqrt(2 / np.pi), rel=0.03)
