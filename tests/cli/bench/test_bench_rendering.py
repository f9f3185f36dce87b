"""`facegen bench labels` and `bench render` on real renders of a few pixels. Needs the render extra."""

import importlib.util
import json

import pytest
from click.testing import CliRunner

if importlib.util.find_spec("bpy") is None or importlib.util.find_spec("open3d") is None:
    pytest.skip("needs the render extra", allow_module_level=True)

from facegen.cli.main import cli
from facegen.render.matching.matcher import PER_ROW

pytestmark = [pytest.mark.render, pytest.mark.timeout(600)]


def test_ray_casting_agrees_with_the_label_pass(tmp_path):
    """Two implementations of geometry, camera and strands: their labels differ on borders only."""
    out = tmp_path / "labels.json"
    plain = ["--set", "glasses.kind=round", "--set", "glasses.tint=0", "--set", "headwear.kind=none"]
    result = CliRunner().invoke(
        cli, ["bench", "labels", "--num", "1", "--size", "128", "--seed", "3", *plain, "--out", str(out)]
    )
    assert result.exit_code in (0, 1), result.output
    content = json.loads(out.read_text())
    assert not content["failures"] and content["rates"]["unlabelled or unknown pixels"]["faults"] == 0
    for group in ("skin", "nose", "neck", "eyewear"):
        assert content["overlap"][group]["median"] > 0.97, group
        assert content["overlap"][group]["beyond_1px"] < 0.01, group
    assert "ray casting" in result.output


def test_times_are_split_by_stage(tmp_path):
    out = tmp_path / "render.json"
    result = CliRunner().invoke(
        cli, ["bench", "render", "--num", "2", "--size", "32", "--quality", "fast", "--out", str(out)]
    )
    assert result.exit_code == 0, result.output
    (row,) = json.loads(out.read_text())["results"]
    assert row["samples"] == 2 and row["failures"] == 0 and row["peak_rss_mb"] > 100
    assert {"build", "beauty", "labels", "files"} <= set(row["stages_median_s"])
    assert 0 < row["median_s"] <= row["p90_s"] and row["images_per_second"] > 0


def test_more_rays_come_nearer_to_the_reference(tmp_path):
    out = tmp_path / "quality.json"
    rays = ["--samples", "1", "--samples", "32", "--reference", "128"]
    result = CliRunner().invoke(
        cli, ["bench", "quality", "--num", "1", "--size", "64", "--seed", "1", *rays, "--out", str(out)]
    )
    assert result.exit_code == 0, result.output
    rows = json.loads(out.read_text())["results"]
    assert [row["samples_per_pixel"] for row in rows] == [None, 1, 32, 128]
    few, many, reference = (row["face_rms"] for row in rows[1:])
    assert few > 1.5 * many > 0 and reference == 0
    assert rows[-1]["hair_octaves_db"] in (None, [0.0, 0.0, 0.0])


def test_matching_is_timed_and_counts_its_previews(tmp_path):
    out = tmp_path / "match.json"
    (tmp_path / "law.toml").write_text('male = 0.5\nface_scale = "normal(1, 0.03)"\n')
    result = CliRunner().invoke(
        cli, ["bench", "match", str(tmp_path / "law.toml"), "--num", "4", "--out", str(out)]
    )
    assert result.exit_code == 0, result.output
    found = json.loads(out.read_text())
    (block,) = found["blocks"]
    # The first block is matched whole: some proposals a row, and further previews to refine them.
    assert found["previews"] >= block["proposals"] == PER_ROW * block["rows"] and block["rows"] >= 4
    assert found["seconds"] > 0 and f"{found['previews']} previews" in result.output


def test_bad_usage_is_one_line():
    result = CliRunner().invoke(cli, ["bench", "labels", "--num", "1", "--set", "pose.yaw=200"])
    assert result.exit_code == 2 and "-90 to 90" in result.output
