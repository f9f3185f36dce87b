"""Colours of skin from its two pigments."""

import numpy as np

from facegen.assets.skin import skin_pigments


def test_colorchecker_skins_are_met():
    # McCamy et al. 1976, patches 2 (light skin) and 1 (dark skin), linear RGB.
    np.testing.assert_allclose(skin_pigments.skin_colour(0.05, 0.03), (0.539, 0.305, 0.223), rtol=0.06)
    np.testing.assert_allclose(skin_pigments.skin_colour(0.27, 0.03), (0.171, 0.084, 0.058), rtol=0.06)


def test_melanin_darkens_and_blood_reddens():
    tones = skin_pigments.skin_colour(np.linspace(0.01, 0.45, 20), np.full(20, 0.03))
    assert (np.diff(tones, axis=0) < 0).all()
    pale, flushed = skin_pigments.skin_colour(0.05, 0.01), skin_pigments.skin_colour(0.05, 0.09)
    assert flushed[1] / flushed[0] < pale[1] / pale[0]
