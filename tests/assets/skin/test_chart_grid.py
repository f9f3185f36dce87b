"""The face chart as a picture."""

import numpy as np
import pytest

from facegen.assets.skin import chart_grid


def test_chart_uv_round_trip():
    chart = np.array([[-314.16, -250.0], [0, 0], [314.16, 120.0]])
    uv = chart_grid.chart_uv(chart)
    np.testing.assert_allclose(uv[[0, 2]], [[0, 0], [1, 1]])
    assert uv[1, 0] == pytest.approx(0.5)
