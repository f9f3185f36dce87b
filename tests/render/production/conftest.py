"""Orders whose faces are copies made by `stub_worker`: only the rendering is left out."""

import pytest
from stub_sample import SIZE, write_stub_sample

from facegen.render.production import worker_pool
from facegen.render.production.order import Order
from facegen.render.production.shard_plan import Part
from facegen.render.production.worker_pool import Job


@pytest.fixture(scope="session")
def finished_sample(tmp_path_factory):
    """A folder with one sample that `facegen verify` finds nothing wrong with."""
    return write_stub_sample(tmp_path_factory.mktemp("sample"))


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
