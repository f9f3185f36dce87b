"""Colours and fringes of the default prior against the shares that annotators saw."""

from dataclasses import replace

import numpy as np
import pytest

from facegen.datasets.keyed_random import Draw
from facegen.render.prior.hair_prior import draw_hair
from facegen.render.spec.face_spec import Identity

COUNT = 600


def hairs(gender, age):
    person = replace(Identity(), gender=gender, age=age, african=0.0, asian=0.0, caucasian=1.0)
    return [draw_hair(Draw(3, i), person) for i in range(COUNT)]


def share(values):
    return float(np.mean(list(values)))


@pytest.mark.parametrize(("gender", "low", "high"), [(0.0, 0.2, 0.4), (1.0, 0.9, 1.0)])
def test_most_old_women_cover_grey_and_men_do_not(gender, low, high):
    assert low <= share(h.colour.grey > 0.2 for h in hairs(gender, 72.0)) <= high


def test_blond_is_as_frequent_as_annotated():
    blond = {
        g: share(h.colour.melanin < 0.5 and h.colour.grey < 0.3 for h in hairs(g, 28.0)) for g in (0.0, 1.0)
    }
    assert 0.25 < blond[0.0] < 0.5 and blond[1.0] < 0.25


def test_fringes_follow_sex_and_age():
    worn = {(g, a): share(h.fringe > 0 for h in hairs(g, a)) for g in (0.0, 1.0) for a in (25.0, 60.0)}
    for who, wanted in {(0.0, 25.0): 0.2, (0.0, 60.0): 0.38, (1.0, 25.0): 0.15, (1.0, 60.0): 0.03}.items():
        assert worn[who] == pytest.approx(wanted, abs=0.05)


def test_hair_hangs_over_brows_and_eyes_as_often_as_counted():
    # Of some 110 women with hair down, 30 have it over the end of a brow and 3 over an eye.
    most = np.array([max(h.drape_left, h.drape_right) for h in hairs(0.0, 30.0)])
    assert 0.18 < (most > 0.4).mean() < 0.32
    assert 0.005 < (most > 0.85).mean() < 0.05
    assert (most == 0).mean() > 0.55
