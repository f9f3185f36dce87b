"""What a dataset folder says of itself through stops, retries and resumes. Faces are stand-ins."""

import json

import numpy as np
import pytest
from click.testing import CliRunner

from facegen.audit.profiles.profile_files import load_profile
from facegen.cli.main import cli
from facegen.datasets.conventions.native_labels import COVERAGE_CLASSES
from facegen.datasets.errors import DiskError, FacegenError
from facegen.datasets.io.dataset_file import read_attributes_table, read_dataset_json
from facegen.datasets.io.files import fingerprint
from facegen.datasets.io.sample import FOLDERS, Sample, sample_file, write_sample
from facegen.render.production import dataset_run, set_summary
from facegen.render.production.dataset_run import Chosen, is_finished, plan, produce
from facegen.render.production.done_samples import Done
from facegen.render.production.order import Order
from facegen.render.production.worker_pool import Job, Outcome

SIZE = 8


def stand_in(root, index):
    flat = np.zeros((SIZE, SIZE), np.uint8)
    write_sample(
        root,
        index,
        Sample(
            np.zeros((SIZE, SIZE, 3), np.uint8), flat, flat,
            np.zeros((SIZE, SIZE, len(COVERAGE_CLASSES)), np.uint8), np.zeros((70, 2), np.float32),
            np.ones(70, bool), np.zeros((SIZE, SIZE), np.float32), np.zeros((SIZE, SIZE, 3), np.float16),
            {"attributes": {"age": float(index)}},
        ),
    )  # fmt: skip


@pytest.fixture
def renderer(monkeypatch):
    """Stands for `render_specs`; `fails` never come out, `stops` end the run with an error."""

    class Renderer:
        fails, stops, seen = frozenset(), {}, []

        def __call__(self, job, pairs, progress=lambda _: None, proven=False):
            outcome = Outcome(device="cpu")
            for index, _ in pairs:
                self.seen.append(index)
                if index in self.stops:
                    raise self.stops[index]
                if index in self.fails:
                    outcome.failures[index] = "no face"
                    continue
                stand_in(job.out, index)
                outcome.done[index] = Done(index, 1.0, 1, {"build": 1.0})
            if outcome.failures and not outcome.done and not proven:
                raise FacegenError("the first samples all failed")
            return outcome

    made = Renderer()
    monkeypatch.setattr(dataset_run, "render_specs", made)
    return made


@pytest.fixture
def order(tmp_path):
    def make(num, **more):
        return Order(Job(tmp_path / "set", SIZE, "fast"), num=num, seed=0, **more)

    return make


def test_a_run_that_ended_before_its_summary_is_finished_by_the_next(order, renderer, tmp_path):
    renderer.stops = {2: KeyboardInterrupt()}
    with pytest.raises(KeyboardInterrupt):
        produce(order(3))
    stand_in(tmp_path / "set", 2)  # the last face came out, the summary did not
    assert plan(order(3)) == [] and not is_finished(order(3))
    produce(order(3))
    assert is_finished(order(3))
    assert read_attributes_table(tmp_path / "set")["age"] == [0.0, 1.0, 2.0]


def test_what_was_rendered_before_is_enough_for_a_smaller_order(order, renderer, tmp_path):
    renderer.stops = {2: KeyboardInterrupt()}
    with pytest.raises(KeyboardInterrupt):
        produce(order(5))
    produce(order(2))
    said = read_dataset_json(tmp_path / "set")
    assert (said["num"], said["rendered"], said["complete"]) == (2, 2, True)


def test_a_failure_beyond_a_smaller_order_is_none_of_it(order, renderer, tmp_path):
    renderer.fails = {2}
    produce(order(3))
    produce(order(2))
    said = read_dataset_json(tmp_path / "set")
    assert said["failures"] == {} and said["complete"]


def test_the_command_writes_what_a_killed_run_left_to_say(renderer, tmp_path):
    command = ["render", "--num", "3", "--size", "32", "--quality", "fast", "--out", str(tmp_path / "set")]
    renderer.stops = {2: KeyboardInterrupt()}
    assert CliRunner().invoke(cli, command).exit_code != 0
    stand_in(tmp_path / "set", 2)
    for told in ("0 faces of the default prior", "all 3 faces are there already"):
        result = CliRunner().invoke(cli, command)
        assert result.exit_code == 0 and told in result.output, result.output
        assert read_dataset_json(tmp_path / "set")["complete"]


