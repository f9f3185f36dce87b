import hashlib

import pytest

from facegen.datasets.layouts.splits import celeba_part, split_by_hash


def test_a_thousand_names_fall_into_700_100_200_by_hash():
    ids = [f"{i:05d}" for i in range(1000)]
    parts = split_by_hash(ids)
    assert {name: len(part) for name, part in parts.items()} == {"fit": 700, "validate": 100, "adapter": 200}
    assert sorted(i for part in parts.values() for i in part) == list(range(1000))
    by_hash = sorted(ids, key=lambda one: hashlib.sha256(one.encode()).hexdigest())
    assert {ids[i] for i in parts["fit"]} == set(by_hash[:700])
    assert {ids[i] for i in parts["adapter"]} == set(by_hash[800:])


def test_the_split_depends_on_stems_alone():
    ids = [f"{i:05d}" for i in range(50)]
    names = [f"images/{one}.jpg" for one in reversed(ids)]
    plain, other = split_by_hash(ids), split_by_hash(names)
    for part in plain:
        assert {ids[i] for i in plain[part]} == {ids[len(ids) - 1 - i] for i in other[part]}


def test_adding_pictures_keeps_most_of_the_split():
    ids = [f"{i:05d}" for i in range(1000)]
    before = {ids[i] for i in split_by_hash(ids)["adapter"]}
    after = {ids[i] for i in split_by_hash(ids[:990])["adapter"]}
    assert len(before & after) >= 185


def test_small_sets_and_twins():
    assert split_by_hash([]) == {"fit": [], "validate": [], "adapter": []}
    assert sum(map(len, split_by_hash(["a"]).values())) == 1
    with pytest.raises(ValueError, match="have the same stem"):
        split_by_hash(["a.jpg", "a.png"])


def test_celeba_parts_at_their_borders():
    assert [celeba_part(n) for n in (1, 162770, 162771, 182637, 182638, 202599)] == [
        "train", "train", "val", "val", "test", "test",
    ]  # fmt: skip
