"""`facegen preview`: what it refuses, sheets of sets with real faces, and one real sweep."""

import importlib.util

import numpy as np
import pytest
from click.testing import CliRunner
from pictures import size_of
from PIL import Image

from facegen.cli.main import cli
from facegen.datasets.io.dataset_file import write_dataset_json
from facegen.datasets.io.sample import Sample, write_sample
from facegen.render.production.contact_sheet import BANNER_HEIGHT, CAPTION_HEIGHT, GAP

SIZE = 32
POSE = {"yaw": 1.0, "pitch": 2.0, "roll": 0.0}
META = {"attributes": {"gender": 1.0, "age": 30.0, "hair_style": "bob"}, "head_pose": POSE}


def run(*arguments):
    return CliRunner().invoke(cli, ["preview", *map(str, arguments)])


@pytest.fixture
def rendered(tmp_path):
    root = tmp_path / "facegen-out"
    for index in range(3):
        native = np.full((SIZE, SIZE), index, np.uint8)
        write_sample(
            root,
            index,
            Sample(
                np.full((SIZE, SIZE, 3), 80 * index, np.uint8),
                native,
                native,
                np.zeros((SIZE, SIZE, 6), np.uint8),
                np.zeros((70, 2), np.float32),
                np.ones(70, bool),
                np.ones((SIZE, SIZE), np.float32),
                np.zeros((SIZE, SIZE, 3), np.float16),
                META,
            ),
        )
    rest = {"profile": None, "fingerprint": "", "config": {}, "ledger": [], "failures": {}}
    write_dataset_json(root, {"seed": 0, "size": SIZE, "num": 3, "convention": "celebamaskhq", **rest})
    return root


@pytest.fixture
def photos(tmp_path):
    """Stand-ins for real faces: noise."""
    for folder in ("images", "masks"):
        (tmp_path / "photos" / folder).mkdir(parents=True)
    rng = np.random.default_rng(0)
    for i in range(4):
        picture = rng.integers(0, 256, (48, 48, 3), np.uint8)
        Image.fromarray(picture).save(tmp_path / "photos/images" / f"{i}.png")
        Image.fromarray(np.ones((48, 48), np.uint8)).save(tmp_path / "photos/masks" / f"{i}.png")
    return tmp_path / "photos"


def test_a_set_is_shown_inside_its_folder(rendered):
    tile = 256  # captions of one line
    result = run(rendered, "--columns", "2", "--labels", "none", "--tile", tile)
    assert result.exit_code == 0, result.output
    assert size_of(rendered / "preview.png") == (
        2 * (tile + GAP) - GAP,
        2 * (tile + CAPTION_HEIGHT + GAP) - GAP,
    )


def test_a_face_and_its_labels_stay_in_one_row(rendered, tmp_path):
    for columns, faces in (("1", 1), ("3", 3)):
        out = tmp_path / f"{columns}.png"
        result = run(rendered, "--columns", columns, "--no-captions", "--out", out)
        assert result.exit_code == 0, result.output
        assert size_of(out)[0] == 2 * faces * (SIZE + GAP) - GAP


def test_real_faces_come_with_a_warning_and_stay_out_of_sets(rendered, photos, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = run(rendered, "--real", photos, "--columns", "2", "--labels", "none", "--no-captions")
    assert result.exit_code == 0 and "contains real faces: do not publish" in result.output
    assert not (rendered / "preview.png").exists()
    sheet = np.asarray(Image.open(tmp_path / "preview-with-real-faces.png"))
    height = BANNER_HEIGHT + 2 * (SIZE + GAP) - GAP
    assert sheet.shape == (height, 4 * (SIZE + GAP) - GAP, 3)
    assert sheet[1, 1].tolist() == [150, 20, 20]  # the banner
    noisy = sheet[BANNER_HEIGHT : BANNER_HEIGHT + SIZE, 2 * (SIZE + GAP) : 2 * (SIZE + GAP) + SIZE]
    assert noisy.std() > 40  # a real one right of two synthetic ones
    refused = run(rendered, "--real", photos, "-o", rendered / "sub" / "sheet.png")
    assert refused.exit_code == 2 and "real faces stay out" in refused.output
    assert not (rendered / "sub").exists()


@pytest.mark.parametrize(
    "arguments,words",
    [
        (["--grid", "2", "--vary", "pose.yaw"], "one of them"),
        (["--vary", "pose.yow"], "unknown attribute"),
        (["--vary", "pose.yaw", "--real", "x"], "--real says nothing about --vary"),
        (["--grid", "2", "--set", "pose.yaw=200"], "-90 to 90"),
    ],
)
def test_bad_usage_is_one_line(arguments, words):
    result = run(*arguments)
    assert result.exit_code == 2 and words in result.output and "Traceback" not in result.output


@pytest.mark.render
@pytest.mark.skipif(importlib.util.find_spec("bpy") is None, reason="needs the render extra")
def test_one_attribute_is_swept(tmp_path):
    out = tmp_path / "sheet.png"
    result = run("--vary", "hair.colour.melanin", "--steps", "2", "--size", SIZE, "--out", out)
    assert result.exit_code == 0, result.output
    assert "hair.colour.melanin: 2 of 2 faces" in result.output
    assert size_of(out)[0] == 2 * (SIZE + GAP) - GAP


@pytest.mark.parametrize(
    "arguments",
    [["--match-dist", "celebamaskhq"], ["--set", "hair.style=afro"], ["--grid", "2", "--steps", "3"],
     ["--vary", "pose.yaw", "--num", "3"]],
)  # fmt: skip
def test_an_option_that_would_do_nothing_is_refused(rendered, arguments):
    result = run(*([] if "--grid" in arguments or "--vary" in arguments else [rendered]), *arguments)
    assert result.exit_code == 2 and "leave it out" in result.stderr


def test_a_sheet_that_cannot_be_written_is_refused_before_anything_is_rendered(tmp_path):
    result = run("--grid", "64", "-o", tmp_path / "sheet")
    assert result.exit_code == 2 and "name it .png" in result.stderr
