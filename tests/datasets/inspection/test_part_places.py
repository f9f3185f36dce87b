"""Parts of drawn heads in the place of others are named; exchanged sides are seen without a clear pair."""

import numpy as np
import pytest
from drawn_heads import head
from index_folder import write_set

from facegen.datasets.conventions.left_right import SidesCount, count_sides
from facegen.datasets.conventions.public.celebamaskhq_labels import CELEBAMASKHQ
from facegen.datasets.inspection.lint import lint_set
from facegen.datasets.inspection.mask_content import mask_content
from facegen.datasets.inspection.mended_copy import write_mended
from facegen.datasets.inspection.part_places import FAR, exchanged_sides, odd_parts, other_sides
from facegen.datasets.layouts.open_set import open_set

ID = {name: i for i, name in enumerate(CELEBAMASKHQ.classes)}
HALF = ("r_eye", "r_brow", "r_ear")  # of the half of a face that hair or a turn hides


def odd(mask):
    return odd_parts(mask_content(mask), CELEBAMASKHQ)


def exchanged(mask):
    return exchanged_sides(mask_content(mask), count_sides(mask, CELEBAMASKHQ), CELEBAMASKHQ)


def renamed(mask, old, new):
    return np.where(mask == ID[old], np.uint8(ID[new]), mask)


@pytest.mark.parametrize("without", [(), HALF, ("l_eye", "r_eye"), ("l_ear",)])
def test_a_head_has_no_odd_part(without):
    mask = head(without=without)
    assert odd(mask) == [] and not exchanged(mask)


@pytest.mark.parametrize("without", [HALF, tuple("l" + one[1:] for one in HALF)])
def test_exchanged_sides_are_seen_in_half_a_face_and_mended(tmp_path, without):
    """No pair can be compared there, but every part lies in the place of its twin."""
    right = head(without=without)
    wrong = CELEBAMASKHQ.flip_table()[right]
    assert count_sides(wrong, CELEBAMASKHQ) == SidesCount() and exchanged(wrong)
    assert odd_parts(other_sides(mask_content(wrong), CELEBAMASKHQ), CELEBAMASKHQ) == []
    masks = [wrong, head(), head(roll=4), head(roll=-4)]
    pictures = np.random.default_rng(0).integers(0, 256, (4, 256, 256, 3), np.uint8)
    faces = open_set(write_set(tmp_path / "s", zip(pictures, masks, strict=True)))
    assert [(one.kind, one.name) for one in lint_set(faces).problems] == [("exchanged", "00000")]
    write_mended(faces, tmp_path / "out")
    np.testing.assert_array_equal(open_set(tmp_path / "out").mask(0), right)


def test_one_ear_of_the_other_side_is_named_and_the_face_is_not_exchanged():
    mask = renamed(head(without=("l_ear",)), "r_ear", "l_ear")
    (part,) = odd(mask)
    assert part.text == "l_ear lies where r_ear should" and part.score > FAR and not exchanged(mask)


def test_a_part_that_covers_two_places_is_named_by_its_deviation():
    (part,) = odd(renamed(head(), "r_eye", "l_eye"))
    assert part.text.startswith("place or size of l_eye by ") and part.score > FAR


def test_a_missing_nose_is_named_and_a_missing_mouth_is_not():
    assert [one.text for one in odd(head(without=("nose",)))] == ["there is no nose"]
    assert odd(head(without=("u_lip", "l_lip", "l_brow"))) == []
