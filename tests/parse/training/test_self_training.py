"""A mean teacher on unlabelled pictures: what becomes a label, that it resumes, and where it is booked."""

import shutil
from dataclasses import replace

import numpy as np
import pytest
import torch
from drawn_faces import drawn_set, write_index_set
from parse_runs import quick, run, short_settings
from torch import nn

from facegen.datasets.errors import FacegenError
from facegen.datasets.io.files import read_json
from facegen.parse.experiment.experiment_plan import Ingredients, make_plan
from facegen.parse.experiment.shapley import ARMS
from facegen.parse.models.networks import normalise
from facegen.parse.training.data_parallel import OneDevice
from facegen.parse.training.recipe import Recipe
from facegen.parse.training.self_training import SelfTraining, Unlabelled, sure_labels, without_labels
from facegen.parse.training.train import train, training_key
from facegen.parse.training.trainer import Trainer

CPU = torch.device("cpu")
SHORT = Recipe(size=32, steps=6, batch=4)


def bare(count=6, seed=5, **settings):
    data = drawn_set(count, 32, seed=seed)
    return Unlabelled(
        without_labels("bare", data.ids, data.images, data.convention), SelfTraining(**settings)
    )


class Fixed(nn.Module):
    """Logits of two classes: ten times red less green."""

    def forward(self, x):
        return 10 * x[:, :2]


def test_only_what_the_teacher_is_sure_of_becomes_a_label():
    images = torch.randint(
        0, 256, (2, 3, 8, 8), dtype=torch.uint8, generator=torch.Generator().manual_seed(0)
    )
    logits = 10 * normalise(images.float() / 255)[:, :2]
    probability, label = logits.softmax(1).max(1)
    found = sure_labels(Fixed(), images, 0.9)
    assert found.dtype == torch.uint8 and 0 < (found == 255).sum() < found.numel()
    assert torch.equal(found == 255, probability < 0.9)
    assert torch.equal(found[found != 255].long(), label[probability >= 0.9])


def test_the_weight_rises_to_its_value():
    settings = SelfTraining(weight=2.0, ramp=0.5)
    weights = [settings.weight_at(step, 100) for step in range(100)]
    assert weights[0] == pytest.approx(2 * np.exp(-5)) and weights[50:] == [2.0] * 50
    assert all(np.diff(weights[:51]) > 0)


def test_a_resumed_training_equals_an_uninterrupted_one_and_no_other(tmp_path):
    data, more = drawn_set(7, 32), bare(confidence=0.2)
    whole = train(data, SHORT, 3, CPU, tmp_path / "whole", unlabelled=more)
    assert train(data, SHORT, 3, CPU, tmp_path / "parts", stop_after=3, unlabelled=more) is None
    with pytest.raises(FacegenError, match="other data or settings"):
        train(data, SHORT, 3, CPU, tmp_path / "parts")
    parts = train(data, SHORT, 3, CPU, tmp_path / "parts", unlabelled=more)
    alone = train(data, SHORT, 3, CPU, tmp_path / "alone")
    states = [one.network.state_dict() for one in (whole, parts, alone)]
    assert all(torch.equal(states[0][key], states[1][key]) for key in states[0])
    assert not all(torch.equal(states[0][key], states[2][key]) for key in states[0])
    assert whole.metadata["unlabelled"]["count"] == 6 and "unlabelled" not in alone.metadata
    keys = {training_key(data, SHORT, 3, 1, one) for one in (None, more, bare(confidence=0.3), bare(seed=6))}
    assert len(keys) == 4


def test_an_unsure_teacher_teaches_nothing(tmp_path):
    """The loss of the unlabelled half is 0 where no pixel is sure; at weight 0 it counts nothing."""
    trainer = Trainer(drawn_set(7, 32), SHORT, 0, OneDevice(CPU), bare(confidence=1.1))
    picture, reference, weight = trainer._taught()
    assert picture.shape == (4, 3, 32, 32) and (reference == 255).all() and weight > 0
    loss, _ = trainer.advance()
    silent = Trainer(drawn_set(7, 32), SHORT, 0, OneDevice(CPU), bare(confidence=0.0, weight=0.0))
    assert silent._taught()[1].min() < 255 and silent.advance()[0] == loss
    wrong = bare()
    with pytest.raises(FacegenError, match="bare was loaded at 32 px"):
        Trainer(drawn_set(7, 64), replace(SHORT, size=64), 0, OneDevice(CPU), wrong)


def test_the_arm_is_planned_beside_the_arms():
    sets = Ingredients(
        drawn_set(9, 32),
        {"S": [drawn_set(8, 32, 1)], "S_D": [drawn_set(8, 32, 2)]},
        {"S": "s", "S_D": "d"},
        bare(),
    )
    plan = make_plan(sets, 8, 2)
    assert set(plan.arms) == {"R", "S", "S_D"} and plan.taught_of == "S_D"
    assert [one.seed for one in plan.taught] == [0, 1] and plan.taught[0].data is plan.arms["S_D"][0][0].data
    names = [one.name for one in plan.trainings()]
    assert names[-2:] == ["S_D-set1-n8+unlabelled-seed0", "S_D-set1-n8+unlabelled-seed1"]
    assert all(one.unlabelled is None for rows in plan.arms.values() for row in rows for one in row)
    assert make_plan(replace(sets, unlabelled=None), 8, 2).taught == ()


def test_a_run_reports_it_apart_and_refuses_test_pictures(tmp_path):
    write_index_set(tmp_path / "real" / "train", 20, 64)
    write_index_set(tmp_path / "real" / "test", 6, 64, seed=1)
    write_index_set(tmp_path / "drawn", 16, 64, seed=2)
    write_index_set(tmp_path / "more", 5, 64, seed=7)
    shutil.rmtree(tmp_path / "more" / "masks")
    arguments = quick(tmp_path / "drawn", tmp_path / "real", tmp_path / "run")
    with short_settings():
        done = run(*arguments, "--unlabelled", tmp_path / "more")
        assert done.exit_code == 0, done.output
        refused = run(*arguments[:-1], tmp_path / "other", "--unlabelled", tmp_path / "real" / "test")
    content = read_json(tmp_path / "run" / "results.json")
    assert content["unlabelled"]["of"] == "S" and content["unlabelled"]["pictures"] == 5
    gain = content["unlabelled"]["gain"]["plain"]["mean_f1"]["value"]
    arm = next(one for one in content["arms"] if one["key"] == "S")["figures"]["mean_f1"]["value"]
    assert gain == pytest.approx(content["unlabelled"]["figures"]["plain"]["mean_f1"]["value"] - arm)
    assert {one["key"] for one in content["arms"]} <= set(ARMS)
    assert "With unlabelled photographs" in (tmp_path / "run" / "index.html").read_text()
    assert refused.exit_code == 2, refused.output
