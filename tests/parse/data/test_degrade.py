"""Camera and codec edits against independent implementations: Pillow's libjpeg and scipy."""

import io

import numpy as np
import pytest
import torch
from PIL import Image
from scipy.ndimage import gaussian_filter

from facegen.parse.data.degrade import (
    filter_each,
    gaussian_kernel,
    jpeg,
    line_kernel,
    lose_resolution,
    quality_tables,
)


def smooth_picture(height=64, width=64):
    rng = np.random.default_rng(5)
    field = gaussian_filter(rng.random((height, width, 3)), (3, 3, 0))
    return np.round(255 * (field - field.min()) / np.ptp(field)).astype(np.uint8)


def round_trip(pixels, quality):
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=quality, subsampling="4:2:0")
    return np.asarray(Image.open(buffer))


def as_batch(pixels):
    return torch.from_numpy(pixels.transpose(2, 0, 1).copy()).float()[None] / 255


@pytest.mark.parametrize("quality", [1, 15, 30, 50, 75, 90, 100])
def test_quality_tables_are_libjpegs(quality):
    buffer = io.BytesIO()
    Image.fromarray(smooth_picture()).save(buffer, "JPEG", quality=quality)
    expected = Image.open(buffer).quantization  # type: ignore[attr-defined]
    for own, index in zip(quality_tables(np.array([quality])), (0, 1), strict=True):
        assert own[0].ravel().astype(int).tolist() == list(expected[index])


@pytest.mark.parametrize("shape", [(64, 64), (40, 56)])
@pytest.mark.parametrize("quality", [30, 60, 90])
def test_jpeg_is_libjpegs_up_to_rounding(quality, shape):
    pixels = smooth_picture(*shape)
    own = np.round(jpeg(as_batch(pixels), np.array([quality]))[0].numpy().transpose(1, 2, 0) * 255)
    reference = round_trip(pixels, quality).astype(float)
    loss = np.abs(reference - pixels).mean()
    assert np.abs(own - reference).mean() < 0.4 * loss
    grey = np.repeat(pixels[..., :1], 3, 2)
    own = np.round(jpeg(as_batch(grey), np.array([quality]))[0].numpy().transpose(1, 2, 0) * 255)
    assert np.abs(own - round_trip(grey, quality)).mean() < 0.2


def test_each_sample_has_its_own_quality():
    picture = as_batch(smooth_picture())
    both = jpeg(picture.repeat(2, 1, 1, 1), np.array([30, 90]))
    torch.testing.assert_close(both[0], jpeg(picture, np.array([30]))[0])
    torch.testing.assert_close(both[1], jpeg(picture, np.array([90]))[0])
    assert (both[0] - picture[0]).abs().mean() > 2 * (both[1] - picture[0]).abs().mean()


def test_gaussian_blur_equals_scipy():
    pixels = smooth_picture()
    own = filter_each(as_batch(pixels), gaussian_kernel(np.array([1.3]), 6))[0].numpy()
    expected = gaussian_filter(
        pixels.transpose(2, 0, 1) / 255, (0, 1.3, 1.3), mode="mirror", radius=(0, 6, 6)
    )
    np.testing.assert_allclose(own, expected, atol=1e-5)


def test_motion_blur_spreads_along_its_angle_only():
    kernel = line_kernel(np.array([6.0, 6.0, 0.0]), np.array([0, np.pi / 2, 1.0]), 5)
    np.testing.assert_allclose(kernel.sum((1, 2)), 1)
    assert kernel[0][5].sum() == pytest.approx(1)  # level
    np.testing.assert_allclose(kernel[1], kernel[0].T, atol=1e-12)
    spread = np.sqrt((kernel[0][5] * np.arange(-5, 6) ** 2).sum())
    assert spread == pytest.approx(6 / np.sqrt(12), rel=0.05)  # of a uniform line of 6 px
    assert kernel[2][5, 5] == pytest.approx(1)


def test_lost_resolution_keeps_flat_and_kills_fine():
    flat = torch.full((1, 3, 32, 32), 0.4)
    torch.testing.assert_close(lose_resolution(flat, 3), flat)
    stripes = torch.zeros(1, 3, 32, 32)
    stripes[..., ::2] = 1
    assert lose_resolution(stripes, 2)[..., 4:-4, 4:-4].std() < 0.1 * stripes.std()
