"""What an export says of itself, and that it is whole or not there."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image
from small_set import HEADER

from facegen.cli.main import cli
from facegen.datasets.conventions.convention_registry import convention
from facegen.datasets.errors import DiskError, FacegenError
from facegen.datasets.export import write_formats as e
from facegen.datasets.export.format_registry import FORMATS
from facegen.datasets.export.formats import segmentation_format
from facegen.datasets.io.dataset_file import write_dataset_json
from facegen.datasets.layouts.open_set import open_set
from facegen.datasets.layouts.provenance import PROVENANCE_FILE, header_of
from facegen.parse.experiment.set_roles import assign, cautions, part_of

MATCHED = HEADER | {
    "profile": "celebamaskhq",
    "ledger": [{"asset": "hat", "licence": "CC0-1.0"}],
    "config": {"generator": 12, "seed": 0, "distribution": "01ab", "set": []},
}


@pytest.mark.parametrize("to", FORMATS)
def test_every_export_says_where_it_comes_from(dataset, tmp_path, to):
    write_dataset_json(dataset, MATCHED)
    e.export(dataset, to, tmp_path / "out")
    content = json.loads((tmp_path / "out" / PROVENANCE_FILE).read_text())
    assert content["layout"] == to and content["distribution"] == "matched to celebamaskhq"
    assert content["dataset"]["ledger"] == MATCHED["ledger"]
    assert content["dataset"]["config"]["generator"] == 12
    there = sorted(one.name for one in (tmp_path / "out").iterdir())
    assert sorted([*content["entries"], PROVENANCE_FILE]) == there
    if FORMATS[to].has_masks:
        faces = open_set(tmp_path / "out", split="train" if to == "lapa" else None)
        assert part_of(faces) == "S_D" and "exported by facegen: matched to celebamaskhq" in faces.remarks


def test_an_export_does_not_tell_where_its_real_set_lay(dataset, tmp_path):
    for place in ("/home/ada/private/faces", "C:\\Users\\ada\\private\\faces", "s3://private/faces/"):
        header = MATCHED | {"profile": place, "config": MATCHED["config"] | {"match_dist": place}}
        write_dataset_json(dataset, header)
        out = tmp_path / f"out{len(place)}"
        e.export(dataset, "segmentation", out)
        text = (out / PROVENANCE_FILE).read_text()
        assert "private" not in text and json.loads(text)["distribution"] == "matched to faces"
        assert json.loads(text)["dataset"]["config"]["match_dist"] == "faces"
        # It is still known for what the set itself holds.
        with pytest.raises(FacegenError, match="are the same faces"):
            assign([open_set(dataset), open_set(out)])


def test_an_export_keeps_its_role(dataset, tmp_path):
    default = HEADER | {"config": {"generator": 12, "seed": 0, "set": []}}
    for name, header, part in (
        ("default", default, "S"),
        ("matched", MATCHED, "S_D"),
        ("handwritten", MATCHED | {"handwritten_profile": True}, ""),
        ("changed", HEADER | {"config": {"set": ["pose.yaw=0"]}}, ""),
    ):
        write_dataset_json(dataset, header)
        e.export(dataset, "segmentation", tmp_path / name, convention("lapa"))
        assert part_of(open_set(tmp_path / name)) == part, name
    matched = open_set(tmp_path / "matched")
    assert cautions(assign([open_set(tmp_path / "default"), matched])) == []
    write_dataset_json(dataset, MATCHED)
    again = tmp_path / "again"
    e.export(dataset, "segmentation", again, convention("lapa"))
    with pytest.raises(FacegenError, match="the same faces"):
        assign([matched, open_set(again)])


def test_what_an_export_changed_is_no_difference_of_distribution(dataset, tmp_path):
    """The split of the gap would count JPEG pictures or neutral borders as distribution."""
    write_dataset_json(dataset, MATCHED)
    e.export(dataset, "segmentation", tmp_path / "as_rendered")
    e.export(dataset, "segmentation", tmp_path / "neutral", neutral=True)
    e.export(dataset, "lapa", tmp_path / "lapa")
    assert header_of(open_set(tmp_path / "as_rendered"))["config"] == MATCHED["config"]
    changed = {name: header_of(open_set(tmp_path / name))["config"] for name in ("neutral", "lapa/train")}
    assert changed["neutral"]["export"] == {"masks": "celebamaskhq with neutral borders"}
    assert changed["lapa/train"]["export"] == {
        "pictures": "JPEG 95", "masks": "lapa with neutral borders",
    }  # fmt: skip
    write_dataset_json(dataset, HEADER | {"config": {**MATCHED["config"], "distribution": None}})
    e.export(dataset, "segmentation", tmp_path / "default")
    default = open_set(tmp_path / "default")
    assert len(list(assign([default, open_set(tmp_path / "as_rendered")]))) == 2
    with pytest.raises(FacegenError, match=r"differ in more than their distribution \(export\)"):
        assign([default, open_set(tmp_path / "neutral")])


def test_what_others_put_into_an_export_is_theirs(dataset, tmp_path):
    """LaPa's layout has room for real pictures under test/."""
    e.export(dataset, "lapa", tmp_path / "out")
    shutil.copytree(tmp_path / "out/train", tmp_path / "out/test")
    assert header_of(open_set(tmp_path / "out/train")) is not None
    real = open_set(tmp_path / "out/test", convention="lapa")
    assert header_of(real) is None and not any("exported" in one for one in real.remarks)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", "damaged JSON"),
        ('{"format": "facegen-export", "format_version": 9}', "reads 1: update facegen"),
        (
            '{"format": "facegen-export", "format_version": 1, "dataset": {}}',
            "does not say what was exported",
        ),
    ],
)
def test_damaged_provenance_is_named(dataset, tmp_path, content, words):
    e.export(dataset, "segmentation", tmp_path / "out")
    (tmp_path / "out" / PROVENANCE_FILE).write_text(content)
    with pytest.raises(FacegenError, match=rf"provenance\.json.*{words}"):
        open_set(tmp_path / "out")
    (tmp_path / "out" / PROVENANCE_FILE).write_text('{"format": "of something else"}')
    assert header_of(open_set(tmp_path / "out")) is None


