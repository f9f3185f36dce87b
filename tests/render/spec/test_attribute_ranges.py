"""The table of ranges covers every field, holds the prior, and refuses what lies outside."""

import dataclasses

import numpy as np
import pytest

from facegen.assets.hair.style_registry import HAIR_STYLES
from facegen.assets.head.eyes import IRIS_FAMILIES
from facegen.datasets.errors import FacegenError
from facegen.render.develop.auto_develop import SETTINGS
from facegen.render.prior import default_prior
from facegen.render.spec import face_spec as s
from facegen.render.spec.attribute_ranges import find, paths, rules, sweep
from facegen.render.spec.overrides import WITHOUT, apply_all, check_together, parse

NAMES_A_SAMPLE = {"seed", "index", "version", "background.photograph"}  # rather than describes it


def leaves(node, prefix=""):
    """Paths of the fields of a spec that hold no dataclass."""
    for field in dataclasses.fields(node):
        value = getattr(node, field.name)
        if dataclasses.is_dataclass(value):
            yield from leaves(value, f"{prefix}{field.name}.")
        else:
            yield f"{prefix}{field.name}"


def test_every_field_has_a_rule_but_what_names_a_sample():
    assert set(leaves(s.FaceSpec())) - set(rules()) == NAMES_A_SAMPLE
    assert [path.removesuffix(".*") for path in paths()] == list(rules())


def test_defaults_and_the_prior_lie_inside():
    specs = [s.FaceSpec(), *(default_prior.draw_spec(0, i) for i in range(300))]
    kinds = set()
    for path, rule in rules().items():
        kinds.add(rule.kind)
        values = [s.attribute(spec, path) for spec in specs]
        if rule.kind == "choice":
            assert set(values) <= set(rule.choices()), path
        elif rule.kind == "family":
            assert {name for value in values for name in value} <= set(rule.choices()), path
            values = [number for value in values for number in value.values()]
        elif rule.kind == "colour":
            values = [number for value in values if value is not None for number in value]
        if rule.kind != "choice":
            assert rule.low <= min(values) and max(values) <= rule.high, path
    assert kinds == {"number", "choice", "colour", "family"}
    assert set(find("eyes.family").names) == set(IRIS_FAMILIES)


def test_what_rules_refer_to_is_there():
    """Needs and voids name other attributes, and values that those may have."""
    for path, rule in rules().items():
        for need in rule.needs:
            other = rules()[need.setting]
            values = (need.value, *need.enough)
            if other.kind == "choice":
                assert set(values) <= set(other.choices()), path
            elif need.value is not None:
                assert all(other.low <= value <= other.high for value in values), path
        if rule.void_when is not None:
            setting, value = rule.void_when
            assert value in rules()[setting].choices(), path
        assert not rule.developed_for or rule.developed_for in rules()


@pytest.mark.parametrize(
    "text,words",
    [
        ("pose.yaw=100", r"pose\.yaw: 100 is out of range: it goes from -90 to 90"),
        ("pose.yaw=-100:10", r"-90 to 90"),
        ("skin.melanin=nan", r"skin\.melanin.*0\.01 to 0\.45"),
        ("expression.jawOpen=1.5", r"expression\.jawOpen.*0 to 1"),
        ("expression.jawOpne=0.5", "unknown attribute"),
        ("sliders.no-such=0.5", "unknown attribute"),
        ("garment.colour=0.5", "R,G,B"),
        ("garment.colour=0.5,2,0", "out of range"),
        ("garment.pattern=paisley", "plain, melange"),
        ("seed=5", "unknown attribute"),
        ("hair=bob", "unknown attribute"),
    ],
)
def test_what_lies_outside_is_named_with_its_range(text, words):
    with pytest.raises(FacegenError, match=words):
        parse(text)


@pytest.mark.parametrize(
    "texts,words",
    [
        (["pose.yaw=1", "pose.yaw=2"], "given twice"),
        (["glasses.kind=none", "glasses.tint=0.5"], r"glasses\.tint contradicts glasses\.kind=none"),
        (["hair.style=bald", "hair.curl=0.5"], r"hair\.curl contradicts"),
        (["expression.eyeBlinkLeft=1", "expression.eyeWideLeft=0.5"], "eyeBlinkLeft contradicts"),
        (["identity.african=0.7", "identity.asian=0.7"], "sum to 1"),
        (["identity.african=0.1", "identity.asian=0.1", "identity.caucasian=0.1"], "sum to 1"),
    ],
)
def test_contradictions_are_refused(texts, words):
    with pytest.raises(FacegenError, match=words):
        check_together([parse(t) for t in texts])


