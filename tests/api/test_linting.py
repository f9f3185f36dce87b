"""`facegen.lint` and `facegen lint`: the table, the page, the copy, and the exit codes."""

import csv

import numpy as np
import pytest
from click.testing import CliRunner
from drawn_heads import random_heads
from index_folder import write_set
from PIL import Image

import facegen
from facegen.cli.main import cli
from facegen.datasets.conventions.public.celebamaskhq_labels import CELEBAMASKHQ


@pytest.fixture(scope="module")
def pairs():
    rng = np.random.default_rng(5)
    backdrops = [
        Image.fromarray(rng.integers(0, 256, (4, 4, 3), np.uint8)).resize((128, 128)) for _ in range(6)
    ]
    drawn = zip(backdrops, random_heads(110, seed=1)[1][:6], strict=True)
    return [(np.where((m == 0)[..., None], np.asarray(b), i).astype(np.uint8), m) for b, (i, m) in drawn]


@pytest.fixture
def faulty(tmp_path, pairs):
    """A set with exchanged sides in one of six masks, whose name is of a hostile kind."""
    root = write_set(tmp_path / "set", pairs)
    for folder in ("images", "masks"):
        (root / folder / "00000.png").rename(root / folder / "=1+<b>x.png")
    Image.fromarray(CELEBAMASKHQ.flip_table()[pairs[0][1]]).save(root / "masks" / "=1+<b>x.png")
    return root


def run(*arguments):
    return CliRunner().invoke(cli, [str(a) for a in arguments])


def test_findings_as_table_page_and_copy(faulty, tmp_path):
    said = []
    report = facegen.lint(faulty, workers=1, progress=said.append)
    assert not report.clean and "1 findings" in repr(report)
    assert said[-1].stage == "check" and (said[-1].done, said[-1].total) == (6, 6)
    (row,) = report.to_frame().to_dict("records")
    assert (row["kind"], row["sample"], row["grade"]) == ("exchanged", "=1+<b>x", "fault")
    page = report.save(tmp_path / "out").read_text()
    assert page.count("data:image/jpeg") == 2 and "<b>x" not in page and "=1+&lt;b&gt;x.png" in page
    assert "data:image" not in report.save(tmp_path / "bare", thumbnails=False).read_text()
    (line,) = csv.DictReader((tmp_path / "out" / "findings.csv").read_text().splitlines())
    assert line["sample"] == "'=1+<b>x"
    changes = report.fix(tmp_path / "mended")
    assert [(one.name, one.done) for one in changes] == [("=1+<b>x", "left and right exchanged")]
    assert "'=1+<b>x,left and right exchanged" in (tmp_path / "mended" / "changes.csv").read_text()
    assert facegen.lint(tmp_path / "mended", workers=1).clean


def test_the_command_and_its_exit_codes(faulty, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = run("lint", faulty, "--fix", tmp_path / "mended", "--workers", 1)
    assert found.exit_code == 1, found.output
    assert "1 masks with left and right exchanged: =1+<b>x.png" in found.output
    assert (tmp_path / "facegen-lint" / "index.html").is_file() and "mended: 1 changes" in found.output
    clean = run("lint", tmp_path / "mended", "--out", "o", "--workers", 1)
    assert clean.exit_code == 0, clean.output
    assert run("lint", tmp_path / "nowhere").exit_code == 2
    shared = run("lint", faulty, "--other", tmp_path / "mended", "--out", "s", "--workers", 1)
    assert shared.exit_code == 1 and "6 pictures that are in the other set too" in shared.output
