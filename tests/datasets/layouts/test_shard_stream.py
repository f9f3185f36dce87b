"""Streams: every sample once, parts that are disjoint, and shards read from beginning to end."""

import pickle

import fsspec
import numpy as np
import pytest
import torch
from fsspec.implementations.memory import MemoryFileSystem
from packed_sets import packed_set
from small_set import HEADER, face
from torch.utils.data import DataLoader

import facegen
from facegen.api.torch_stream import TorchStream
from facegen.audit.measure_dataset import measure_set
from facegen.datasets.errors import FacegenError
from facegen.datasets.io.dataset_file import write_dataset_json
from facegen.datasets.io.object_store import mirror_folder
from facegen.datasets.io.sample import write_sample
from facegen.datasets.layouts.open_set import open_set
from facegen.datasets.layouts.shard_stream import order_of, runs_of, stream
from facegen.parse.data.loaded_set import load_set

COUNT, SHARD = 26, 4


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return packed_set(tmp_path_factory.mktemp("packed"), COUNT, SHARD)


@pytest.fixture(scope="module")
def faces(folder):
    return open_set(folder)


@pytest.mark.parametrize("buffer", [1, 5, 1000])
def test_every_sample_comes_once_with_its_own_picture(faces, buffer):
    samples = list(stream(faces, seed=1, buffer=buffer))
    assert sorted(one.place for one in samples) == list(range(COUNT))
    assert ([one.place for one in samples] == list(range(COUNT))) == (buffer == 1)
    for index, image, mask in samples:
        assert (image == face(index).rgb).all() and (mask == faces.mask(index)).all()


def test_the_order_depends_on_seed_and_epoch_alone(faces):
    def order(**more):
        return [one.place for one in stream(faces, buffer=8, **more)]

    assert order(seed=1) == order(seed=1, threads=1) != order(seed=2)
    assert order(seed=1, epoch=1) != order(seed=1)


def test_shards_are_read_from_beginning_to_end(faces):
    order = list(order_of(faces, seed=3))
    runs = [order[i : i + SHARD] for i in range(0, COUNT, SHARD)]
    starts = [run[0] for run in np.split(order, np.flatnonzero(np.diff(order) != 1) + 1)]
    assert all(start % SHARD == 0 for start in starts) and len(runs) == len(runs_of(faces))
    assert order != sorted(order)


