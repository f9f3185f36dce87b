"""A training that processes share is the training that one makes."""

import csv
import itertools
from dataclasses import replace
from types import SimpleNamespace

import pytest
import torch
from drawn_faces import drawn_set

from facegen.datasets.errors import FacegenError
from facegen.parse.data.augment import NO_AUGMENTATION, augment
from facegen.parse.data.device import use_bfloat16
from facegen.parse.metrics.losses import segmentation_loss
from facegen.parse.metrics.validation_log import ValidationLook, read_looks
from facegen.parse.models.networks import normalise
from facegen.parse.training import data_parallel
from facegen.parse.training.recipe import Recipe
from facegen.parse.training.train import train
from facegen.parse.training.trainer import Trainer

CPU = torch.device("cpu")
RECIPE = Recipe(size=32, steps=6, batch=4, augmentation=NO_AUGMENTATION)
ONE_STEP = replace(RECIPE, steps=1)


def weights(parser):
    return torch.cat([value.flatten().float() for value in parser.network.state_dict().values()])


def gradient_norm(data, parts):
    """Norm of the mean gradient of a first step's parts of the batch, each normalised by itself."""
    trainer = Trainer(data, ONE_STEP, 0, data_parallel.OneDevice(CPU))
    images, masks = trainer.batches(0)
    picture, reference = augment(images, masks, trainer.table, NO_AUGMENTATION, 0, 0)
    for part in parts:
        with torch.autocast("cpu", torch.bfloat16, enabled=use_bfloat16(CPU)):
            logits = trainer.network(normalise(picture[part]))
        (segmentation_loss(logits, reference[part], ONE_STEP.dice_weight) / len(parts)).backward()
    return float(torch.nn.utils.clip_grad_norm_(trainer.network.parameters(), ONE_STEP.clip))


def test_two_processes_learn_the_mean_of_their_shares(tmp_path):
    data, seen = drawn_set(8, 32), []
    look = ValidationLook(drawn_set(2, 32, seed=1), CPU, times=1)
    parser = train(data, ONE_STEP, 0, CPU, tmp_path, seen.append, look=look, devices=2)
    with (tmp_path / "log.csv").open(newline="") as file:
        row = list(csv.DictReader(file))[-1]
    halves = slice(0, None, 2), slice(1, None, 2)
    wanted = gradient_norm(data, halves)
    assert float(row["gradient_norm"]) == pytest.approx(wanted, rel=0.03)
    assert abs(gradient_norm(data, halves[:1]) / wanted - 1) > 0.06  # one share alone would be told apart
    assert seen[-1].step == ONE_STEP.steps and read_looks(tmp_path)
    assert parser is not None and not (tmp_path / "state.pt").exists()


def test_another_number_of_devices_is_another_training(tmp_path):
    data = drawn_set(4, 32)
    train(data, RECIPE, 0, CPU, tmp_path, stop_after=2)
    with pytest.raises(FacegenError, match="choose another --out"):
        train(data, RECIPE, 0, CPU, tmp_path, devices=2)


def test_processes_that_drift_apart_are_found():
    """The processes of the tests here, whose shares differ, pass the same check."""
    network = torch.nn.Linear(2, 2)

    def shared(other):
        return data_parallel.FabricGroup(
            SimpleNamespace(all_gather=lambda mark: torch.stack([mark, other(mark)]))
        )

    shared(lambda mark: mark).check_identical(network)
    with pytest.raises(RuntimeError, match="different weights"):
        shared(lambda mark: mark * (1 + 1e-12)).check_identical(network)


@pytest.mark.slow
def test_a_shared_training_goes_on_where_it_stopped(tmp_path):
    data = drawn_set(8, 32)
    whole = train(data, RECIPE, 0, CPU, tmp_path / "whole", devices=2)
    assert train(data, RECIPE, 0, CPU, tmp_path / "parts", stop_after=3, devices=2) is None
    parts = train(data, RECIPE, 0, CPU, tmp_path / "parts", devices=2)
    torch.testing.assert_close(weights(parts), weights(whole), rtol=0, atol=0)


@pytest.mark.slow
def test_what_goes_wrong_in_a_process_is_one_line(tmp_path):
    with pytest.raises(FacegenError, match=r"^the loss is not finite at step"):
        train(drawn_set(4, 32), replace(RECIPE, learning_rate=1e30), 0, CPU, tmp_path, devices=2)


def test_shares_of_a_batch_are_disjoint_and_whole():
    batch = torch.arange(10)
    parts = [
        data_parallel.FabricGroup(SimpleNamespace(global_rank=rank, world_size=3)).part(batch).tolist()
        for rank in range(3)
    ]
    assert sorted(itertools.chain(*parts)) == batch.tolist()


def test_more_devices_than_there_are_or_than_a_batch_holds():
    with pytest.raises(FacegenError, match="try --batch 8"):
        data_parallel.check_devices(4, CPU, 4)
    with pytest.raises(FacegenError, match="try --batch 16"):
        data_parallel.check_devices(2, CPU, 17)
    with pytest.raises(FacegenError, match="without a number"):
        data_parallel.check_devices(2, torch.device("cpu:0"), 16)
    data_parallel.check_devices(1, CPU, 1)
    if not torch.cuda.is_available():
        with pytest.raises(FacegenError, match=r"only 0 CUDA device\(s\)"):
            data_parallel.check_devices(2, torch.device("cuda"), 16)
