"""A row of a profile becomes the face it describes."""

from importlib.util import find_spec

import numpy as np
import pytest

from facegen.assets.environment.backdrop_registry import BACKDROPS
from facegen.assets.hair.style_registry import HAIR_STYLES
from facegen.assets.wear.garment_registry import GARMENT_CUTS
from facegen.colour_science import bytes_of_linear, lab_of_srgb
from facegen.render.geometry.wear_parts import hides_eyes
from facegen.render.matching import condition as mapping
from facegen.render.matching import condition_scene as scene
from facegen.render.prior import default_prior, garment_prior
from facegen.render.spec import face_spec as s

NEEDS_HDRIS = pytest.mark.skipif(find_spec("bpy") is None, reason="needs the render extra")
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
    return mapping.condition(default_prior.draw_spec(0, 4), {**BASE, **changes})


def dyed(monkeypatch, garment):
    """Clothes are drawn in these dyes."""
    monkeypatch.setattr(scene, "draw_garment", lambda d, identity: garment)


def lightness(colour):
    return float(lab_of_srgb(bytes_of_linear(colour))[0])


@pytest.mark.parametrize("asked", [8.0, 25.0, 60.0])
def test_a_shirt_under_a_jacket_gives_way_only_where_black_would_not_do(monkeypatch, asked):
    white = s.Garment(cut="suit", inner=(0.78, 0.78, 0.78))
    dyed(monkeypatch, white)
    worn = scene.garment(None, None, white, {"cloth_lightness": asked, "cloth_chroma": 3.0})
    coat, shirt = lightness(worn.colour), lightness(worn.inner)
    crew = s.Garment(cut="crew")
    plain = lightness(scene.garment(None, None, crew, {"cloth_lightness": asked}).colour)
    share = scene.INNER_SHARE
    assert share * shirt + (1 - share) * coat == pytest.approx(plain, abs=2.0)
    assert shirt == pytest.approx(lightness(white.inner), abs=1.0) or coat == pytest.approx(4, abs=1.5)


@pytest.mark.parametrize("index", range(12))
def test_what_a_cut_is_made_of_follows_it(index):
    """A row that asks for much cloth turns a flowered shirt into a coat, not into a flowered coat."""
    spec = default_prior.draw_spec(0, index)
    worn = mapping.condition(spec, {**BASE, "cloth": True, "cloth_area": 0.06}).garment
    jacket = GARMENT_CUTS[worn.cut].jacket
    assert worn.pattern in (garment_prior.JACKET_PATTERNS if jacket else garment_prior.PATTERNS)
    assert worn.fabric in (garment_prior.JACKET_FABRICS if jacket else garment_prior.FABRICS)


@pytest.mark.parametrize(
    "changes,check",
    [
        ({"male": True}, lambda x: x.identity.gender > 0.6),
        ({"male": False}, lambda x: x.identity.gender < 0.4),
        ({"young": False}, lambda x: x.identity.age >= 42),
        ({"young": True}, lambda x: x.identity.age <= 42),
        ({"gray_hair": True}, lambda x: x.hair.colour.grey > 0.4),
        ({"bald": True}, lambda x: x.hair.style == "bald"),
        ({"male": False, "hair_low": 0.3, "hair_length": 0.5}, lambda x: HAIR_STYLES[x.hair.style].hangs),
        (
            {"male": False, "hair_length": 0.36, "hair_low": 0.3},
            lambda x: not x.hair.style.startswith("long"),
        ),
        ({"ear_left": True, "ear_right": False, "yaw": 0.0}, lambda x: x.hair.uneven > 0),
        ({"ear_left": False, "ear_right": True, "yaw": 0.0}, lambda x: x.hair.uneven < 0),
        ({"hair_shade": "blond"}, lambda x: x.hair.colour.melanin < 0.5),
        ({"hair_shade": "blond", "hair_lightness": 58.0}, lambda x: x.hair.colour.melanin < 0.12),
        ({"hair_shade": "black", "hair_lightness": 9.0}, lambda x: x.hair.colour.melanin > 0.88),
        ({"hair_shade": "black", "hair_lightness": 60.0}, lambda x: 0.69 < x.hair.colour.melanin < 0.72),
        ({"bangs": True}, lambda x: x.hair.fringe > 0.8),
        ({"bangs": False}, lambda x: x.hair.fringe == 0),
        ({"glasses": True}, lambda x: x.glasses.kind != "none"),
        ({"glasses": False}, lambda x: x.glasses.kind == "none"),
        ({"no_beard": True}, lambda x: x.facial_hair.kind == "none"),
        ({"no_beard": False, "goatee": True}, lambda x: x.facial_hair.kind in ("goatee", "full_beard")),
        ({"smiling": True}, lambda x: x.expression["mouthSmileLeft"] > 0.2),
        ({"mouth_open": True}, lambda x: x.expression["jawOpen"] > 0),
        # the profile's yaw is positive to the picture's left, a spec's to the subject's left
        ({"yaw": 20.0}, lambda x: x.pose.yaw == -20.0),
        ({"skin_lightness": 71.0}, lambda x: x.camera.skin_lightness == 71.0),
        ({"wearing_lipstick": True}, lambda x: x.skin.lipstick_amount > 0.2),
        ({"wearing_lipstick": False}, lambda x: x.skin.lipstick_amount == 0),
        ({"wearing_lipstick": True}, lambda x: x.skin.lip_gloss >= 0.1),
        ({"bags_under_eyes": True}, lambda x: x.skin.eye_bags >= 0.5),
        ({"bags_under_eyes": False, "young": False}, lambda x: x.skin.eye_bags < 0.45),
        ({"glasses": True, "face_axes": False}, lambda x: hides_eyes(x.glasses)),
        ({"glasses": True, "face_axes": True}, lambda x: not hides_eyes(x.glasses)),
    ],
)
def test_one_attribute_decides_its_part(changes, check):
    assert check(follow(**changes))


