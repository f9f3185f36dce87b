"""What each command does with each kind of set: run here, compared with docs/reference/matrix.md.

    PYTHONPATH=tests/helpers python tests/cli/test_command_matrix.py     writes the page

Every set is opened, checked and read to its last picture. Replaced are the measuring of a picture, and what
comes after the sets: comparison, fit and training.
"""

import json
import os
import shutil
import tempfile
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from drawn_heads import random_heads
from index_folder import write_set
from published_sets import SETS, ids_of, zipped

from facegen.api import auditing
from facegen.audit import measure_dataset
from facegen.audit.profiles import profile_fit
from facegen.cli.main import cli
from facegen.datasets.conventions.public.celebamaskhq_labels import CELEBAMASKHQ
from facegen.datasets.errors import FacegenError
from facegen.datasets.layouts.open_set import CLASSES_FILE
from facegen.parse.experiment import run_experiment

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "matrix.md"
CORE = "the core is reached"
# Part of a message -> what the page says. The first that fits.
OUTCOMES = {
    CORE: "works",
    "findings:": "lists what is wrong",
    "holds several sets: name one of them": "asks for one of its parts",
    "the audit reads celebamaskhq": "refused: needs celebamaskhq classes",
    "holds pictures without masks": "refused: no masks",
    "look exchanged": "refused: left and right exchanged",
    "the ids look like lapa": "refused: names the convention that fits",
    "black-and-white masks": "refused: black-and-white masks",
    "only sets rendered by facegen": "refused: not rendered by facegen",
    "dataset.json": "refused: not rendered by facegen",
}
COMMANDS = {
    "audit SET": lambda one, other, out: ("audit", one, "--out", out),
    "audit --against SET": lambda one, other, out: ("audit", other, "--against", one, "--out", out),
    "profile SET": lambda one, other, out: ("profile", one, "-o", f"{out}.json"),
    "train-eval --real SET": lambda one, other, out: ("train-eval", other, "--real", one, "--device", "cpu"),
    "lint SET": lambda one, other, out: ("lint", one, "--out", out, "--no-thumbnails", "--workers", 1),
    "export SET": lambda one, other, out: ("export", one, "--to", "coco", "--out", out),
    "verify SET": lambda one, other, out: ("verify", one),
}
# Kinds whose label classes are not those of celebamaskhq: a parser is trained on a set in the same ones.
OWN_CLASSES = {"LaPa": "lapa", "Helen": "helen", "FaceSynthetics": "facesynthetics",
               "EasyPortrait": "easyportrait", "iBugMask": "lapa"}  # fmt: skip
HEAD = """# Commands and kinds of set

What each command does with a set of each kind; a test runs every cell. "Works" means that the set is opened
and passes the check; what is left out is counted and named. `--convention` or `--classes` says what ids mean
where a set does not.

"""


def make_sets(root, pairs):
    """Kind of set -> its folder or archive."""
    sets = {"images/ and masks/": write_set(root / "index", pairs)}
    sets["the same as .zip"] = zipped(root / "index", root / "index.zip")
    sets["pictures alone"] = shutil.copytree(root / "index", root / "pictures")
    shutil.rmtree(root / "pictures" / "masks")
    names = {"parts": "CelebAMask-HQ, part masks", "merged": "CelebAMask-HQ, merged masks", "lapa": "LaPa",
             "helen": "Helen", "facesynthetics": "FaceSynthetics", "easyportrait": "EasyPortrait",
             "ibugmask": "iBugMask"}  # fmt: skip
    for name, title in names.items():
        SETS[name][0](root / name, pairs)
        sets[title] = root / name
        if name in ("lapa", "ibugmask"):  # most of the faces for training
            (root / name / "train").rename(root / name / "other")
            (root / name / "test").rename(root / name / "train")
            (root / name / "other").rename(root / name / "test")
    flip = CELEBAMASKHQ.flip_table()
    changed = {
        "ids of LaPa, not declared": lambda mask: ids_of("lapa")[mask],
        "left and right exchanged": lambda mask: flip[mask],
        "black-and-white masks": lambda mask: (mask > 0).astype(np.uint8) * np.uint8(255),
    }
    for title, change in changed.items():
        folder = root / title.split()[0]
        sets[title] = write_set(folder, [(image, change(mask)) for image, mask in pairs])
    return sets


def outcome(command, one, other, out):
    """What a command does with a set, in words of the page."""
    arguments = COMMANDS[command](one, other, out)
    result = CliRunner().invoke(cli, [str(part) for part in arguments])
    assert result.exit_code == (2 if "findings:" not in result.output else 1), result.output
    return next((words for part, words in OUTCOMES.items() if part in result.output), result.output)


def page(root, patch):
    """The text of the page, from running every cell."""

    def no_measuring(*_):
        return np.zeros(measure_dataset.ROW_WIDTH), np.zeros(measure_dataset.MAP_WIDTH, np.uint8)

    def reached(*_, **__):
        raise FacegenError(CORE)

    patch.setenv("FACEGEN_CACHE", str(root / "cache"))
    patch.setattr(measure_dataset, "_row", no_measuring)
    patch.setattr(auditing, "compare", reached)
    patch.setattr(profile_fit, "fit_profile", reached)
    patch.setattr(run_experiment, "fresh_folder", reached)
    patch.chdir(root)
    pairs = random_heads(110, seed=1)[1]
    sets = make_sets(root, pairs[:24])
    other = {
        name: write_set(root / f"other-{name}", [(image, ids_of(name)[mask]) for image, mask in pairs[24:48]])
        for name in {"celebamaskhq", *OWN_CLASSES.values()}
    }
    for name, folder in other.items():
        (folder / CLASSES_FILE).write_text(json.dumps({"convention": name}))
    lines = ["| Kind of set | " + " | ".join(f"`{one}`" for one in COMMANDS) + " |"]
    lines.append("|---" * (len(COMMANDS) + 1) + "|")
    for k, (title, one) in enumerate(sets.items()):
        cells = []
        for i, name in enumerate(COMMANDS):
            classes = OWN_CLASSES.get(title, "celebamaskhq") if name.startswith("train") else "celebamaskhq"
            cells.append(outcome(name, one, other[classes], root / f"out{k}-{i}"))
        lines.append(f"| {title} | " + " | ".join(cells) + " |")
    return HEAD + "\n".join(lines) + "\n"


@pytest.mark.skipif(not PAGE.exists(), reason="no docs/ beside the tests")
def test_every_command_does_with_every_kind_of_set_what_the_page_says(tmp_path, monkeypatch):
    assert page(tmp_path, monkeypatch) == PAGE.read_text(encoding="utf-8")


if __name__ == "__main__":
    os.environ.setdefault("COLUMNS", "100")
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as monkey:
        text = page(Path(folder), monkey)
    PAGE.write_text(text, encoding="utf-8")
