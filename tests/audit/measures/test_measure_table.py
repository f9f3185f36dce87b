"""Measures against faces drawn with known geometry and colour."""

import math

import numpy as np
import pytest
from drawn_heads import COLOURS, GLASSES, OPEN_MOUTH, found, head, paint

from facegen.audit.measures.face_view import CLASSES, ID, make_view
from facegen.audit.measures.measure_table import BY_NAME, MEASURES, NAMES, measure
from facegen.colour_science import lab_of_srgb
from facegen.datasets.errors import FacegenError

PIXEL = 1 / 256
TOLERANCE = {
    "L*": 1.5,
    "a*": 1.5,
    "b*": 1.5,
    "C*": 1.5,
    "deg": 0.3,
}  # of the nearest label and of averaged colours at borders


def test_names_are_unique_and_gates_are_binary_measures():
    assert len(set(NAMES)) == len(MEASURES) > 80
    for one in MEASURES:
        for gate in one.gate:
            assert all(BY_NAME[part].kind == "binary" for part in gate.split("|"))


@pytest.mark.parametrize("roll", [0.0, -25.0, 7.5, 60.0])
@pytest.mark.parametrize(("centre", "scale"), [((0.5, 0.5), 1.0), ((0.45, 0.56), 0.7)])
def test_framing_is_recovered(roll, centre, scale):
    values = found(head(centre=centre, scale=scale, roll=roll))
    assert values["roll"] == pytest.approx(roll, abs=0.5)
    assert values["face_scale"] == pytest.approx(scale, abs=2 * PIXEL)
    assert (values["face_x"], values["face_y"]) == pytest.approx(centre, abs=PIXEL)
    assert values["face_axes"] == 1 and values["sides_swapped"] == 0


@pytest.mark.parametrize("roll", [0.0, 20.0])
def test_lengths_do_not_depend_on_tilt_or_scale(roll):
    straight, other = found(head()), found(head(scale=0.8, roll=roll))
    for name in (
        "mouth_width",
        "eye_width",
        "nose_width",
        "cheek_width",
        "jaw_width",
        "hair_width",
        "hair_top",
    ):
        assert other[name] == pytest.approx(straight[name], abs=3 * PIXEL), name
    for name in (
        "eye_opening",
        "lip_thickness",
        "brow_height",
        "pitch_nose",
        "eye_mouth_ratio",
        "chin_length",
    ):
        assert other[name] == pytest.approx(straight[name], rel=0.06, abs=0.02), name


def test_shapes_match_the_ellipses():
    values = found(head())
    # Between the 2nd and the 98th percentile of u an ellipse of half axis a reaches 2 a cos(t), where the
    # segment beyond has 2 % of the area: cos(t) = 0.8793.
    assert values["nose_width"] == pytest.approx(2 * 0.06 * 0.8793, abs=PIXEL)
    assert values["eye_width"] == pytest.approx(2 * 0.04, abs=PIXEL / 2)
    assert values["eye_opening"] == pytest.approx(math.pi / 4 * 0.02 / 0.04, rel=0.05)
    assert values["eye_mouth_ratio"] == pytest.approx(0.24 * 3.6, rel=0.02)
    assert values["brow_height"] == pytest.approx(0.07 * 3.6, rel=0.05)
    assert values["pitch_ear"] == pytest.approx(0.08, abs=PIXEL)
    assert values["yaw_nose"] == pytest.approx(0, abs=0.01)
    assert values["yaw_skin"] == pytest.approx(0, abs=0.02)
    assert values["smile_curve"] == pytest.approx(0, abs=0.05)


def test_yaw_proxy_follows_the_nose_and_its_sign():
    to_the_subjects_left = found(head(nose_u=0.03, roll=12))
    assert to_the_subjects_left["yaw_nose"] == pytest.approx(0.03 * 3.6, abs=0.01)
    assert found(head(nose_u=-0.03))["yaw_nose"] == pytest.approx(-0.03 * 3.6, abs=0.01)


