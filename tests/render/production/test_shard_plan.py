"""Shards and parts of a plan."""

import pytest

from facegen.datasets.errors import FacegenError
from facegen.render.matching.matcher import LARGEST_BLOCK, block_of
from facegen.render.production.shard_plan import SHARD_SIZE, Part, RunPlan

CONFIG = {"seed": 3, "generator": 12, "distribution": "abc"}


@pytest.mark.parametrize(("num", "size"), [(1, 1), (1, 256), (7, 3), (9, 3), (1000, 256)])
def test_shards_cover_every_sample_once(num, size):
    plan = RunPlan(CONFIG, num, size)
    shards = list(plan.shards())
    assert [index for one in shards for index in one.indices] == list(range(num))
    assert [one.number for one in shards] == list(range(plan.count))
    assert all(len(one.indices) == size for one in shards[:-1])


@pytest.mark.parametrize(("shards", "of"), [(1, 1), (7, 3), (8, 4), (100, 7)])
def test_parts_cover_every_shard_once_and_differ_by_one(shards, of):
    plan = RunPlan(CONFIG, shards * 5, 5)
    parts = [list(plan.shards(Part(i, of))) for i in range(of)]
    assert [one for part in parts for one in part] == list(plan.shards())
    assert max(map(len, parts)) - min(map(len, parts)) <= 1


def test_more_samples_keep_whole_shards():
    small, large = RunPlan(CONFIG, 700), RunPlan(CONFIG, 7000)
    assert list(small.shards())[:-1] == list(large.shards())[: small.count - 1]


def test_no_block_of_matching_lies_in_two_shards():
    assert SHARD_SIZE == LARGEST_BLOCK
    for shard in RunPlan(CONFIG, 10 * SHARD_SIZE).shards():
        assert block_of(shard.start)[0] == shard.start and block_of(shard.stop - 1)[1] == shard.stop


def test_the_digest_tells_plans_apart_and_survives_json():
    plan = RunPlan(CONFIG, 700, 100)
    assert RunPlan.from_dict(plan.to_dict()).digest == plan.digest
    others = [RunPlan(CONFIG | {"seed": 4}, 700, 100), RunPlan(CONFIG, 701, 100), RunPlan(CONFIG, 700, 101)]
    assert len({plan.digest, *(one.digest for one in others)}) == 4


@pytest.mark.parametrize("numbers", [(-1, 2), (2, 2), (0, 0)])
def test_parts_are_numbered_from_0(numbers):
    with pytest.raises(FacegenError, match="numbered from 0"):
        Part(*numbers)


def test_empty_parts_and_plans_are_refused():
    with pytest.raises(FacegenError, match="3 parts of 2 shards"):
        list(RunPlan(CONFIG, 4, 2).shards(Part(0, 3)))
    with pytest.raises(FacegenError, match="1 or more"):
        RunPlan(CONFIG, 0)
    with pytest.raises(FacegenError, match="plan version 7"):
        RunPlan.from_dict({"plan_version": 7})
    with pytest.raises(IndexError):
        RunPlan(CONFIG, 4, 2).shard(2)