@pytest.mark.parametrize("index", range(20))
def test_a_goatee_is_one_or_a_short_beard(index):
    row = {**BASE, "no_beard": False, "goatee": True}
    worn = mapping.condition(default_prior.draw_spec(0, index), row).facial_hair
    assert worn.kind == "goatee" or (worn.kind == "full_beard" and worn.length_mm <= mapping.SHORT_MM)
    shaven, stubbly = (
        mapping.condition(default_prior.draw_spec(0, index), {**row, "5_o_clock_shadow": shadow}).facial_hair
        for shadow in (False, True)
    )
    # What is unshaven around it follows the row; a row that does not say leaves few shaven.
    drawn = default_prior.draw_spec(0, index).facial_hair.shadow or shaven.shadow
    assert stubbly.shadow >= 0.25 and shaven.shadow == drawn
    assert worn.shadow == (stubbly.shadow if worn.kind == "goatee" else shaven.shadow)


@pytest.mark.parametrize("index", range(6))
def test_a_garment_forgets_the_row_it_was_dyed_for(index):
    spec = default_prior.draw_spec(0, index)
    dark, light = ({**BASE, "cloth": True, "cloth_area": 0.05, "cloth_lightness": x} for x in (6.0, 75.0))
    once, twice = mapping.condition(spec, light), mapping.recolour(mapping.condition(spec, dark), light)
    assert twice.garment == once.garment != mapping.condition(spec, dark).garment


@pytest.mark.parametrize("row", [BASE, {"glasses": True}, {}])
def test_what_every_row_draws_anew_need_not_be_drawn_before(row):
    assert mapping.condition(default_prior.draw_base(0, 5), row) == mapping.condition(
        default_prior.draw_spec(0, 5), row
    )


def test_recolouring_keeps_the_shape():
    spec = default_prior.draw_spec(0, 4)
    new = mapping.recolour(spec, {**BASE, "hair_shade": "blond", "skin_ita": -20.0})
    assert new.hair.colour.melanin < 0.5 and new.skin.melanin > spec.skin.melanin
    for part in ("identity", "pose", "expression", "brows", "facial_hair", "glasses"):
        assert getattr(new, part) == getattr(spec, part)
    assert new.hair.style == spec.hair.style and new.hair.length == spec.hair.length


def test_melanin_follows_ita_downwards():
    melanin = [mapping.melanin_of_ita(a) for a in (60, 40, 20, 0, -30)]
    assert (np.diff(melanin) > 0).all()


def test_clothes_take_a_rows_lightness_and_chroma():
    for lightness, chroma in ((12, 2), (50, 25), (75, 10)):
        got = lab_of_srgb(bytes_of_linear(scene.dyed((0.02, 0.05, 0.2), lightness, chroma)))
        assert got[0] == pytest.approx(lightness, abs=3)
        assert np.hypot(*got[1:]) == pytest.approx(chroma, abs=3)
        assert got[2] < 0  # still blue


@NEEDS_HDRIS
def test_the_light_makes_the_difference_of_sides_that_a_row_asks_for():
    for index, wanted in enumerate((1.0, 0.3, 0.0, -0.3, -1.0)):
        drawn = default_prior.draw_spec(2, index)
        key = s.Light(strength=0.3, key=0.9, key_azimuth=10.0, key_elevation=20.0)
        lit = scene.light(key, drawn.pose, {"light_side": wanted})
        (((side,),)) = scene.light_sides(lit, drawn.pose, [lit.key_azimuth], [lit.turn])
        assert side == pytest.approx(wanted, abs=0.15)
    assert scene.light(key, drawn.pose, {}) == key


@NEEDS_HDRIS
def test_a_key_alone_lights_its_own_side_of_a_face():
    key = s.Light(strength=0.0, key=1.0, key_elevation=0.0)
    ((left, front, right),) = scene.light_sides(key, s.Pose(), [70.0, 0.0, -70.0], [0.0])
    assert left > 2 and front == pytest.approx(0, abs=1e-9) and right == pytest.approx(-left)
    # A head that looks into the lamp has no darker side.
    (((met,),)) = scene.light_sides(key, s.Pose(yaw=40.0), [40.0], [0.0])
    (((missed,),)) = scene.light_sides(key, s.Pose(yaw=-40.0), [40.0], [0.0])
    assert abs(met) < 0.4 < missed
    assert np.isfinite(scene.light_sides(key, s.Pose(yaw=90.0), scene.AZIMUTHS, scene.TURNS)).all()


def test_much_colour_comes_from_more_than_one_hue():
    row = {"background_lightness": 60.0, "background_spread": 20.0, "background_colourfulness": 60.0}
    for index in range(12):
        drawn = mapping.condition(default_prior.draw_spec(0, index), {**BASE, **row}).background
        kind = BACKDROPS[drawn.kind]
        assert not kind.uniform and not kind.dark and drawn.colourfulness == 60
