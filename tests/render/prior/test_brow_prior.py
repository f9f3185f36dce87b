"""Brows and lashes of the prior: how they differ between the sexes and with age."""

import numpy as np
import pytest

from facegen.assets.hair.hair_plan import brow_of
from facegen.datasets.keyed_random import Draw
from facegen.render.prior.brow_prior import draw_brows
from facegen.render.spec import face_spec as s
from facegen.render.spec.attribute_ranges import find


def drawn(gender, age=30.0, n=200):
    person = s.Identity(gender=gender, age=age, african=0.0, asian=0.0, caucasian=1.0)
    return [draw_brows(Draw(4, i), person) for i in range(n)]


@pytest.fixture(scope="module")
def women():
    return drawn(0.0)


@pytest.fixture(scope="module")
def men():
    return drawn(1.0)


def mean(brows, name):
    return np.mean([getattr(one, name) for one in brows])


def test_womens_brows_are_thinner_and_rise_outwards(women, men):
    assert mean(men, "thickness") > 1.35 * mean(women, "thickness")
    assert mean(women, "slant") > mean(men, "slant") + 5
    assert mean(women, "taper") > mean(men, "taper") + 0.3
    assert mean(women, "density") < mean(men, "density")


def test_drawn_brows_lie_within_what_can_be_set(women, men):
    for name in ("thickness", "height", "slant", "arch", "taper", "inner", "length", "density", "lashes"):
        rule = find(f"brows.{name}")
        assert all(rule.low <= getattr(one, name) <= rule.high for one in (*women, *men))


def test_tails_of_women_taper_more_than_those_of_men(women, men):
    def tail(brows):
        halves = [brow_of(one).centre_line(1)[1] for one in brows]
        return np.median([half[7] / half[1] for half in halves])

    assert tail(women) < 0.75 < tail(men)


def test_brows_sink_with_age_and_their_tails_most():
    young, old = drawn(1.0, 30.0), drawn(1.0, 85.0)
    assert mean(old, "height") == pytest.approx(mean(young, "height") - 1.0, abs=0.05)
    assert mean(old, "slant") == pytest.approx(mean(young, "slant") - 1.8, abs=0.25)
    assert mean(old, "density") < 0.8 * mean(young, "density")


def test_a_steep_brow_bows_less_and_a_thick_one_is_long(women):
    def r(one, other):
        return np.corrcoef([getattr(b, one) for b in women], [getattr(b, other) for b in women])[0, 1]

    assert r("slant", "arch") == pytest.approx(-0.5, abs=0.15)
    assert r("thickness", "length") == pytest.approx(0.4, abs=0.15)


def test_mascara_parts_women_into_two_groups(women, men):
    lashes = np.array([one.lashes for one in women])
    assert 0.5 < (lashes > 0.64).mean() < 0.7 and ((lashes > 0.6) & (lashes < 0.68)).mean() < 0.12
    assert np.median([one.lashes for one in men]) < np.quantile(lashes, 0.2)
