"""Exported sets come back through readers that know nothing of facegen's own layout."""

import json
import tarfile

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from facegen.cli.main import cli
from facegen.datasets.conventions.convention_registry import CONVENTIONS, convention
from facegen.datasets.conventions.label_conventions import derive
from facegen.datasets.errors import FacegenError
from facegen.datasets.export import write_formats as e
from facegen.datasets.export.format_registry import FORMATS
from facegen.datasets.export.formats import webdataset_format
from facegen.datasets.io.images import read_index
from facegen.datasets.io.sample import read_sample
from facegen.datasets.layouts.open_set import open_set


def test_segmentation_round_trip(dataset, tmp_path):
    assert e.export(dataset, "segmentation", tmp_path / "out") == len(open_set(dataset))
    before, after = open_set(dataset), open_set(tmp_path / "out")
    assert before.ids == after.ids and after.layout == "index"
    for i in range(len(before)):
        np.testing.assert_array_equal(before.image(i), after.image(i))
        np.testing.assert_array_equal(before.mask(i), after.mask(i))


@pytest.mark.parametrize("name", [n for n in CONVENTIONS if n != "celebamaskhq"])
def test_masks_of_another_convention_are_derived(dataset, tmp_path, name):
    e.export(dataset, "segmentation", tmp_path / "out", convention(name))
    sample = read_sample(dataset, 0)
    expected = derive(sample.native, sample.bare, sample.coverage, convention(name))
    np.testing.assert_array_equal(np.asarray(Image.open(tmp_path / "out/masks/000000.png")), expected)
    assert json.loads((tmp_path / "out/classes.json").read_text())["classes"] == list(
        convention(name).classes
    )


def test_neutral_masks_come_from_the_native_labels(dataset, tmp_path):
    """Masks as rendered may draw borders elsewhere; here they are blank, which none can be taken for."""
    drawn = read_index(dataset / "masks/000000.png")
    Image.fromarray(np.zeros_like(drawn)).save(dataset / "masks/000000.png")
    e.export(dataset, "segmentation", tmp_path / "kept")
    e.export(dataset, "segmentation", tmp_path / "neutral", neutral=True)
    sample = read_sample(dataset, 0)
    expected = derive(sample.native, sample.bare, sample.coverage, convention("celebamaskhq"))
    assert not open_set(tmp_path / "kept").mask(0).any() and expected.any()
    np.testing.assert_array_equal(open_set(tmp_path / "neutral").mask(0), expected)


def test_official_layout_round_trip(dataset, tmp_path):
    e.export(dataset, "celebamaskhq", tmp_path / "out")
    before, after = open_set(dataset), open_set(tmp_path / "out")
    assert after.layout == "official" and len(after) == len(before) and not after.pairing()
    for i in range(len(before)):
        np.testing.assert_array_equal(before.mask(i).repeat(8, 0).repeat(8, 1), after.mask(i))
        assert np.abs(before.image(i).astype(int) - after.image(i)).mean() < 6  # JPEG


def test_shards_contain_every_face_once_and_do_not_change(dataset, tmp_path, monkeypatch):
    monkeypatch.setattr(webdataset_format, "PER_SHARD", 1)
    for out in ("a", "b"):
        e.export(dataset, "webdataset", tmp_path / out)
    shards = sorted((tmp_path / "a").glob("*.tar"))
    assert [(tmp_path / "b" / s.name).read_bytes() for s in shards] == [s.read_bytes() for s in shards]
    names = []
    for shard in shards:
        with tarfile.open(shard) as archive:
            names += archive.getnames()
    ids = open_set(dataset).ids
    endings = (".png", ".mask.png", ".json", ".landmarks.json")
    assert names == [name + ending for name in ids for ending in endings]
    assert len(shards) == len(ids) == 2


def test_bad_input_is_refused(dataset, tmp_path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full/x").touch()
    with pytest.raises(FacegenError, match="there already"):
        e.export(dataset, "300w", tmp_path / "full")
    with pytest.raises(FacegenError, match="rendered by facegen"):
        e.export(tmp_path / "full", "300w", tmp_path / "out")
    done = CliRunner().invoke(cli, ["export", str(dataset), "--to", "300w", "--out", str(tmp_path / "full")])
    assert done.exit_code == 2 and "Traceback" not in done.output


def test_command(dataset, tmp_path):
    line = [
        "export",
        str(dataset),
        "--to",
        "segmentation",
        "--convention",
        "lapa",
        "--out",
        str(tmp_path / "o"),
    ]
    done = CliRunner().invoke(cli, line)
    assert done.exit_code == 0 and "faces ->" in done.output, done.output
    assert f"{dataset}: 2 faces, masks of celebamaskhq (facegen layout)" in done.output


@pytest.mark.parametrize("to", FORMATS)
@pytest.mark.parametrize("spoil", [lambda f: f.unlink(), lambda f: f.write_bytes(b"no picture")])
def test_a_missing_or_damaged_picture_is_named(dataset, tmp_path, to, spoil):
    spoil(dataset / "images/000001.png")
    with pytest.raises(FacegenError, match=r"000001\.png"):
        e.export(dataset, to, tmp_path / "out")


@pytest.mark.parametrize(
    "line", [["--to", "300w", "--convention", "lapa"], ["--to", "celebamaskhq", "--convention", "lapa"]]
)
def test_a_convention_that_means_nothing_is_refused(dataset, tmp_path, line):
    done = CliRunner().invoke(cli, ["export", str(dataset), *line, "--out", str(tmp_path / "o")])
    assert done.exit_code == 2 and "leave --convention out" in done.output


def test_an_exported_set_knows_its_convention(dataset, tmp_path):
    e.export(dataset, "segmentation", tmp_path / "out", convention("lapa"))
    assert open_set(tmp_path / "out").convention.name == "lapa"


def test_a_file_in_the_way_is_named(dataset, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(FacegenError, match="file"):
        e.export(dataset, "300w", tmp_path / "file" / "sub")
