"""How many workers share a machine, what each gets, and when a run gives up. Nothing is rendered."""

import os
import subprocess
import sys

import pytest

from facegen.datasets.errors import FacegenError
from facegen.render.production import worker_pool
from facegen.render.production.worker_pool import (
    Failed,
    Job,
    cpu_shares,
    fitting_workers,
    render_specs,
    sample_seconds,
)

GB = 10**9


@pytest.fixture
def machine(monkeypatch):
    """Sets processors, free memory in GB and files of drivers; none of the last by default."""

    def make(cpus, gigabytes, drivers=()):
        monkeypatch.setattr(worker_pool.sys, "platform", "linux")
        monkeypatch.setattr(worker_pool, "processors", lambda: list(range(cpus)))
        monkeypatch.setattr(worker_pool, "processor_count", lambda: cpus)
        monkeypatch.setattr(worker_pool, "free_memory", lambda: gigabytes * GB)
        monkeypatch.setattr(worker_pool, "GPU_FILES", tuple(map(str, drivers)))

    return make


def test_a_worker_for_each_processor_that_memory_has_room_for(machine):
    machine(cpus=2, gigabytes=20)
    assert fitting_workers("auto") == fitting_workers("cpu") == 2
    machine(cpus=16, gigabytes=11)
    assert fitting_workers("cpu") == 4
    machine(cpus=16, gigabytes=1)
    assert fitting_workers("cpu") == 1


def test_a_gpu_is_not_shared(machine, tmp_path):
    driver = tmp_path / "nvidia0"
    driver.touch()
    machine(8, 64, [driver])
    assert fitting_workers("auto") == fitting_workers("optix") == 1
    assert fitting_workers("cpu") == 8
    machine(8, 64, [tmp_path / "missing"])
    assert fitting_workers("auto") == 8 and fitting_workers("optix") == 1


def test_processors_are_shared_out(machine, monkeypatch):
    machine(cpus=4, gigabytes=64)
    assert cpu_shares(1) == [[]]
    assert cpu_shares(2) == [[0, 2], [1, 3]]
    assert cpu_shares(3) == [[0, 3], [1], [2]]
    monkeypatch.delattr(worker_pool.os, "sched_setaffinity")
    assert cpu_shares(2) == [[], []]


def test_larger_pictures_need_more_memory_and_have_longer(machine):
    machine(cpus=64, gigabytes=32)
    assert [fitting_workers("cpu", size) for size in (256, 512, 1024, 2048)] == [15, 13, 9, 4]
    assert [sample_seconds(size) for size in (64, 512, 1024)] == [600, 600, 2400]


class Answering:
    """A worker process whose every face fails."""

    device, served, error, disk = "cpu", 0, "", False

    def __init__(self, *_):
        pass

    def render(self, index, spec):
        return Failed(index, self.error, self.disk)

    def close(self):
        pass


@pytest.fixture
def answering(monkeypatch):
    def make(error, disk=False):
        monkeypatch.setattr(worker_pool, "Worker", Answering)
        monkeypatch.setattr(Answering, "error", error)
        monkeypatch.setattr(Answering, "disk", disk)

    return make


def faces(count):
    return [(index, None) for index in range(count)]


def test_failures_alone_end_a_run_unless_faces_of_the_order_came_out_before(answering, tmp_path):
    answering("Traceback\nno face\n")
    with pytest.raises(FacegenError, match="the first 4 samples all failed: no face"):
        render_specs(Job(tmp_path, workers=1), faces(6))
    outcome = render_specs(Job(tmp_path, workers=1), faces(6), proven=True)
    assert sorted(outcome.failures) == list(range(6)) and not outcome.done


def test_a_full_disk_ends_a_run_at_once(answering, tmp_path):
    answering("the disk is full", disk=True)
    seen = []
    with pytest.raises(FacegenError, match=r"^the disk is full$"):
        render_specs(Job(tmp_path, workers=1), faces(6), seen.append, proven=True)
    assert not seen


@pytest.mark.parametrize("end", ["KeyboardInterrupt()", "ValueError('x')"])
def test_a_worker_leaves_without_the_interpreter_s_shutdown(end):
    """Blender's own can hang. The answers' reader is gone, as after a kill of the caller."""
    code = (
        "import atexit, os\nfrom facegen.render.blender import worker\n"
        "atexit.register(lambda: os.write(2, b'shutdown'))\n"
        f"def serve(*_): raise {end}\n"
        "worker.serve = serve\nworker.main()\n"
    )
    reader, writer = os.pipe()
    os.close(reader)
    left = subprocess.run(
        [sys.executable, "-c", code],
        input=b'{"cpus": []}\n',
        stdout=writer,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writer)
    assert left.returncode == 1 and b"shutdown" not in left.stderr and b"ImportError" not in left.stderr