def test_presence_and_areas():
    bare = found(head())
    assert [bare[k] for k in ("glasses", "hat", "earring", "necklace", "mouth_open")] == [0] * 5
    assert [bare[k] for k in ("hair", "neck", "cloth", "ear_left", "ear_right")] == [1] * 5
    worn = found(head(extra=(*GLASSES, *OPEN_MOUTH), without=("l_ear",)))
    assert [worn[k] for k in ("glasses", "mouth_open", "ear_left", "ear_right")] == [1, 1, 0, 1]
    assert 0.01 < worn["glasses_area"] < 2 * math.pi * 0.08 * 0.06
    assert worn["ear_area"] == pytest.approx(bare["ear_area"] / 2, rel=0.05)
    assert worn["mouth_opening"] == pytest.approx(math.pi * 0.06 * 0.012 / (0.18 * 0.8793) ** 2, rel=0.15)


def test_what_is_not_there_is_missing_not_zero():
    values = found(head())
    for name in ("glasses_area", "hat_area", "earring_area", "mouth_opening", "teeth_share"):
        assert math.isnan(values[name]), name
    blind = found(head(without=("l_eye",)))
    assert blind["face_axes"] == 0
    for name in ("roll", "face_x", "yaw_nose", "eye_opening", "hair_length", "light_side", "beard_shade"):
        assert math.isnan(blind[name]), name
    assert blind["hair"] == 1 and not math.isnan(blind["exposure"])
    assert math.isnan(found(head(without=("nose",)))["pitch_nose"])
    bald = found(head(without=("hair",)))
    assert bald["hair"] == 0 and math.isnan(bald["hair_volume"]) and math.isnan(bald["hair_lightness"])


def test_exchanged_sides_are_found_and_change_nothing_else():
    one, other = (
        found(head(without=("r_ear",), roll=5)),
        found(head(without=("r_ear",), roll=5, swapped=True)),
    )
    assert (one.pop("sides_swapped"), other.pop("sides_swapped")) == (0, 1)
    assert one == pytest.approx(other, nan_ok=True)


def test_hair_measures():
    long = found(head(extra=(("hair", (0.33, 0.45), (0.06, 0.3)), ("hair", (-0.33, 0.45), (0.06, 0.3)))))
    short = found(head())
    assert long["hair_low"] > 0.2 > short["hair_low"]
    assert long["hair_length"] > short["hair_length"] + 0.05
    fringed = found(head(extra=(("hair", (0, -0.2), (0.2, 0.12)),)))
    assert short["fringe"] == 0 and fringed["fringe"] > 0.8
    assert fringed["hairline_height"] < 0.05 < short["hairline_height"]
    one_sided = found(head(extra=(("hair", (0.35, 0.3), (0.08, 0.3)),)))
    assert one_sided["hair_balance"] > 0.1 > abs(short["hair_balance"])


# L*, a*, b* of sRGB primaries and greys under D65, as published (Lindbloom's colour calculator, rounded).
@pytest.mark.parametrize(
    ("rgb", "lab"),
    [
        ((255, 255, 255), (100, 0, 0)),
        ((0, 0, 0), (0, 0, 0)),
        ((255, 0, 0), (53.24, 80.09, 67.20)),
        ((0, 255, 0), (87.73, -86.18, 83.18)),
        ((0, 0, 255), (32.30, 79.19, -107.86)),
        ((119, 119, 119), (50.03, 0, 0)),
    ],
)
def test_lab_values(rgb, lab):
    assert lab_of_srgb(np.array(rgb, np.uint8)) == pytest.approx(lab, abs=0.02)


def test_colours_are_those_of_the_classes():
    values = found(head())
    skin, hair, lips, brow = (
        lab_of_srgb(np.array(COLOURS[k], np.uint8)) for k in ("skin", "hair", "l_lip", "l_brow")
    )
    assert values["skin_lightness"] == pytest.approx(skin[0], abs=0.01)
    assert values["skin_ita"] == pytest.approx(math.degrees(math.atan((skin[0] - 50) / skin[2])), abs=0.01)
    assert values["hair_lightness"] == pytest.approx(hair[0], abs=0.01)
    assert values["lip_redness"] == pytest.approx(lips[1] - skin[1], abs=2)
    assert values["brow_lightness"] == pytest.approx(brow[0] - skin[0], abs=0.01)
    assert values["beard_shade"] == 0 and values["skin_contrast"] == 0
    assert values["background_spread"] == pytest.approx(0, abs=1e-4)
    grey = found(head(), {"skin": (150, 150, 150)})
    assert math.isnan(grey["skin_ita"]) and not math.isnan(grey["skin_lightness"])


