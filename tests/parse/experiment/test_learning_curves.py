"""Power laws through points."""

import numpy as np
import pytest

from facegen.parse.experiment.learning_curves import fit_power_law


def test_a_power_law_is_recovered():
    n = np.array([100, 300, 700, 1000, 3000])
    law = fit_power_law(n, 0.8 - 3 * n**-0.6)
    assert law(np.array([200.0])) == pytest.approx(0.8 - 3 * 200**-0.6, abs=2e-4)
    assert law.limit == pytest.approx(0.8, abs=2e-3) and law.rate == pytest.approx(0.6, abs=0.02)
    assert law.rms < 1e-4 and law.points == 5
    falling = fit_power_law([100, 200, 400], [0.6, 0.5, 0.4])
    assert falling.drop == 0 and falling.limit == pytest.approx(0.5)
    assert fit_power_law([100, 200, 400], [0.2, 0.6, 0.999]).limit <= 1
    assert fit_power_law([100, 300], [0.5, 0.6]) is None
