"""A training that processes share is the training that one makes."""

import itertools
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from drawn_faces import drawn_set

from facegen.datasets.errors import FacegenError
from facegen.parse import several
from facegen.parse.augment import NO_AUGMENTATION
from facegen.parse.networks import normalise
from facegen.parse.train import Recipe, train

CPU = torch.device("cpu")
RECIPE = Recipe(size=32, steps=6, batch=4, augmentation=NO_AUGMENTATION)


@pytest.fixture(scope="module")
def alike():
    """One face many times: a share of a batch has the statistics of the whole."""
    return drawn_set(1, 32).take(np.zeros(8, int))


def weights(parser):
    return torch.cat([value.flatten().float() for value in parser.network.state_dict().values()])


@torch.no_grad()
def logits(parser, data):
    return parser.network(normalise(torch.from_numpy(data.images[:1]).float() / 255))


def test_two_processes_learn_what_one_does(alike, tmp_path):
    seen = []
    one = train(alike, RECIPE, 0, CPU, tmp_path / "one")
    two = train(alike, RECIPE, 0, CPU, tmp_path / "two", seen.append, devices=2)
    short = train(alike, replace(RECIPE, steps=1), 0, CPU, tmp_path / "short")
    # bfloat16 rounds and Adam's first steps enlarge: alike, not equal.
    said = [logits(parser, alike) for parser in (one, two, short)]
    assert (said[1] - said[0]).norm() < 0.3 * (said[2] - said[0]).norm()
    assert (tmp_path / "two" / "log.csv").exists() and not (tmp_path / "two" / "state.pt").exists()


def test_processes_that_drift_apart_are_found():
    """The processes of the tests here, whose shares differ, pass the same check."""
    network = torch.nn.Linear(2, 2)

    def shared(other):
        return several.Shared(SimpleNamespace(all_gather=lambda mark: torch.stack([mark, other(mark)])))

    shared(lambda mark: mark).check_alike(network)
    with pytest.raises(RuntimeError, match="different weights"):
        shared(lambda mark: mark * (1 + 1e-12)).check_alike(network)


@pytest.mark.slow
def test_a_shared_training_goes_on_where_it_stopped(tmp_path):
    data = drawn_set(8, 32)
    whole = train(data, RECIPE, 0, CPU, tmp_path / "whole", devices=2)
    assert train(data, RECIPE, 0, CPU, tmp_path / "parts", stop_after=3, devices=2) is None
    parts = train(data, RECIPE, 0, CPU, tmp_path / "parts", devices=2)
    torch.testing.assert_close(weights(parts), weights(whole), rtol=0, atol=0)


@pytest.mark.slow
def test_what_goes_wrong_in_a_process_is_one_line(alike, tmp_path):
    with pytest.raises(FacegenError, match=r"^the loss is not finite at step"):
        train(alike, replace(RECIPE, learning_rate=1e30), 0, CPU, tmp_path, devices=2)


def test_shares_of_a_batch_are_disjoint_and_whole():
    batch = torch.arange(10)
    parts = [
        several.Shared(SimpleNamespace(global_rank=rank, world_size=3)).part(batch).tolist()
        for rank in range(3)
    ]
    assert sorted(itertools.chain(*parts)) == batch.tolist()


def test_more_devices_than_there_are_or_than_a_batch_holds():
    with pytest.raises(FacegenError, match="raise --batch"):
        several.check_devices(4, CPU, 4)
    if not torch.cuda.is_available():
        with pytest.raises(FacegenError, match=r"only 0 CUDA device\(s\)"):
            several.check_devices(2, torch.device("cuda"), 16)
