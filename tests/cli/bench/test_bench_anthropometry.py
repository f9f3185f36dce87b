"""`facegen bench anthropometry` on draws of the prior and on a set. Needs the render extra."""

import json
from dataclasses import replace

import pytest
from click.testing import CliRunner
from small_set import HEADER, face

pytest.importorskip("anny")

from facegen.cli.main import cli
from facegen.datasets.io.dataset_file import write_dataset_json
from facegen.datasets.io.sample import write_sample
from facegen.render.prior.default_prior import draw_spec

pytestmark = pytest.mark.render


def run(*arguments):
    return CliRunner().invoke(cli, ["bench", "anthropometry", *map(str, arguments)])


def test_people_of_the_prior_are_measured(tmp_path):
    out = tmp_path / "found.json"
    result = run("--num", 8, "--out", out)
    assert result.exit_code == 0, result.output
    assert "women: weighted mean |d|" in result.stdout and "rms difference of correlations" in result.stdout
    data = json.loads(out.read_text())
    assert (data["format"], data["format_version"]) == ("facegen-bench-anthropometry", 1)
    assert data["config"] == {"num": 8, "seed": 0}
    assert set(data["groups"]) == {"europeans", "everybody"}
    for group in data["groups"].values():
        assert sum(group["people"].values()) == 8
        assert 55 < group["measurements"]["men"]["ipd"]["mean"] < 72
    # Surveys of everybody have no width between the inner corners, and no correlations.
    everybody = data["groups"]["everybody"]
    assert everybody["measurements"]["men"]["en_en"]["d"] is None
    assert everybody["rms_correlation_within_sex"] is None


def test_people_of_a_set_are_measured(tmp_path):
    root, out = tmp_path / "set", tmp_path / "found.json"
    for index in range(4):
        sample = face(index)
        write_sample(
            root,
            index,
            replace(sample, meta={**sample.meta, "spec": draw_spec(seed=0, index=index).to_dict()}),
        )
    write_dataset_json(root, {**HEADER, "num": 4})
    result = run(root, "--out", out)
    assert result.exit_code == 0, result.output
    data = json.loads(out.read_text())
    assert data["config"] == {"set": str(root)}
    assert sum(data["groups"]["everybody"]["people"].values()) == 4
    assert run("--num", 4, "--out", out).exit_code == 0
    drawn = json.loads(out.read_text())
    assert drawn["groups"]["everybody"] == data["groups"]["everybody"]


def test_a_set_is_measured_whole(tmp_path):
    result = run(tmp_path, "--num", 4)
    assert result.exit_code == 2 and "leave out --num and --seed" in result.stderr


def test_a_folder_that_is_no_set_is_refused(tmp_path):
    assert run(tmp_path).exit_code == 2
