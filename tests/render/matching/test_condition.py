"""A face conditioned on a row of a profile is the face that the row describes."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec

import numpy as np
import pytest

from facegen.assets.environment.backdrop_registry import BACKDROPS
from facegen.assets.hair.style_registry import HAIR_STYLES
from facegen.assets.wear.garment_registry import GARMENT_CUTS
from facegen.assets.wear.jewellery_registry import EARRINGS
from facegen.colour_science import bytes_of_linear, lab_of_srgb
from facegen.datasets.keyed_random import Draw
from facegen.datasets.layouts.annotations import PITCH_ZERO
from facegen.render.geometry.wear_parts import hides_eyes
from facegen.render.matching import condition as mapping
from facegen.render.matching import condition_hair, condition_skin
from facegen.render.matching import condition_scene as scene
from facegen.render.matching.condition_scene import shading_spread
from facegen.render.prior import default_prior, garment_prior
from facegen.render.prior.hand_prior import draw_hand
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


def swept(hair):
    """Whether hair hangs over the forehead without a fringe."""
    return max(hair.drape_left, hair.drape_right) > 0.55


def dyed(monkeypatch, garment):
    """Clothes are drawn in these dyes."""
    monkeypatch.setattr(scene, "draw_garment", lambda d, identity: garment)


def lightness(colour):
    return float(lab_of_srgb(bytes_of_linear(colour))[0])


@pytest.mark.parametrize("requested", [8.0, 25.0, 60.0])
def test_a_shirt_is_darkened_only_where_a_black_jacket_would_not_do(monkeypatch, requested):
    white = s.Garment(cut="suit", inner=(0.78, 0.78, 0.78))
    dyed(monkeypatch, white)
    worn = scene.garment(None, None, white, {"cloth_lightness": requested, "cloth_chroma": 3.0})
    coat, shirt = lightness(worn.colour), lightness(worn.inner)
    crew = s.Garment(cut="crew")
    plain = lightness(scene.garment(None, None, crew, {"cloth_lightness": requested}).colour)
    fraction = scene.SHIRT_FRACTION
    assert fraction * shirt + (1 - fraction) * coat == pytest.approx(plain, abs=2.0)
    assert shirt == pytest.approx(lightness(white.inner), abs=1.0) or coat == pytest.approx(4, abs=1.5)


@pytest.mark.parametrize("index", range(12))
def test_pattern_and_fabric_follow_the_cut(index):
    """A row with much cloth turns a flowered shirt into a coat, not into a flowered coat."""
    spec = default_prior.draw_spec(0, index)
    worn = mapping.condition(spec, {**BASE, "cloth": True, "cloth_area": 0.06}).garment
    jacket = GARMENT_CUTS[worn.cut].jacket
    patterns = garment_prior.JACKET_PATTERNS if jacket else garment_prior.PATTERNS
    own = GARMENT_CUTS[worn.cut].pattern
    assert worn.pattern == own if own else worn.pattern in patterns
    assert worn.fabric in (garment_prior.JACKET_FABRICS if jacket else garment_prior.FABRICS)


def smiles(spec):
    """Corners of the mouth are up and cheeks raised; a friendly mouth at rest raises no cheek."""
    corners, cheeks = (
        (spec.expression.get(f"{action}Left", 0.0) + spec.expression.get(f"{action}Right", 0.0)) / 2
        for action in ("mouthSmile", "cheekSquint")
    )
    return corners > 0.2 and cheeks > 0.05


@dataclass(frozen=True)
class Decides:
    """A change of BASE, one with the opposite effect, and what holds of the face after the first only."""

    changes: dict
    opposite: dict
    holds: Callable[[s.FaceSpec], bool]


LONG_HAIR = {"male": False, "hair_low": 0.3, "hair_length": 0.5}
TO_CHIN = {"male": False, "hair_low": 0.3, "hair_length": 0.36}
LEFT_EAR, RIGHT_EAR = {"ear_left": True, "ear_right": False}, {"ear_left": False, "ear_right": True}
DECIDES = {
    "man": Decides({"male": True}, {"male": False}, lambda x: x.identity.gender > 0.6),
    "woman": Decides({"male": False}, {"male": True}, lambda x: x.identity.gender < 0.4),
    "old": Decides({"young": False}, {"young": True}, lambda x: x.identity.age > 42),
    "grey hair": Decides({"gray_hair": True}, {"gray_hair": False}, lambda x: x.hair.colour.grey > 0.4),
    "bald": Decides({"bald": True}, {"bald": False}, lambda x: x.hair.style == "bald"),
    "long hair": Decides(LONG_HAIR, {"male": False}, lambda x: HAIR_STYLES[x.hair.style].hangs),
    "hair to the chin": Decides(
        TO_CHIN, LONG_HAIR, lambda x: x.hair.style in ("bob", "shag") or not HAIR_STYLES[x.hair.style].hangs
    ),
    "left ear": Decides(LEFT_EAR, RIGHT_EAR, lambda x: x.hair.uneven > 0),
    "right ear": Decides(RIGHT_EAR, LEFT_EAR, lambda x: x.hair.uneven < 0),
    "receding": Decides(
        {"receding_hairline": True}, {"receding_hairline": False}, lambda x: x.hair.recession >= 8
    ),
    "blond": Decides({"hair_shade": "blond"}, {"hair_shade": "black"}, lambda x: x.hair.colour.melanin < 0.5),
    "light blond": Decides(
        {"hair_shade": "blond", "hair_lightness": 58.0},
        {"hair_shade": "blond", "hair_lightness": 30.0},
        lambda x: x.hair.colour.melanin < 0.12,
    ),
    "deep black": Decides(
        {"hair_shade": "black", "hair_lightness": 9.0},
        {"hair_shade": "black", "hair_lightness": 60.0},
        lambda x: x.hair.colour.melanin > 0.8,
    ),
    "black stays near its shade": Decides(
        {"hair_shade": "black", "hair_lightness": 60.0},
        {"hair_shade": "black", "hair_lightness": 9.0},
        lambda x: 0.69 < x.hair.colour.melanin < 0.72,
    ),
    "bangs": Decides({"bangs": True}, {"bangs": False}, lambda x: x.hair.fringe > 0.8 or swept(x.hair)),
    "no bangs": Decides(
        {"bangs": False}, {"bangs": True}, lambda x: x.hair.fringe == 0 and not swept(x.hair)
    ),
    "glasses": Decides({"glasses": True}, {"glasses": False}, lambda x: x.glasses.kind != "none"),
    "dark glasses": Decides(
        {"glasses": True, "face_axes": False},
        {"glasses": True, "face_axes": True},
        lambda x: hides_eyes(x.glasses),
    ),
    "hat": Decides({"hat": True}, {"hat": False}, lambda x: x.headwear.kind != "none"),
    "earrings": Decides({"earring": True}, {"earring": False}, lambda x: x.jewellery.earrings != "none"),
    "seen earrings, whatever the annotators say": Decides(
        {"earring": True, "wearing_earrings": False},
        {"earring": False, "wearing_earrings": True},
        lambda x: x.jewellery.earrings != "none",
    ),
    "small earrings": Decides(
        {"earring": True, "earring_area": 0.001},
        {"earring": True, "earring_area": 0.02},
        lambda x: x.jewellery.earrings == "stud" and x.jewellery.earring_mm <= 12,
    ),
    "necklace": Decides({"necklace": True}, {"necklace": False}, lambda x: x.jewellery.necklace != "none"),
    "shaven": Decides({"no_beard": True}, {"no_beard": False}, lambda x: x.facial_hair.kind == "none"),
    "goatee": Decides(
        {"no_beard": False, "goatee": True},
        {"no_beard": True},
        lambda x: x.facial_hair.kind in ("goatee", "full_beard"),
    ),
    "moustache": Decides(
        {"no_beard": False, "mustache": True},
        {"no_beard": True},
        lambda x: x.facial_hair.kind in ("moustache", "full_beard"),
    ),
    "smile": Decides({"smiling": True}, {"smiling": False}, smiles),
    "open mouth": Decides(
        {"mouth_open": True}, {"mouth_open": False}, lambda x: x.expression.get("jawOpen", 0) > 0
    ),
    # the profile's yaw is positive to the picture's left, a spec's to the subject's left
    "yaw": Decides({"yaw": 20.0}, {"yaw": -20.0}, lambda x: x.pose.yaw == -20.0),
    "pitch": Decides({"pitch": 5.0}, {"pitch": -25.0}, lambda x: x.pose.pitch == 5.0 - PITCH_ZERO),
    "roll": Decides({"roll": 3.0}, {"roll": -3.0}, lambda x: x.camera.tilt == -3.0),
    "scale": Decides({"face_scale": 1.25}, {"face_scale": 0.8}, lambda x: x.camera.scale < 0.9),
    "place": Decides({"face_x": 0.52}, {"face_x": 0.48}, lambda x: x.camera.shift_x < 0),
    "light skin": Decides({"skin_ita": 55.0}, {"skin_ita": -30.0}, lambda x: x.skin.melanin < 0.06),
    "bright skin": Decides(
        {"skin_lightness": 71.0}, {"skin_lightness": 40.0}, lambda x: x.camera.skin_lightness == 71.0
    ),
    "contrast": Decides({"contrast": 25.0}, {"contrast": 15.0}, lambda x: x.camera.look.contrast == 25.0),
    "no clipped shadows": Decides(
        {"clipped_dark": 0.0}, {"clipped_dark": 0.1}, lambda x: 0 < x.camera.look.blacks < 0.01
    ),
    "lipstick": Decides(
        {"wearing_lipstick": True}, {"wearing_lipstick": False}, lambda x: x.skin.lipstick_amount >= 0.2
    ),
    "no lipstick": Decides(
        {"wearing_lipstick": False}, {"wearing_lipstick": True}, lambda x: x.skin.lipstick_amount == 0
    ),
    "make-up": Decides(
        {"heavy_makeup": True},
        {"heavy_makeup": False},
        lambda x: x.skin.mascara >= 0.4 and x.skin.foundation >= 0.45 and x.skin.liner >= 0.15,
    ),
    "rosy cheeks": Decides(
        {"rosy_cheeks": True}, {"rosy_cheeks": False}, lambda x: x.skin.rouge >= 0.6 or x.skin.blush >= 0.85
    ),
    "bags": Decides({"bags_under_eyes": True}, {"bags_under_eyes": False}, lambda x: x.skin.eye_bags >= 0.5),
    "no bags on an old face": Decides(
        {"bags_under_eyes": False, "young": False},
        {"bags_under_eyes": True, "young": False},
        lambda x: x.skin.eye_bags < 0.45,
    ),
    "bare shoulders": Decides(
        {"cloth": False},
        {"cloth": True, "cloth_area": 0.04},
        lambda x: GARMENT_CUTS[x.garment.cut].bare_weight is not None,
    ),
    "dark cloth": Decides(
        {"cloth_lightness": 8.0}, {"cloth_lightness": 80.0}, lambda x: lightness(x.garment.colour) < 20
    ),
    "bright background": Decides(
        {"background_lightness": 80.0},
        {"background_lightness": 15.0},
        lambda x: max(*x.background.first, *x.background.second) > 0.5,
    ),
    "blurred background": Decides(
        {"background_sharpness": 0.2}, {"background_sharpness": 2.0}, lambda x: x.camera.backdrop_blur > 9
    ),
}


@pytest.mark.parametrize("index", range(20))
def test_one_attribute_decides_its_part_and_its_opposite_the_opposite(index):
    base = default_prior.draw_base(0, index)

    def holds(one, changes):
        return one.holds(mapping.condition(base, {**BASE, **changes}))

    missed = [name for name, one in DECIDES.items() if not holds(one, one.changes)]
    undecided = [name for name, one in DECIDES.items() if holds(one, one.opposite)]
    assert (missed, undecided) == ([], [])


@pytest.mark.parametrize("index", range(4))
def test_lipstick_makes_lips_glossier(index):
    base = default_prior.draw_base(0, index)
    worn, bare = (mapping.condition(base, {**BASE, "wearing_lipstick": x}).skin for x in (True, False))
    assert worn.lip_gloss >= 0.1 and worn.lip_gloss > bare.lip_gloss


@pytest.mark.parametrize("kind", EARRINGS)
def test_earrings_of_every_kind_take_the_size_of_a_requested_area(kind, monkeypatch):
    """A kind that a new file adds, too: its size for an area stands in its entry."""
    base = default_prior.draw_base(0, 5)
    worn = s.replace(base, "jewellery.earrings", kind).jewellery
    small, large = (
        mapping._earrings_of_area(worn, base.identity, area).earring_mm for area in (0.0001, 0.02)
    )
    assert 3 <= small < 13 <= large <= 76


def test_a_row_may_say_something_about_one_ear_only():
    """A handwritten profile may name `ear_left` alone: hair then stays as drawn."""
    base = default_prior.draw_base(0, 3)
    one, none = (mapping.condition(base, BASE | more).hair for more in ({"ear_left": False}, {}))
    assert one == none


@pytest.mark.parametrize("index", range(20))
def test_a_goatee_is_one_or_a_short_beard(index):
    row = {**BASE, "no_beard": False, "goatee": True}
    worn = mapping.condition(default_prior.draw_spec(0, index), row).facial_hair
    assert worn.kind == "goatee" or (worn.kind == "full_beard" and worn.length_mm <= condition_hair.SHORT_MM)
    shaven, stubbly = (
        mapping.condition(default_prior.draw_spec(0, index), {**row, "5_o_clock_shadow": shadow}).facial_hair
        for shadow in (False, True)
    )
    # What is unshaven around it follows the row; a row that does not say leaves few shaven.
    drawn = default_prior.draw_spec(0, index).facial_hair.shadow or shaven.shadow
    assert stubbly.shadow >= 0.25 and shaven.shadow == drawn
    assert worn.shadow == (stubbly.shadow if worn.kind == "goatee" else shaven.shadow)


@pytest.mark.parametrize("index", range(6))
def test_a_garment_does_not_depend_on_the_row_it_was_dyed_for_before(index):
    spec = default_prior.draw_spec(0, index)
    dark, light = ({**BASE, "cloth": True, "cloth_area": 0.05, "cloth_lightness": x} for x in (6.0, 75.0))
    once, twice = mapping.condition(spec, light), mapping.recolour(mapping.condition(spec, dark), light)
    assert twice.garment == once.garment != mapping.condition(spec, dark).garment


@pytest.mark.parametrize("row", [BASE, {"glasses": True}, {}])
def test_what_conditioning_draws_again_need_not_be_drawn_before(row):
    assert mapping.condition(default_prior.draw_base(0, 5), row) == mapping.condition(
        default_prior.draw_spec(0, 5), row
    )


@pytest.mark.parametrize("male", [True, False])
def test_the_hand_is_one_of_the_new_person_in_the_new_clothes(male):
    """Of another sex and another garment than the spec before: nails and sleeves follow them."""
    drawn = [default_prior.draw_spec(2, index, s.Identity(gender=float(not male))) for index in range(24)]
    specs = [mapping.condition(one, {**BASE, "male": male}) for one in drawn]
    assert any(one.hand.polish for one in (drawn if male else specs))
    for before, after in zip(drawn, specs, strict=True):
        own = draw_hand(Draw(before.seed, before.index), after.identity, after.garment)
        assert after.hand == own
    assert any(before.hand != after.hand for before, after in zip(drawn, specs, strict=True))


def test_recolouring_keeps_the_shape():
    spec = default_prior.draw_spec(0, 4)
    new = mapping.recolour(spec, {**BASE, "hair_shade": "blond", "skin_ita": -20.0})
    assert new.hair.colour.melanin < 0.5 and new.skin.melanin > spec.skin.melanin
    for part in ("identity", "pose", "expression", "brows", "facial_hair", "glasses"):
        assert getattr(new, part) == getattr(spec, part)
    assert new.hair.style == spec.hair.style and new.hair.length == spec.hair.length


def test_melanin_follows_ita_downwards():
    melanin = [condition_skin.melanin_of_ita(a) for a in (60, 40, 20, 0, -30)]
    assert (np.diff(melanin) > 0).all()


def test_clothes_take_a_rows_lightness_and_chroma():
    for lightness, chroma in ((12, 2), (50, 25), (75, 10)):
        got = lab_of_srgb(bytes_of_linear(scene.dyed((0.02, 0.05, 0.2), lightness, chroma)))
        assert got[0] == pytest.approx(lightness, abs=3)
        assert np.hypot(*got[1:]) == pytest.approx(chroma, abs=3)
        assert got[2] < 0  # still blue


@NEEDS_HDRIS
def test_the_light_makes_the_difference_of_sides_of_the_row():
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


def test_a_colourful_background_has_more_than_one_hue():
    row = {"background_lightness": 60.0, "background_spread": 20.0, "background_colourfulness": 60.0}
    for index in range(12):
        drawn = mapping.condition(default_prior.draw_spec(0, index), {**BASE, **row}).background
        kind = BACKDROPS[drawn.kind]
        assert not kind.uniform and not kind.dark and drawn.colourfulness == 60


def test_hard_light_follows_a_row_of_much_contrast():
    harder = 0
    for index in range(8):
        base = default_prior.draw_base(2, index)
        soft, hard = (
            mapping.condition(base, {**BASE, "skin_contrast": value}).light for value in (22.0, 65.0)
        )
        assert hard.strength <= base.light.strength <= soft.strength
        assert shading_spread(hard, base.pose) >= shading_spread(soft, base.pose)
        assert hard.key_azimuth == soft.key_azimuth and hard.key == base.light.key
        harder += hard.strength < base.light.strength < soft.strength
    assert harder >= 6
