"""Rows of a profile become the faces they describe."""

import numpy as np
import pytest

from facegen.audit.profile_io import load_profile
from facegen.render import match, prior
from facegen.render.overrides import parse

BASE = {
    "male": True,
    "young": True,
    "gray_hair": False,
    "bald": False,
    "hair": True,
    "hair_low": 0.0,
    "hair_length": 0.1,
    "hair_shade": "black",
    "hair_form": "straight",
    "no_beard": True,
    "smiling": False,
    "mouth_open": False,
    "glasses": False,
    "yaw": 0.0,
    "pitch": 0.0,
    "skin_ita": 40.0,
    "skin_lightness": 60.0,
}


def follow(**changes):
    return match.follow(prior.draw_spec(0, 4), {**BASE, **changes})


@pytest.mark.parametrize(
    "changes,check",
    [
        ({"male": True}, lambda x: x.identity.gender > 0.6),
        ({"male": False}, lambda x: x.identity.gender < 0.4),
        ({"young": False}, lambda x: x.identity.age >= 42),
        ({"young": True}, lambda x: x.identity.age <= 42),
        ({"gray_hair": True}, lambda x: x.hair.colour.grey > 0.4),
        ({"bald": True}, lambda x: x.hair.style == "bald"),
        ({"male": False, "hair_low": 0.3}, lambda x: x.hair.style.startswith("long")),
        ({"hair_shade": "blond"}, lambda x: x.hair.colour.melanin < 0.5),
        ({"bangs": True}, lambda x: x.hair.fringe > 0.8),
        ({"bangs": False}, lambda x: x.hair.fringe == 0),
        ({"glasses": True}, lambda x: x.glasses.kind != "none"),
        ({"glasses": False}, lambda x: x.glasses.kind == "none"),
        ({"no_beard": True}, lambda x: x.facial_hair.kind == "none"),
        ({"no_beard": False, "goatee": True}, lambda x: x.facial_hair.kind == "goatee"),
        ({"smiling": True}, lambda x: x.expression["mouthSmileLeft"] > 0.2),
        ({"mouth_open": True}, lambda x: x.expression["jawOpen"] > 0),
        # the profile's yaw is positive to the picture's left, a spec's to the subject's left
        ({"yaw": 20.0}, lambda x: x.pose.yaw == -20.0),
        ({"skin_lightness": 71.0}, lambda x: x.camera.skin_lightness == 71.0),
        ({"wearing_lipstick": True}, lambda x: x.skin.lipstick_amount > 0.2),
        ({"wearing_lipstick": False}, lambda x: x.skin.lipstick_amount == 0),
    ],
)
def test_one_attribute_decides_its_part(changes, check):
    assert check(follow(**changes))


def test_melanin_follows_ita_downwards():
    melanin = [match.melanin_of_ita(a) for a in (60, 40, 20, 0, -30)]
    assert (np.diff(melanin) > 0).all()


def test_the_shipped_profile_gives_its_frequencies():
    profile = load_profile("celebamaskhq")
    n = 400
    specs = list(match.draw_specs(profile, 0, range(n), n))
    rows = profile.sample(n, 0)
    men = np.array([x.identity.gender > 0.5 for x in specs])
    np.testing.assert_array_equal(men, rows["male"])
    np.testing.assert_array_equal([x.glasses.kind != "none" for x in specs], rows["glasses"])
    assert abs(men.mean() - 0.369) < 0.08  # of all 30,000
    assert not any(x.facial_hair.kind != "none" for x in np.array(specs, object)[~men])


def test_a_spec_does_not_depend_on_which_others_are_drawn():
    profile = load_profile("celebamaskhq")
    together = list(match.draw_specs(profile, 5, range(10), 10))
    alone = list(match.draw_specs(profile, 5, [7], 300))
    assert alone[0] == together[7]


def test_overrides_come_last():
    profile = load_profile("celebamaskhq")
    specs = match.draw_specs(profile, 0, range(5), 5, [parse("hair.style=afro")])
    assert all(x.hair.style == "afro" for x in specs)
