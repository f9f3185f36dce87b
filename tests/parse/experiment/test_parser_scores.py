"""Scores of one parser on a labelled set, and for whom it fails."""

import json

import numpy as np
import pytest
import torch
from drawn_faces import NAMES, drawn_set, write_index_set
from parse_runs import run
from published_sets import flat_parts

from facegen.datasets.conventions.public.celebamaskhq_labels import CELEBAMASKHQ
from facegen.datasets.io.progress import ignore_progress
from facegen.datasets.layouts.annotations import ATTRIBUTE_FILE, POSE_FILE
from facegen.datasets.layouts.official_celebamaskhq import open_celebamaskhq
from facegen.datasets.layouts.open_set import open_set
from facegen.parse.data.loaded_set import load_set
from facegen.parse.experiment import parser_scores as module
from facegen.parse.experiment.parser_scores import annotated_slices, slice_rows
from facegen.parse.experiment.real_sets import open_test
from facegen.parse.experiment.slices import Slice
from facegen.parse.metrics.evaluate import compare, evaluate
from facegen.parse.models.checkpoints import load_parser, parser_metadata, save_parser
from facegen.parse.models.networks import build_network

TRAITS = [f"Trait_{i}" for i in range(38)]


@pytest.fixture
def checkpoint(tmp_path):
    path = tmp_path / "parser.pt"
    save_parser(path, build_network("small", 19, 4), parser_metadata(CELEBAMASKHQ, "small", 32))
    return path


def test_a_slice_is_below_the_others_by_what_its_faces_lose():
    data = drawn_set(24, 32)
    guess = data.masks.copy()
    guess[:12][guess[:12] == NAMES["mouth"]] = NAMES["skin"]
    result = compare(guess, data.masks, data.ids, CELEBAMASKHQ, borders=False)
    first = np.arange(24) < 12
    slices = [
        Slice("good", ~first),
        Slice("bad", first),
        Slice("few", np.arange(24) < 3),
        Slice("none", None),
    ]
    rows = slice_rows(slices, result)
    assert [row["slice"] for row in rows] == ["bad", "good"]
    own = result.image_scores()
    lost = own[12:].mean() - own[:12].mean()
    assert lost > 0.1
    assert rows[0]["below_others"]["value"] == pytest.approx(lost)
    assert rows[1]["below_others"]["value"] == pytest.approx(-lost)
    assert rows[0]["below_others"]["low"] > 0 > rows[1]["below_others"]["high"]
    alone = compare(guess[:12], data.masks[:12], data.ids[:12], CELEBAMASKHQ, borders=False)
    assert rows[0]["mean_f1"]["value"] == pytest.approx(alone.scores.mean_f1)
    assert rows[1]["mean_f1_core"]["value"] == 1 == rows[1]["mean_f1_core"]["high"]


def test_sex_and_age_come_from_annotations_of_these_pictures_alone(tmp_path):
    data = drawn_set(3, 32)
    pairs = zip(data.images.transpose(0, 2, 3, 1), data.masks, strict=True)
    flat_parts(tmp_path, pairs, masks="CelebAMask-HQ-mask-anno/0")
    faces = open_celebamaskhq(tmp_path)
    lines = []
    assert all(one.faces is None for one in annotated_slices(faces, lambda event: lines.append(event.text)))
    assert "sex and age are not measured" in lines[0]
    rows = [
        f"{i}.jpg {'1 ' * 38}{male} {young}" for i, (male, young) in enumerate([(1, 1), (-1, 1), (1, -1)])
    ]
    names = " ".join([*TRAITS, "Male", "Young"])
    (tmp_path / ATTRIBUTE_FILE).write_text("\n".join(["3", names, *rows]) + "\n")
    (tmp_path / POSE_FILE).write_text("3\nYaw Pitch Raw\n" + "".join(f"{i}.jpg 0 0 0\n" for i in range(3)))
    found = {one.name.split(",")[0]: one.faces.tolist() for one in annotated_slices(faces, ignore_progress)}
    assert found == {
        "women": [False, True, False],
        "men": [True, False, True],
        "young": [True, True, False],
        "not young": [False, False, True],
    }
    # Renumbered pictures beside the same annotations are no pictures of theirs.
    write_index_set(tmp_path / "renumbered", 3, 32)
    renumbered = open_set(tmp_path / "renumbered")
    assert all(one.faces is None for one in annotated_slices(renumbered, ignore_progress))


def test_the_command_writes_figures_of_the_test_part_and_no_names(tmp_path, checkpoint, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_index_set(tmp_path / "set" / "train", 2, 64)
    write_index_set(tmp_path / "set" / "test", 12, 64, seed=1)
    result = run("bench", "parser", "--real", "set", "--model", checkpoint, "--device", "cpu", "-o", "o.json")
    assert result.exit_code == 0, result.output
    text = (tmp_path / "o.json").read_text()
    content = json.loads(text)
    faces = open_test(tmp_path / "set")
    parser = load_parser(checkpoint)
    expected = evaluate(parser, load_set(faces, 32), torch.device("cpu"))
    assert content["pictures"] == 12 and content["weights"] == parser.digest
    f1 = {name: content["figures"][name]["value"] for name in CELEBAMASKHQ.classes}
    for name, value in zip(CELEBAMASKHQ.classes, expected.scores.f1, strict=True):
        assert f1[name] == (None if np.isnan(value) else pytest.approx(value)), name
    assert content["accuracy"] == pytest.approx(expected.scores.accuracy)
    assert set(module.ANNOTATED) <= set(content["not_measured"])
    assert not any(name in text for name in faces.ids) and str(tmp_path) not in text
    assert {"command", "commit", "date", "machine"} <= content.keys()
    hair = f"{f1['hair']:.3f}"
    assert hair in result.output and "not measured" in result.output