def test_a_camera_setting_is_not_turned_back_for_the_look():
    spec = s.replace(s.replace(s.FaceSpec(), "camera.look.noise", 2.0), "camera.look.contrast", 20.0)
    quiet = apply_all(spec, [parse("camera.noise=0")])
    assert (quiet.camera.noise, quiet.camera.look.noise, quiet.camera.look.contrast) == (0, 0, 20)
    asked = apply_all(spec, [parse("camera.look.noise=3"), parse("camera.noise=0")])
    assert (asked.camera.noise, asked.camera.look.noise) == (0, 3)


def test_developing_changes_the_settings_that_say_so():
    """The fields' targets are those that developing searches for; crispness stands for two settings."""
    said = {path: rule.developed_for for path, rule in rules().items() if rule.developed_for}
    led = {f"camera.{name}": f"camera.look.{setting.target}" for name, setting in SETTINGS.items()}
    led |= dict.fromkeys(("camera.sharpen", "camera.blur_px"), led.pop("camera.crispness"))
    assert said == led


def test_names_are_exchanged_where_a_face_has_them():
    one = parse("hair.style=shag:bob|afro:buzz")
    styles = ("shag", "afro", "short", "bob")
    faces = [s.replace(s.FaceSpec(), "hair.style", style) for style in styles]
    assert [one.apply(face).hair.style for face in faces] == ["bob", "buzz", "short", "bob"]
    for wrong in ("shag:bob|afro", "shag:bob:buzz", "shag:mullet", "shag:bob|shag:buzz"):
        with pytest.raises(FacegenError, match=r"--set hair\.style"):
            parse(f"hair.style={wrong}")


def test_rare_kinds_left_out_are_all_exchanged_for_older_ones():
    rare = {
        "hair.style": {"spiky", "shag", "swept", "half_up", "high_bun", "box_braids", "cornrows"},
        "headwear.kind": set(rules()["headwear.kind"].choices())
        - {"none", "beanie", "cap", "fedora", "cowboy", "sun_hat", "bucket"},
    }
    overrides = [parse(text) for part in ("rare-wear", "rare-hair") for text in WITHOUT[part]]
    exchanged = {one.path: one.exchanged for one in overrides if one.exchanged}
    for path, names in rare.items():
        assert set(exchanged[path]) == names and not set(exchanged[path].values()) & names


def test_what_can_be_left_out_can_be_set_together():
    overrides = [parse(text) for text in dict.fromkeys(text for texts in WITHOUT.values() for text in texts)]
    check_together(overrides)
    plain = apply_all(default_prior.draw_spec(0, 3), overrides)
    assert plain.skin.subsurface == 0 and plain.light.key == 0 and plain.camera.noise == 0
    assert plain.hand.kind == plain.thing.kind == "none"
    assert (
        plain.identity == default_prior.draw_spec(0, 3).identity
        and plain.hair.colour == default_prior.draw_spec(0, 3).hair.colour
    )


def test_settings_that_agree_pass():
    check_together([parse(t) for t in ("glasses.kind=none|round", "glasses.tint=0.5", "identity.asian=1")])


def test_ancestry_makes_room_for_what_is_set():
    spec = apply_all(default_prior.draw_spec(0, 3), [parse("identity.african=0.6")])
    i, old = spec.identity, default_prior.draw_spec(0, 3).identity
    assert i.african == pytest.approx(0.6) and i.african + i.asian + i.caucasian == pytest.approx(1)
    assert i.asian / i.caucasian == pytest.approx(old.asian / old.caucasian)
    both = apply_all(s.FaceSpec(), [parse("identity.african=0"), parse("identity.asian=1")]).identity
    assert (both.african, both.asian, both.caucasian) == (0, 1, 0)


def test_a_colour_can_be_set_and_nothing_else_moves():
    spec = default_prior.draw_spec(0, 1)
    new = parse("hair.colour.dye=0.1,0.2,0.3").apply(spec)
    assert new.hair.colour.dye == (0.1, 0.2, 0.3)
    assert dataclasses.replace(new, hair=spec.hair) == spec


def test_sweeps_go_from_end_to_end():
    assert sweep(find("pose.yaw"), 7) == [-90, -60, -30, 0, 30, 60, 90]
    assert sweep(find("hair.style"), 3) == list(HAIR_STYLES)
    colours = sweep(find("garment.colour"), 7)
    assert len(colours) == 7 and all(0 <= x <= 1 for c in colours for x in c)
    assert len(np.unique(np.round(colours, 3), axis=0)) == 7
    assert find("sliders.nose-hump-incr").path == "identity.sliders.nose-hump-incr"
