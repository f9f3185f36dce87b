"""The default prior: features of a person depend on one another, poses are wide, every draw is keyed."""

from dataclasses import replace

import numpy as np
import pytest

from facegen.datasets.keyed_random import Draw
from facegen.render.prior import capture_prior, default_prior, expression_prior, identity_prior
from facegen.render.spec import face_spec as s


@pytest.fixture(scope="module")
def specs():
    return [default_prior.draw_spec(1, i) for i in range(150)]


def test_base_and_spec_agree_on_what_both_draw(specs):
    base = default_prior.draw_base(1, 5)
    for part in ("identity", "pose", "glasses", "headwear", "jewellery", "garment", "light", "camera"):
        assert getattr(base, part) == getattr(specs[5], part)
    assert default_prior.draw_spec(1, 5) == specs[5] != default_prior.draw_spec(1, 6)


def test_a_given_person_keeps_the_rest_of_the_face(specs):
    person = replace(specs[3].identity, age=80.0)
    old = default_prior.draw_spec(1, 3, person)
    assert old.identity == person and old.pose == specs[3].pose and old.light == specs[3].light
    assert old.skin.wrinkles > 0.5


def test_pose_is_wider_than_portraits_and_gaze_turns_against_the_head(specs):
    yaw = np.array([spec.pose.yaw for spec in specs])
    gaze = np.array([spec.pose.gaze_yaw for spec in specs])
    assert 16 < yaw.std() < 24 and np.corrcoef(yaw, gaze)[0, 1] < -0.7


@pytest.mark.parametrize("smile", [True, False])
@pytest.mark.parametrize("opening", [True, False])
def test_expressions_are_of_the_requested_kind(smile, opening):
    names = expression_prior.allowed(smile, opening)
    assert names and all((n in expression_prior.SMILING) == smile for n in names)
    assert all((n in expression_prior.OPEN) == opening for n in names)
    weights = expression_prior.draw_expression(Draw(0, 1), s.Identity(), smile, opening)
    assert all(0 < w <= 1 for w in weights.values()) and ("jawOpen" in weights) == opening


def test_darker_skin_comes_with_african_ancestry():
    people = [s.Identity(african=a, asian=0.0, caucasian=1 - a) for a in (0.0, 1.0)]
    melanin = [
        np.median([identity_prior.draw_skin(Draw(0, i), p).melanin for i in range(40)]) for p in people
    ]
    assert melanin[0] == pytest.approx(identity_prior.MELANIN["caucasian"][0], rel=0.3)
    assert melanin[1] == pytest.approx(identity_prior.MELANIN["african"][0], rel=0.3)


def test_backgrounds_have_two_colours_within_their_range():
    drawn = [capture_prior.draw_background(Draw(0, i)) for i in range(50)]
    colours = np.array([[one.first, one.second] for one in drawn])
    assert colours.min() >= 0.004 and colours.max() <= 1.2 and len({one.kind for one in drawn}) > 5
