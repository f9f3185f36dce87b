"""Tables of classes in every form, and sets that are read through them."""

import json

import numpy as np
import pytest
from drawn_heads import random_heads
from index_folder import write_set

from facegen.datasets.conventions.known_orders import KNOWN_ORDERS
from facegen.datasets.conventions.public.celebamaskhq_labels import CELEBAMASKHQ
from facegen.datasets.errors import FacegenError
from facegen.datasets.inspection.set_check import check_set
from facegen.datasets.layouts.class_table import UNNAMED, meaning_of, read_class_table
from facegen.datasets.layouts.open_set import open_set

BISENET = KNOWN_ORDERS["celebamaskhq-bisenet"].split()


@pytest.mark.parametrize(
    "text",
    [
        "background\nskin # the face\n\nhair",
        "0 background\n1 skin\n2 hair",
        "background,0\nskin,1\nhair,2",
        "\ufeff0: background\r\n1: skin\r\n2: hair\r\n",
        json.dumps(["background", "skin", "hair"]),
        json.dumps({"2": "hair", "0": "background", "1": "skin"}),
        json.dumps({"classes": ["background", "skin", "hair"]}),
    ],
)
def test_tables_in_every_form(tmp_path, text):
    (tmp_path / "t").write_text(text, encoding="utf-8")
    assert read_class_table(tmp_path / "t") == {0: "background", 1: "skin", 2: "hair"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "holds no class"),
        ("0 skin\n0 hair", "id 0 is named twice"),
        ("300 skin", "none of 0-255"),
        ("{", "damaged JSON"),
        ('{"a": "skin"}', "need an object of id and name"),
        ("0 background\n1 wheel\n2 wing", r"no convention has the classes wheel, wing; the nearest one is"),
    ],
)
def test_tables_that_are_none(tmp_path, text, words):
    (tmp_path / "t").write_text(text)
    with pytest.raises(FacegenError, match=words):
        meaning_of(tmp_path / "t")


def test_names_and_common_words():
    convention, table = meaning_of("celebamaskhq-bisenet")
    assert convention is CELEBAMASKHQ and table[BISENET.index("hair")] == CELEBAMASKHQ.id("hair")
    assert table[255] == 255 and table[19] == UNNAMED
    assert meaning_of("lapa")[1] is None
    with pytest.raises(FacegenError, match=r"unknown label convention 'lepa': it is one of .*--classes"):
        meaning_of("lepa")


def test_a_set_is_read_through_a_table(tmp_path):
    pairs = random_heads(110, seed=1)[1][:4]
    numbers = np.array([BISENET.index(name) for name in CELEBAMASKHQ.classes], np.uint8)
    root = write_set(tmp_path / "s", [(image, numbers[mask]) for image, mask in pairs])
    lines = [f"{i} {name}" for i, name in enumerate(BISENET)]
    lines[BISENET.index("cloth")] = f"{BISENET.index('cloth')} ignore"
    (tmp_path / "own.txt").write_text("\n".join(lines))
    own = tmp_path / "own.txt"
    for convention, cloth in (("celebamaskhq-bisenet", CELEBAMASKHQ.id("cloth")), (own, 255)):
        faces = open_set(root, convention=convention)
        assert faces.convention is CELEBAMASKHQ
        expected = np.where(pairs[0][1] == CELEBAMASKHQ.id("cloth"), cloth, pairs[0][1])
        np.testing.assert_array_equal(faces.mask(0), expected)
        check_set(faces).refuse()
    (tmp_path / "short.txt").write_text("background\nskin")
    with pytest.raises(FacegenError, match=rf"holds ids \[{UNNAMED}\]"):
        open_set(root, convention=tmp_path / "short.txt").mask(0)
