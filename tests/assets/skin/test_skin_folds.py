"""Wrinkles and folds: where they lie and what deepens them."""

import numpy as np
import pytest

from facegen.assets.skin import skin_folds
from facegen.assets.skin.chart_grid import pixel_grid

S, T = np.meshgrid(np.arange(-70, 70.25, 0.5), np.arange(60, -120.25, -0.5))


def test_a_smile_folds_the_cheeks_and_age_deepens_it():
    s_mm, t_mm = pixel_grid(512, 300)
    next_to_mouth = (np.abs(np.abs(s_mm) - 20.5) < 3) & (np.abs(t_mm + 62) < 6)

    def depth(weight, slack):
        return -skin_folds.folds(s_mm, t_mm, {"mouthSmileLeft": weight}, slack)[next_to_mouth].mean()

    assert 0 < depth(0, 0) < depth(1, 0) < depth(1, 1) < 2.5


def test_the_philtrum_is_a_channel_between_ridges():
    relief = skin_folds.folds(S, T, {}, 0.0)
    row = relief[np.argmin(np.abs(T[:, 0] + 58))]
    at = dict(zip(S[0], row, strict=True))
    assert at[0.0] < -0.3 and at[4.5] > at[0.0] + 0.5 and at[4.5] == pytest.approx(at[-4.5])
