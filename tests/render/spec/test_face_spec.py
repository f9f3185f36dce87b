"""FaceSpec, keyed draws, the prior and overrides: pure functions."""

import dataclasses
import json

import numpy as np
import pytest

from facegen.assets.hair.style_registry import HAIR_STYLES
from facegen.assets.head.shape_distribution import NAMES, shipped_distribution
from facegen.datasets.errors import FacegenError
from facegen.datasets.keyed_random import Draw
from facegen.render.geometry import pose
from facegen.render.prior import default_prior, expression_prior, head_shape
from facegen.render.spec import face_spec as s
from facegen.render.spec.overrides import parse


def test_a_spec_survives_json():
    spec = default_prior.draw_spec(0, 5)
    assert s.FaceSpec.from_dict(json.loads(json.dumps(spec.to_dict()))) == spec


@pytest.mark.parametrize("change,word", [({"version": 99}, "version"), ({"nose_job": 1}, "nose_job")])
def test_a_foreign_spec_is_refused(change, word):
    with pytest.raises(FacegenError, match=word):
        s.FaceSpec.from_dict({**s.FaceSpec().to_dict(), **change})


def test_any_sample_can_be_drawn_alone_and_seeds_differ():
    first = default_prior.draw_spec(3, 7)
    head_shape._shape.cache_clear()
    assert default_prior.draw_spec(3, 7) == first
    assert default_prior.draw_spec(3, 7) != default_prior.draw_spec(4, 7)
    assert default_prior.draw_spec(3, 7).identity != default_prior.draw_spec(3, 8).identity


def test_the_prior_is_even_handed():
    specs = [default_prior.draw_spec(0, i) for i in range(600)]
    men = np.mean([x.identity.gender > 0.5 for x in specs])
    ancestry = np.mean([(x.identity.african, x.identity.asian, x.identity.caucasian) for x in specs], axis=0)
    ages = np.array([x.identity.age for x in specs])
    assert abs(men - 0.5) < 0.07  # 3.4 standard errors
    np.testing.assert_allclose(ancestry, 1 / 3, atol=0.06)
    assert ages.min() >= 16 and ages.max() <= 90 and abs(ages.mean() - 53) < 4
    assert {x.hair.style for x in specs} == set(HAIR_STYLES)
    assert not any(x.facial_hair.kind != "none" for x in specs if x.identity.gender < 0.5)
    skin = np.array([x.skin.melanin for x in specs])
    african = np.array([x.identity.african for x in specs])
    assert np.corrcoef(skin, african)[0, 1] > 0.6
    grey = np.array([x.hair.colour.grey for x in specs])
    assert np.corrcoef(grey, ages)[0, 1] > 0.4


def test_totals_of_sliders_add_mean_factors_and_the_person_up_to_the_end():
    person = s.Identity(gender=0.4, age=62, african=0.2, asian=0.3, caucasian=0.5)
    mean = pose.shape(person)
    shapes = shipped_distribution()
    moved = dataclasses.replace(person, shape_factors={"f02": 1.5}, sliders={"mouth-angles-up": 0.1})
    for name, value in pose.shape(moved).items():
        k = NAMES.index(name if name in NAMES else name[2:])
        own = 0.1 if name == "mouth-angles-up" else 0.0
        assert value == pytest.approx(mean[name] + 1.5 * shapes.loadings[k, 1] + own)
    far = dataclasses.replace(person, sliders={"mouth-angles-up": 1.5, "chin-width-incr": -1.5})
    assert pose.shape(far)["mouth-angles-up"] == 1 and pose.shape(far)["chin-width-incr"] == -1


def test_a_spec_of_version_1_keeps_its_head():
    data = s.FaceSpec().to_dict()
    data["identity"] |= {
        "gender": 0.9,
        "age": 70.0,
        "sliders": {"nose-trans-up": 0.2, "neck-double-incr": 0.1},
    }
    del data["identity"]["shape_factors"]
    person = s.FaceSpec.from_dict({**data, "version": 1}).identity
    # The averages of version 1: 0.3 + 0.3 per unit of gender, - 0.02 per decade over 40; 0.05 per decade.
    assert pose.shape(person)["nose-trans-up"] == pytest.approx(0.2 + 0.3 + 0.3 * 0.9 - 0.02 * 3)
    assert pose.shape(person)["neck-double-incr"] == pytest.approx(0.1 + 0.05 * 3)
    assert pose.shape(person)["nose-hump-incr"] == pytest.approx(0, abs=1e-12)
    again = s.FaceSpec.from_dict({**data, "version": 1})
    assert again.version == s.SPEC_VERSION and s.FaceSpec.from_dict(again.to_dict()) == again


