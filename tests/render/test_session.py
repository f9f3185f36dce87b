"""How many workers share a machine, and which processors each gets. Nothing is rendered."""

import pytest

from facegen.render import session
from facegen.render.session import cpu_shares, fitting_workers

GB = 10**9


@pytest.fixture
def machine(monkeypatch):
    """Sets processors, free memory in GB and files of drivers; none of the last by default."""

    def make(cpus, gigabytes, drivers=()):
        monkeypatch.setattr(session.sys, "platform", "linux")
        monkeypatch.setattr(session, "processors", lambda: list(range(cpus)))
        monkeypatch.setattr(session, "free_memory", lambda: gigabytes * GB)
        monkeypatch.setattr(session, "GPU_FILES", tuple(map(str, drivers)))

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
    monkeypatch.delattr(session.os, "sched_setaffinity")
    assert cpu_shares(2) == [[], []]
