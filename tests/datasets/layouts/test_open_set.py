"""Every layout, opened from files built here in its official form; then each way it can be wrong."""

import os
import pickle
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from facegen.datasets.conventions.public.celebamaskhq_labels import CELEBAMASKHQ
from facegen.datasets.errors import FacegenError
from facegen.datasets.layouts.annotations import MAPPING_FILE
from facegen.datasets.layouts.open_set import open_set

SKIN, L_EYE, R_EYE, EYE_G, HAIR, CLOTH = (
    CELEBAMASKHQ.id(n) for n in ("skin", "l_eye", "r_eye", "eye_g", "hair", "cloth")
)


def save(path, array):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.asarray(array, np.uint8)).save(path)


def face_mask(size=64, mirrored=False):
    """A frontal face: the subject's left eye on the right side of the picture."""
    mask = np.zeros((size, size), np.uint8)
    mask[10:54, 10:54] = SKIN
    mask[24:30, 36:46] = R_EYE if mirrored else L_EYE
    mask[24:30, 18:28] = L_EYE if mirrored else R_EYE
    return mask


def photo(seed, size=64):
    return np.random.Generator(np.random.Philox(seed)).integers(0, 256, (size, size, 3), np.uint8)


@pytest.fixture
def index_set(tmp_path):
    root = tmp_path / "train"
    for i in range(3):
        save(root / "images" / f"{i:05d}.png", photo(i))
        save(root / "masks" / f"{i:05d}.png", face_mask())
    return root


@pytest.fixture
def official(tmp_path):
    root = tmp_path / "CelebAMask-HQ"
    for number, folder in ((0, 0), (1, 0), (2000, 1)):
        save(root / "CelebA-HQ-img" / f"{number}.jpg", photo(number, 128))
        parts = {"skin": face_mask() > 0, "l_eye": face_mask() == L_EYE, "r_eye": face_mask() == R_EYE}
        parts["eye_g"] = np.zeros((64, 64), bool)
        parts["eye_g"][22:32, 14:50] = True
        parts["hair"] = np.zeros((64, 64), bool)
        parts["hair"][8:26, 8:56] = True
        parts["cloth"] = np.zeros((64, 64), bool)
        parts["cloth"][50:] = True
        for part, drawn in parts.items():
            colour = np.repeat(drawn[..., None] * np.uint8(255), 3, axis=2)
            save(root / "CelebAMask-HQ-mask-anno" / str(folder) / f"{number:05d}_{part}.png", colour)
    rows = [f"{i} {i * 100} {i * 100 + 1:06d}.jpg" for i in range(2001)]
    (root / MAPPING_FILE).write_text("\n".join(rows))
    return root


def test_index_layout(index_set):
    faces = open_set(index_set)
    assert (faces.name, faces.layout, faces.convention.name, faces.has_masks) == (
        "train",
        "index",
        "celebamaskhq",
        True,
    )
    assert faces.ids == ["00000", "00001", "00002"] and len(faces) == 3
    np.testing.assert_array_equal(faces.image(1), photo(1))
    np.testing.assert_array_equal(faces.mask(1), face_mask())
    assert faces.meta(0) is None and faces.check() == []


def test_subset_and_pickle(index_set):
    faces = open_set(index_set)
    part = pickle.loads(pickle.dumps(faces.subset([2, 0])))
    assert part.ids == ["00002", "00000"]
    np.testing.assert_array_equal(part.image(0), photo(2))
    assert faces.subset(["00001"]).ids == ["00001"]
    with pytest.raises(FacegenError, match="has no picture 'x'"):
        faces.subset(["x"])


def test_pictures_without_masks(index_set):
    shutil.rmtree(index_set / "masks")
    faces = open_set(index_set)
    assert not faces.has_masks and faces.check() == []
    with pytest.raises(FacegenError, match="pictures without masks"):
        faces.mask(0)


def test_check_names_every_wrong_file(index_set):
    save(index_set / "images" / "a_lone.png", photo(9))
    save(index_set / "masks" / "b_lone.png", face_mask())
    save(index_set / "masks" / "00000.png", face_mask()[:, :32])
    wrong = face_mask()
    wrong[0, 0] = 77
    save(index_set / "masks" / "00001.png", wrong)
    (index_set / "images" / "00002.png").write_bytes(b"not a picture")
    problems = {(one.path.parent.name, one.path.stem): one.message for one in open_set(index_set).check()}
    assert problems[("images", "a_lone")] == "picture without a mask"
    assert problems[("masks", "b_lone")] == "mask without a picture"
    assert "differ in shape" in problems[("images", "00000")]
    assert "holds ids [77]" in problems[("masks", "00001")]
    assert "not a readable picture" in problems[("images", "00002")]
    assert len(problems) == 5


def test_an_unknown_id_is_an_error_when_read(index_set):
    mask = face_mask()
    mask[3, 3] = 19
    save(index_set / "masks" / "00000.png", mask)
    with pytest.raises(FacegenError, match=r"masks/00000\.png: holds ids \[19\].*celebamaskhq"):
        open_set(index_set).mask(0)
    mask[3, 3] = 255
    save(index_set / "masks" / "00000.png", mask)
    assert open_set(index_set).mask(0)[3, 3] == 255
    with pytest.raises(FacegenError, match=r"holds ids .*lapa"):
        save(index_set / "masks" / "00000.png", np.full((64, 64), 18))
        open_set(index_set, convention="lapa").mask(0)


