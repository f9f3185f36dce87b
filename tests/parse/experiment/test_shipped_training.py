"""Training of the shipped parser: on matched faces alone, the same bytes each time; its card and page."""

import importlib.util
import io
import json
import re
import subprocess
import sys
from contextlib import redirect_stdout
from pathlib import Path

import numpy as np
import pytest
import torch
from drawn_faces import write_index_set
from parse_runs import own_set
from PIL import Image

from facegen.datasets.errors import FacegenError
from facegen.datasets.layouts.open_set import open_set
from facegen.parse.data.loaded_set import load_set
from facegen.parse.experiment import shipped_training as module
from facegen.parse.experiment.parser_card import card_page
from facegen.parse.experiment.shipped_training import ShippedRun, score_shipped, train_shipped
from facegen.parse.inference.single_photo import label_picture
from facegen.parse.metrics.evaluate import evaluate
from facegen.parse.models.checkpoints import load_parser
from facegen.parse.models.shipped_parser import (
    CARD_FILE,
    GRAPH_FILE,
    WEIGHTS_FILE,
    ShippedParser,
    shipped_parser,
)

ROOT = Path(__file__).resolve().parents[3]
NEEDS = pytest.mark.skipif(
    any(importlib.util.find_spec(name) is None for name in ("onnx", "onnxscript", "onnxruntime")),
    reason="the onnx extra is not installed",
)
STEPS = 4
NAMES = (WEIGHTS_FILE, GRAPH_FILE, CARD_FILE)


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    folder = tmp_path_factory.mktemp("drawn") / "set"
    write_index_set(folder, 6, 64)
    return folder


@pytest.fixture(scope="module")
def matched(drawn, tmp_path_factory):
    folder = tmp_path_factory.mktemp("matched") / "set"
    own_set(folder, drawn, "celebamaskhq", seed=5, generator=99, quality="fast", set=[])
    header = json.loads((folder / "dataset.json").read_text())
    (folder / "dataset.json").write_text(json.dumps(header | {"num": 8}))
    return open_set(folder)


@pytest.fixture(autouse=True)
def threads():
    """As many threads as the other tests have, whatever the training has set."""
    yield
    torch.set_num_threads(1)


@pytest.fixture(scope="module")
def trained(matched, tmp_path_factory):
    """The folder of a finished parser."""
    if not all(importlib.util.find_spec(name) for name in ("onnx", "onnxscript", "onnxruntime")):
        pytest.skip("the onnx extra is not installed")
    folder = tmp_path_factory.mktemp("trained")
    train_shipped(ShippedRun([matched], folder / "work", folder / "target", STEPS))
    return folder / "target"


def test_the_card_says_what_the_faces_are(trained, matched):
    card = json.loads((trained / CARD_FILE).read_text())
    data = load_set(matched, 128)
    made = card["trained_on"]
    assert made["faces"] == 6 and made["generator"] == "99" and made["pixels_sha256"] == data.digest()
    (one,) = made["sets"]
    assert (one["profile"], one["seed"], one["generator"]) == ("celebamaskhq", 5, 99)
    assert (
        card["scores"] is None and card["recipe"]["steps"] == STEPS and card["trained_with"]["threads"] == 2
    )
    assert one["command"] == (
        "facegen render --match-dist celebamaskhq --num 8 --size 64 --quality fast --seed 5"
    )
    page = card_page(card)
    assert "Not measured yet" in page and "**generator 99**" in page and f"`{one['command']}`" in page
    assert "6 of 8 faces: this order was not finished" in page
    assert "**0 real pictures were used in its training.**" in " ".join(page.split())


def test_a_stopped_training_and_another_one_give_the_same_bytes(trained, matched, tmp_path, monkeypatch):
    whole = module.train

    def stops(*arguments):
        whole(*arguments, stop_after=2)
        raise KeyboardInterrupt

    run = ShippedRun([matched], tmp_path / "work", tmp_path / "target", STEPS)
    with monkeypatch.context() as patch:
        patch.setattr(module, "train", stops)
        with pytest.raises(KeyboardInterrupt):
            train_shipped(run)
    assert (tmp_path / "work" / "training" / "state.pt").is_file() and not (tmp_path / "target").exists()
    train_shipped(run)
    for name in NAMES:
        assert (tmp_path / "target" / name).read_bytes() == (trained / name).read_bytes(), name


