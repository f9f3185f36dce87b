"""Tasks on Ray: the bytes of a local run, whatever happens to nodes. Faces are copies (`stub_worker`)."""

import json
import os
import subprocess
import sys
import types

import pytest
from stub_worker import contents

from facegen.audit.profiles.profile_files import load_profile
from facegen.datasets.errors import FacegenError
from facegen.render.matching import matcher
from facegen.render.production import matched_blocks, ray_engine
from facegen.render.production.dataset_run import produce
from facegen.render.production.done_samples import Done
from facegen.render.production.order import Order
from facegen.render.production.ray_engine import RayEngine, Rendered
from facegen.render.production.set_integrity import plan_problems
from facegen.render.production.worker_pool import Failed, Job
from facegen.render.spec.face_spec import FaceSpec

pytestmark = pytest.mark.usefixtures("stub")


class FakeRay:
    """Runs tasks at once in this process; `faults` maps a call's number to what it raises.

    Tasks of the sample `lost` fail always.
    """

    def __init__(self, cpus=2, faults=None, lost=-1):
        self.exceptions = types.SimpleNamespace(RayError=ConnectionError)
        self.cpus, self.faults, self.calls, self.most = cpus, faults or {}, 0, 0
        self.flying, self.lost = set(), lost

    def cluster_resources(self):
        return {"CPU": float(self.cpus), "memory": 1e12}

    def remote(self, **_):
        def wrap(function):
            def call(*arguments):
                self.calls += 1
                reference = (self.calls, function, arguments)
                key = object()
                self.flying.add(key)
                self.most = max(self.most, len(self.flying))
                return Reference(key, reference)

            return types.SimpleNamespace(remote=call)

        return wrap

    def wait(self, references, num_returns, timeout):
        return references[:num_returns], references[num_returns:]

    def get(self, reference):
        self.flying.discard(reference.key)
        number, function, arguments = reference.task
        if number in self.faults:
            raise self.faults[number]
        if function is ray_engine.render_task and arguments[1][0][0] == self.lost:
            raise ConnectionError("trace\n  node died")
        return function(*arguments)

    def cancel(self, reference, force):
        self.flying.discard(reference.key)


class Reference:
    def __init__(self, key, task):
        self.key, self.task = key, task


@pytest.fixture
def fake(monkeypatch):
    def make(**more):
        made = FakeRay(**more)
        monkeypatch.setattr(ray_engine, "_ray", lambda address: made)
        monkeypatch.setattr(ray_engine, "PAUSE", 0.0)
        monkeypatch.setattr(ray_engine, "LOOK_SECONDS", 0.01)
        return made

    return make


def test_tasks_give_the_bytes_of_a_local_run(order_of, tmp_path, fake):
    produce(order_of(14))
    ray = fake()
    outcome = produce(order_of(14, name="ray", engine=RayEngine()))
    assert sorted(outcome.done) == list(range(14)) and outcome.device == "stub"
    assert contents(tmp_path / "ray") == contents(tmp_path / "set") and plan_problems(tmp_path / "ray") == []
    assert ray.calls == 5 and ray.most <= 4 and not ray.flying  # twice as many in flight as slots


def test_a_task_that_is_lost_is_tried_again_and_one_that_stays_lost_ends_no_run(order_of, tmp_path, fake):
    produce(order_of(12))
    ray = fake(cpus=1, faults={1: ConnectionError("node died"), 2: FacegenError("scratch is full")})
    assert not produce(order_of(12, name="ray", engine=RayEngine())).failures
    assert ray.calls == 6 and contents(tmp_path / "ray") == contents(tmp_path / "set")
    fake(lost=3)
    outcome = produce(order_of(12, name="lost", engine=RayEngine()))
    assert sorted(outcome.failures) == [3, 4, 5] and set(outcome.failures.values()) == {
        "node died (3 attempts)"
    }
    fake()
    assert produce(order_of(12, name="lost", engine=RayEngine())).failures == {}
    assert contents(tmp_path / "lost") == contents(tmp_path / "set")


def test_a_cluster_that_renders_nothing_ends_the_run(order_of, fake):
    fake(faults={n: FacegenError("rendering needs Blender") for n in range(1, 99)})
    with pytest.raises(FacegenError, match="samples all failed: rendering needs Blender"):
        produce(order_of(30, engine=RayEngine()))


def test_blocks_are_matched_as_tasks_once_and_stored_as_a_local_run_stores_them(tmp_path, monkeypatch, fake):
    profile = load_profile("uniform")

    def match_block(profile, seed, start, stop, overrides, correction, pool, on_progress):
        target = matcher.targets_of(profile, seed, start, stop)
        on_progress(stop - start)
        specs = [FaceSpec()] * (stop - start)
        return matcher.Matched(specs, target.names, target.values, target.values, {"start": start}, ())

    monkeypatch.setattr(ray_engine, "match_block", match_block)
    monkeypatch.setattr(matched_blocks, "match_block", match_block)
    stored = {}
    for name in ("local", "ray"):
        ray, steps = fake(), []
        order = Order(Job(tmp_path / name), 100, 3, profile, "uniform", engine=RayEngine())
        if name == "ray":
            for _ in range(2):
                order.engine.match(order, "mark", range(100), lambda *one, kept=steps: kept.append(one))
            assert ray.calls == 3 and steps == [("match", 32), ("match", 32), ("match", 64)]
        matched_blocks.matched_blocks(order.job, profile, 3, range(100), (), 0, 1, "mark")
        stored[name] = {
            path.name: path.read_bytes() for path in sorted((tmp_path / name / "matching").glob("*"))
        }
    assert stored["ray"] == stored["local"] and len(stored["ray"]) == 4


def test_files_of_failed_samples_do_not_travel(tmp_path, monkeypatch):
    def rendered(job, pairs, progress, proven):
        for folder in ("images", "logs"):
            (job.out / folder).mkdir()
        for name in ("000000.png", "000001.png"):
            (job.out / "images" / name).write_bytes(b"x")
        progress(Done(0, 1.0, 1))
        progress(Failed(1, "no face"))
        return types.SimpleNamespace(device="cpu")

    monkeypatch.setattr(ray_engine, "render_specs", rendered)
    result = ray_engine.render_task(Job(tmp_path), [(0, None), (1, None)])
    assert isinstance(result, Rendered) and list(result.files) == ["images/000000.png"]


def test_without_ray_there_is_one_line(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(FacegenError, match=r"pip install 'facegen\[cluster\]'"):
        ray_engine._ray(None)


@pytest.mark.slow
def test_a_cluster_of_two_nodes_one_killed_gives_the_same_bytes(order_of, tmp_path, monkeypatch):
    pytest.importorskip("ray")
    produce(order_of(24, shard_size=2))
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        "STUB_SECONDS": "0.2",
        "RAY_DISABLE_IMPORT_WARNING": "1",
    }
    run = subprocess.run(
        [sys.executable, "-m", "stub_run", tmp_path / "ray", "24", "2", "2", "kill"],
        env=environment, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    said = json.loads(
        [line for line in run.stdout.splitlines() if line.startswith("{")][-1]
    )  # Ray prints too
    assert (said["done"], said["failures"], said["killed"]) == (24, {}, True)
    assert contents(tmp_path / "ray") == contents(tmp_path / "set")
    assert plan_problems(tmp_path / "ray") == []
