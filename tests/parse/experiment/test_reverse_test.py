"""A parser trained on real faces, run on renders."""

import json

import numpy as np
import pytest
from parse_runs import run
from PIL import Image

from facegen.parse.experiment import reverse_test
from facegen.parse.training.recipe import Recipe


def test_reverse_trains_once_and_lists_the_worst(sets, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    short = Recipe(size=32, steps=4, batch=4)
    monkeypatch.setattr(reverse_test, "recipe_for", lambda device, network, size: short)
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
    assert len(scores) == reverse_test.WORST and scores == sorted(scores)
    sheet = np.asarray(Image.open(tmp_path / "a" / "worst.png"))
    assert sheet.ndim == 3 and sheet.shape[0] > 3 * 32
    cached = [p for p in (tmp_path / "cache").rglob("*") if p.is_file()]
    assert sorted(p.name for p in cached) == ["checkpoint.pt", "log.csv"]