def test_years_map_to_the_age_axis_in_order():
    axis = [pose.age_axis(years) for years in (16, 25, 50, 90)]
    assert axis == sorted(axis) and axis[1] == pytest.approx(2 / 3) and axis[3] == 1


def test_a_blink_overrules_what_opens_or_lowers_the_lids():
    wide = {"eyeWideLeft": 0.5, "eyeWideRight": 0.5, "eyeBlinkLeft": 1.0}
    lids = pose.with_lids(wide, s.Pose(gaze_pitch=15))
    assert lids["eyeWideLeft"] == 0 and lids["eyeLookUpLeft"] == 0
    assert lids["eyeWideRight"] == pytest.approx(0.5 + 15 * pose.OPENS)
    assert lids["eyeLookUpRight"] == pytest.approx(15 * pose.LOOK_UP)
    down = pose.with_lids(wide, s.Pose(gaze_pitch=-15))
    assert down["eyeBlinkLeft"] == 1 and down["eyeBlinkRight"] == pytest.approx(15 * pose.SHUTS)
    assert down["eyeLookUpRight"] == pytest.approx(-15 * pose.LOOK_UP) and down["eyeLookUpLeft"] == 0


def test_a_wink_shuts_one_eye(monkeypatch):
    monkeypatch.setattr(expression_prior, "WEIGHTS", {"wink": 1.0})
    shut = set()
    for i in range(12):
        drawn = expression_prior.draw_expression(Draw(0, i), s.Identity(), smile=True)
        left, right = drawn.get("eyeBlinkLeft", 0), drawn.get("eyeBlinkRight", 0)
        assert max(left, right) > 0.4 and min(left, right) < 0.3
        shut.add(left > right)
    assert shut == {True, False}


def test_every_expression_is_made_of_actions():
    from facegen.assets.head.actions import ACTIONS

    for name, table in expression_prior.EXPRESSIONS.items():
        for action in table:
            names = {action + "Left", action + "Right"} if action in expression_prior.PAIRED else {action}
            assert names <= set(ACTIONS), name
    assert set(expression_prior.WEIGHTS) == set(expression_prior.EXPRESSIONS)


@pytest.mark.parametrize("smile,opening", [(True, True), (True, False), (False, True), (False, False)])
def test_expressions_obey_what_is_given(smile, opening):
    names = set(expression_prior.allowed(smile, opening))
    assert names and all((n in expression_prior.SMILING) == smile for n in names)
    assert all((n in expression_prior.OPEN) == opening for n in names)
    drawn = expression_prior.draw_expression(Draw(0, 3), s.Identity(), smile, opening)
    assert all(0 <= v <= 1 for v in drawn.values())
    assert (drawn.get("mouthSmileLeft", 0) > 0.2) == smile


def test_replace_changes_one_path_and_leaves_the_rest():
    spec = s.FaceSpec()
    changed = s.replace(spec, "hair.colour.melanin", 0.1)
    assert s.attribute(changed, "hair.colour.melanin") == 0.1
    assert dataclasses.replace(changed, hair=spec.hair) == spec
    assert s.replace(spec, "identity.sliders.nose-hump-incr", 0.4).identity.sliders == {"nose-hump-incr": 0.4}


@pytest.mark.parametrize(
    "text,word",
    [
        ("hair", "ATTRIBUTE=VALUE"),
        ("hair.colour.shine=1", "unknown attribute"),
        ("hair.style=mullet", "mullet"),
        ("pose.yaw=left", "no number"),
        ("pose.yaw=20:-20", "backwards"),
    ],
)
def test_bad_overrides_say_what_is_wrong(text, word):
    with pytest.raises(FacegenError, match=word):
        parse(text)


def test_ranges_spread_and_choices_vary():
    specs = [default_prior.draw_spec(0, i) for i in range(40)]
    yaw = np.array([parse("pose.yaw=-40:40").apply(x).pose.yaw for x in specs])
    assert -40 <= yaw.min() < -20 and 20 < yaw.max() <= 40
    assert {parse("glasses.kind=round|oval").apply(x).glasses.kind for x in specs} == {"round", "oval"}
    bare = [x for x in specs if x.glasses.kind == "none"]
    assert len({parse("glasses.kind=round").apply(x).glasses.colour for x in bare}) == len(bare)
    bare = [x for x in specs if x.headwear.kind == "none"]
    assert len({parse("headwear.kind=cap").apply(x).headwear.front_mm for x in bare}) == len(bare)
    assert all(parse("skin.melanin=0.2").apply(x).skin.melanin == 0.2 for x in specs)
