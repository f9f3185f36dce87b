"""Scores on validation faces during a training."""

import pytest
import torch
from drawn_faces import drawn_set

from facegen.parse.metrics.validation_log import ValidationLook, overfitting, read_looks
from facegen.parse.training.recipe import Recipe
from facegen.parse.training.train import train

CPU = torch.device("cpu")
SHORT = Recipe(size=32, steps=6, batch=2)


def test_looking_at_validation_faces_changes_no_weight(tmp_path):
    data = drawn_set(6, 32)
    look = ValidationLook(drawn_set(3, 32, seed=1), CPU, times=3)
    without = train(data, SHORT, 0, CPU, tmp_path / "without")
    train(data, SHORT, 0, CPU, tmp_path / "with", stop_after=3, look=look)
    looked = train(data, SHORT, 0, CPU, tmp_path / "with", look=look)
    a, b = without.network.state_dict(), looked.network.state_dict()
    assert all(torch.equal(a[k], b[k]) for k in a)
    assert [step for step, *_ in read_looks(tmp_path / "with")] == [2, 4, 6]
    assert read_looks(tmp_path / "without") == []
    assert overfitting([(1, 0.5, 0.5), (2, 0.7, 0.7), (3, 0.6, 0.6)]) == (2, pytest.approx(0.1))
    assert overfitting([(1, 0.5, 0.5), (2, 0.7, 0.7), (3, 0.695, 0.7)]) is None
