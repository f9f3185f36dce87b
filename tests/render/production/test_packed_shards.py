"""Shards as archives through stops, growth, damage, parts and merging. Faces are copies (`stub_worker`)."""

import json
import shutil
import tarfile
from dataclasses import replace

import numpy as np
import pytest
from packed_sets import Stop, shards_of
from stub_worker import contents

from facegen.audit.profiles.profile_files import load_profile
from facegen.datasets.errors import DiskError, FacegenError
from facegen.datasets.io import packed_shard
from facegen.datasets.io.dataset_file import read_dataset_json
from facegen.datasets.io.sample import FOLDERS
from facegen.datasets.io.shard_record import read_record
from facegen.datasets.io.stored_samples import StoredSamples
from facegen.datasets.io.tar_shard import member_name, places
from facegen.datasets.layouts.open_set import open_set
from facegen.datasets.layouts.verify_set import verify
from facegen.render.matching import matcher
from facegen.render.production import matched_blocks, shard_commits
from facegen.render.production.dataset_run import check_folder, plan, produce
from facegen.render.production.merge_parts import merge
from facegen.render.production.set_integrity import drop, plan_problems, rerender
from facegen.render.spec.face_spec import FaceSpec

pytestmark = pytest.mark.usefixtures("stub")


@pytest.fixture(scope="module")
def once(tmp_path_factory):
    """Where the first test keeps what the others copy."""
    return tmp_path_factory.mktemp("packed") / "whole"


@pytest.fixture
def whole(order_of, tmp_path, once):
    """Archives of seven samples in shards of three, rendered in one run into tmp_path/whole."""
    if not once.exists():
        produce(order_of(7, name="whole", storage="tar"))
        shutil.copytree(tmp_path / "whole", once)
    else:
        shutil.copytree(once, tmp_path / "whole")
    return shards_of(once)


def test_archives_hold_the_bytes_of_a_folder_in_webdatasets_order(order_of, tmp_path, whole):
    root = tmp_path / "whole"
    produce(order_of(7, name="files"))
    files = {name: one for name, one in contents(tmp_path / "files").items() if not name.startswith("shards")}
    samples = StoredSamples(root)
    assert samples.names == [f"{i:06d}" for i in range(7)]
    for name, content in files.items():
        folder, stem = name.split("/")
        assert samples.content(folder, stem.partition(".")[0]) == content
    with tarfile.open(root / "shards/000000.tar") as archive:
        members = archive.getmembers()
    assert [one.name for one in members] == [
        member_name(folder, f"{i:06d}") for i in range(3) for folder in FOLDERS
    ]
    record = read_record(root, 0)
    assert [(one.offset_data, one.size) for one in members] == [
        place[2:] for place in places(record.files, record.names)
    ]
    assert {(one.mtime, one.uid, one.gid, one.mode) for one in members} == {(0, 0, 0, 0o644)}
    assert not any((root / folder).exists() for folder in FOLDERS)
    assert (root / "attributes.parquet").read_bytes() == (tmp_path / "files/attributes.parquet").read_bytes()
    assert plan_problems(root) == [] and verify(root).problems == [] and rerender(root, 2) == []


def test_the_same_order_gives_the_same_archives_and_a_second_run_changes_nothing(order_of, tmp_path, whole):
    produce(order_of(7, name="again", storage="tar", workers=1))
    assert shards_of(tmp_path / "again") == whole
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "again/shards").iterdir()}
    assert plan(order_of(7, name="again")) == []
    assert produce(order_of(7, name="again")).done == {}
    assert {path: path.stat().st_mtime_ns for path in before} == before


def test_a_larger_number_keeps_archives_but_the_last(order_of, tmp_path, whole):
    root = tmp_path / "set"
    produce(order_of(5, storage="tar"))
    first = (root / "shards/000000.tar").stat().st_mtime_ns
    assert plan(order_of(7)) == [5, 6]
    produce(order_of(7))
    assert (root / "shards/000000.tar").stat().st_mtime_ns == first and shards_of(root) == whole


