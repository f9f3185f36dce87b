"""The estimate of a run's time."""

from types import SimpleNamespace
from unittest.mock import Mock

import torch

from facegen.parse.data.device import OutOfGpuMemory
from facegen.parse.experiment import estimate
from facegen.parse.training.recipe import Recipe
from facegen.parse.training.throughput import Rate


def test_the_estimate_is_of_one_gpus_part_and_no_error(monkeypatch, tmp_path):
    measured = []

    def rate(data, recipe, device, seconds):
        measured.append(recipe.batch)
        return Rate(100.0, 100.0)

    def estimated(devices, device="cuda"):
        scorer = SimpleNamespace(device=torch.device(device))
        todo = [SimpleNamespace(data=None, adapter=False)]
        recipe = Recipe(steps=100, batch=16)
        return estimate.estimate(todo, todo, scorer, recipe, tmp_path, devices)

    monkeypatch.setattr(estimate, "measure_rate", rate)
    monkeypatch.setattr(estimate, "_adapter_seconds", lambda scorer: 5.0)
    assert "each about 16 s (100 images/s)" in estimated(1)
    assert "each about 4 s (400 images/s)" in estimated(4) and "1 without one: 4 s in all" in estimated(4)
    assert "each about 16 s" in estimated(4, "cpu") and measured == [16, 4, 4, 16]
    full = Mock(side_effect=torch.cuda.OutOfMemoryError("full"))
    monkeypatch.setattr(estimate, "_adapter_seconds", full)
    assert "1 trainings, 0 of them there already; no estimate" in estimated(1)
    monkeypatch.setattr(estimate, "measure_rate", Mock(side_effect=OutOfGpuMemory("full")))
    assert "1 trainings, 0 of them there already; no estimate" in estimated(1)
