"""Rendered sets are trained on with the labels of the real set's convention."""

import numpy as np
import pytest
from drawn_heads import random_heads
from native_heads import write_rendered
from published_sets import easyportrait

from facegen.datasets.layouts.open_set import open_set
from facegen.parse.experiment import run_experiment
from facegen.parse.experiment.experiment_config import ExperimentConfig


class Reached(BaseException):
    """The check of numbers, behind which everything is trained."""


def test_a_rendered_set_gets_the_real_sets_convention(tmp_path, monkeypatch):
    heads = random_heads(110, seed=1)[1]
    rendered = write_rendered(tmp_path / "faces", heads[24:28])
    easyportrait(tmp_path / "real", heads[:24])
    caught = {}

    def number(fit, synthetic, requested):
        caught["sets"] = fit, list(synthetic)
        raise Reached

    monkeypatch.setattr(run_experiment, "common_number", number)
    said = []
    config = ExperimentConfig(real=str(tmp_path / "real"), sets=(rendered,), quick=True, device="cpu")
    with pytest.raises(Reached):
        run_experiment._set_up(config, lambda event: said.append(event.text))
    fit, (drawn,) = caught["sets"]
    assert fit.convention.name == drawn.convention.name == "easyportrait"
    mask, own = drawn.mask(0), open_set(rendered).mask(0)
    names = drawn.convention.classes
    assert {names[i] for i in np.unique(mask)} >= {"person", "skin", "lips", "l_eye"}
    inside = own == open_set(rendered).convention.id("l_lip")
    assert (mask[inside] == names.index("lips")).mean() > 0.9
    assert any("drawn as easyportrait" in one and "neutral borders" in one for one in said)
