"""Small pieces of a class: slips within another class are faults, slivers along borders are notes."""

import numpy as np
import pytest
from drawn_heads import head
from index_folder import write_set
from PIL import Image

from facegen.datasets.conventions.public.celebamaskhq_labels import CELEBAMASKHQ
from facegen.datasets.inspection.lint import lint_set
from facegen.datasets.inspection.specks import MOVED, displacement, slips, specks
from facegen.datasets.layouts.open_set import open_set

ID = {name: i for i, name in enumerate(CELEBAMASKHQ.classes)}


def lint_of(folder, *masks):
    """Findings of a set of label maps: the kind of each, and whether it is clean."""
    lint = lint_set(open_set(write_set(folder, [(textured(i, one), one) for i, one in enumerate(masks)])))
    return {one.kind: [problem.name for problem in one.problems] for one in lint.groups()}, lint.clean


def textured(seed, mask):
    """A picture that is like no other."""
    grid = np.random.default_rng(seed).integers(0, 256, (4, 4, 3), np.uint8)
    return np.asarray(Image.fromarray(grid).resize(mask.shape[::-1]))


def test_specks_are_far_from_their_class():
    mask = np.zeros((256, 256), np.uint8)
    mask[100:140, 100:140] = ID["nose"]
    mask[100, 142] = mask[50, 50] = mask[51, 51] = ID["nose"]
    mask[10:13, 10:13] = ID["nose"]  # too large
    mask[200, 200] = ID["hair"]
    mask[220:250, 220:250] = ID["hair"]  # drawn in pieces
    mask[5, 5] = 77
    found = specks(mask, CELEBAMASKHQ)
    assert sorted(map(tuple, np.argwhere(found))) == [(50, 50), (51, 51)]


def test_a_slip_lies_within_one_class_and_a_sliver_between_two():
    mask = np.full((128, 128), ID["skin"], np.uint8)
    mask[:, 64:] = ID["hair"]
    mask[60:80, 20:40] = ID["nose"]
    within, border, edge = (20, 20), (20, 64), (0, 127)
    for place in (within, border, edge):
        mask[place] = ID["nose"]
    small = specks(mask, CELEBAMASKHQ)
    assert set(map(tuple, np.argwhere(small))) == {within, border, edge}
    assert set(map(tuple, np.argwhere(slips(mask, small)))) == {within, edge}


def test_slips_that_move_nothing_are_notes(tmp_path):
    """A pixel of skin in a corner far from the skin moves it less than one of an eye far from the eye."""
    skin, eye = head(256), head(256)
    skin[2, 2], eye[2, 2] = ID["skin"], ID["l_eye"]
    skin_moves, eye_moves = (displacement(one, specks(one, CELEBAMASKHQ)) for one in (skin, eye))
    rows, columns = np.nonzero(head(256) == ID["skin"])
    middle = np.array([rows.mean(), columns.mean()])
    expected = np.hypot(*(np.array([2, 2]) - middle)) / (len(rows) + 1) / 256
    assert skin_moves == pytest.approx(expected, rel=1e-3) and skin_moves < MOVED < eye_moves
    assert lint_of(tmp_path, skin, eye) == ({"crumb": ["00000"], "speck": ["00001"]}, False)


def test_slivers_along_a_border_are_notes_however_far_they_move_a_class(tmp_path):
    """A strand of hair over a brow leaves a bit of its outer end, between hair and skin: that is right."""
    mask = head(256)
    row, columns = 128 - 25, np.flatnonzero((mask == ID["l_brow"]).any(0))
    mask[:128, columns[-1] - 10 :] = np.where(mask[:128, columns[-1] - 10 :] == ID["l_brow"], ID["skin"], 0)
    mask[:128, columns[-1] - 10 : columns[-1] - 2] = ID["hair"]
    mask[:128, columns[-1] - 2 :] = ID["skin"]
    mask[row, columns[-1] - 2] = mask[row + 1, columns[-1] - 2] = ID["l_brow"]
    small = specks(mask, CELEBAMASKHQ)
    assert small.sum() == 2 and displacement(mask, small) > MOVED
    assert lint_of(tmp_path, mask) == ({"crumb": ["00000"]}, True)


def test_slips_of_a_class_that_counts_as_absent_are_notes(tmp_path):
    """Five pixels of an ear are below what a measure counts, wherever they lie."""
    mask = head(256, without=("l_ear",))
    mask[200, 40:44] = mask[2, 2] = ID["l_ear"]
    small = specks(mask, CELEBAMASKHQ)
    assert small.sum() == 1 and displacement(mask, slips(mask, small)) == 0.0
    assert lint_of(tmp_path, mask) == ({"crumb": ["00000"]}, True)
