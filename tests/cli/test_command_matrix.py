"""What each command does with each kind of set: run here, compared with docs/reference/matrix.md.

    PYTHONPATH=tests/helpers python tests/cli/test_command_matrix.py     writes the page

Every set is opened, checked and read to its last picture. Replaced are the measuring of a picture, and what
comes after the sets: comparison, fit and training.
"""

import os
import shutil
import tempfile
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from drawn_heads import random_heads
from index_folder import write_set
from native_heads import write_rendered
from published_sets import SETS, ids_of, zipped

import facegen
from facegen.api import auditing
from facegen.audit import measure_dataset
from facegen.audit.profiles import profile_fit
from facegen.cli.main import cli
from facegen.datasets.conventions.public.celebamaskhq_labels import CELEBAMASKHQ
from facegen.datasets.errors import FacegenError
from facegen.parse.experiment import run_experiment

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "matrix.md"
CORE = "the core is reached"
COUNT = 16  # faces of each set
# Part of a message -> what the page says. The first that fits.
OUTCOMES = {
    CORE: "works",
    ", 0 problems": "works",
    f"{COUNT} faces on": "works",
    f"{COUNT} faces -> ": "works",
    "holds several sets: name one of them": "asks for one of its parts",
    "holds pictures without masks": "refused: no masks",
    "look exchanged": "refused: left and right exchanged",
    "the ids look like lapa": "refused: names the convention that fits",
    "black-and-white masks": "refused: black-and-white masks",
    "not rendered by facegen:": "refused: not rendered by facegen",
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
    "preview SET": lambda one, other, out: ("preview", one, "-o", f"{out}.png"),
    "render --match-dist SET": lambda one, other, out: (
        "render", "--match-dist", one, "--num", 1, "--size", 64, "--out", out,
    ),
}  # fmt: skip
# Kinds made by `facegen export` from the rendered set, without the record of where they are from.
EXPORTED = {
    "COCO panoptic": "coco", "YOLO segmentation": "yolo", "FiftyOne": "fiftyone", "Parquet": "huggingface",
    "WebDataset": "webdataset",
}  # fmt: skip
HEAD = """# Commands and kinds of set

What each command does with a set of each kind; a test runs every cell. "Works" means that the set is opened
and passes the check; what is left out is counted and named. `--convention` or `--classes` says what ids mean
where a set does not; measures of classes that a convention does not have are left out, and said.

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
    flip = CELEBAMASKHQ.flip_table()
    changed = {
        "ids of LaPa, not declared": lambda mask: ids_of("lapa")[mask],
        "left and right exchanged": lambda mask: flip[mask],
        "black-and-white masks": lambda mask: (mask > 0).astype(np.uint8) * np.uint8(255),
    }
    for title, change in changed.items():
        folder = root / title.split()[0]
        sets[title] = write_set(folder, [(image, change(mask)) for image, mask in pairs])
    sets["rendered by facegen"] = write_rendered(root / "rendered", pairs)
    for title, form in EXPORTED.items():
        sets[title] = root / form
        facegen.export(sets["rendered by facegen"], form, root / form)
        (root / form / "provenance.json").unlink()
    return sets


def outcome(command, one, other, out):
    """What a command does with a set, in words of the page."""
    arguments = COMMANDS[command](one, other, out)
    result = CliRunner().invoke(cli, [str(part) for part in arguments])
    if "findings:" in result.output:
        assert result.exit_code in (0, 1)
        return ("works: nothing is wrong", "works: lists what is wrong")[result.exit_code]
    words = next((words for part, words in OUTCOMES.items() if part in result.output), result.output)
    done = words == "works" and CORE not in result.output
    assert result.exit_code == (0 if done else 2), result.output
    return words


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
    pairs = random_heads(2 * COUNT, seed=1, size=64)[1]
    sets, other = make_sets(root, pairs[:COUNT]), write_rendered(root / "other", pairs[COUNT:])
    lines = ["| Kind of set | " + " | ".join(f"`{one}`" for one in COMMANDS) + " |"]
    lines.append("|---" * (len(COMMANDS) + 1) + "|")
    for k, (title, one) in enumerate(sets.items()):
        cells = [outcome(name, one, other, root / f"out{k}-{i}") for i, name in enumerate(COMMANDS)]
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