@pytest.mark.parametrize("of", [1, 2, 3, 4, 26])
def test_parts_are_disjoint_of_one_length_and_shared_by_workers(faces, of):
    def places(epoch=0, buffer=3, **share):
        return [one.place for one in stream(faces, 1, epoch, buffer=buffer, **share)]

    parts = [places(part=(i, of)) for i in range(of)]
    together = [one for part in parts for one in part]
    assert {len(part) for part in parts} == {COUNT // of} and len({*together}) == len(together)
    for workers in (2, 3):
        shares = [places(part=(0, of), worker=(w, workers)) for w in range(workers)]
        assert sorted(one for share in shares for one in share) == sorted(parts[0])
        assert max(map(len, shares)) - min(map(len, shares)) <= 1
    left_out = [
        {*range(COUNT)} - {one for i in range(of) for one in places(e, part=(i, of))} for e in range(9)
    ]
    assert {len(one) for one in left_out} == {COUNT % of}
    assert not COUNT % of or len({*map(frozenset, left_out)}) > 1
    for share in ({"part": (of, of)}, {"part": (0, COUNT + 1)}, {"worker": (2, 2)}, {"worker": (-1, 2)}):
        with pytest.raises(FacegenError, match=r"numbered from 0|cannot be shared"):
            next(stream(faces, **share))


def test_a_stream_that_is_left_early_ends_its_threads(faces):
    source = stream(faces, buffer=2)
    next(source)
    source.close()


def seen(source):
    """Samples of a reading in their order, each known by its brightness."""
    return [round(float(image.sum()), 1) for image, _ in source]


def test_torch_reads_the_whole_set_in_another_order_each_time(folder):
    data = facegen.open(folder).torch_stream(seed=1, buffer=4)
    expected = sorted(round(float(np.float32(face(i).rgb.sum() / 255)), 0) for i in range(COUNT))
    first, second = seen(data), seen(data)
    assert sorted(first) == sorted(second) and first != second and data.epoch == 2
    assert sorted(round(one) for one in first) == pytest.approx(expected, abs=1)
    image, mask = next(iter(data))
    assert image.shape == (3, 64, 64) and mask.shape == (64, 64)
    data.set_epoch(0)
    assert seen(data) == first
    again = pickle.loads(pickle.dumps(data))
    assert again.epoch == 1 and seen(again) == second and data.epoch == 1


@pytest.mark.parametrize(("start", "lasting"), [("fork", False), ("fork", True), ("spawn", False)])
def test_workers_read_the_whole_set_in_another_order_each_time(folder, start, lasting):
    data = facegen.open(folder).torch_stream(seed=1, buffer=4)
    loader = DataLoader(
        data, batch_size=None, num_workers=2, multiprocessing_context=start, persistent_workers=lasting
    )
    plain = facegen.open(folder).torch_stream(seed=1, buffer=4)
    whole = sorted(seen(plain))
    readings = [seen(loader) for _ in range(2 if start == "spawn" else 3)]
    assert all(sorted(one) == whole for one in readings)  # the workers of a reading are of one epoch
    assert len({*map(tuple, readings)}) == len(readings) == data.epoch
    data.set_epoch(1)  # known by workers that live on as well
    assert seen(loader) == readings[1] and data.epoch == 2
    if start == "fork":
        other = DataLoader(data, batch_size=None, num_workers=1, multiprocessing_context=start)
        next(iter(other))  # left early: counts as a reading
        assert data.epoch == 3 and sorted(seen(other)) == whole and data.epoch == 4


@pytest.mark.parametrize("start", ["fork", "spawn"])
def test_workers_take_the_part_of_the_process_that_made_them(folder, monkeypatch, start):
    """The rank is asked where torch.distributed is set up: not in workers, which are told it."""
    monkeypatch.setattr(torch.distributed, "is_initialized", lambda: True)
    monkeypatch.setattr(torch.distributed, "get_world_size", lambda: 2)
    parts = []
    for rank in range(2):
        monkeypatch.setattr(torch.distributed, "get_rank", lambda rank=rank: rank)
        data = facegen.open(folder).torch_stream(seed=1, buffer=4)
        loader = DataLoader(data, batch_size=None, num_workers=2, multiprocessing_context=start)
        parts.append(seen(loader))
        assert sorted(seen(TorchStream(data.faces, seed=1, buffer=4))) == sorted(parts[-1])
    assert [len(one) for one in parts] == [COUNT // 2] * 2 and not {*parts[0]} & {*parts[1]}


def test_training_and_audit_read_archives_as_they_read_files(folder, faces, tmp_path):
    for index in range(6):
        write_sample(tmp_path / "files", index, face(index))
    write_dataset_json(tmp_path / "files", HEADER | {"num": 6})
    files, first = open_set(tmp_path / "files"), faces.subset(range(6))
    ours, theirs = load_set(first, 32), load_set(files, 32)
    assert (ours.images == theirs.images).all() and (ours.masks == theirs.masks).all()
    one, other = measure_set(first), measure_set(files)
    assert np.array_equal(one.attributes.values, other.attributes.values, equal_nan=True)
    assert np.array_equal(one.maps, other.maps)
    assert len(pickle.dumps(faces)) < 50_000


def test_a_cached_decoding_knows_when_an_archive_changed(tmp_path):
    root = packed_set(tmp_path / "set", 3, 2)
    before = load_set(open_set(root), 16, cache=tmp_path / "cache")
    packed_set(tmp_path / "other", 4, 4)
    for name in ("shards/000000.json", "shards/000000.tar"):
        (root / name).write_bytes((tmp_path / "other" / name).read_bytes())
    (root / "shards/000001.json").unlink()
    after = load_set(open_set(root).subset(range(3)), 16, cache=tmp_path / "cache")
    assert len(list((tmp_path / "cache").glob("*-images.npy"))) == 2
    assert (after.images[:2] == before.images[:2]).all()


def test_a_store_is_streamed_as_a_folder_is(folder, tmp_path, monkeypatch):
    monkeypatch.setenv("FACEGEN_CACHE", str(tmp_path / "cache"))
    files = fsspec.filesystem("memory")
    files.put(str(folder), "/streamed", recursive=True)
    try:
        faces = open_set("memory://streamed")
        samples = {one.place: one.image for one in stream(faces, buffer=4)}
        assert sorted(samples) == list(range(COUNT))
        assert all((samples[i] == face(i).rgb).all() for i in samples)
        assert not list(mirror_folder("memory://streamed", "read").rglob("*.tar"))
    finally:
        MemoryFileSystem.store.clear()
        MemoryFileSystem.pseudo_dirs[:] = [""]
