"""`facegen.train_eval` hands its parameters on."""

import dataclasses
import inspect

import pytest

import facegen
from facegen.api import evaluating
from facegen.parse.experiment.experiment_config import ExperimentConfig


@pytest.mark.parametrize("name", ["real_test", "unlabelled", "num", "out"])
def test_parameters_reach_the_experiment(monkeypatch, name):
    seen = []
    monkeypatch.setattr(evaluating, "run_experiment", lambda config, progress: seen.append(config))
    facegen.train_eval(["synthetic"], real="real", **{name: "chosen"})
    assert getattr(seen[0], name) == "chosen" and seen[0].sets == ["synthetic"]


def test_every_parameter_is_one_of_an_experiment():
    known = {one.name for one in dataclasses.fields(ExperimentConfig)} | {"progress"}
    assert {*inspect.signature(facegen.train_eval).parameters} <= known
