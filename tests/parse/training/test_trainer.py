"""Training on drawn faces: it learns, it repeats, it goes on where it stopped."""

import csv
import itertools
from dataclasses import replace

import numpy as np
import pytest
import torch
from drawn_faces import NAMES, drawn_set
from torch import nn

from facegen.datasets.errors import FacegenError
from facegen.parse.data.augment import NO_AUGMENTATION, Augmentation
from facegen.parse.data.device import OutOfGpuMemory
from facegen.parse.data.torch_random import keyed_torch
from facegen.parse.metrics.evaluate import compare, evaluate
from facegen.parse.models.networks import build_network
from facegen.parse.training import trainer as training_module
from facegen.parse.training.data_parallel import OneDevice
from facegen.parse.training.moving_average import MovingAverage
from facegen.parse.training.recipe import Recipe, learning_rate
from facegen.parse.training.throughput import measure_rate
from facegen.parse.training.train import train
from facegen.parse.training.trainer import Trainer

CPU = torch.device("cpu")
SHORT = Recipe(size=32, steps=6, batch=4)


def same_weights(one, other) -> bool:
    a, b = one.network.state_dict(), other.network.state_dict()
    return all(torch.equal(a[k], b[k]) for k in a)


def test_it_learns_drawn_faces_and_tells_left_from_right(tmp_path):
    mild = replace(NO_AUGMENTATION, flip=0.5, shift=0.05, brightness=0.1)
    recipe = Recipe(size=64, steps=200, batch=4, learning_rate=8e-3, ema=0.9, augmentation=mild)
    parser = train(drawn_set(24, 64), recipe, 0, CPU, tmp_path)
    result = evaluate(parser, drawn_set(12, 64, seed=1), CPU)
    assert set(result.scores.absent) == set(NAMES) - {
        "background", "hair", "skin", "l_eye", "r_eye", "l_brow", "r_brow", "mouth"
    }  # fmt: skip
    assert result.scores.mean_f1 > 0.93, result.scores.f1
    assert np.nanmax(np.abs(result.near_offsets())) < 0.5


@pytest.mark.parametrize("half", [None, torch.bfloat16, torch.float16])
def test_resumed_equals_uninterrupted(tmp_path, monkeypatch, half):
    monkeypatch.setattr(training_module, "half_precision", lambda device: half)
    data = drawn_set(7, 32)
    recipe = replace(SHORT, steps=12, augmentation=Augmentation())
    whole = train(data, recipe, 3, CPU, tmp_path / "whole")
    assert train(data, recipe, 3, CPU, tmp_path / "parts", stop_after=5) is None
    assert train(data, recipe, 3, CPU, tmp_path / "parts", stop_after=9) is None
    parts = train(data, recipe, 3, CPU, tmp_path / "parts")
    assert same_weights(whole, parts)
    assert sorted(p.name for p in (tmp_path / "parts").iterdir()) == ["checkpoint.pt", "log.csv"]
    with (tmp_path / "parts" / "log.csv").open() as file:
        steps = [int(row["step"]) for row in csv.DictReader(file)]
    assert steps == sorted(set(steps)) and steps[-1] == 12


def test_seeds_reproduce_and_differ(tmp_path):
    data = drawn_set(6, 32)
    runs = [train(data, SHORT, seed, CPU, tmp_path / str(k)) for k, seed in enumerate((0, 0, 1))]
    assert same_weights(runs[0], runs[1]) and not same_weights(runs[0], runs[2])


def test_dropout_is_keyed_by_seed_and_step(tmp_path, monkeypatch):
    def build(name, classes, seed, weights):
        torch.manual_seed(seed)
        layers = nn.Conv2d(3, 16, 1), nn.Dropout2d(0.5), nn.Conv2d(16, classes, 1)
        return nn.Sequential(*layers)

    monkeypatch.setattr(training_module, "build_network", build)
    data = drawn_set(6, 32)
    whole = train(data, SHORT, 0, CPU, tmp_path / "whole")
    state = torch.get_rng_state()
    assert same_weights(whole, train(data, SHORT, 0, CPU, tmp_path / "again"))
    assert torch.equal(torch.get_rng_state(), state)  # nobody else's draws are moved
    assert train(data, SHORT, 0, CPU, tmp_path / "parts", stop_after=4) is None
    assert same_weights(whole, train(data, SHORT, 0, CPU, tmp_path / "parts"))
    draws = []
    for key in ("a", "b", "a"):
        with keyed_torch(CPU, 0, key):
            draws.append(torch.rand(3))
    assert torch.equal(draws[0], draws[2]) and not torch.equal(draws[0], draws[1])