def test_a_set_of_an_older_facegen_is_resumed(order, renderer, tmp_path, monkeypatch):
    """dataset.json of version 1 names the profile's fingerprint otherwise; the order is the same one."""
    profile = load_profile("uniform")
    monkeypatch.setattr(dataset_run, "choose_specs", lambda order, todo, progress: Chosen([None] * len(todo)))
    monkeypatch.setattr(set_summary, "describe_target", lambda *_: None)
    matched = {"profile": profile, "profile_name": "uniform"}
    renderer.stops = {2: KeyboardInterrupt()}
    with pytest.raises(KeyboardInterrupt):
        produce(order(3, **matched))
    path = tmp_path / "set" / "dataset.json"
    said = json.loads(path.read_text())
    config = said["config"]
    config["law"] = config.pop("distribution")
    said["law_by_hand"] = said.pop("handwritten_profile")
    path.write_text(json.dumps(said | {"format_version": 1, "fingerprint": fingerprint(config)}))
    with pytest.raises(FacegenError, match=r"another order \(differs in distribution, match_dist\)"):
        plan(order(3))
    assert plan(order(3, **matched)) == [2]
    renderer.stops = {}
    produce(order(3, **matched))
    said = json.loads(path.read_text())
    assert said["format_version"] == 2 and said["complete"] and said["handwritten_profile"]
    assert "law" not in said["config"] and "law_by_hand" not in said


def test_a_set_is_not_made_smaller(order, renderer):
    produce(order(3))
    with pytest.raises(FacegenError, match="beyond --num 2: say --num 3 or more"):
        plan(order(2))
    assert plan(order(4)) == [3]


def test_failures_are_told_until_the_face_is_there(order, renderer, tmp_path):
    renderer.fails = {1}
    produce(order(3))
    renderer.stops = {1: KeyboardInterrupt()}
    with pytest.raises(KeyboardInterrupt):
        produce(order(3))
    assert read_dataset_json(tmp_path / "set")["failures"] == {"000001": "no face"}
    renderer.stops = {}
    produce(order(3))  # it fails again, alone: that ends no run
    assert read_dataset_json(tmp_path / "set")["failures"] == {"000001": "no face"}
    renderer.fails = set()
    produce(order(3))
    said = read_dataset_json(tmp_path / "set")
    assert said["failures"] == {} and said["complete"]


def test_a_stopped_resume_keeps_what_was_known_of_the_law(order, renderer, tmp_path):
    produce(order(2))
    path = tmp_path / "set" / "dataset.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"target": {"realised": 1}}))
    sample_file(tmp_path / "set", "depth", "000001").unlink()  # a sample that lacks a file is not done
    renderer.stops = {1: KeyboardInterrupt()}
    with pytest.raises(KeyboardInterrupt):
        produce(order(2))
    assert read_dataset_json(tmp_path / "set")["target"] == {"realised": 1}


def test_a_first_run_that_fails_leaves_what_can_be_gone_on_with(order, renderer, tmp_path):
    out = tmp_path / "set"
    renderer.stops = {0: DiskError("the disk is full")}
    with pytest.raises(FacegenError, match="full"):
        produce(order(2))
    assert not out.exists()
    (out / "matching").mkdir(parents=True)
    (out / "dataset.json").write_text("{}")
    dataset_run._remove_empty(out)
    assert sorted(path.name for path in out.iterdir()) == ["dataset.json", "matching"]


def test_what_a_killed_worker_had_begun_to_write_is_removed(order, renderer, tmp_path, monkeypatch):
    begun, render = tmp_path / "set/depth/.partial-9-000000.npz", dataset_run._render

    def killed_once(*args, **options):
        outcome = render(*args, **options)
        begun.write_bytes(b"half")
        return outcome

    monkeypatch.setattr(dataset_run, "_render", killed_once)
    assert len(produce(order(1)).done) == 1
    assert begun.parent.is_dir() and not begun.exists()


def test_what_a_killed_run_had_begun_to_write_is_removed(order, renderer, tmp_path):
    produce(order(1))
    for folder in (tmp_path / "set", tmp_path / "set" / "depth"):
        (folder / ".partial-1-000001.npz").write_bytes(b"half")
    produce(order(2))
    assert not list((tmp_path / "set").rglob(".partial-*"))
    assert sorted(path.name for path in (tmp_path / "set").iterdir() if path.is_dir()) == sorted(FOLDERS)


def test_a_missing_library_and_a_killed_preview_are_one_line(order, monkeypatch):
    def without(*_):
        raise ModuleNotFoundError("No module named 'warp'")

    def killed(*_):
        raise FacegenError("a helper process of matching died")

    monkeypatch.setattr(dataset_run, "fingerprint", lambda _: "")
    for matched, line in (
        (without, r"^rendering cannot start .*facegen doctor"),
        (killed, "helper process of matching died"),
    ):
        monkeypatch.setattr(dataset_run, "matched_blocks", matched)
        with pytest.raises(FacegenError, match=line):
            dataset_run._matched(order(1), None, print)