def test_exchanged_sides_are_found(index_set):
    for i in range(3):
        save(index_set / "masks" / f"{i:05d}.png", face_mask(mirrored=True))
    (problem,) = open_set(index_set).check()
    assert problem.message == "left and right look exchanged: 3 of 3 frontal faces"


def test_the_share_of_exchanged_sides_is_counted(index_set):
    save(index_set / "masks" / "00001.png", face_mask(mirrored=True))
    save(index_set / "masks" / "00002.png", np.full((64, 64), SKIN))
    sides = open_set(index_set).sides()
    assert (sides.measured, sides.swapped, sides.fraction) == (2, 1, 0.5)


def test_the_real_training_set_is_whole():
    root = os.environ.get("FACEGEN_CELEBAMASKHQ")
    if not root:
        pytest.skip("FACEGEN_CELEBAMASKHQ is not set: needs real faces")
    faces = open_set(Path(root), split="train")
    assert len(faces) == 1000
    some = faces.subset(range(0, 1000, 5))
    assert some.check() == []
    assert some.sides().measured > 180 and some.sides().fraction < 0.15  # some of its masks are mirrored


def test_official_layout_merges_parts_in_the_customary_order(official):
    faces = open_set(official)
    assert faces.layout == "official" and faces.ids == ["0", "1", "2000"]
    assert faces.image(0).shape == (128, 128, 3)
    mask = faces.mask(2)
    expected = face_mask()
    glasses = np.zeros((64, 64), bool)
    glasses[22:32, 14:50] = True
    expected[glasses & ~np.isin(expected, (L_EYE, R_EYE))] = EYE_G  # eyes lie over glasses
    expected[8:26, 8:56] = HAIR
    expected[50:] = CLOTH
    np.testing.assert_array_equal(mask, expected)
    assert faces.check() == []


def test_official_split_by_the_mapping_file(official):
    # Picture i maps to CelebA file 100 i + 1: 1627 is the last of train, 1826 the last of val.
    assert open_set(official, split="train").ids == ["0", "1"]
    assert open_set(official, split="test").ids == ["2000"]
    with pytest.raises(FacegenError, match="no picture of the official split 'val'"):
        open_set(official, split="val")
    (official / MAPPING_FILE).unlink()
    with pytest.raises(FacegenError, match=r"mapping\.txt: no such file"):
        open_set(official, split="train")


def test_official_layout_problems(official):
    anno = official / "CelebAMask-HQ-mask-anno"
    save(anno / "0" / "00007_skin.png", face_mask())
    save(anno / "0" / "00000_tail.png", face_mask())
    save(anno / "1" / "00001_hat.png", np.zeros((64, 64)))
    save(official / "CelebA-HQ-img" / "5.jpg", photo(5))
    problems = {one.path.name: one.message for one in open_set(official).check()}
    assert problems == {
        "00007_skin.png": "part mask without a picture CelebA-HQ-img/7.jpg",
        "00000_tail.png": "unknown part 'tail'",
        "00001_hat.png": "belongs in folder 0",
        "5.jpg": "picture without part masks",
    }
    save(anno / "0" / "00000_nose.png", np.zeros((32, 32)))
    with pytest.raises(FacegenError, match=r"00000_nose.png: \(32, 32\) pixels"):
        open_set(official).mask(0)
    shutil.rmtree(official / "CelebA-HQ-img")
    with pytest.raises(FacegenError, match="no CelebA-HQ-img/"):
        open_set(official)


def test_official_pictures_without_masks(official):
    shutil.rmtree(official / "CelebAMask-HQ-mask-anno")
    faces = open_set(official)
    assert faces.ids == ["0", "1", "2000"] and not faces.has_masks and faces.check() == []


def test_what_is_no_set(tmp_path, index_set):
    with pytest.raises(FacegenError, match="nowhere: no such folder"):
        open_set(tmp_path / "nowhere")
    with pytest.raises(FacegenError, match=r"several sets: name one of them, such as .*train \(train\)"):
        open_set(tmp_path)
    assert open_set(tmp_path, split="train").ids == open_set(index_set).ids
    with pytest.raises(FacegenError, match="has no part 'test'"):
        open_set(tmp_path, split="test")
    empty = tmp_path / "empty"
    (empty / "images").mkdir(parents=True)
    with pytest.raises(FacegenError, match="holds no picture"):
        open_set(empty)
    (empty / "images").rmdir()
    with pytest.raises(FacegenError, match="no known layout"):
        open_set(empty)
    (empty / "CelebAMask-HQ-pose-anno.txt").write_text("0\n")
    with pytest.raises(FacegenError, match="annotation files but no pictures"):
        open_set(empty)
    save(empty / "images" / "a.png", photo(0))
    save(empty / "masks" / "b.png", face_mask())
    with pytest.raises(FacegenError, match=r"no picture has a mask of the same name \(found 1 pictures"):
        open_set(empty)