STEPS = (
    (packed_shard, "write_tar"),
    (packed_shard, "write_table"),
    (shard_commits, "make_record"),
    (shard_commits, "pack"),
    (shard_commits, "write_record"),
    (shard_commits, "remove_files"),
    (packed_shard, "remove_sample"),
)


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("module,step", STEPS, ids=[step for _, step in STEPS])
def test_a_stop_between_any_two_steps_loses_nothing(
    order_of, tmp_path, monkeypatch, whole, module, step, after
):
    function = getattr(module, step)

    def stops(*arguments):
        if after:
            function(*arguments)
        raise Stop

    with monkeypatch.context() as patch:
        patch.setattr(module, step, stops)
        with pytest.raises(Stop):
            produce(order_of(7, storage="tar", workers=1))
    produce(order_of(7))
    root = tmp_path / "set"
    assert shards_of(root) == whole and plan_problems(root) == []
    assert not any((root / folder).exists() for folder in FOLDERS)
    assert not list(root.rglob(".partial-*"))


@pytest.mark.parametrize("step", ["unpack", "write_tar", "write_table"])
def test_a_stop_while_an_archive_grows_loses_nothing(order_of, tmp_path, monkeypatch, whole, step):
    produce(order_of(5, storage="tar"))
    function = getattr(packed_shard, step)

    def stops(*arguments):
        function(*arguments)
        raise Stop

    with monkeypatch.context() as patch:
        patch.setattr(packed_shard, step, stops)
        with pytest.raises(Stop):
            produce(order_of(7))
    assert {*plan(order_of(7))} <= {5, 6}
    produce(order_of(7))
    assert shards_of(tmp_path / "set") == whole


