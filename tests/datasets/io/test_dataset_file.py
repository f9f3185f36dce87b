"""dataset.json of version 1, as a set that was rendered with it holds one (made small)."""

import json
import shutil
from pathlib import Path

import pytest
from rich.console import Console

from facegen.cli.support.render_summary import print_distribution
from facegen.datasets.errors import FacegenError
from facegen.datasets.io.dataset_file import FORMAT_VERSION, read_dataset_json, write_dataset_json
from facegen.datasets.io.files import fingerprint

STORED = Path(__file__).with_name("dataset_v1.json")
OLD_WORDS = {"law", "law_by_hand", "asked", "drawn", "seen", "expected", "realised", "share", "rms", "chance"}


@pytest.fixture
def folder(tmp_path):
    shutil.copy(STORED, tmp_path / "dataset.json")
    return tmp_path


def keys(value):
    if isinstance(value, dict):
        return set(value) | set().union(*map(keys, value.values()))
    return set().union(*map(keys, value)) if isinstance(value, list) else set()


def test_old_keys_are_translated(folder):
    old, new = json.loads(STORED.read_text()), read_dataset_json(folder)
    assert OLD_WORDS & keys(old) and not OLD_WORDS & keys(new)
    assert new["format_version"] == FORMAT_VERSION and new["handwritten_profile"] is False
    assert new["config"]["distribution"] == old["config"]["law"]
    hair = new["target"]["matched"]["hair"]
    assert set(hair) == {"target", "predicted", "rendered"} and hair["target"]["fraction_present"] == 1
    assert new["target"]["by_gender"]["fraction_of_faces"]["men"]["requested"] == 0.1667
    assert set(new["target"]["blocks"][0]["stages"]) == {"proposed", "assigned", "refined"}
    assert new["target"]["followed"] == old["target"]["followed"]  # a list of attributes, no stage


def test_the_fingerprint_of_an_unchanged_config_follows(folder):
    new = read_dataset_json(folder)
    assert new["fingerprint"] == fingerprint(new["config"])
    old = json.loads(STORED.read_text())
    old["config"]["seed"] += 1  # somebody changed the file: it fits no order
    (folder / "dataset.json").write_text(json.dumps(old))
    new = read_dataset_json(folder)
    assert new["fingerprint"] == old["fingerprint"] != fingerprint(new["config"])


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("num", 10**18),  # a plan of as many shards
        ("num", "6"),
        ("num", True),
        ("num", 6.5),
        ("size", 0),
        ("convention", ["celebamaskhq"]),
        ("profile", {"a": 1}),
        ("config", []),
        ("failures", ["000001"]),
        ("failures", {"000001": None}),
        ("shard_size", 0),
        ("part", 1),
    ],
)
def test_values_of_another_kind_are_one_line(folder, key, value):
    content = read_dataset_json(folder)
    (folder / "dataset.json").write_text(json.dumps(content | {key: value}))
    with pytest.raises(FacegenError, match=rf"dataset.json: {key} .*render it again"):
        read_dataset_json(folder)


def test_it_is_printed_and_written_again_as_the_new_version(folder):
    console = Console(record=True, width=300)
    new = read_dataset_json(folder)
    print_distribution(console, new)
    text = console.export_text()
    assert "matched 2 attributes of celebamaskhq" in text and "requested / in the specs" in text
    write_dataset_json(folder, new)
    assert read_dataset_json(folder) == new


def test_a_newer_version_is_refused_in_one_line(folder):
    newer = json.loads(STORED.read_text()) | {"format_version": FORMAT_VERSION + 1}
    (folder / "dataset.json").write_text(json.dumps(newer))
    with pytest.raises(FacegenError, match="this facegen reads 1 to 2: update facegen"):
        read_dataset_json(folder)
