"""Fitting mixtures: known ones recovered through gates, ties and gaps; the size chosen; nobody repeated."""

import numpy as np
import pytest

from facegen.audit.distances.joint import standardised
from facegen.audit.distances.membership import membership
from facegen.audit.distances.two_sample import two_sample
from facegen.audit.measures.schema import Table
from facegen.audit.profiles import mixture_fit
from facegen.audit.profiles.attribute_profile import Profile
from facegen.audit.profiles.latent_cells import Cells, cells_of, gaps_of
from facegen.audit.profiles.mixture_fit import best_mixture, factor_model, fit_mixture, held_out_likelihood
from facegen.audit.profiles.profile_fit import fitted_attributes, measured_part

NAMES = (
    "glasses", "glasses_area", "exposure", "skin_lightness", "warmth", "contrast", "clipped_light",
    "skin_ita",
)  # fmt: skip


def pictures(n, seed=0):
    """Two kinds of pictures. Dark ones have half of the glasses; skin follows exposure with opposite signs in
    the two kinds; a quarter is clipped nowhere; skin_ita is missing in the brightest pictures."""
    rng = np.random.default_rng(seed)
    dark = rng.random(n) < 0.4
    exposure = np.where(dark, rng.normal(30, 4, n), rng.normal(60, 6, n))
    deviation = (exposure - np.where(dark, 30, 60)) / 5
    skin = np.where(dark, 40 + 4 * deviation, 65 - 4 * deviation) + rng.normal(0, 1, n)
    glasses = rng.random(n) < np.where(dark, 0.3, 0.05)
    clipped = np.maximum(0, rng.normal(0.04, 0.06, n))
    columns = {
        "glasses": glasses.astype(float),
        "glasses_area": np.where(glasses, rng.uniform(0.02, 0.1, n), np.nan),
        "exposure": exposure,
        "skin_lightness": skin,
        "warmth": rng.normal(0, 5, n) + 0.3 * exposure,
        "contrast": rng.gamma(4, 4, n),
        "clipped_light": clipped,
        "skin_ita": np.where(exposure > 68, np.nan, skin * 0.8 + rng.normal(0, 3, n)),
    }
    ids = tuple(f"{i}.jpg" for i in range(n))
    return Table(NAMES, np.stack([columns[name] for name in NAMES], 1), ids, "made")


def cells(table):
    attributes = fitted_attributes(table)
    return cells_of(table, attributes, gaps_of(table, attributes))


@pytest.fixture(scope="module")
def table():
    return pictures(600)


@pytest.fixture(scope="module")
def part(table):
    return measured_part(table)[0]


def test_cells_are_points_intervals_or_nothing(table):
    gaps = gaps_of(table, fitted_attributes(table))
    assert [gap.names for gap in gaps] == [("skin_ita",)]
    assert gaps[0].fraction == pytest.approx(np.isnan(table.column("skin_ita")).mean())
    found = cells(table)
    assert found.low.shape == (600, len(NAMES) + 1)
    at = NAMES.index
    assert found.fixed[:, at("exposure")].all() and not found.fixed[:, at("glasses")].any()
    unclipped = table.column("clipped_light") == 0
    assert np.array_equal(found.fixed[:, at("clipped_light")], ~unclipped)
    assert np.isneginf(found.low[unclipped, at("clipped_light")]).all()
    nothing = np.isnan(table.column("glasses_area"))
    assert np.isinf(found.low[nothing, at("glasses_area")]).all()
    assert np.array_equal(found.low[:, -1] > 0, np.isnan(table.column("skin_ita")))  # the gap


def test_two_kinds_are_told_apart(table):
    fitted = best_mixture(cells(table))
    assert len(fitted.rows) >= 2 and fitted.rows.sum() == 600
    assert fitted.rows.min() >= mixture_fit.FEWEST
    exposure, skin = NAMES.index("exposure"), NAMES.index("skin_lightness")
    signs = np.sign(fitted.mixture.covariances[:, exposure, skin])
    assert {-1.0, 1.0} == set(signs)