@pytest.mark.parametrize("damage", ["cut", "gone", "table gone", "record gone", "record damaged"])
def test_what_was_damaged_is_rendered_again(order_of, tmp_path, whole, damage):
    root = tmp_path / "whole"
    archive = root / "shards/000000.tar"
    match damage:
        case "cut":
            archive.write_bytes(archive.read_bytes()[: archive.stat().st_size // 2])
        case "gone":
            archive.unlink()
        case "table gone":
            (root / "attributes/000000.parquet").unlink()
        case "record gone":
            (root / "shards/000000.json").unlink()
        case "record damaged":
            (root / "shards/000000.json").write_text("{")
    assert plan_problems(root)
    order = order_of(7, name="whole")
    wanted = {"cut": [1, 2], "table gone": []}.get(damage, [0, 1, 2])
    assert plan(order) == wanted
    produce(order)
    assert shards_of(root) == whole and plan_problems(root) == []


def test_a_changed_byte_is_named_by_its_sample_and_dropped(order_of, tmp_path, whole):
    root = tmp_path / "whole"
    archive = root / "shards/000000.tar"
    record = read_record(root, 0)
    start = next(place[2] for place in places(record.files, record.names) if place[:2] == ("depth", "000001"))
    content = bytearray(archive.read_bytes())
    content[start + 40] ^= 1
    archive.write_bytes(content)
    problems = plan_problems(root)
    assert [one.name for one in problems] == ["", "000001"] and "another content" in str(problems[0])
    assert plan(order_of(7, name="whole")) == []  # contents are compared by verify only
    drop(root, ["000001"])
    assert plan(order_of(7, name="whole")) == [1]
    produce(order_of(7, name="whole"))
    assert shards_of(root) == whole and plan_problems(root) == []


def test_failures_are_recorded_and_tried_again(order_of, tmp_path, monkeypatch, whole):
    monkeypatch.setenv("STUB_CRASH", "4")
    assert list(produce(order_of(7, storage="tar")).failures) == [4]
    root = tmp_path / "set"
    assert "000004" not in StoredSamples(root).names and list(read_record(root, 1).failures) == ["000004"]
    monkeypatch.delenv("STUB_CRASH")
    assert plan(order_of(7)) == [4]
    produce(order_of(7))
    assert shards_of(root) == whole and read_dataset_json(root)["complete"]


def test_parts_are_merged_into_the_archives_of_one_run(order_of, tmp_path, whole):
    for i in range(2):
        produce(order_of(7, name=f"part{i}", part=(i, 2), storage="tar"))
    parts = [tmp_path / "part0", tmp_path / "part1"]
    merge(parts, tmp_path / "merged")
    assert shards_of(tmp_path / "merged") == whole
    assert len(open_set(tmp_path / "merged")) == 7
    produce(order_of(7, name="files", part=(0, 2)))
    with pytest.raises(FacegenError, match="some parts hold files and some archives"):
        merge([tmp_path / "files", parts[1]], tmp_path / "mixed")


def test_a_folder_keeps_its_storage(order_of, tmp_path, whole):
    with pytest.raises(FacegenError, match="holds samples as tar, not as files"):
        check_folder(order_of(7, name="whole", storage="files"))
    produce(order_of(2))
    with pytest.raises(FacegenError, match="holds samples as files, not as tar"):
        check_folder(order_of(2, storage="tar"))


def test_a_full_disk_while_packing_ends_the_run_in_one_line(order_of, tmp_path, monkeypatch, whole):
    def full(*_):
        raise DiskError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(packed_shard, "write_tar", full)
        with pytest.raises(DiskError, match="the disk is full"):
            produce(order_of(7, storage="tar"))
    produce(order_of(7))
    assert shards_of(tmp_path / "set") == whole


def test_a_record_that_names_other_archives_is_refused(tmp_path, whole):
    file = tmp_path / "whole/shards/000000.json"
    data = json.loads(file.read_text())
    for packed in ({"../../etc/passwd": [1, "x"]}, {"shards/000001.tar": [1, "x"]}):
        file.write_text(json.dumps(data | {"packed": packed}))
        with pytest.raises(FacegenError, match="names other archives than its own"):
            read_record(tmp_path / "whole", 0)
    data["files"]["images/000000.png"][0] = -512
    file.write_text(json.dumps(data))
    with pytest.raises(FacegenError, match="a size that no file has"):
        read_record(tmp_path / "whole", 0)


def test_specs_of_matched_blocks_are_read_one_block_at_a_time(tmp_path, monkeypatch, order_of):
    """The specs of 100,000 faces would take gigabytes."""
    profile = load_profile("uniform")
    alive = []

    def match_block(profile, seed, start, stop, overrides, correction, pool, on_progress):
        target = matcher.targets_of(profile, seed, start, stop)
        specs = [FaceSpec(seed=start + i) for i in range(stop - start)]
        return matcher.Matched(specs, target.names, target.values, target.values, {"start": start}, ())

    monkeypatch.setattr(matched_blocks, "match_block", match_block)
    job = replace(order_of(1).job, out=tmp_path)
    blocks, _ = matched_blocks.matched_blocks(job, profile, 3, range(300), (), 0, 1, "mark")
    assert [len(one.specs) for one in blocks] == [0] * len(blocks)
    assert [len(one.targets) for one in blocks] == [32, 32, 64, 128, 256]
    read = matched_blocks.read_json

    def counted(path, *more):
        alive.append(path.name)
        return read(path, *more)

    monkeypatch.setattr(matched_blocks, "read_json", counted)
    chosen = [0, 31, 33, 299]
    assert [spec.seed for spec in matched_blocks.stored_specs(job, chosen, "mark")] == chosen
    assert alive == ["block-000000.json", "block-000032.json", "block-000256.json"]
    with pytest.raises(FacegenError, match="of another order"):
        next(matched_blocks.stored_specs(job, chosen, "other"))


def test_a_damaged_archive_ends_reading_in_one_line(tmp_path, whole):
    root = tmp_path / "whole"
    faces = open_set(root)
    archive = root / "shards/000002.tar"
    archive.write_bytes(archive.read_bytes()[:600])
    with pytest.raises(FacegenError, match="its archive is cut"):
        faces.image(6)
    archive.unlink()
    with pytest.raises(FacegenError, match="is gone: render the set again"):
        faces.image(6)
    assert faces.image(0).dtype == np.uint8


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda files: files.pop("depth/000001.npz"), "names some files of a sample, not all"),
        (lambda files: files.update({"meta/0000001234.json": [1, ""]}), "names samples other than"),
        (lambda files: files.update({"meta/999999.json": [1, ""]}), "names samples other than"),
        (lambda files: files.update({"meta/000001.json": [10**30, ""]}), "a size that no file has"),
    ],
)
def test_a_record_of_other_samples_is_refused(tmp_path, whole, change, why):
    root = tmp_path / "whole"
    record = root / "shards" / "000000.json"
    content = json.loads(record.read_text())
    change(content["files"])
    record.write_text(json.dumps(content))
    with pytest.raises(FacegenError, match=rf"damaged record .*{why}.*remove it"):
        read_record(root, 0)
    assert StoredSamples(root).names == ["000003", "000004", "000005", "000006"]
    assert any(why in one.message for one in plan_problems(root))
