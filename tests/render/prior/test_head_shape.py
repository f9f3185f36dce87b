"""Draws of head shapes: keyed, joint as the distribution says, and seldom at the end of a slider."""

import numpy as np
import pytest

from facegen.assets.head.shape_distribution import END, FACTORS, NAMES, shipped_distribution
from facegen.assets.head.sliders import PAIRED, SLIDERS
from facegen.datasets.keyed_random import Draw
from facegen.render.geometry import pose
from facegen.render.prior import head_shape as h
from facegen.render.prior.identity_prior import draw_identity
from facegen.render.spec.face_spec import ANCESTRY, Identity


@pytest.fixture(scope="module")
def people():
    weights = np.random.Generator(np.random.Philox(1)).normal(0.5, h.WEIGHT_SD, 400)
    return [h.draw_shape(Draw(0, i), weight) for i, weight in enumerate(weights)]


def deviations(people):
    """What the people have beyond the mean: of the left and of the right side, (n, S) each."""
    shapes = shipped_distribution()
    factors = np.array([shapes.deviation(one.factors) for one in people])

    def own(side):
        full = [f"{side}-{name}" if name in PAIRED else name for name in NAMES]
        return np.array([[one.sliders.get(name, 0.0) for name in full] for one in people])

    return factors + own("l"), factors + own("r")


def test_what_a_caller_does_to_its_shape_is_its_own():
    first = h.draw_shape(Draw(0, 1))
    kept = dict(first.factors), dict(first.sliders)
    first.factors.clear()
    first.sliders.clear()
    assert h.draw_shape(Draw(0, 1)) == kept


def test_factors_are_standard_normal_and_independent(people):
    z = np.array([[one.factors[name] for name in FACTORS] for one in people])
    assert all(set(one.factors) == set(FACTORS) and set(one.sliders) <= set(SLIDERS) for one in people)
    # Four standard errors of 400.
    np.testing.assert_allclose(z.mean(0), 0, atol=0.2)
    np.testing.assert_allclose(z.std(0), 1, atol=0.15)
    assert np.abs(np.corrcoef(z.T) - np.eye(len(FACTORS))).max() < 0.2


def test_sliders_vary_jointly_as_the_distribution_says(people):
    shapes = shipped_distribution()
    left, right = deviations(people)
    same = (left + right) / 2
    varied = shapes.sd() > 0.01
    np.testing.assert_allclose(same.std(0)[varied] / shapes.sd()[varied], 1, atol=0.16)
    expected = shapes.loadings @ shapes.loadings.T + np.diag(shapes.residual_sd**2)
    by_weight = np.array([h.FOLLOWS_WEIGHT.get(name, 0.0) for name in NAMES])
    by_weight = by_weight * shapes.residual_sd
    expected += np.outer(by_weight, by_weight) * (1 - np.eye(len(NAMES)))
    wanted = (expected / np.outer(shapes.sd(), shapes.sd()).clip(1e-12))[np.ix_(varied, varied)]
    assert np.abs(np.corrcoef(same[:, varied].T) - wanted).max() < 0.25


def test_sides_differ_as_the_distribution_says(people):
    shapes = shipped_distribution()
    left, right = deviations(people)
    expected = np.sqrt((shapes.asymmetry_loadings**2).sum(1) + shapes.asymmetry_sd**2)
    paired = np.array([name in PAIRED for name in NAMES])
    np.testing.assert_allclose(((left - right) / 2).std(0)[paired], expected[paired], rtol=0.16)


def test_a_heavy_person_has_a_heavy_neck():
    thin, heavy = (h.draw_shape(Draw(0, 1), weight) for weight in (0.2, 0.8))
    for name, share in h.FOLLOWS_WEIGHT.items():
        sd = shipped_distribution().residual_sd[NAMES.index(name)]
        moved = heavy.sliders.get(name, 0.0) - thin.sliders.get(name, 0.0)
        assert moved == pytest.approx(share * sd * 0.6 / h.WEIGHT_SD, rel=0.01)
    assert thin.factors == heavy.factors


def test_no_drawn_slider_reaches_its_end():
    """The mean of every group and SLIDER_CUT standard deviations beyond it stay inside of the range."""
    shapes = shipped_distribution()
    means = [
        shapes.mean(Identity(gender=gender, age=age, **{name: float(name == one) for name in ANCESTRY}))
        for gender in (0.0, 1.0)
        for age in (30.0, 90.0)
        for one in ANCESTRY
    ]
    assert (np.abs(means).max(0) + h.SLIDER_CUT * shapes.sd()).max() < 0.96 * END
    drawn = [pose.shape(draw_identity(Draw(3, i))) for i in range(60)]
    assert max(abs(value) for one in drawn for value in one.values()) < END
