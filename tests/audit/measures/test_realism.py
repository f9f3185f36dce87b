"""Realism features and camera measures on pictures whose spectrum, noise and encoding are known."""

import io

import numpy as np
import pytest
from drawn_heads import head
from PIL import Image
from scipy import ndimage

from facegen.audit.measures import camera_traces, realism
from facegen.audit.measures.face_view import ID, make_view

RNG = np.random.default_rng(0)
MASK = head()


def picture(luma):
    return np.clip(np.round(luma), 0, 255).astype(np.uint8)[..., None].repeat(3, axis=2)


def found(image, mask=MASK):
    return realism.measure(make_view(image, mask))


def coloured_noise(slope, size=256, sd=30.0):
    """(size, size) float whose power falls with the radius to the power `slope`."""
    f = np.hypot(np.fft.fftfreq(size)[:, None], np.fft.rfftfreq(size)[None]) * size
    f[0, 0] = 1
    waves = np.fft.rfft2(RNG.normal(size=(size, size))) * f ** (slope / 2)
    waves[0, 0] = 0
    out = np.fft.irfft2(waves, (size, size))
    return 128 + sd * out / out.std()


@pytest.mark.parametrize("slope", [-3.0, -2.0, -1.0])
def test_the_slope_of_a_known_spectrum_is_recovered(slope):
    # The finest octave is damped by scaling from 230 to 160 pixels.
    assert found(picture(coloured_noise(slope)))["spectrum_slope"] == pytest.approx(slope, abs=0.25)


def test_blur_takes_slope_and_fine_power_away():
    sharp = coloured_noise(-2.0)
    one, other = found(picture(sharp)), found(picture(ndimage.gaussian_filter(sharp, 1.2)))
    assert other["spectrum_slope"] < one["spectrum_slope"] - 0.5
    assert other["spectrum_fine"] < one["spectrum_fine"] - 0.3
    assert other["noise_correlation"] > one["noise_correlation"]
    assert other["local_contrast"] < one["local_contrast"]


def test_white_noise_is_white_and_normal():
    values = found(picture(128 + 20 * RNG.normal(size=(256, 256))))
    assert abs(values["noise_kurtosis"]) < 0.8
    assert values["contrast_spread"] < 0.35


def test_a_larger_picture_of_the_same_gives_the_same():
    large = coloured_noise(-2.6, 512)
    small = np.asarray(Image.fromarray(picture(large)).resize((256, 256), Image.Resampling.LANCZOS))
    one, other = found(picture(large), head(512)), found(small)
    for name, tolerance in {"spectrum_slope": 0.15, "spectrum_middle": 0.1, "local_contrast": 1.0}.items():
        assert other[name] == pytest.approx(one[name], abs=tolerance), name


def test_a_small_picture_or_one_without_axes_has_no_realism():
    assert "spectrum_slope" not in found(picture(coloured_noise(-2.0, 128)), head(128))
    blind = head(without=("l_eye",))
    assert set(found(picture(coloured_noise(-2.0)), blind)) <= {
        "skin_hue_spread", "skin_shading_redness", "skin_shading_yellowness",
    }  # fmt: skip
    assert realism.measure(make_view(picture(coloured_noise(-2.0)), None)) == {}


def test_shading_of_skin_is_its_slope():
    grey = np.full((256, 256, 3), 128, np.uint8)
    ramp = np.linspace(0.5, 1.0, 256)[:, None]
    red = grey.copy()
    red[..., 0] = 200 * ramp  # red grows with the light
    skin = ID["skin"] == MASK
    assert found(np.where(skin[..., None], red, grey))["skin_shading_redness"] > 0.3
    plain = found(grey)
    assert "skin_shading_redness" not in plain and "skin_hue_spread" not in plain


def test_the_hue_of_skin_has_the_digits_of_rows_of_one_piece():
    """Over columns arctan2 takes SVML's or the C library's float32 code, as the memory happens to lie."""
    rgb = np.clip(np.array([200, 150, 120]) + RNG.normal(0, 12, (256, 256, 3)), 0, 255).astype(np.uint8)
    view = make_view(rgb, MASK)
    lab = view.lab[view.where(ID["skin"])][:: realism._EVERY].astype(float)
    red, yellow = lab[:, 1].copy(), lab[:, 2].copy()
    expected = float(np.degrees(np.arctan2(yellow, red)).std())
    assert realism.measure(view)["skin_hue_spread"] == expected


def jpeg(image, quality):
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "JPEG", quality=quality)
    return np.asarray(Image.open(buffer))


def test_blocks_of_jpeg_grow_as_quality_falls():
    image = picture(coloured_noise(-2.4))
    values = [camera_traces.measure(make_view(one, None))["jpeg_blocks"]
              for one in (image, jpeg(image, 90), jpeg(image, 50), jpeg(image, 15))]  # fmt: skip
    assert abs(values[0]) < 0.03 and values[0] < values[1] + 0.02
    assert values[3] > values[2] + 0.05 > values[1] + 0.05 and values[3] > 0.15
    assert "jpeg_blocks" not in camera_traces.measure(make_view(np.full((256, 256, 3), 9, np.uint8), None))
    assert "jpeg_blocks" not in camera_traces.measure(make_view(image[:40, :40], None))


def test_colour_temperature_of_whites():
    def mired(rgb):
        return camera_traces.measure(make_view(np.full((80, 80, 3), rgb, np.uint8), None)).get(
            "colour_temperature"
        )

    assert mired((255, 255, 255)) == pytest.approx(1e6 / 6504, abs=1.5)  # D65
    assert mired((120, 120, 120)) == pytest.approx(mired((255, 255, 255)), abs=0.1)
    assert mired((255, 200, 140)) > mired((255, 255, 255)) + 60 > mired((200, 220, 255)) + 60
    assert mired((0, 0, 0)) is None and mired((0, 255, 0)) is None
