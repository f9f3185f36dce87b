"""What a container's limits leave of a machine."""

from types import SimpleNamespace

import psutil
import pytest

from facegen.datasets.io import hardware


@pytest.fixture
def group(tmp_path, monkeypatch):
    """A control group of its own; returns a function that writes its limits."""
    monkeypatch.setattr(hardware, "_GROUPS", tmp_path)
    monkeypatch.setattr(hardware, "_OWN_GROUP", tmp_path / "own")
    monkeypatch.setattr(hardware.os, "sched_getaffinity", lambda _: set(range(8)), raising=False)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=1000))
    (tmp_path / "own").write_text("0::/pod\n")
    (tmp_path / "pod").mkdir()

    def write(**limits):
        for name, text in limits.items():
            (tmp_path / "pod" / name.replace("_", ".")).write_text(text)

    return write


def test_without_limits_the_machine_is_the_limit(group):
    assert hardware.processor_count() == 8 and hardware.free_memory() == 1000
    group(cpu_max="max 100000\n", memory_max="max\n", memory_current="10\n")
    assert hardware.processor_count() == 8 and hardware.free_memory() == 1000


def test_a_quota_of_time_and_of_memory_counts(group):
    group(cpu_max="250000 100000\n", memory_max="500\n", memory_current="200\n")
    assert hardware.processor_count() == 3 and hardware.free_memory() == 300
    group(cpu_max="10000 100000\n", memory_max="5000\n", memory_current="6000\n")
    assert hardware.processor_count() == 1 and hardware.free_memory() == 0


def test_a_group_without_files_is_that_of_the_container(group, tmp_path):
    (tmp_path / "cpu.max").write_text("200000 100000\n")
    assert hardware.processor_count() == 2
    assert hardware.processors() == list(range(8))  # a quota is of time: work may lie anywhere
