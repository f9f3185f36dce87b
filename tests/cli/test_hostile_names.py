"""A set whose files have hostile names: checked, listed and shown, and nothing in a name takes effect."""

import csv
import os
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from facegen.cli.main import cli
from facegen.datasets.layouts.open_set import open_set

NAMES = (
    "a\x1b]0;owned\x07", "b\nfacegen: error: fake", "=1+cmd|' ''!A0", "-rf", "$(touch owned)", "$\\frac$",
    "<script>x", "\u202egnp", "é顔", os.fsdecode(b"\xff\xfe"), "%s%n{0}{x}", "[red]x",
)  # fmt: skip


@pytest.fixture
def hostile(tmp_path):
    """A set of broken pictures, so that every name is in a finding."""
    for folder in ("images", "masks"):
        (tmp_path / "set" / folder).mkdir(parents=True)
        for name in NAMES:
            path = tmp_path / "set" / folder / f"{name}.png"
            Image.fromarray(np.full((32, 32), 77, np.uint8)).save(path)
    return tmp_path / "set"


def test_every_name_is_a_sample_that_fits_into_any_file(hostile):
    faces = open_set(hostile)
    assert len(faces.ids) == len(NAMES)
    for index, name in enumerate(faces.ids):
        name.encode()
        assert faces.image(index).shape == (32, 32, 3)


def test_findings_show_names_and_obey_none(hostile, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(cli, ["lint", str(hostile), "--workers", "1", "--out", "out"])
    assert result.exit_code == 1, result.output
    for letter in ("\x1b", "\x07", "\u202e"):
        assert letter not in result.output
    assert "\nfacegen: error: fake" not in result.output
    page = Path("out/index.html").read_text(encoding="utf-8")
    assert "<script>x" not in page and "&lt;script&gt;x" in page
    rows = list(
        csv.DictReader(Path("out/findings.csv").read_text(encoding="utf-8").splitlines(keepends=True))
    )
    named = {row["sample"] for row in rows}
    assert {"'=1+cmd|' ''!A0", "'-rf", "é顔", "??"} <= named
    assert not any(
        cell.startswith(("=", "+", "-", "@")) for row in rows for cell in (row["sample"], row["file"])
    )
    assert not Path("owned").exists()