def test_scores_are_those_of_the_stored_weights(trained, drawn, tmp_path):
    faces = open_set(drawn)
    origin = {"command": "a command", "commit": "abc", "date": "2026-01-01"}
    before = (trained / CARD_FILE).read_bytes()
    try:
        card = score_shipped(trained, faces, origin)
        assert json.loads((trained / CARD_FILE).read_text()) == card
    finally:
        (trained / CARD_FILE).write_bytes(before)
    parser = load_parser(ShippedParser(trained).file(WEIGHTS_FILE))
    expected = evaluate(parser, load_set(faces, 128), torch.device("cpu"))
    assert card["weights"] == card["scores"]["weights"] == parser.digest
    assert card["scores"]["figures"]["mean_f1"]["value"] == pytest.approx(expected.scores.mean_f1)
    page = card_page(card)
    assert "Command: `a command`, commit abc, 2026-01-01." in page
    assert f"| skin | {card['scores']['figures']['skin']['value']:.3f} [" in page
    assert "women, as annotated" in page and "they are not guessed" in page


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"profile": None}, "not a set that facegen rendered with --match-dist NAME"),
        ({"profile": "celebamaskhq", "set": ["hair.style=bob"]}, "without --set"),
        ({"profile": "/photos/mine"}, "no profile of facegen itself"),
        (None, "not a set that facegen rendered"),
    ],
)
def test_other_faces_are_refused(settings, words, drawn, tmp_path):
    """So no real picture can be trained on."""
    faces = open_set(drawn if settings is None else own_set(tmp_path / "set", drawn, **settings))
    with pytest.raises(FacegenError, match=words):
        train_shipped(ShippedRun([faces], tmp_path / "work", tmp_path / "target", STEPS))
    assert not (tmp_path / "target").exists() and not (tmp_path / "work").exists()


def test_too_large_files_are_not_written(trained, matched, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "MOST_BYTES", 3_000_000)
    with pytest.raises(FacegenError, match="allowed are 3,000,000"):
        train_shipped(ShippedRun([matched], trained.with_name("work"), tmp_path / "target", STEPS))
    assert not (tmp_path / "target").exists()


@pytest.mark.skipif(not (ROOT / "tools").is_dir(), reason="not run from a clone")
def test_the_tool_writes_into_the_folder_it_is_given(trained, matched, drawn, tmp_path):
    tool = [sys.executable, ROOT / "tools" / "ship_parser.py", matched.path, "--steps", STEPS]
    options = ["--target", tmp_path / "target", "--work", trained.with_name("work"), "--real", drawn]
    done = subprocess.run([str(one) for one in (*tool, *options)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    card = ShippedParser(tmp_path / "target").card
    assert card["scores"]["command"] == f"python tools/ship_parser.py set --real set --steps {STEPS}"
    assert card | {"scores": None} == ShippedParser(trained).card


@NEEDS
def test_the_python_of_the_card_gives_the_labels_of_parse_image(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_index_set(tmp_path / "set", 1, 128)
    (path,) = (tmp_path / "set" / "images").iterdir()
    picture = np.asarray(Image.open(path))
    Image.fromarray(picture).save("face.png")
    (code,) = re.findall(r"```python\n(.*?)```", card_page(shipped_parser().card), re.S)
    printed = io.StringIO()
    with redirect_stdout(printed):
        exec(code.replace("face.jpg", "face.png"), {})
    fractions = eval(printed.getvalue())
    expected = label_picture(picture, find=False, device="cpu").fractions()
    for name, fraction in expected.items():
        assert fractions[name] == pytest.approx(fraction, abs=0.01), name
    assert 1 - sum(expected.values()) == pytest.approx(fractions.get("background", 0), abs=0.01)
