"""`facegen bench measures` on a drawn set in facegen's own layout, and on one that is none."""

import json

import numpy as np
from click.testing import CliRunner
from drawn_heads import head, paint
from known_heads import known
from PIL import Image

from facegen.cli.main import cli
from facegen.datasets.conventions.native_labels import COVERAGE_CLASSES
from facegen.datasets.io.dataset_file import write_dataset_json
from facegen.datasets.io.sample import Sample, write_sample


def drawn_set(root, count=14, size=256):
    for index in range(count):
        where = {"roll": 4.0 * index - 20, "centre": (0.5, 0.5)}
        mask, one = head(size, **where), known(index, **where)
        blank = np.zeros((size, size), np.uint8)
        sample = Sample(
            paint(mask), blank, blank, np.zeros((size, size, len(COVERAGE_CLASSES)), np.uint8),
            one.points.astype(np.float32), np.ones(70, bool), np.ones((size, size), np.float32),
            np.zeros((size, size, 3), np.float16), one.meta, mask,
        )  # fmt: skip
        write_sample(root, index, sample)
    write_dataset_json(root, {
        "seed": 0, "size": size, "num": count, "convention": "celebamaskhq", "profile": None,
        "fingerprint": "", "config": {}, "ledger": [], "failures": {},
    })  # fmt: skip


def test_measures_are_held_against_the_truth(tmp_path, monkeypatch):
    monkeypatch.setenv("FACEGEN_CACHE", "")
    drawn_set(tmp_path / "set")
    out = tmp_path / "measures.json"
    result = CliRunner().invoke(cli, ["bench", "measures", str(tmp_path / "set"), "--out", str(out)])
    assert result.exit_code == 0, result.output
    assert "roll" in result.output and "not measured: face_axes (no truth in a spec)" in result.output
    data = json.loads(out.read_text())
    rows = {row["measure"]: row for row in data["measures"]}
    assert data["faces"] == 14 and rows["roll"]["grade"] == "good" and rows["roll"]["error"] < 0.5
    assert rows["earring_area"]["value"] is None and "too few" in rows["earring_area"]["reason"]


def test_a_set_that_nothing_is_known_of_is_refused(tmp_path):
    for name, picture in (("images", paint(head())), ("masks", head())):
        (tmp_path / name).mkdir()
        Image.fromarray(picture).save(tmp_path / name / "0.png")
    result = CliRunner().invoke(cli, ["bench", "measures", str(tmp_path)])
    assert result.exit_code == 2
    assert "nothing is known of its faces" in result.stderr
