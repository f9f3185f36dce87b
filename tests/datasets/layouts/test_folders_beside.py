"""Folders beside those that are read, masks where none are expected: each is said, none is passed over."""

import shutil

import numpy as np
import pytest
from drawn_heads import random_heads
from index_folder import write_set
from PIL import Image

from facegen.datasets.errors import FacegenError
from facegen.datasets.inspection.set_check import check_set
from facegen.datasets.layouts.open_set import open_set

COUNT = 4
NOT_READ = "not read, though they hold pictures: "


@pytest.fixture(scope="module")
def pairs():
    return random_heads(COUNT, seed=3, size=64)[1]


@pytest.fixture
def root(tmp_path, pairs):
    return write_set(tmp_path / "set", pairs)


def second_masks(root):
    shutil.copytree(root / "masks", root / "labels")


def second_pictures(root):
    shutil.copytree(root / "images", root / "images (2)")


def a_part_beside(root):
    shutil.copytree(root, root.parent / "part")
    shutil.move(root.parent / "part", root / "test")


def coloured_masks(root):
    (root / "colour").mkdir()
    for path in (root / "masks").iterdir():
        Image.open(path).convert("RGB").save(root / "colour" / path.name)


def photos_to_come(root):
    shutil.copytree(root / "images", root / "more" / "unsorted")


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (second_masks, "labels/"),
        (second_pictures, "images (2)/"),
        (a_part_beside, "test/"),
        (coloured_masks, "colour/"),
        (photos_to_come, "more/"),
    ],
)
def test_folders_of_pictures_that_are_not_read_are_named(root, change, named):
    change(root)
    faces = open_set(root)
    assert len(faces) == COUNT and f"{NOT_READ}{named}" in faces.remarks
    assert f"  {NOT_READ}{named}" in check_set(faces).lines()


def test_folders_without_pictures_and_clutter_need_no_words(root):
    for name in ("landmarks", ".thumbnails", "__MACOSX"):
        (root / name).mkdir()
        (root / name / ("a.png" if name != "landmarks" else "a.txt")).write_bytes(b"x")
    (root / "empty").mkdir()
    assert open_set(root).remarks == ()


def as_arrays(root):
    for path in (root / "masks").iterdir():
        np.save(path.with_suffix(".npy"), np.asarray(Image.open(path)))
        path.unlink()


def as_gif(root):
    for path in (root / "masks").iterdir():
        Image.open(path).save(path.with_suffix(".gif"))
        path.unlink()


def in_the_other_folder(root):
    (root / "masks").rename(root / "labels")
    (root / "masks").mkdir()


def one_folder_further(root):
    (root / "masks").rename(root / "v2")
    (root / "masks").mkdir()
    (root / "v2").rename(root / "masks" / "v2")


def unpacked_by_nobody(root):
    shutil.rmtree(root / "masks")
    (root / "masks").mkdir()
    (root / "masks" / "masks.zip").write_bytes(b"PK")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (as_arrays, r"it holds 4 others, such as 0\w+\.npy$"),
        (as_gif, r"it holds 4 others, such as 0\w+\.gif$"),
        (in_the_other_folder, "it is empty; labels/ beside it holds pictures: rename it"),
        (one_folder_further, "it holds 1 others, such as v2$"),
        (unpacked_by_nobody, r"it holds 1 others, such as masks\.zip$"),
    ],
)
def test_a_folder_of_masks_without_one_says_what_it_holds(root, change, words):
    change(root)
    with pytest.raises(FacegenError, match=rf"masks holds no mask \(.*\): {words}"):
        open_set(root)


@pytest.mark.parametrize("ending", ["_mask", "-seg", ".label", "_parsing", "_gt"])
@pytest.mark.parametrize("without", [0, 2])
def test_masks_among_the_pictures_are_not_taken_for_faces(root, ending, without):
    for place, path in enumerate(sorted((root / "masks").iterdir())):
        if place >= without:
            path.rename(root / "images" / f"{path.stem}{ending}.png")
    shutil.rmtree(root / "masks")
    with pytest.raises(FacegenError, match=f"{COUNT - without} pictures have a neighbour that is named as"):
        open_set(root)


def test_a_link_to_nowhere_is_a_damaged_picture(root):
    path = sorted((root / "images").iterdir())[1]
    path.unlink()
    path.symlink_to(root / "gone.png")
    (group,) = check_set(open_set(root)).groups()
    assert (group.kind, [one.path for one in group.problems]) == ("damaged", [path])
