"""Weights that give one sample the distribution of another."""

import numpy as np
import pytest

from facegen.datasets.errors import FacegenError
from facegen.parse.experiment.reweighting import effective_number, importance_weights


def test_weights_turn_one_distribution_into_another():
    rng = np.random.default_rng(0)
    real = rng.normal(0, 1, (4000, 3))
    synthetic = rng.normal([0.5, 0, 0], 1, (4000, 3))
    real[::7, 1] = np.nan
    weights = importance_weights(real, synthetic)
    assert weights.sum() == pytest.approx(1) and (weights >= 0).all()
    assert weights @ real[:, 0] == pytest.approx(0.5, abs=0.08)
    assert 1000 < effective_number(weights) < 4000
    assert effective_number(importance_weights(real, real)) > 3990
    with pytest.raises(ValueError, match="3 attributes"):
        importance_weights(real, synthetic[:, :2])
    with pytest.raises(FacegenError, match="real and the default"):
        importance_weights(np.full((5, 2), np.nan), synthetic[:5, :2])