def test_after_a_full_disk_the_same_command_works(dataset, tmp_path, monkeypatch):
    real, written = segmentation_format.write_bytes, []

    def full(path, content):
        written.append(path)
        if len(written) == 3:
            raise DiskError(f"{path}: the disk is full: make room, then run again; finished samples are kept")
        real(path, content)

    monkeypatch.setattr(segmentation_format, "write_bytes", full)
    line = ["export", str(dataset), "--to", "segmentation", "--out", str(tmp_path / "out")]
    done = CliRunner().invoke(cli, line)
    assert done.exit_code == 2 and not (tmp_path / "out").exists()
    assert "out/images/000001.png: the disk is full: make room, then run again\n" in done.output
    done = CliRunner().invoke(cli, line)
    assert done.exit_code == 0 and len(open_set(tmp_path / "out")) == 2


@pytest.mark.parametrize("made", [False, True])
def test_an_export_that_was_killed_leaves_no_set(dataset, tmp_path, monkeypatch, made):
    """What it has left is cleared away by the next one; a folder that was there stays."""
    out = tmp_path / "out"
    if made:
        out.mkdir()

    def killed(path, content):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(segmentation_format, "write_bytes", killed)
        with pytest.raises(KeyboardInterrupt):
            e.export(dataset, "segmentation", out)
    assert out.exists() == made and not (made and list(out.iterdir()))
    (out / e.UNFINISHED / "images").mkdir(parents=True)
    (out / e.UNFINISHED / "images/999999.png").write_bytes(b"of a killed run")
    with pytest.raises(FacegenError, match="an empty folder"):
        open_set(out)
    e.export(dataset, "segmentation", out)
    assert open_set(out).ids == ["000000", "000001"] and not (out / e.UNFINISHED).exists()
    assert not list(out.glob(".*"))
    with pytest.raises(FacegenError, match=r"is there already and holds classes\.json: choose another"):
        e.export(dataset, "segmentation", out)


def test_a_shard_alone_knows_its_classes(dataset, tmp_path):
    for to, file in (("webdataset", "000000.tar"), ("huggingface", "data/train-00000-of-00001.parquet")):
        e.export(dataset, to, tmp_path / to, convention("helen"))
        faces = open_set(tmp_path / to / file)
        assert faces.convention.name == "helen"
        moved = tmp_path / file.split("/")[-1]
        shutil.copy(tmp_path / to / file, moved)  # away from its provenance
        np.testing.assert_array_equal(
            faces.read_mask(faces.ids[0]), open_set(moved, convention="helen").mask(0)
        )


def test_ignored_pixels_of_coco_stay_apart_from_background(dataset, tmp_path):
    mask = np.zeros((64, 64), np.uint8)
    mask[:10], mask[20:30] = 255, 1
    Image.fromarray(mask).save(dataset / "masks/000000.png")
    e.export(dataset, "coco", tmp_path / "out")
    np.testing.assert_array_equal(open_set(tmp_path / "out").mask(0), mask)


def test_a_packed_export_is_known_too(dataset, tmp_path):
    write_dataset_json(dataset, MATCHED)
    for to in ("helen", "coco", "segmentation"):
        wanted = None if to == "helen" else convention("helen")
        e.export(dataset, to, tmp_path / to / "inner", wanted)
        packed = Path(shutil.make_archive(str(tmp_path / to), "zip", tmp_path / to))
        faces, plain = open_set(packed), open_set(tmp_path / to / "inner")
        assert faces.convention.name == plain.convention.name == "helen" and part_of(faces) == "S_D"
        for i in range(2):
            np.testing.assert_array_equal(faces.mask(i), plain.mask(i))