def test_light_from_one_side_is_measured_in_stops():
    mask = head()
    image = paint(mask)
    image[:, :128] = 0
    image[:, 128:] = 188  # luminance 0.5029
    dark_right = dict(zip(NAMES, measure(image, mask), strict=True))
    assert dark_right["light_side"] > 10  # black against mid grey
    half = paint(mask, {"skin": (188, 188, 188)})
    half[:, :128][mask[:, :128] == ID["skin"]] = 137  # sRGB of half the luminance, 0.2509
    assert dict(zip(NAMES, measure(half, mask), strict=True))["light_side"] == pytest.approx(1, abs=0.05)


def test_blur_and_noise_are_told():
    rng = np.random.default_rng(0)
    mask = head()
    grey = np.full((256, 256, 1), 130.0)
    noisy = np.clip(grey + rng.normal(0, 5, (256, 256, 1)), 0, 255).astype(np.uint8).repeat(3, axis=2)
    values = dict(zip(NAMES, measure(noisy, mask), strict=True))
    sigma = lab_of_srgb(noisy)[..., 0].std()
    assert values["noise"] == pytest.approx(sigma, rel=0.05)
    smooth = dict(zip(NAMES, measure(np.full((256, 256, 3), 130, np.uint8), mask), strict=True))
    assert smooth["noise"] == pytest.approx(0, abs=1e-4)
    assert smooth["sharpness"] < values["sharpness"] - 5


def test_sets_of_different_size_are_comparable():
    small, large = found(head(256)), found(head(512))
    for name, value in small.items():
        if BY_NAME[name].group not in ("texture", "background", "realism") and not math.isnan(value):
            assert large[name] == pytest.approx(
                value, rel=0.06, abs=TOLERANCE.get(BY_NAME[name].unit, 0.03)
            ), name


def test_an_enlarged_picture_has_no_texture():
    values = found(head(128))
    assert math.isnan(values["sharpness"]) and math.isnan(values["noise"])
    assert values["roll"] == pytest.approx(0, abs=0.7)


def test_without_a_mask_only_the_picture_is_measured():
    values = dict(zip(NAMES, measure(paint(head()), None), strict=True))
    known = {name for name, value in values.items() if not math.isnan(value)}
    assert known == {
        "exposure", "contrast", "clipped_dark", "clipped_light", "saturation", "warmth",
        "colour_temperature", "jpeg_blocks",
    }  # fmt: skip


def test_nothing_breaks_on_nonsense_and_ranges_hold():
    rng = np.random.default_rng(1)
    for k in range(60):
        block = 2 ** int(rng.integers(0, 7))
        small = rng.choice([*range(len(CLASSES)), 255], (128 // block or 1, 128 // block or 1)).astype(
            np.uint8
        )
        mask = small.repeat(block, 0).repeat(block, 1)[: 128 - k, :]
        image = rng.integers(0, 256, (*mask.shape, 3)).astype(np.uint8)
        for name, value in zip(NAMES, measure(image, mask), strict=True):
            assert math.isnan(value) or BY_NAME[name].low <= value <= BY_NAME[name].high, (name, value)


def test_an_upside_down_face_has_no_axes():
    assert found(head()[::-1].copy())["face_axes"] in (0, 1)
    flipped = head()[
        ::-1, ::-1
    ].copy()  # turned by 180 degrees: eyes in label order are exchanged in the picture
    assert found(flipped)["face_axes"] == 0


@pytest.mark.parametrize(
    ("image", "mask", "message"),
    [
        (np.zeros((8, 8), np.uint8), None, "picture"),
        (np.zeros((8, 8, 3), np.float32), None, "picture"),
        (np.zeros((8, 8, 3), np.uint8), np.full((8, 8), 77, np.uint8), "class id 77"),
        (np.zeros((8, 8, 3), np.uint8), np.zeros((8, 16), np.uint8), "proportions"),
    ],
)
def test_bad_input_is_refused_in_one_line(image, mask, message):
    with pytest.raises(FacegenError, match=message) as error:
        make_view(image, mask)
    assert "\n" not in str(error.value)
