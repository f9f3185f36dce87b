"""Colour science against the numbers of its standards."""

import numpy as np
import pytest

from facegen import colour_science as colour


def test_the_transfer_function_and_its_inverse_undo_each_other():
    x = np.linspace(0, 1, 1001)
    np.testing.assert_allclose(colour.decode_srgb(colour.encode_srgb(x)), x, atol=1e-6)
    # IEC 61966-2-1: the grey card (0.18) is encoded as 118 of 255, linear 0.5 as 188.
    assert colour.bytes_of_linear([0.0, 0.18, 0.5, 1.0, 2.0]).tolist() == [0, 118, 188, 255, 255]
    codes = np.arange(256, dtype=np.uint8)
    np.testing.assert_array_equal(colour.bytes_of_linear(colour.linear_of_bytes(codes)), codes)


@pytest.mark.parametrize("luminance,lightness", [(0.0, 0.0), (0.001, 0.9033), (0.18, 49.496), (1.0, 100.0)])
def test_lightness_and_luminance(luminance, lightness):
    assert float(colour.lightness_of_luminance(luminance)) == pytest.approx(lightness, abs=1e-3)
    assert float(colour.luminance_of_lightness(lightness)) == pytest.approx(luminance, abs=1e-5)


@pytest.mark.parametrize(
    "rgb,lab",
    [
        ((255, 255, 255), (100, 0, 0)),
        ((0, 0, 0), (0, 0, 0)),
        ((255, 0, 0), (53.24, 80.09, 67.20)),
        ((0, 255, 0), (87.73, -86.18, 83.18)),
        ((0, 0, 255), (32.30, 79.19, -107.86)),
    ],
)
def test_lab_of_the_primaries(rgb, lab):
    """The published values for sRGB under D65 (Lindbloom's calculator, 2017)."""
    assert colour.lab_of_srgb(np.array(rgb, np.uint8)) == pytest.approx(lab, abs=0.02)


def test_weights_of_luminance_are_the_y_row_of_the_matrix():
    np.testing.assert_allclose(colour.RGB_TO_XYZ[1], colour.LUMINANCE, atol=1e-4)
