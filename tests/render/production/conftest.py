"""Orders whose faces are copies made by `stub_worker`: only the rendering is left out."""

import numpy as np
import pytest

from facegen.datasets.conventions.native_labels import COVERAGE_CLASSES, Native
from facegen.datasets.io.sample import Sample, write_sample
from facegen.render.production import worker_pool
from facegen.render.production.order import Order
from facegen.render.production.shard_plan import Part
from facegen.render.production.worker_pool import Job

SIZE = 16


@pytest.fixture(scope="session")
def finished_sample(tmp_path_factory):
    """A folder with one sample that `facegen verify` finds nothing wrong with."""
    native = np.full((SIZE, SIZE), Native.FACE_SKIN, np.uint8)
    native[4:6, 9:14], native[4:6, 2:7] = Native.BROW_L, Native.BROW_R
    coverage = np.stack([np.isin(native, members) for _, members in COVERAGE_CLASSES], axis=-1)
    folder = tmp_path_factory.mktemp("sample")
    sample = Sample(
        np.arange(SIZE * SIZE * 3, dtype=np.uint8).reshape(SIZE, SIZE, 3), native, native,
        coverage.astype(np.uint8) * np.uint8(255), np.zeros((70, 2), np.float32), np.ones(70, bool),
        np.ones((SIZE, SIZE), np.float32), np.zeros((SIZE, SIZE, 3), np.float16),
        {"attributes": {"age": 30.0}},
    )  # fmt: skip
    write_sample(folder, 0, sample)
    return folder


@pytest.fixture
def stub(monkeypatch, tmp_path, finished_sample):
    """Workers are stubs, which start at once and are tried again at once."""
    (tmp_path / "marks").mkdir()
    monkeypatch.setattr(worker_pool, "MODULE", "stub_worker")
    monkeypatch.setattr(worker_pool, "BACK_OFF", 0.01)
    monkeypatch.setenv("STUB_SAMPLE", str(finished_sample))
    monkeypatch.setenv("STUB_MARKS", str(tmp_path / "marks"))


@pytest.fixture
def order_of(tmp_path):
    """Makes an order of `num` stub samples in shards of `shard_size` into tmp_path/`name`."""

    def make(num, shard_size=3, name="set", part=None, workers=2, seed=0, **more):
        job = Job(tmp_path / name, SIZE, "fast", workers=workers)
        part = None if part is None else Part(*part)
        return Order(job, num, seed, shard_size=shard_size, part=part, **more)

    return make
