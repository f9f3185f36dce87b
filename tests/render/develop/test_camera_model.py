"""The camera model against known values."""

from dataclasses import replace

import numpy as np
import pytest

from facegen.colour_science import LUMINANCE, decode_srgb, lab_of_srgb
from facegen.render.develop import camera_model
from facegen.render.develop.jpeg_model import jpeg_round_trip
from facegen.render.spec import face_spec as s

PLAIN = s.Camera(noise=0.0, blur_px=0.0, sharpen=0.0, vignette=0.0, jpeg=100, contrast=1.0, saturation=1.0)


def rng():
    return np.random.default_rng(0)


def grey(value, size=16):
    return np.full((size, size, 3), value, np.float32)


@pytest.mark.parametrize("linear,code", [(0.0, 0), (0.0031308, 10), (0.18, 118), (0.5, 188)])
def test_srgb_codes(linear, code):
    # IEC 61966-2-1; 0.18 is the grey card.
    assert camera_model.develop(grey(linear), PLAIN, rng())[0, 0].tolist() == [code] * 3


def test_tone_curve_is_smooth_and_never_clips():
    x = np.linspace(0, 5, 50001)
    y = camera_model.tone(x)
    slope = np.diff(y) / np.diff(x)
    assert (slope > 0).all() and y.max() < 1
    assert np.abs(np.diff(slope)).max() < 1e-3


def test_a_stop_doubles_the_light():
    a = camera_model.develop(grey(0.2), s.replace(PLAIN, "exposure", 1.0), rng())
    np.testing.assert_array_equal(a, camera_model.develop(grey(0.4), PLAIN, rng()))


@pytest.mark.parametrize("lightness", [30, 55, 75, 88])
@pytest.mark.parametrize("light", [0.1, 0.4])
def test_metering_meets_the_requested_skin_lightness(lightness, light):
    skin = np.ones((16, 16), bool)
    out = camera_model.develop(grey(light), s.replace(PLAIN, "skin_lightness", float(lightness)), rng(), skin)
    assert lab_of_srgb(out)[0, 0, 0] == pytest.approx(lightness, abs=1.0)


def test_full_metering_undoes_the_light_and_none_keeps_it():
    skin = np.ones((16, 16), bool)
    full, none = (s.replace(PLAIN, "metering", m) for m in (1.0, 0.0))
    dim, bright = (camera_model.develop(grey(v), full, rng(), skin, 0.3) for v in (0.1, 0.5))
    np.testing.assert_array_equal(dim, bright)
    assert camera_model.develop(grey(0.1), none, rng(), skin, 0.3)[0, 0, 0] < dim[0, 0, 0]


def test_warm_balance_is_warm_and_keeps_luminance():
    gain = camera_model.white_balance(1500)
    assert gain[0] > 1 > gain[2] and gain @ LUMINANCE == pytest.approx(1)
    np.testing.assert_allclose(camera_model.white_balance(0), 1)


def test_noise_grows_with_its_setting_and_repeats():
    def spread(noise):
        return camera_model.develop(grey(0.3, 64), s.replace(PLAIN, "noise", noise), rng()).std()

    assert spread(0.0) == 0 and spread(0.003) < spread(0.01)
    a, b = (camera_model.develop(grey(0.3), s.replace(PLAIN, "noise", 0.01), rng()) for _ in range(2))
    np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("sharpen", [0.0, 2.5])
def test_sharpening_does_not_coarsen_the_grain(sharpen):
    camera = s.replace(s.replace(PLAIN, "noise", 0.02), "sharpen", sharpen)
    out = camera_model.develop(grey(0.18, 128), camera, rng()).astype(float).mean(-1)
    plain = (
        camera_model.develop(grey(0.18, 128), s.replace(PLAIN, "noise", 0.02), rng()).astype(float).mean(-1)
    )
    assert out.std() == pytest.approx(plain.std(), rel=0.02) and out.std() > 2
    beside, before = (np.corrcoef(p[:, :-1].ravel(), p[:, 1:].ravel())[0, 1] for p in (out, plain))
    assert beside == pytest.approx(before, abs=0.02)


def test_blur_spreads_and_sharpening_undoes_softness():
    edge = np.zeros((256, 256, 3), np.float32)
    edge[:, 128:] = 0.5
    soft = camera_model.develop(edge, s.replace(PLAIN, "blur_px", 1.0), rng()).astype(float)
    crisp = camera_model.develop(
        edge, s.replace(s.replace(PLAIN, "blur_px", 1.0), "sharpen", 2.0), rng()
    ).astype(float)
    plain = camera_model.develop(edge, PLAIN, rng()).astype(float)
    steep = [np.abs(np.diff(p[0, :, 0])).max() for p in (soft, crisp, plain)]
    assert steep[0] < steep[1] < steep[2]


def layers(alpha, depth, aperture):
    """A white square over a black backdrop, developed without noise."""
    behind = camera_model.Behind(alpha, depth, np.zeros((64, 64, 3), np.float32), 1.5, 0.25)
    light = np.repeat(alpha[..., None], 3, -1) * 0.5
    return camera_model.develop(
        light, s.replace(PLAIN, "aperture_mm", aperture), rng(), behind=behind
    ).astype(float)


def test_what_the_film_leaves_clear_is_the_backdrop():
    backdrop = np.random.default_rng(0).random((64, 64, 3)).astype(np.float32) * 0.5
    nothing = np.zeros((64, 64), np.float32)
    behind = camera_model.Behind(nothing, nothing, backdrop, 1.5, 0.25)
    clear = camera_model.develop(np.zeros((64, 64, 3), np.float32), PLAIN, rng(), behind=behind)
    np.testing.assert_array_equal(clear, camera_model.develop(backdrop, PLAIN, rng()))


