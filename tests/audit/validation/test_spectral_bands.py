"""Octaves of light inside a region."""

import numpy as np
import pytest

from facegen.audit.validation.spectral_bands import band_energy


def wave(period):
    x = np.arange(96)
    return np.broadcast_to(100 + 10 * np.sin(2 * np.pi * x / period), (96, 96))


@pytest.mark.parametrize(("period", "band"), [(4, 0), (8, 1), (18, 2)])
def test_a_wave_lands_in_its_octave(period, band):
    energy = band_energy(wave(period), np.ones((96, 96), bool))
    assert energy.argmax() == band


def test_a_fine_wave_has_the_energy_of_theory():
    # A difference of two Gaussians passes exp(-s1^2 w^2 / 2) - exp(-s2^2 w^2 / 2) of a wave of frequency w.
    period = 8
    w = 2 * np.pi / period
    gain = np.exp(-0.5 * (1.0 * w) ** 2) - np.exp(-0.5 * (2.0 * w) ** 2)
    middle = np.zeros((96, 96), bool)
    middle[16:80, 16:80] = True
    assert band_energy(wave(period), middle)[1] == pytest.approx(0.5 * (10 * gain) ** 2, rel=0.02)


def test_what_lies_outside_the_region_does_not_count():
    picture = np.full((96, 96), 50.0)
    picture[:, 60:] = wave(4)[:, 60:]
    region = np.zeros((96, 96), bool)
    region[:, :40] = True
    assert np.all(band_energy(picture, region) < 1e-9)


def test_a_sliver_is_not_measured():
    region = np.zeros((96, 96), bool)
    region[:5] = True
    assert band_energy(wave(4), region & (np.arange(96) < 6)) is None
