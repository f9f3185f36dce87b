"""`facegen audit` and `facegen profile` from the command line, on drawn sets."""

import json
import shutil

import numpy as np
import pytest
from click.testing import CliRunner
from drawn_heads import head, random_heads
from index_folder import write_set
from PIL import Image

from facegen.audit.distances import univariate
from facegen.audit.profiles import profile_fit
from facegen.audit.profiles.profile_parts import Separated
from facegen.audit.report import compare, figures
from facegen.audit.report.report_page import STRIP
from facegen.cli.main import cli


@pytest.fixture(scope="module", autouse=True)
def quick(tmp_path_factory):
    """A cache of its own, and few draws: these tests are about options, files and messages."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FACEGEN_CACHE", str(tmp_path_factory.mktemp("cache")))
        patch.setattr(compare, "FLOOR_REPEATS", 1)
        patch.setattr(univariate.Draws.make.__func__, "__defaults__", (60,))
        patch.setattr(profile_fit, "separated_of", lambda table, size: {"content": Separated(0.5, 0.4, 0.6)})
        patch.setattr(figures, "overlaid_histogram", lambda *_, **__: "<svg></svg>")
        yield


@pytest.fixture(scope="module")
def sets(tmp_path_factory):
    base = tmp_path_factory.mktemp("sets")
    one = write_set(base / "one [bold]", random_heads(110, seed=1)[1][:54])
    return one, write_set(base / "tilted", random_heads(50, seed=2, roll=10)[1][:49])


def run(*arguments):
    return CliRunner().invoke(cli, [str(a) for a in arguments])


@pytest.fixture(scope="module")
def plain(sets, tmp_path_factory):
    """An audit of one set against another in this process, and the folder of its report."""
    real, tilted = sets
    out = tmp_path_factory.mktemp("plain")
    result = run("audit", tilted, "--against", real, "--out", out, "--workers", 1)
    assert result.exit_code == 0, result.output
    return result.output, out


def test_audit_against_a_set_writes_the_report(plain):
    output, out = plain
    assert "1. roll: real" in output and "differs" in output and "one [bold]" in output
    data = json.loads((out / "report.json").read_text())
    assert data["change_first"][0] == "roll" and data["synthetic"] == {"name": "tilted", "n": 49}
    page = (out / "index.html").read_text()
    assert "data:image/jpeg" not in page  # a set that facegen did not render may hold real people


def test_workers_galleries_and_limits_change_no_figure(sets, plain, tmp_path, monkeypatch):
    """Without the cache of rows: every picture is measured again, in helper processes."""
    monkeypatch.setenv("FACEGEN_CACHE", "")
    real, tilted = sets
    limits = tmp_path / "limits.toml"
    limits.write_text("[distance]\nroll = 0.5\nhat_area = 1")
    result = run(
        "audit", tilted, "--against", real, "--out", tmp_path, "--workers", 2, "--gallery", "--show-real",
        "--thresholds", limits,
    )  # fmt: skip
    assert result.exit_code == 1, result.output
    assert "fail: distance.roll" in result.output and "not measured: distance.hat_area" in result.output
    page = (tmp_path / "index.html").read_text()
    assert page.count("data:image/jpeg") == 2 * (STRIP + 24) and "pictures of real people" in page
    data = json.loads((tmp_path / "report.json").read_text())
    assert len(data.pop("checks")) == 2
    alone = json.loads((plain[1] / "report.json").read_text())
    assert alone.pop("checks") == [] and data == alone


@pytest.mark.parametrize("option", [["--show-real"], ["--inception", "weights.pth"]])
def test_what_needs_real_pictures_is_refused_without(sets, tmp_path, option):
    result = run("audit", sets[1], *option, "--out", tmp_path / "no")
    assert result.exit_code == 2 and "--against" in result.output


@pytest.fixture(scope="module")
def parser(tmp_path_factory):
    from facegen.datasets.conventions.convention_registry import convention
    from facegen.parse.models.checkpoints import parser_metadata, save_parser
    from facegen.parse.models.networks import build_network

    classes = convention("celebamaskhq")
    path = tmp_path_factory.mktemp("parser") / "p.pt"
    save_parser(
        path, build_network("small", len(classes.classes), seed=0), parser_metadata(classes, "small", 32)
    )
    return path


def read_by(parser, faces, real, out):
    result = run("audit", faces, "--against", real, "--out", out, "--workers", 1, "--parser", parser)
    assert result.exit_code == 0, result.output
    data = json.loads((out / "report.json").read_text())
    return data, {one["name"]: one for one in data["held_out"]}, " ".join(result.output.split())


def test_a_parser_measures_labels_and_features(sets, parser, tmp_path):
    real, _ = sets
    many = write_set(tmp_path / "many", random_heads(130, seed=2, roll=10)[1][:64])
    data, held_out, _ = read_by(parser, many, real, tmp_path / "o")
    assert len(data["label_mismatch"]["classes"]) == 18 and data["label_mismatch"]["size"] == 32
    assert len(data["label_mismatch"]["confusion"]) == 19
    assert 0 <= held_out["features"]["auc"] <= 1 and not held_out["features"]["reason"]
    assert 0 <= held_out["parsed_content"]["auc"] <= 1 and not held_out["parsed_content"]["reason"]
    difficulty = data["difficulty"]
    gaps = {(one["measure"], one["statistic"]): one for one in difficulty["gaps"]}
    assert len(gaps) == 9 and gaps["error", "mean"]["n_real"] == 54
    confusion = np.array(data["label_mismatch"]["confusion"])  # of the same pictures
    wrong = 1 - np.trace(confusion) / confusion.sum()
    assert gaps["error", "mean"]["synthetic"] == pytest.approx(wrong, abs=1e-5)
    assert difficulty["hardest"] and set(difficulty["hardest"]) <= {
        path.stem for path in (many / "images").iterdir()
    }
    few, held_out, _ = read_by(parser, sets[1], real, tmp_path / "few")
    assert held_out["features"]["auc"] is None and held_out["features"]["reason"]
    assert few["label_mismatch"]["classes"]


def test_a_parser_goes_on_without_masks_and_past_unknown_ids(sets, parser, tmp_path):
    real, tilted = sets
    bare = shutil.copytree(tilted, tmp_path / "bare")
    shutil.rmtree(bare / "masks")
    data, held_out, said = read_by(parser, bare, real, tmp_path / "a")
    assert "bare: no masks: neither labels nor features of a parser are measured" in said
    assert data["label_mismatch"] is None and held_out["features"]["auc"] is None
    known = {one["measure"] for one in data["difficulty"]["gaps"] if one["gap"] is not None}
    assert known == {"entropy"} and data["difficulty"]["confusions"]["all"] == []
    strange = shutil.copytree(tilted, tmp_path / "strange")
    Image.fromarray(np.full((64, 64), 99, np.uint8)).save(next((strange / "masks").iterdir()))
    data, _, said = read_by(parser, strange, real, tmp_path / "b")
    assert data["label_mismatch"]["classes"] and "hold ids of no class" in said


def test_few_pictures_are_no_pass(tmp_path):
    """Where nothing stands out because nothing could be told, terminal and page say so."""
    few = write_set(tmp_path / "few", [(np.zeros((64, 64, 3), np.uint8), head(64))] * 3)
    result = run("audit", few, "--against", few, "--out", tmp_path / "o", "--workers", 1)
    for text in (result.output, (tmp_path / "o" / "index.html").read_text()):
        assert "noise of 3 and 3 pictures, which is no pass" in " ".join(text.split()), text


def test_pictures_too_small_for_inception_leave_it_out(sets, tmp_path, monkeypatch):
    import torch

    from facegen.parse.models import inception_features

    monkeypatch.setattr(inception_features, "_network", lambda weights: torch.nn.Identity())
    real, tilted = sets
    result = run(
        "audit", tilted, "--against", real, "--out", tmp_path, "--workers", 1, "--inception", "weights.pth"
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    said = "one [bold]: no crop of a face has 224 pixels"
    assert f"Inception v3: not measured, {said}" in " ".join(result.output.split())
    networks = json.loads((tmp_path / "report.json").read_text())["networks"]
    (one,) = (row for row in networks if row["name"] == "Inception v3")
    assert one["reason"] == said and one["frechet"] is None


def test_profile_then_audit_against_it(sets, tmp_path):
    real, tilted = sets
    fitted = run("profile", real, "-o", tmp_path / "p.json", "--workers", 1)
    assert fitted.exit_code == 0, fitted.output
    card = " ".join(fitted.output.split())
    assert "dependence: a Gaussian mixture with 1 component of full covariance (54 pictures)" in card
    assert "told from real rows: AUC content 0.50 (0.40 to 0.60) on pictures it was not fitted to" in card
    assert str(real) not in (tmp_path / "p.json").read_text()
    result = run("audit", tilted, "--against", tmp_path / "p.json", "--out", tmp_path / "out")
    assert result.exit_code == 0 and "1. roll" in result.output, result.output
    result = run("audit", real, "--against", tmp_path / "p.json", "--out", tmp_path / "out", "--workers", 1)
    said = " ".join(result.output.split())
    assert "(p not measured), sliced Wasserstein" in said and "floor not measured" in said, said
    assert " nan" not in said


def test_ids_of_no_class_are_named_and_the_rest_is_measured(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    strange = write_set(tmp_path / "strange", [(np.zeros((64, 64, 3), np.uint8), head(64))] * 2)
    Image.fromarray(np.full((64, 64), 99, np.uint8)).save(strange / "masks" / "00001.png")
    result = run("audit", strange, "--workers", 1)
    assert result.exit_code == 0, result.output
    said = " ".join(result.output.split())
    assert "1 synthetic masks hold ids of no class, taken as not labelled: 00001 (100.0 %)" in said
    assert "Is this the right convention?" in said


def test_a_folder_named_as_a_profile_is_not_taken_for_it(sets, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "uniform").mkdir()
    result = run("audit", sets[1], "--against", "uniform", "--workers", 1)
    assert result.exit_code == 2 and "write ./uniform for the folder" in " ".join(result.output.split())
    (tmp_path / "celebamaskhq").mkdir()  # the default is the profile, whatever lies here
    result = run("audit", sets[1], "--workers", 1)
    assert result.exit_code == 0 and "against celebamaskhq" in result.output, result.output


def test_mistakes_are_one_line_and_code_2(sets, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    broken = write_set(tmp_path / "broken", [(np.zeros((64, 64, 3), np.uint8), head(64))] * 2)
    Image.fromarray(np.full((64, 64), 99, np.uint8)).save(broken / "masks" / "00001.png")
    cut = write_set(tmp_path / "cut", [(np.zeros((64, 64, 3), np.uint8), head(64))] * 2)
    whole = (cut / "masks" / "00001.png").read_bytes()
    (cut / "masks" / "00001.png").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "empty").mkdir()
    for arguments in (
        ["audit"],
        ["audit", "nowhere"],
        ["audit", sets[0], "--against", "nowhere"],
        ["audit", sets[0], "--against", tmp_path / "empty"],
        ["audit", sets[0], "--thresholds", "nowhere.toml"],
        ["audit", cut, "--workers", 1],
        ["profile", "nowhere", "-o", "p.json"],
        ["profile", broken, "-o", "p.json"],
        ["profile", sets[0], "-o", "p.json", "--annotations", tmp_path / "empty"],
    ):
        result = run(*arguments)
        assert result.exit_code == 2, (arguments, result.output)
        lines = [line for line in result.output.splitlines() if line.strip() and "measuring" not in line]
        *before, last = lines
        assert last.startswith("facegen: error: "), (arguments, result.output)
        # What else is printed says what a set holds that could be opened.
        assert all("faces, masks of celebamaskhq" in line or line.startswith("  ") for line in before), before
        assert not (tmp_path / "p.json").exists() and not (tmp_path / "facegen-audit").exists()
