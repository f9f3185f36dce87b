"""train-eval, the reverse test, parse-image and bench train from the command line, on drawn faces."""

import csv
import json
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from click.testing import CliRunner
from drawn_faces import write_index_set
from PIL import Image

from facegen.cli.main import cli
from facegen.cli.threads import wait_without_spinning
from facegen.datasets.errors import FacegenError
from facegen.datasets.readers import open_set
from facegen.parse import recipes, reverse
from facegen.parse.real import choose, open_real


@pytest.fixture(scope="module")
def sets(tmp_path_factory):
    root = tmp_path_factory.mktemp("sets")
    write_index_set(root / "real" / "train", 20, 64)
    write_index_set(root / "real" / "test", 4, 64, seed=1)
    write_index_set(root / "drawn", 16, 64, seed=2)
    return root


def run(*arguments):
    return CliRunner().invoke(cli, [str(one) for one in arguments])


TINY = ("--size", 32, "--steps", 3, "--batch", 4, "--device", "cpu", "--network", "small")


def test_train_eval_end_to_end_and_again(sets, tmp_path):
    command = ("train-eval", sets / "drawn", sets / "drawn", "--real", sets / "real", *TINY, "--seeds", 2)
    result = run(*command, "--out", tmp_path / "run")
    assert result.exit_code == 0, result.output
    assert "cpu (" in result.output and "N = 14 images" in result.output
    assert "mean of 18" in result.output and "left out of the means" in result.output
    content = json.loads((tmp_path / "run" / "results.json").read_text())
    assert [arm["key"] for arm in content["arms"]] == ["R", "S1", "S2"]
    assert content["arguments"]["num"] == 14 and content["test"]["images"] == 4
    assert content["scored_at_px"] == 32 and content["machine"]["device"].startswith("cpu")
    runs = {arm["key"]: arm["runs"] for arm in content["arms"]}
    assert [one["seed"] for one in runs["R"]] == [0, 1]
    # The same set twice is the same training twice: nothing depends on the place in the list.
    assert [one["f1"] for one in runs["S1"]] == [one["f1"] for one in runs["S2"]]
    gap = np.mean([a["mean_iou"] - b["mean_iou"] for a, b in zip(runs["R"], runs["S1"], strict=True)])
    assert content["real_minus_synthetic"]["S1"]["mean_iou"] == pytest.approx(gap)
    assert content["real_minus_synthetic"]["S1"]["hat"] is None
    confusion = np.array(runs["R"][0]["confusion"])
    assert confusion.sum() == 4 * 32 * 32
    with np.load(tmp_path / "run" / "R-seed0" / "counts.npz") as counts:
        np.testing.assert_array_equal(counts["confusions"].sum(0), confusion)
    with (tmp_path / "run" / "per_class.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 6 * 19 and rows[1]["class"] == "skin"
    # A second call in the same folder finds every training done and says the same.
    stamps = {p: p.stat().st_mtime_ns for p in (tmp_path / "run").glob("*/checkpoint.pt")}
    assert len(stamps) == 6
    assert run(*command, "--out", tmp_path / "run").exit_code == 0
    assert {p: p.stat().st_mtime_ns for p in stamps} == stamps
    again = json.loads((tmp_path / "run" / "results.json").read_text())
    assert again["arms"] == content["arms"]
    other = run(*command, "--steps", 5, "--out", tmp_path / "run")
    assert other.exit_code == 2 and "other steps" in other.output and "--out" in other.output
    assert json.loads((tmp_path / "run" / "args.json").read_text())["steps"] == 3
    taken = run(*command, "--out", sets / "drawn")
    assert taken.exit_code == 2 and "something else" in taken.output


@pytest.mark.parametrize(
    "arguments, message",
    [
        (("{drawn}",), "train-eval needs real faces"),
        (("{drawn}", "--real", "{none}"), "no such folder"),
        (("{none}", "--real", "{real}"), "no such folder"),
        (("{drawn}", "--real", "{real}", "--num", "15"), "offers 14 samples to fit"),
        (("{drawn}", "--real", "{real}", "--num", "0"), "at least 1"),
        (("{drawn}", "--real", "{real}", "--size", "50"), "multiple of 32"),
        (("{drawn}", "--real", "{real}", "--network", "large"), "small, unet-resnet18"),
        (("--real", "{real}"), "no rendered set"),
    ],
)
def test_train_eval_refuses_in_one_line(sets, tmp_path, monkeypatch, arguments, message):
    monkeypatch.chdir(tmp_path)
    paths = {"drawn": sets / "drawn", "real": sets / "real", "none": sets / "none"}
    result = run("train-eval", *(one.format(**paths) for one in arguments))
    assert result.exit_code == 2 and message in result.output, result.output
    assert "Traceback" not in result.output and not list(tmp_path.iterdir())


def test_cuda_without_cuda_is_an_error(sets, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    for command in (("train-eval", sets / "drawn"), ("bench", "reverse", sets / "drawn")):
        result = run(*command, "--real", sets / "real", "--device", "cuda")
        assert result.exit_code == 2 and "CUDA is not available" in result.output


def test_real_sets_and_what_judges(sets):
    parent = open_real(sets / "real")
    assert (len(parent.fit), len(parent.validate), len(parent.adapter), len(parent.test)) == (14, 2, 4, 4)
    groups = [set(one.ids) for one in (parent.fit, parent.validate, parent.adapter)]
    assert len(set.union(*groups)) == 20
    alone = open_real(sets / "real" / "train")
    assert alone.test.ids == alone.validate.ids and "validation" in alone.test_is
    assert alone.fit.ids == parent.fit.ids
    named = open_real(sets / "real" / "train", sets / "drawn")
    assert len(named.test) == 16 and str(sets / "drawn") in named.test_is


def test_smaller_choices_lie_in_larger_ones(sets):
    faces = open_set(sets / "drawn")
    few, many = set(choose(faces, 5).ids), set(choose(faces, 11).ids)
    assert len(few) == 5 and few < many
    assert few != set(faces.ids[:5])
    with pytest.raises(FacegenError, match="lower --num"):
        choose(faces, 17)


def test_reverse_trains_once_and_lists_the_worst(sets, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setitem(recipes.RECIPES, "small", replace(recipes.RECIPES["small"], steps=4, batch=4))
    command = ("bench", "reverse", sets / "drawn", "--real", sets / "real", "--size", 32, "--device", "cpu")
    first = run(*command, "--out", tmp_path / "a")
    assert first.exit_code == 0, first.output
    assert "training the parser on 14 real faces, once" in first.output and "worst renders" in first.output
    second = run(*command, "--out", tmp_path / "b", "--real-test", sets / "real" / "test")
    assert second.exit_code == 0 and "training the parser" not in second.output
    one, two = (json.loads((tmp_path / k / "reverse.json").read_text()) for k in "ab")
    assert not one["parser"]["cached"] and two["parser"]["cached"]
    assert one["synthetic"] == two["synthetic"] and one["test"] is None and two["test"]["images"] == 4
    assert one["synthetic"]["images"] == 16 and one["validate"]["images"] == 2
    assert set(one["synthetic"]["offset_near_px"]) == set(one["loss_f1"])
    common = one["mean_f1_of_common_classes"]["all"]
    assert common["classes"] == 7  # of the drawn classes all occur in every set
    drawn = [v for name, v in one["synthetic"]["f1"].items() if v is not None and name != "background"]
    assert common["synthetic"] == pytest.approx(np.mean(drawn))
    scores = [w["mean_f1"] for w in one["worst"]]
    assert len(scores) == reverse.WORST and scores == sorted(scores)
    sheet = np.asarray(Image.open(tmp_path / "a" / "worst.png"))
    assert sheet.ndim == 3 and sheet.shape[0] > 3 * 32
    cached = [p for p in (tmp_path / "cache").rglob("*") if p.is_file()]
    assert sorted(p.name for p in cached) == ["checkpoint.pt", "log.csv"]


def test_parse_image_draws_over_a_photo(sets, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    photo = tmp_path / "photo.jpg"
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned
    Image.new("RGB", (90, 60), (120, 90, 70)).save(photo, exif=exif)
    missing = run("parse-image", photo)
    assert missing.exit_code == 2 and "no checkpoint" in missing.output
    assert run("train-eval", sets / "drawn", "--real", sets / "real", *TINY).exit_code == 0
    result = run("parse-image", photo, "-o", tmp_path / "overlay.png", "--device", "cpu")
    assert result.exit_code == 0, result.output
    assert "celebamaskhq, 32 px" in result.output and "device cpu" in result.output
    assert Image.open(tmp_path / "overlay.png").size == (60, 90)
    newest = max(Path("facegen-eval").glob("*/checkpoint.pt"), key=lambda p: (p.stat().st_mtime, str(p)))
    assert str(newest) in result.output
    bad = run("parse-image", tmp_path / "none.jpg", "--model", newest)
    assert bad.exit_code == 2 and "no such file" in bad.output


def test_waiting_threads_sleep_unless_told_otherwise(monkeypatch):
    monkeypatch.setenv("OMP_WAIT_POLICY", "ACTIVE")
    wait_without_spinning()
    assert os.environ["OMP_WAIT_POLICY"] == "ACTIVE"
    monkeypatch.delenv("OMP_WAIT_POLICY")
    wait_without_spinning()
    assert os.environ["OMP_WAIT_POLICY"] == "PASSIVE"


def test_bench_train_reports_both_rates(tmp_path):
    out = tmp_path / "rates.json"
    result = run(
        "bench", "train", "--size", 32, "--device", "cpu", "--batch", 2, "--seconds", 1, "--out", out
    )
    assert result.exit_code == 0, result.output
    rates = json.loads(out.read_text())["images_per_second"]
    assert rates["loop"] > 0 and rates["network"] > 0 and "device cpu" in result.output


@pytest.mark.skipif(
    not os.environ.get("FACEGEN_CELEBAMASKHQ"), reason="FACEGEN_CELEBAMASKHQ names no folder of real faces"
)
def test_the_real_set_splits_as_designed():
    sets = open_real(Path(os.environ["FACEGEN_CELEBAMASKHQ"]))
    assert [len(one) for one in (sets.fit, sets.validate, sets.adapter, sets.test)] == [700, 100, 200, 500]
    assert sets.fit.convention.name == "celebamaskhq"
