"""`facegen verify` on a sound, a spoiled and a missing dataset."""

import numpy as np
from click.testing import CliRunner

from facegen.cli.main import cli
from facegen.datasets.conventions.native_labels import COVERAGE_CLASSES, Native
from facegen.datasets.io.dataset_file import write_attributes, write_dataset_json
from facegen.datasets.io.sample import Sample, is_done, write_sample


def dataset(root, size=32):
    native = np.full((size, size), Native.FACE_SKIN, np.uint8)
    native[8:12, 18:28], native[8:12, 4:14] = Native.BROW_L, Native.BROW_R
    coverage = np.stack([np.isin(native, members) for _, members in COVERAGE_CLASSES], axis=-1).astype(
        np.uint8
    )
    sample = Sample(
        rgb=np.arange(size * size * 3, dtype=np.uint8).reshape(size, size, 3),
        native=native,
        bare=native,
        coverage=coverage * np.uint8(255),
        landmarks=np.zeros((70, 2), np.float32),
        visible=np.ones(70, bool),
        depth=np.ones((size, size), np.float32),
        normals=np.zeros((size, size, 3), np.float16),
        meta={},
    )
    write_sample(root, 0, sample)
    write_attributes(root, ["000000"], [{"yaw": 0.0}])
    write_dataset_json(root, {
        "seed": 0, "size": size, "num": 1, "convention": "celebamaskhq", "profile": None, "fingerprint": "",
        "config": {}, "ledger": [], "failures": {},
    })  # fmt: skip


def test_exit_codes_and_lines(tmp_path):
    dataset(tmp_path / "set")
    result = CliRunner().invoke(cli, ["verify", str(tmp_path / "set")])
    assert result.exit_code == 0
    assert "1 samples, 0 problems; left/right exchanged in 0 of 1 frontal faces" in result.output

    (tmp_path / "set/landmarks/000000.json").write_text("{}")
    result = CliRunner().invoke(cli, ["verify", str(tmp_path / "set")])
    assert result.exit_code == 1 and "landmarks/000000.json: needs 70 points" in result.output
    assert "--drop" in result.output and is_done(tmp_path / "set", 0)
    result = CliRunner().invoke(cli, ["verify", "--drop", str(tmp_path / "set")])
    assert result.exit_code == 1 and not list((tmp_path / "set").rglob("000000.*"))

    result = CliRunner().invoke(cli, ["verify", str(tmp_path / "none")])
    assert result.exit_code == 2
    assert result.stderr == f"facegen: error: {tmp_path}/none/dataset.json: no such file\n"