def test_a_finished_training_is_loaded_and_another_is_refused(tmp_path):
    data = drawn_set(6, 32)
    first = train(data, SHORT, 0, CPU, tmp_path)
    assert same_weights(first, train(data, SHORT, 0, CPU, tmp_path))
    for other in (
        lambda: train(data, replace(SHORT, steps=7), 0, CPU, tmp_path),
        lambda: train(data, SHORT, 1, CPU, tmp_path),
    ):
        with pytest.raises(FacegenError, match="choose another --out"):
            other()


def test_half_a_training_of_other_data_is_refused(tmp_path):
    train(drawn_set(6, 32), SHORT, 0, CPU, tmp_path, stop_after=2)
    with pytest.raises(FacegenError, match="choose another --out"):
        train(drawn_set(6, 32, seed=1), SHORT, 0, CPU, tmp_path)


def test_sizes_must_fit():
    with pytest.raises(FacegenError, match="multiple of 32"):
        Trainer(drawn_set(2, 40), replace(SHORT, size=40), 0, OneDevice(CPU))
    with pytest.raises(FacegenError, match="loaded at 64"):
        Trainer(drawn_set(2, 64), SHORT, 0, OneDevice(CPU))


def test_a_loss_that_is_not_finite_stops(tmp_path):
    with pytest.raises(FacegenError, match="not finite"):
        train(drawn_set(4, 32), replace(SHORT, learning_rate=1e30), 0, CPU, tmp_path)


def test_gpu_memory_that_runs_out_names_the_batch_to_try(tmp_path, monkeypatch):
    def full(*_):
        raise torch.cuda.OutOfMemoryError("CUDA out of memory")

    for part in ("fit", "__init__"):
        with monkeypatch.context() as patch:
            patch.setattr(Trainer, part, full)
            for run in (
                lambda: train(drawn_set(4, 32), SHORT, 0, CPU, tmp_path),
                lambda: measure_rate(drawn_set(4, 32), SHORT, CPU, 1),
            ):
                with pytest.raises(OutOfGpuMemory, match=r"batch 4 .* --batch 2"):
                    run()


def test_learning_rate_warms_up_and_ends_near_zero():
    recipe = Recipe(steps=100, warmup=0.1, learning_rate=1.0)
    rates = [learning_rate(recipe, step) for step in range(100)]
    assert rates[0] == pytest.approx(0.1) and rates[9] == rates[10] == pytest.approx(1.0)
    assert rates[55] == pytest.approx(0.5, abs=0.01) and rates[-1] < 1e-3
    assert all(a >= b for a, b in itertools.pairwise(rates[10:]))


def test_the_moving_average_is_the_recursion():
    network = build_network("small", 3, 0)
    average = MovingAverage(network, 0.5)
    name = "head.0.bias"
    value = network.state_dict()[name].clone()
    for step in range(6):
        with torch.no_grad():
            network.state_dict()[name].add_(1.0)
        average.update(network, step)
        decay = min(0.5, (1 + step) / (10 + step))
        value = decay * value + (1 - decay) * network.state_dict()[name]
    torch.testing.assert_close(average.module.state_dict()[name], value)


def test_evaluation_scores_each_picture():
    data = drawn_set(4, 64)
    predicted = data.masks.copy()
    predicted[2][predicted[2] == NAMES["mouth"]] = NAMES["skin"]
    predicted[2][predicted[2] == NAMES["hair"]] = NAMES["background"]
    result = compare(predicted, data.masks, data.ids, data.convention)
    assert result.worst(1)[0][0] == data.ids[2]
    assert result.image_scores()[[0, 1, 3]] == pytest.approx(1)
    assert result.image_scores()[2] == pytest.approx((4 + result_f1(predicted[2], data.masks[2], "skin")) / 7)
    assert np.isnan(result.offsets[2, NAMES["mouth"]]) and result.offsets[0, NAMES["mouth"]] == 0
    assert result.as_json()["f1"]["hat"] is None and result.as_json()["images"] == 4


def result_f1(predicted, reference, name):
    a, b = predicted == NAMES[name], reference == NAMES[name]
    return 2 * (a & b).sum() / (a.sum() + b.sum())