@pytest.mark.parametrize("distance,soft", [(1.5, False), (1.9, True)])
def test_only_what_is_off_the_focus_blurs(distance, soft):
    alpha = np.zeros((64, 64), np.float32)
    alpha[16:48, 16:48] = 1
    depth = np.where(alpha > 0, distance, 0).astype(np.float32)
    steps = [np.abs(np.diff(layers(alpha, depth, mm)[32, :, 0])).max() for mm in (0.0, 60.0)]
    assert (steps[1] < 0.8 * steps[0]) == soft


@pytest.mark.parametrize("contrast", [0.6, 1.0, 1.5])
def test_picture_styles_keep_their_ends_and_order(contrast):
    x = np.linspace(0, 1, 1001)
    y = camera_model.picture_style(x, contrast)
    assert (np.diff(y) > 0).all() and y[[0, 500, 1000]] == pytest.approx([0, 0.5, 1])
    assert (y[501] - y[499]) / (x[501] - x[499]) == pytest.approx(contrast, rel=1e-3)


def test_pictures_are_saved_at_the_quality_of_the_camera():
    picture = np.random.default_rng(0).uniform(0.1, 0.9, (64, 64, 3)).astype(np.float32)
    exact = camera_model.develop(picture, PLAIN, rng())
    saved = camera_model.develop(picture, replace(PLAIN, jpeg=80), rng())
    np.testing.assert_array_equal(saved, jpeg_round_trip(exact, 80))
    assert (saved != exact).any()


def test_sharpening_leaves_colours_as_soft_as_they_were():
    """Two colours of one luma have no edge that could be sharpened."""
    left = np.array([0.6, 0.3, 0.4])
    right = np.array([0.3, 0.3 + 0.3 * camera_model.LUMA[0] / camera_model.LUMA[1], 0.4])
    edge = np.empty((256, 256, 3), np.float32)
    edge[:, :128], edge[:, 128:] = decode_srgb(left), decode_srgb(right)
    sharp, plain = (camera_model.develop(edge, replace(PLAIN, sharpen=x), rng()) for x in (2.0, 0.0))
    np.testing.assert_allclose(sharp.astype(int), plain.astype(int), atol=1)


def test_grain_has_the_standard_deviation_of_white_noise_and_little_colour():
    grain = camera_model._grain(rng(), (256, 256, 3))
    assert grain.mean(-1).std() == pytest.approx(1, abs=0.02)
    assert (grain[..., 0] - grain[..., 1]).std() < 0.25


def test_flat_areas_keep_less_noise_than_detail():
    flat = np.full((64, 64, 3), 0.5)
    detail = flat + 0.2 * np.random.default_rng(0).standard_normal((64, 64, 1))
    np.testing.assert_allclose(camera_model._noise_left(flat), camera_model.FLAT_NOISE)
    assert camera_model._noise_left(detail).mean() > 0.95


@pytest.mark.parametrize("fraction,white", [(0.0, 0.0), (1e-5, 0.0), (0.05, 0.05)])
def test_as_many_pixels_are_white_as_the_row_has(fraction, white):
    picture = np.repeat(np.linspace(0.2, 1.0, 128 * 128).reshape(128, 128, 1), 3, -1)
    out = camera_model.with_whites(picture, fraction)
    assert (out.mean(-1) > camera_model.WHITE_CODE).mean() == pytest.approx(white, abs=0.01)
    assert (np.diff(out.ravel()[::3]) >= 0).all()


def test_a_grey_card_keeps_its_luminance_and_takes_the_colour_of_the_error():
    for shift, tint in ((0.0, 0.0), (800.0, 0.05), (-1500.0, -0.1)):
        card = 0.4 * camera_model.white_balance(shift, tint)
        assert card @ LUMINANCE == pytest.approx(0.4)
    np.testing.assert_allclose(camera_model.white_balance(0.0), 1.0)
    warm, magenta = camera_model.white_balance(800.0), camera_model.white_balance(0.0, 0.1)
    assert warm[0] > 1 > warm[2]
    # The tint moves green against both others by 1.5 times its value in ln, and leaves their ratio.
    assert np.log(magenta[0] / magenta[1]) == pytest.approx(0.15) and magenta[0] == pytest.approx(magenta[2])


def test_monochrome_keeps_luminance_and_sepia_black_and_white():
    picture = np.random.default_rng(0).random((8, 8, 3))
    mono = camera_model.styled(picture, "monochrome")
    assert np.ptp(mono, axis=-1).max() == 0
    np.testing.assert_allclose(decode_srgb(mono)[..., 0], decode_srgb(picture) @ LUMINANCE, atol=1e-6)
    ends = np.stack([np.zeros(3), np.ones(3)])[None]
    np.testing.assert_allclose(camera_model.styled(ends, "sepia"), ends, atol=1e-6)
    greys = np.linspace(0.2, 0.8, 7)[None, :, None] * np.ones(3)
    lab = lab_of_srgb(np.round(255 * camera_model.styled(greys, "sepia")).astype(np.uint8))[0]
    hue = np.degrees(np.arctan2(lab[:, 2], lab[:, 1]))
    assert ((hue > 60) & (hue < 82)).all() and (np.hypot(lab[:, 1], lab[:, 2]) > 6).all()
    np.testing.assert_array_equal(camera_model.styled(picture, "colour"), picture)
