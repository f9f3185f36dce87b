"""What a machine does to a run: takes memory away, has a full temporary folder, refuses, turns its clock."""

import ast
import errno
import os
import tempfile
from contextlib import suppress
from pathlib import Path

import pytest
from stub_worker import contents

import facegen
from facegen.datasets.errors import DiskError, FacegenError
from facegen.datasets.io import files, folder_lock
from facegen.datasets.io.shard_record import read_record
from facegen.render.production import ray_engine
from facegen.render.production.dataset_run import plan, produce
from facegen.render.production.ray_engine import RayEngine
from facegen.render.production.set_integrity import plan_problems

pytestmark = pytest.mark.usefixtures("stub")
WALL_CLOCK = {"time.time", "time.time_ns", "datetime.now", "datetime.utcnow", "date.today"}
MAY_DATE = {"cli/support/provenance.py", "cli/support/unforeseen.py"}  # they write dates alone


def test_a_worker_killed_for_memory_costs_a_retry(order_of, tmp_path, monkeypatch):
    monkeypatch.setenv("STUB_MEMORY_ONCE", "2")
    assert sorted(produce(order_of(4)).done) == [0, 1, 2, 3]
    produce(order_of(4, name="calm"))
    assert contents(tmp_path / "set") == contents(tmp_path / "calm")


def test_a_face_that_always_takes_too_much_memory_is_a_failure(order_of, tmp_path, monkeypatch):
    monkeypatch.setenv("STUB_MEMORY", "2")
    outcome = produce(order_of(4))
    assert sorted(outcome.done) == [0, 1, 3]
    why = "worker died (killed, perhaps for memory): stub has started (5 attempts)"
    assert outcome.failures == {2: why}
    assert read_record(tmp_path / "set", 0).failures == {"000002": why}


def test_a_full_temporary_folder_of_a_node_is_named_and_the_shard_is_rendered_again(
    order_of, tmp_path, monkeypatch
):
    """Ray's tasks render there: it is `/dev/full` of every write until the third try."""
    tries, scratch = [], tempfile.TemporaryDirectory

    def full(**options):
        tries.append(options)
        if len(tries) < 3:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "/tmp")
        return scratch(**options)

    monkeypatch.setattr(ray_engine.tempfile, "TemporaryDirectory", full)
    with pytest.raises(FacegenError, match=r"temporary folder /.*No space left.*TMPDIR"):
        ray_engine.render_task(order_of(1).job, [(0, None)])
    monkeypatch.setattr(ray_engine, "PAUSE", 0.0)
    engine = RayEngine()
    monkeypatch.setattr(type(engine), "_run", lambda self, function, tasks, memory: _tried(function, tasks))
    assert not produce(order_of(3, engine=engine)).failures and len(tries) == 3


def _tried(function, tasks):
    """Results of tasks that are repeated until they succeed, as a cluster does."""
    for key, arguments in tasks:
        while True:
            with suppress(FacegenError):
                yield key, function(*arguments)
                break


@pytest.mark.parametrize("code", [errno.EROFS, errno.EACCES])
def test_an_output_that_is_read_only_from_the_start_is_one_line(order_of, tmp_path, monkeypatch, code):
    opened = os.open

    def refuse(path, flags, *more, **options):
        if flags & (os.O_WRONLY | os.O_RDWR) and str(path).startswith(str(tmp_path / "set")):
            raise OSError(code, os.strerror(code), str(path))
        return opened(path, flags, *more, **options)

    with monkeypatch.context() as patch:
        patch.setattr(folder_lock.os, "open", refuse)
        with pytest.raises(DiskError, match=r"set: may not be written \(.*\): choose another --out"):
            produce(order_of(2))
    produce(order_of(2))
    assert plan_problems(tmp_path / "set") == []


@pytest.mark.parametrize("after", [0, 1, 3])
def test_an_output_that_becomes_read_only_ends_the_run_and_is_resumed(order_of, tmp_path, monkeypatch, after):
    synced, calls = os.fsync, []

    def refuse(handle):
        calls.append(handle)
        if len(calls) > after:
            raise OSError(errno.EROFS, os.strerror(errno.EROFS))
        synced(handle)

    with monkeypatch.context() as patch:
        patch.setattr(files.os, "fsync", refuse)
        with pytest.raises(FacegenError, match=r"may not be written \(Read-only file system\)"):
            produce(order_of(7))
    produce(order_of(7))
    assert plan_problems(tmp_path / "set") == []


@pytest.mark.parametrize("storage", ["files", "tar"])
def test_a_clock_that_jumps_changes_nothing(order_of, tmp_path, monkeypatch, storage):
    """Files of the next century and of 1970, and a clock that shows another year each time it is asked."""
    years = iter(range(10**6))
    for name in ("time", "time_ns"):
        monkeypatch.setattr(f"time.{name}", lambda: (next(years) % 2) * 3 * 10**9)
    produce(order_of(7, storage=storage))
    for number, path in enumerate(sorted((tmp_path / "set").rglob("*"))):
        os.utime(path, (4e9, 4e9) if number % 2 else (0, 0))
    assert plan(order_of(7, storage=storage)) == [] and plan_problems(tmp_path / "set") == []
    produce(order_of(8, storage=storage))
    produce(order_of(8, name="calm", storage=storage))
    assert contents(tmp_path / "set") == contents(tmp_path / "calm")


def test_nothing_waits_by_the_clock_on_the_wall():
    """Time limits, pauses and rates are of the monotonic clock, which never jumps."""
    root, found = Path(facegen.__file__).parent, set[str]()
    links = [one.resolve() for one in root.iterdir() if one.is_dir()]  # of a clone; folders where installed
    for path in (path for folder in links for path in folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute):
                owner = node.value
                name = owner.id if isinstance(owner, ast.Name) else getattr(owner, "attr", "")
                if f"{name}.{node.attr}" in WALL_CLOCK:
                    found.add("/".join(path.parts[-3:]))
    assert found == MAY_DATE
