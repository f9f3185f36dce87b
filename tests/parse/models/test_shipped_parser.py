"""The parser that facegen brings: whole, small, what its card says, and refused where it is not."""

import json
import shutil

import pytest
import torch

from facegen.datasets.conventions.convention_registry import CONVENTIONS
from facegen.datasets.errors import FacegenError
from facegen.parse.models import shipped_parser as module
from facegen.parse.models.checkpoints import load_parser
from facegen.parse.models.shipped_parser import (
    CARD_FILE,
    GRAPH_FILE,
    MOST_BYTES,
    WEIGHTS_FILE,
    ShippedParser,
    shipped_parser,
)

FILES = (WEIGHTS_FILE, GRAPH_FILE)


@pytest.fixture
def copy(tmp_path):
    shutil.copytree(shipped_parser().folder, tmp_path / "shipped")
    return ShippedParser(tmp_path / "shipped")


def test_the_files_are_those_of_the_card_and_small():
    shipped = shipped_parser()
    sizes = [shipped.file(name).stat().st_size for name in FILES]
    assert sizes == [shipped.card["files"][name]["bytes"] for name in FILES]
    assert sum(sizes) <= MOST_BYTES
    for name in FILES:  # nothing of the machine that made them
        content = shipped.file(name).read_bytes()
        assert not any(word in content for word in (b"/tmp", b"/home", b"site-packages"))


def test_the_weights_are_those_that_the_card_describes():
    shipped = shipped_parser()
    card, path = shipped.card, shipped.file(WEIGHTS_FILE)
    parser = load_parser(path)
    assert parser.digest == card["weights"] and parser.size == card["size"]
    assert list(parser.convention.classes) == card["classes"]
    assert card["convention"] in CONVENTIONS and parser.metadata["recipe"]["steps"] == card["recipe"]["steps"]
    stored = torch.load(path, weights_only=True)["weights"]
    assert {one.dtype for one in stored.values() if one.ndim > 1} == {torch.float16}
    assert {one.dtype for one in stored.values() if one.ndim == 1} == {torch.float32}
    assert {one.dtype for one in parser.network.parameters()} == {torch.float32}


def test_it_was_trained_on_rendered_faces_alone():
    made = shipped_parser().card["trained_on"]
    assert made["real_pictures"] == 0
    assert made["faces"] == sum(one["faces"] for one in made["sets"])
    for one in made["sets"]:
        assert one["command"].startswith("facegen render --match-dist ") and one["faces"] <= one["ordered"]


@pytest.mark.parametrize("name", FILES)
def test_other_files_are_refused(copy, name):
    path = copy.folder / name
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(FacegenError, match="sha256 differs"):
        copy.file(name)
    path.unlink()
    with pytest.raises(FacegenError, match="missing"):
        copy.file(name)


def test_a_card_of_another_format_is_refused(copy):
    path = copy.folder / CARD_FILE
    path.write_text(json.dumps(copy.card | {"format_version": module.FORMAT_VERSION + 1}))
    with pytest.raises(FacegenError, match="not a card that this facegen reads"):
        ShippedParser(copy.folder).file(WEIGHTS_FILE)
    path.unlink()
    with pytest.raises(FacegenError, match=r"packed without a parser: .* give --model FILE"):
        ShippedParser(copy.folder).file(WEIGHTS_FILE)
