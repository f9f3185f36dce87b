"""Skin of a row's colour: light and pigments first, the camera last, everything within its range."""

from dataclasses import replace

import numpy as np
import pytest

from facegen.datasets.keyed_random import Draw
from facegen.render.matching import condition_colour as colour
from facegen.render.matching import condition_skin
from facegen.render.prior.default_prior import draw_spec
from facegen.render.prior.identity_prior import MELANIN
from facegen.render.spec import face_spec as s

MIDDLE = np.array([64.0, 15.0, 20.0])  # median skin of photographs


def settings(spec):
    """TURNED of a spec."""
    return np.array(
        [
            np.log(spec.skin.melanin), np.log(spec.skin.haemoglobin), spec.camera.exposure * np.log(2),
            spec.skin.warmth, spec.camera.kelvin_shift, spec.camera.tint, np.log(spec.camera.saturation),
        ]
    )  # fmt: skip


def shown(spec, found):
    cast = colour.arriving_colour(spec.light) ** (1 - spec.camera.white_balance)
    return colour.skin_lab(found[None], cast, spec.camera.contrast)[0] + colour.RENDERED


@pytest.fixture(scope="module")
def faces():
    return [draw_spec(3, i) for i in range(40)]


def test_usual_colours_are_met(faces):
    gaps = np.array([shown(spec, colour.most_likely(spec, MIDDLE)) - MIDDLE for spec in faces])
    assert np.abs(gaps).mean(0) == pytest.approx([0, 0, 0], abs=1.2)


def test_nothing_leaves_its_range_whatever_a_row_wants(faces):
    rng = np.random.default_rng(0)
    for _ in range(25):
        for spec in faces:
            wanted = rng.uniform((5, -15, -25), (97, 45, 65))
            found = colour.most_likely(spec, wanted)
            assert (found >= colour.LOW).all() and (found <= colour.HIGH).all()


def test_light_and_skin_turn_before_the_camera(faces):
    """Of the moves, in spreads among photographs, saturation makes the smaller part."""
    sd = colour.SPREAD.copy()
    sd[-1] = colour.SATURATION.sd
    moves = []
    for spec in faces:
        for more in (-6.0, 6.0):
            wanted = shown(spec, settings(spec)) + np.array([0.0, more, more])
            moves.append((colour.most_likely(spec, wanted) - settings(spec)) / sd)
    size = np.sqrt(np.mean(np.square(moves), 0))
    assert size[-1] < 0.5 * np.sqrt((size[:-1] ** 2).sum())


def test_a_row_that_gives_what_is_there_changes_nothing(faces):
    for spec in faces[:10]:
        if (settings(spec) >= colour.LOW).all() and (settings(spec) <= colour.HIGH).all():
            found = colour.most_likely(spec, shown(spec, settings(spec)))
            np.testing.assert_allclose(found / colour.SPREAD, settings(spec) / colour.SPREAD, atol=1e-3)


def test_a_dark_picture_of_fair_people_keeps_their_skin():
    """Light explains most of it; people whose ancestors had dark skin have it in bright pictures too."""
    dark = {
        "male": True,
        "skin_ita": -36.0,
        "skin_lightness": 38.0,
        "skin_redness": 14.0,
        "skin_yellowness": 16.0,
    }
    bright = {**dark, "skin_ita": 33.0, "skin_lightness": 62.0, "skin_yellowness": 18.0}
    found = {}
    for kind, african in (("fair", 0.0), ("dark", 1.0)):
        for picture, row in (("dark", dark), ("bright", bright)):
            skins = []
            for i in range(24):
                drawn = draw_spec(4, i)
                person = replace(drawn.identity, african=african, asian=0.0, caucasian=1 - african)
                spec = replace(drawn, identity=person)
                spec = replace(spec, skin=condition_skin.skin(Draw(4, i), person, row))
                skins.append(colour.coloured(spec, row).skin.melanin)
            found[kind, picture] = float(np.median(skins))
    usual = {"fair": MELANIN["caucasian"][0], "dark": MELANIN["african"][0]}
    for kind in usual:
        for picture in ("dark", "bright"):
            assert usual[kind] / 2.2 < found[kind, picture] < usual[kind] * 2.2, (kind, picture, found)
        assert found[kind, "dark"] > found[kind, "bright"]


def test_lips_come_nearer_to_the_row_than_one_draw():
    rows = [{"lip_lightness": -18.0, "lip_redness": 22.0}, {"lip_lightness": -6.0, "lip_redness": 5.0}]
    faces = [s.replace(draw_spec(7, i), "camera.style", "colour") for i in range(12)]
    redder = []
    for row in rows:
        lips = [colour.coloured(face, {**row, "wearing_lipstick": False}).skin for face in faces]
        redder.append(np.mean([skin.lip_colour for skin in lips]))
        assert not any(skin.lipstick_amount for skin in lips)
    assert redder[0] > redder[1] + 0.15


def test_prints_are_those_of_one_hue():
    sepia = {
        "skin_redness": 4.8, "skin_yellowness": 13.0, "hair_redness": 7.0, "hair_yellowness": 15.0,
        "lip_redness": 3.0,
    }  # fmt: skip
    assert colour.style_of("colour", sepia) == "sepia"
    assert colour.style_of("sepia", sepia | {"lip_redness": 11.0}) == "colour"
    assert colour.style_of("sepia", sepia | {"hair_redness": np.nan}) == "colour"
    assert colour.style_of("colour", sepia | {"skin_redness": 0.3, "skin_yellowness": -0.2}) == "monochrome"
    assert colour.style_of("sepia", {}) == "sepia"
    print_ = colour.coloured(draw_spec(0, 1), {**sepia, "skin_lightness": 60.0})
    assert print_.camera.style == "sepia" and print_.skin == draw_spec(0, 1).skin


def test_a_full_white_balance_leaves_no_cast():
    spec = draw_spec(0, 2)
    neutral = replace(spec, camera=replace(spec.camera, white_balance=1.0))
    other = replace(neutral, light=s.Light(kelvin=3000.0, key=1.0))
    np.testing.assert_allclose(colour.most_likely(neutral, MIDDLE), colour.most_likely(other, MIDDLE))
