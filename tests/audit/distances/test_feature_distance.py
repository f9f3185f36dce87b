"""Distances of features against laws for which they are known."""

import numpy as np
import pytest
from scipy import linalg

from facegen.audit.distances.feature_distance import feature_distance, frechet, kernel

RNG = np.random.default_rng(0)


def test_frechet_is_that_of_the_matrix_root():
    one, other = RNG.normal(size=(300, 6)), RNG.normal(size=(250, 6)) @ RNG.normal(size=(6, 6)) + 1
    a, b = np.cov(one.T), np.cov(other.T)
    gap = one.mean(0) - other.mean(0)
    expected = gap @ gap + np.trace(a + b - 2 * np.real(linalg.sqrtm(a @ b)))
    assert frechet(one, other) == pytest.approx(expected)
    assert frechet(one, one) == pytest.approx(0, abs=1e-9)
    assert frechet(one, one + np.array([3, 0, 0, 0, 0, 4])) == pytest.approx(25)


def test_kernel_is_the_sum_over_pairs_and_unbiased():
    one, other = RNG.normal(size=(7, 3)), RNG.normal(size=(5, 3)) + 1

    def k(x, y):
        return (x @ y / 3 + 1) ** 3

    def within(rows):
        pairs = [(i, j) for i in range(len(rows)) for j in range(len(rows)) if i != j]
        return np.mean([k(rows[i], rows[j]) for i, j in pairs])

    expected = within(one) + within(other) - 2 * np.mean([k(x, y) for x in one for y in other])
    assert kernel(one, other) == pytest.approx(expected)
    repeats = [kernel(RNG.normal(size=(40, 3)), RNG.normal(size=(40, 3))) for _ in range(200)]
    assert abs(np.mean(repeats)) < 3 * np.std(repeats) / np.sqrt(200)


def test_a_shift_rises_above_the_floor_and_n_is_equal():
    real, near, far = (RNG.normal(size=(n, 20)).astype(np.float32) for n in (400, 150, 150))
    same, moved = (feature_distance("net", real, rows) for rows in (near, far + 1))
    assert same.n == moved.n == 150 and same.floor is not None and same.dimensions == 20
    assert moved.frechet > 3 * moved.floor.frechet and same.frechet < 1.5 * same.floor.frechet
    assert moved.kernel > 10 * abs(moved.floor.kernel)
    assert same.coverage > 0.8 > moved.coverage and same.density == pytest.approx(1, abs=0.35)
    assert feature_distance("net", real, near) == same


def test_too_few_pictures_are_not_measured():
    row = feature_distance("net", RNG.normal(size=(60, 4)), RNG.normal(size=(200, 4)))
    assert np.isnan(row.frechet) and row.floor is None and "60 real" in row.reason