def test_one_normal_distribution_needs_no_second_component():
    z = np.random.default_rng(2).multivariate_normal(np.zeros(5), 0.5 + 0.5 * np.eye(5), 600)
    fitted = best_mixture(Cells(z, z))
    assert len(fitted.rows) == 1
    assert fitted.mixture.correlation == pytest.approx(0.5 + 0.5 * np.eye(5), abs=0.08)


def test_more_likely_mixtures_score_higher(table):
    whole, fresh = cells(table), cells(pictures(300, seed=5))
    two, one = (held_out_likelihood(fit_mixture(whole, size).mixture, fresh) for size in (2, 1))
    assert two.shape == (300,) and (two - one).mean() > 0.3


def test_a_larger_mixture_must_be_better_than_by_chance():
    common = np.random.default_rng(3).normal(0, 30, 333)  # rows differ far more than mixtures do
    noise = np.random.default_rng(4).normal(0, 1, 333)
    scores = {1: common - 1, 2: common, 4: common + 0.02 + noise - noise.mean()}
    assert mixture_fit.smallest_of_the_best(scores) == 2
    scores[4] += 0.1
    assert mixture_fit.smallest_of_the_best(scores) == 4


def test_the_same_fit_twice(table):
    one, other = (fit_mixture(cells(table), 2).mixture for _ in range(2))
    np.testing.assert_array_equal(one.covariances, other.covariances)


def test_small_groups_are_dissolved():
    fitted = fit_mixture(cells(pictures(120)), 4)
    assert fitted.rows.min() >= mixture_fit.FEWEST and fitted.rows.sum() == 120


def test_factor_models_keep_variances_and_few_factors():
    loadings = np.random.default_rng(0).normal(size=(12, 2)) * 0.6
    covariance = loadings @ loadings.T + np.diag(np.linspace(0.5, 2, 12))
    found = factor_model(covariance, 2)
    assert found == pytest.approx(covariance, abs=0.02) and np.linalg.eigvalsh(found)[0] > 0
    other = np.random.default_rng(1).normal(size=(40, 12))
    sample = other.T @ other / 40
    assert np.diag(factor_model(sample, 3)) == pytest.approx(np.diag(sample))


def test_drawn_marginals_atoms_gates_and_gaps_are_those_of_the_pictures(table, part):
    drawn = Profile("made", "", "", part).table(20000, 0)
    for name in NAMES:
        real, ours = table.column(name), drawn.column(name)
        assert np.isnan(ours).mean() == pytest.approx(np.isnan(real).mean(), abs=0.012), name
        for q in (0.05, 0.5, 0.95):
            near = 0.05 * np.nanstd(real)
            assert np.nanquantile(ours, q) == pytest.approx(np.nanquantile(real, q), abs=near), (name, q)
    assert (drawn.column("clipped_light") == 0).mean() == pytest.approx(
        (table.column("clipped_light") == 0).mean(), abs=0.01
    )
    # The gap goes with what causes it, and the kinds keep their own glasses.
    missing = np.isnan(drawn.column("skin_ita"))
    assert drawn.column("exposure")[missing].mean() > 66
    dark = drawn.column("exposure") < 42
    frequencies = [drawn.column("glasses")[rows].mean() for rows in (dark, ~dark)]
    assert frequencies == pytest.approx([0.3, 0.05], abs=0.07)


def test_rows_pass_for_pictures_that_were_held_out(part):
    """One normal distribution (a copula) is seen through at once: it cannot have two kinds."""
    fresh = pictures(500, seed=9)
    drawn = Profile("made", "", "", part).table(500, 0)
    copula = Profile("made", "", "", measured_part(pictures(600), 1)[0]).table(500, 0)
    rows, flat = (two_sample(one.columns(NAMES), fresh.columns(NAMES)).auc for one in (drawn, copula))
    assert rows < 0.6 < flat


def test_no_picture_is_repeated(table, part):
    drawn = Profile("made", "", "", part).table(1200, 4).columns(NAMES)
    found = membership(drawn, table.columns(NAMES), pictures(600, seed=7).columns(NAMES))
    assert abs(found.nearest - 0.5) < 3 * found.nearest_error
    assert abs(found.auc - 0.5) < 3 * found.auc_error
    ours, real = standardised(table.columns(NAMES), drawn)
    assert len(ours) == 600 and not np.isclose(real[:, None, :], ours[None, :60, :], atol=1e-6).all(2).any()
