"""Shards through stops, retries, damage, parts and merging. Faces are copies (`stub_worker`)."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from stub_worker import contents

from facegen.datasets.errors import DiskError, FacegenError
from facegen.datasets.io import files, folder_lock, shard_record
from facegen.datasets.io.dataset_file import read_dataset_json
from facegen.datasets.io.sample import sample_file
from facegen.datasets.io.shard_record import read_record, records
from facegen.render.production import merge_parts, worker_pool
from facegen.render.production.dataset_run import check_folder, plan, produce
from facegen.render.production.merge_parts import merge
from facegen.render.production.set_integrity import plan_problems, rerender
from facegen.render.production.set_summary import complete_summary

pytestmark = pytest.mark.usefixtures("stub")


def test_records_name_every_file_of_their_samples(order_of, tmp_path):
    produce(order_of(7))
    root = tmp_path / "set"
    found = list(records(root))
    assert [(one.start, one.stop) for one in found] == [(0, 3), (3, 6), (6, 7)]
    named = {name for one in found for name in one.files}
    assert named == {name for name in contents(root) if not name.startswith("shards/")}
    assert plan_problems(root) == []
    header = read_dataset_json(root)
    assert header["complete"] and header["shard_size"] == 3 and header["part"] is None
    assert (root / "logs/worker-00.log").read_text() == "stub has started\n"


def test_a_larger_number_keeps_what_is_there(order_of, tmp_path):
    root = tmp_path / "set"
    produce(order_of(5))
    before = {path: path.stat().st_mtime_ns for path in root.glob("images/*")}
    first = read_record(root, 0)
    assert plan(order_of(8)) == [5, 6, 7]
    produce(order_of(8))
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert read_record(root, 0) == first and read_record(root, 1).stop == 6
    produce(order_of(8, name="once"))
    assert contents(root) == contents(tmp_path / "once")


def test_a_changed_order_is_refused_with_its_difference(order_of):
    produce(order_of(2))
    with pytest.raises(FacegenError, match=r"differs in seed.*seed: 0 there, 1 here"):
        plan(order_of(2, seed=1))
    with pytest.raises(FacegenError, match="holds shards of 3 samples, not of 4"):
        plan(order_of(2, shard_size=4))
    with pytest.raises(FacegenError, match="holds the whole set, this is part 0/1"):
        plan(order_of(2, part=(0, 1)))
    assert plan(order_of(2, shard_size=None)) == []


@pytest.mark.parametrize("damage", ["cut", "gone", "record gone", "record damaged"])
def test_what_was_damaged_is_rendered_again(order_of, tmp_path, damage):
    root = tmp_path / "set"
    produce(order_of(6))
    whole = contents(root)
    file = sample_file(root, "depth", "000001")
    match damage:
        case "cut":
            file.write_bytes(file.read_bytes()[:-1])
        case "gone":
            file.unlink()
        case "record gone":
            (root / "shards/000000.json").unlink()
        case "record damaged":
            (root / "shards/000000.json").write_text("{")
    assert plan_problems(root)
    assert plan(order_of(6)) == ([1] if damage in ("cut", "gone") else [])
    produce(order_of(6))
    assert contents(root) == whole and plan_problems(root) == []


def test_a_changed_byte_is_found_by_its_hash_alone(order_of, tmp_path):
    root = tmp_path / "set"
    produce(order_of(4))
    file = sample_file(root, "images", "000002")
    content = bytearray(file.read_bytes())
    content[-20] ^= 1
    file.write_bytes(content)
    assert plan(order_of(4)) == []  # sizes agree
    (problem,) = plan_problems(root)
    assert problem.path == file and problem.name == "000002" and "another content" in problem.message


def test_an_edited_header_or_foreign_record_is_found(order_of, tmp_path):
    root = tmp_path / "set"
    produce(order_of(4))
    path = root / "dataset.json"
    text = path.read_text()
    path.write_text(json.dumps(json.loads(text) | {"fingerprint": "0" * 64}))
    assert any("one was edited" in one.message for one in plan_problems(root))
    path.write_text(text)
    (root / "shards/000009.json").write_text((root / "shards/000001.json").read_text())
    assert any("plan does not have" in one.message for one in plan_problems(root))


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "images/../x.png", "images/a.png", "x"])
def test_a_record_cannot_name_other_files(order_of, tmp_path, name):
    root = tmp_path / "set"
    produce(order_of(1))
    path = root / "shards/000000.json"
    data = json.loads(path.read_text())
    data["files"][name] = [1, "0" * 64]
    path.write_text(json.dumps(data))
    with pytest.raises(FacegenError, match="no file of a sample"):
        read_record(root, 0)


def test_failures_are_recorded_with_their_reason_and_retried(order_of, tmp_path, monkeypatch):
    root = tmp_path / "set"
    monkeypatch.setenv("STUB_CRASH", "4")
    outcome = produce(order_of(6))
    assert list(outcome.failures) == [4]
    assert "exit code 9" in read_record(root, 1).failures["000004"]
    assert "5 attempts" in read_dataset_json(root)["failures"]["000004"]
    assert plan(order_of(6)) == [4] and plan_problems(root) == []
    monkeypatch.delenv("STUB_CRASH")
    produce(order_of(6))
    assert read_record(root, 1).failures == {} and read_dataset_json(root)["complete"]
    produce(order_of(6, name="once"))
    assert contents(root) == contents(tmp_path / "once")


def test_a_hanging_worker_is_stopped_and_its_sample_retried(order_of, tmp_path, monkeypatch):
    monkeypatch.setenv("STUB_HANG", "2")
    monkeypatch.setattr(worker_pool, "SAMPLE_SECONDS", 1.0)
    assert sorted(produce(order_of(4)).done) == [0, 1, 2, 3]


def test_workers_killed_at_random_moments_change_no_byte(order_of, tmp_path, monkeypatch):
    monkeypatch.setenv("STUB_SECONDS", "0.01")
    monkeypatch.setattr(worker_pool, "ATTEMPTS", 50)
    monkeypatch.setattr(worker_pool, "LONGEST_BACK_OFF", 0.05)
    living, started = set(), worker_pool.Child

    class Seen(started):
        def __init__(self, *args):
            super().__init__(*args)
            living.add(self)

    monkeypatch.setattr(worker_pool, "Child", Seen)
    random, over, kills, events = np.random.default_rng(0), threading.Event(), [], []

    def kill():
        seen = 0
        while not over.wait(random.uniform(0.05, 0.3)):
            if len(events) == seen:  # a slow machine: nothing was done since the last kill
                continue
            seen = len(events)
            for child in [one for one in living if one.process.poll() is None][:1]:
                child.process.kill()
                kills.append(child.pid)

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        outcome = produce(order_of(60, shard_size=16), events.append)
    finally:
        over.set()
        killer.join()
    monkeypatch.setattr(worker_pool, "Child", started)
    monkeypatch.setenv("STUB_SECONDS", "0")
    produce(order_of(60, shard_size=16, name="calm"))
    assert kills and not outcome.failures
    assert contents(tmp_path / "set") == contents(tmp_path / "calm")


STEPS = ["sample", "record", "record folder", "summary"]


@pytest.mark.parametrize("step", STEPS)
def test_a_stop_between_any_two_steps_of_a_commit_is_resumed(order_of, tmp_path, monkeypatch, step):
    """The second shard is stopped as by a power cut: nothing after the step happens."""

    class PowerCut(BaseException):
        pass

    real_record, real_sync = shard_record.write_json, shard_record.sync_folder
    from facegen.render.production import dataset_run, shard_commits

    def cut_record(path, value):
        if path.name == "000001.json":
            if step == "record folder":
                real_record(path, value)
            raise PowerCut
        real_record(path, value)

    def cut_sample(*_):
        raise PowerCut

    order = order_of(9)
    with monkeypatch.context() as patch:
        if step == "sample":
            patch.setattr(shard_commits.ShardCommits, "_commit", cut_sample)
        elif step == "summary":
            patch.setattr(dataset_run, "add_measured", cut_sample)
        else:
            patch.setattr(shard_record, "write_json", cut_record)
        with pytest.raises(PowerCut):
            produce(order)
    assert shard_record.sync_folder is real_sync
    root = tmp_path / "set"
    assert not read_dataset_json(root)["complete"]
    produce(order)
    assert read_dataset_json(root)["complete"] and plan_problems(root) == []
    produce(order_of(9, name="once"))
    assert contents(root) == contents(tmp_path / "once")


@pytest.mark.parametrize("at", range(0, 20, 3))
def test_a_disk_that_is_full_at_any_file_ends_the_run_and_is_resumed(order_of, tmp_path, monkeypatch, at):
    count, write = 0, files.write_bytes

    def full(path, content):
        nonlocal count
        count += path.parent.name == "shards" or path.name == "dataset.json"
        if count > at:
            raise DiskError(f"{path}: the disk is full")
        write(path, content)

    order = order_of(40, shard_size=2)
    with monkeypatch.context() as patch:
        patch.setattr(files, "write_bytes", full)
        with pytest.raises(FacegenError, match="the disk is full"):
            produce(order)
    produce(order)
    assert plan_problems(tmp_path / "set") == []


def test_a_folder_that_cannot_be_written_ends_the_run_with_one_line(order_of, tmp_path):
    root = tmp_path / "set"
    produce(order_of(1))
    (root / "depth").rename(root / "depth2")
    (root / "depth").write_bytes(b"")  # a file where a folder is needed: every write fails
    with pytest.raises(FacegenError, match=r"cannot be (written|removed)"):
        produce(order_of(3))
    (root / "depth").unlink()
    (root / "depth2").rename(root / "depth")
    produce(order_of(3))
    assert plan_problems(root) == []


def test_two_runs_into_one_folder_are_refused(order_of, tmp_path):
    busy = pytest.raises(FacegenError, match=rf"process {os.getpid()} on .* is writing there")
    with folder_lock.folder_lock(tmp_path / "set"), busy:
        produce(order_of(2))
    produce(order_of(2))
    assert not list((tmp_path / "set").glob(".facegen*"))


def test_a_lock_of_a_killed_process_holds_nobody(tmp_path, order_of):
    code = (
        "import sys, os, signal\nfrom pathlib import Path\n"
        "from facegen.datasets.io.folder_lock import folder_lock\n"
        "with folder_lock(Path(sys.argv[1])):\n    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    died = subprocess.run([sys.executable, "-c", code, tmp_path / "set"], env=environment)
    assert died.returncode == -signal.SIGKILL and (tmp_path / "set/.facegen-lock").exists()
    produce(order_of(1))


def test_a_folder_that_may_not_be_written_is_one_line(order_of, tmp_path):
    (tmp_path / "set").write_text("a file")
    with pytest.raises(FacegenError, match="no facegen dataset"):
        produce(order_of(1))
    with pytest.raises(FacegenError, match="cannot make this folder"):
        produce(order_of(1, name="set/below"))


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_a_run_and_its_workers_within_five_seconds(tmp_path, sign):
    code = (
        "import sys\nfrom pathlib import Path\n"
        "from facegen.cli import main\nfrom facegen.render.production import worker_pool\n"
        "worker_pool.MODULE = 'stub_worker'\n"
        "sys.argv = ['facegen', 'render', '--num', '4', '--workers', '2', '--quality', 'fast', '--out', "
        "sys.argv[1]]\nmain.main()\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "STUB_SECONDS": "600"}
    run = subprocess.Popen(
        [sys.executable, "-c", code, tmp_path / "set"],
        env=environment,
        stderr=subprocess.PIPE,
        # A background job of a shell ignores SIGINT and hands that on.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    logs = tmp_path / "set/logs"
    limit = time.monotonic() + 60
    workers: list[int] = []
    try:
        while len(list(logs.glob("*"))) < 2 and time.monotonic() < limit:
            time.sleep(0.05)
        workers = children_of(run.pid)
        assert len(workers) == 2
        sent = time.monotonic()
        run.send_signal(sign)
        _, said = run.communicate(timeout=30)
    finally:
        for pid in (run.pid, *workers) if run.poll() is None else ():  # a failure leaves no process
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
    assert time.monotonic() - sent < 5
    assert run.returncode == 128 + sign and said == b"facegen: interrupted\n"
    assert not [pid for pid in workers if alive(pid)]
    assert not (tmp_path / "set/.facegen-lock").exists()


def children_of(pid):
    task = Path(f"/proc/{pid}/task")
    return [int(one) for path in task.glob("*/children") for one in path.read_text().split()]


def alive(pid):
    status = Path(f"/proc/{pid}/status")
    return status.exists() and "State:\tZ" not in status.read_text()


def test_parts_merge_to_the_bytes_of_one_run(order_of, tmp_path):
    produce(order_of(10))
    parts = [tmp_path / f"part{i}" for i in range(3)]
    for number, folder in enumerate(parts):
        produce(order_of(10, name=folder.name, part=(number, 3)))
        assert plan_problems(folder) == []
    merge(parts, tmp_path / "merged")
    complete_summary(tmp_path / "merged")
    assert contents(tmp_path / "merged") == contents(tmp_path / "set")
    assert (tmp_path / "merged/attributes.parquet").read_bytes() == (
        tmp_path / "set/attributes.parquet"
    ).read_bytes()
    assert plan_problems(tmp_path / "merged") == []
    assert read_dataset_json(tmp_path / "merged")["complete"]
    check_folder(order_of(10, name="merged"))  # and it can be resumed and extended


def test_a_part_is_resumed_as_that_part_alone(order_of, tmp_path):
    produce(order_of(10, part=(1, 3)))
    with pytest.raises(FacegenError, match="holds part 1/3, this is part 0/3"):
        plan(order_of(10, part=(0, 3)))
    with pytest.raises(FacegenError, match="part 1/3 of 10 faces, not of 12"):
        plan(order_of(12, part=(1, 3)))


def test_merging_names_what_is_missing_damaged_or_foreign(order_of, tmp_path):
    for number in range(2):
        produce(order_of(6, name=f"part{number}", part=(number, 2)))
    parts, out = [tmp_path / "part0", tmp_path / "part1"], tmp_path / "merged"
    with pytest.raises(FacegenError, match=r"shard 000001 \(samples 3 to 5\)"):
        merge(parts[:1], out)
    file = sample_file(parts[1], "masks", "000004")
    whole = file.read_bytes()
    file.write_bytes(whole[:-1])
    with pytest.raises(FacegenError, match=r"masks/000004.png: has .* bytes"):
        merge(parts, out)
    file.write_bytes(whole)
    merge(parts, out)
    produce(order_of(6, name="other", seed=1))
    with pytest.raises(FacegenError, match=r"of another order than .*differs in seed"):
        merge([*parts, tmp_path / "other"], out)
    with pytest.raises(FacegenError, match="holds another dataset"):
        merge([tmp_path / "other"], out)


def test_a_merge_across_file_systems_copies(order_of, tmp_path, monkeypatch):
    produce(order_of(4, name="part0", part=(0, 1)))

    def no_links(*_):
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr(merge_parts.Path, "hardlink_to", no_links)
    merge([tmp_path / "part0"], tmp_path / "merged")
    assert contents(tmp_path / "merged") == contents(tmp_path / "part0")


def test_samples_render_to_the_same_bytes_again_or_are_named(order_of, tmp_path, monkeypatch):
    root = tmp_path / "set"
    produce(order_of(6))
    assert rerender(root, 3) == []
    file = sample_file(root, "labels", "000005")
    file.write_bytes(sample_file(root, "masks", "000005").read_bytes())
    found = rerender(root, 6)
    assert [(one.name, "labels" in one.message) for one in found] == [("000005", True)]
    data = read_dataset_json(root)
    (root / "dataset.json").write_text(json.dumps(data | {"config": data["config"] | {"generator": 1}}))
    with pytest.raises(FacegenError, match="generator 1,"):
        rerender(root, 1)
    del data["config"]["generator"]
    (root / "dataset.json").write_text(json.dumps(data))
    with pytest.raises(FacegenError, match="rendered by an unknown generator, this"):
        rerender(root, 1)


def test_a_set_from_before_shards_is_resumed_and_gets_records(order_of, tmp_path):
    root, order = tmp_path / "set", order_of(4)
    produce(order)
    whole = contents(root)
    for path in (root / "shards").iterdir():
        path.unlink()
    data = read_dataset_json(root)
    for key in ("shard_size", "plan", "part"):
        del data[key]
    (root / "dataset.json").write_text(json.dumps(data))
    assert plan_problems(root) == [] and plan(replace(order, shard_size=None)) == []
    produce(order)
    assert contents(root) == whole
