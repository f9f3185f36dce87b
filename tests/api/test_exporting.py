"""`facegen.export` and `facegen export` with what they add to a layout."""

import json

import fsspec
import numpy as np
import pytest
from click.testing import CliRunner
from fsspec.implementations.memory import MemoryFileSystem
from packed_sets import packed_set
from posed_meta import frontal, meta_of
from small_set import HEADER, SIZE, face

import facegen
from facegen.cli.main import cli
from facegen.datasets.export.format_registry import FORMATS
from facegen.datasets.io.dataset_file import write_attributes, write_dataset_json
from facegen.datasets.io.sample import write_sample
from facegen.render.production.order import GENERATOR


@pytest.fixture
def dataset(tmp_path):
    for index in range(2):
        write_sample(tmp_path / "set", index, face(index))
    write_attributes(tmp_path / "set", ["000000", "000001"], [{"yaw": 0.0}, {"yaw": 1.0}])
    write_dataset_json(tmp_path / "set", HEADER | {"config": {"generator": GENERATOR}})
    return tmp_path / "set"


@pytest.mark.parametrize(
    ("to", "layout", "inside"),
    [("lapa", "index", "train"), ("coco", "coco-panoptic", ""), ("yolo", "yolo", "")],
)
def test_an_export_is_opened(dataset, tmp_path, to, layout, inside):
    out = facegen.export(facegen.open(dataset), to, tmp_path / "out")
    assert out == tmp_path / "out"
    data = facegen.open(out / inside)
    assert len(data) == 2 and data.faces.layout == layout
    assert data.convention == ("lapa" if to == "lapa" else "celebamaskhq")
    assert data.summary["seed"] == HEADER["seed"] and data.failures == {}


def test_a_set_on_an_object_store_is_exported_into_a_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("FACEGEN_CACHE", str(tmp_path / "cache"))
    packed = packed_set(tmp_path / "packed", 3, 2)
    files = fsspec.filesystem("memory")
    files.put(str(packed), "/exported", recursive=True)
    try:
        line = ["export", "memory://exported", "--to", "coco", "--out", str(tmp_path / "out")]
        done = CliRunner().invoke(cli, line)
        assert done.exit_code == 0 and "3 faces ->" in done.output, done.output
        facegen.export(packed, "coco", tmp_path / "here")
        for one in (tmp_path / "here").rglob("*.*"):
            there = tmp_path / "out" / one.relative_to(tmp_path / "here")
            assert there.is_dir() if one.is_dir() else there.read_bytes() == one.read_bytes(), there
        refused = CliRunner().invoke(cli, [*line[:4], "--out", "memory://ada:secret@out"])
        assert refused.exit_code == 2 and "export into a folder" in refused.output
        assert "memory://ada:***@out" in refused.output and "secret" not in refused.output
    finally:
        MemoryFileSystem.store.clear()
        MemoryFileSystem.pseudo_dirs[:] = [""]


def test_dense_points_and_meshes_lie_beside_any_layout(dataset, tmp_path):
    for index in range(2):
        meta = meta_of(frontal(gaze_yaw=10.0 * index), SIZE)
        (dataset / f"meta/{index:06d}.json").write_text(json.dumps(meta))
    line = [
        "export",
        str(dataset),
        "--to",
        "huggingface",
        "--out",
        str(tmp_path / "out"),
        "--dense",
        "--mesh",
    ]
    done = CliRunner().invoke(cli, line)
    assert done.exit_code == 0 and "2 faces ->" in done.output, done.output
    out = tmp_path / "out"
    table = json.loads((out / "dense/points.json").read_text())
    arrays = np.load(out / "dense/000001.npz")
    assert arrays["points_2d"].shape == (len(table["points"]), 2) == (570, 2)
    assert arrays["points_3d"].shape == (570, 3) and arrays["visible"].dtype == bool
    assert np.arcsin(arrays["gaze"][:, 0]) == pytest.approx(np.radians([10, 10]), abs=2e-3)
    # The blocks of the drawn set lie 0.6 m away: what is farther is behind them.
    assert not arrays["visible"][:500][arrays["points_3d"][:500, 2] > 0.61].any()
    assert arrays["visible"][500:].all()  # as landmarks/ says
    assert (out / "mesh/000001.glb").read_bytes()[:4] == b"glTF"
    import pyarrow.parquet as pq

    rows = pq.read_table(out / "data/train-00000-of-00001.parquet").to_pylist()
    np.testing.assert_array_equal(np.array(rows[1]["points_3d"], np.float32), arrays["points_3d"])
    assert set(json.loads((out / "provenance.json").read_text())["entries"]) == {
        "README.md", "classes.json", "data", "dense", "mesh",
    }  # fmt: skip


def test_a_set_without_specs_is_named(dataset, tmp_path):
    line = ["export", str(dataset), "--to", "segmentation", "--out", str(tmp_path / "out"), "--dense"]
    done = CliRunner().invoke(cli, line)
    assert done.exit_code == 2 and "lacks its spec or camera" in done.output
    assert not (tmp_path / "out").exists()


def test_heads_of_another_generator_are_refused_before_anything_is_written(dataset, tmp_path):
    write_dataset_json(dataset, HEADER)
    for option in ("dense", "mesh"):  # HEADER tells of no generator
        with pytest.raises(facegen.FacegenError, match="by an unknown generator, this facegen has"):
            facegen.export(dataset, "coco", tmp_path / "out", **{option: True})
    write_dataset_json(dataset, HEADER | {"config": {"generator": 3}})
    with pytest.raises(facegen.FacegenError, match=r"by generator 3, this facegen has generator \d+: --mesh"):
        facegen.export(dataset, "coco", tmp_path / "out", mesh=True)
    assert not (tmp_path / "out").exists()
    facegen.export(dataset, "coco", tmp_path / "out")  # pictures and masks are as rendered


def test_the_help_teaches_every_layout():
    shown = CliRunner().invoke(cli, ["export", "--help"]).output
    for name, layout in FORMATS.items():
        assert f"{name} " in shown and layout.summary in shown
    for word in ("--dense", "--mesh", "provenance.json", "licences", "facegen export faces --to coco"):
        assert word in shown
