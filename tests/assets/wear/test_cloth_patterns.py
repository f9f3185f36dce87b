"""Patterns of cloth."""

import numpy as np
import pytest

from facegen.assets.wear import cloth_patterns


@pytest.mark.parametrize("pattern", cloth_patterns.PATTERNS)
def test_cloth_pictures_mix_two_colours(pattern):
    picture = cloth_patterns.cloth_picture(
        pattern, (0.2, 0.2, 0.25), (0.6, 0.6, 0.6), np.random.default_rng(0)
    )
    assert picture.min() >= 0.2 - 1e-6 and picture.max() <= 0.6 + 1e-6
