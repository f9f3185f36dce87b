"""Faults put into drawn sets are found, named and mended; a whole set has none."""

import csv
import io
import json

import numpy as np
import pytest
from drawn_heads import random_heads
from index_folder import write_set
from PIL import Image

from facegen.datasets.conventions.public.celebamaskhq_labels import CELEBAMASKHQ
from facegen.datasets.errors import FacegenError
from facegen.datasets.inspection.duplicates import SIDE, near_duplicates, thumbnail
from facegen.datasets.inspection.findings_file import HEADINGS, findings_csv
from facegen.datasets.inspection.lint import lint_set
from facegen.datasets.inspection.mended_copy import write_mended
from facegen.datasets.layouts.face_set import Problem
from facegen.datasets.layouts.open_set import open_set

ID = {name: i for i, name in enumerate(CELEBAMASKHQ.classes)}


@pytest.fixture(scope="module")
def pairs():
    """Heads whose pictures are told apart by a random backdrop."""
    rng = np.random.default_rng(5)
    found = []
    for image, mask in random_heads(110, seed=1)[1][:12]:
        backdrop = Image.fromarray(rng.integers(0, 256, (4, 4, 3), np.uint8)).resize((128, 128))
        found.append((np.where((mask == 0)[..., None], backdrop, image).astype(np.uint8), mask))
    return found


def with_specks(mask):
    mask = mask.copy()
    mask[4, 4] = ID["nose"]
    mask[8, 100] = ID["l_eye"]
    return mask


def faulty(folder, pairs):
    """One set with a fault of each kind that is mended, each in a sample of its own."""
    root = write_set(folder, pairs)

    def put(name, mask):
        Image.fromarray(mask).save(root / "masks" / f"{name}.png")

    put("00000", CELEBAMASKHQ.flip_table()[pairs[0][1]])
    put("00001", with_specks(pairs[1][1]))
    exif = Image.Exif()
    exif[0x0112] = 6
    (root / "images" / "00002.png").unlink()
    Image.fromarray(np.rot90(pairs[2][0])).save(root / "images" / "00002.jpg", exif=exif, quality=95)
    order = np.roll(np.arange(19), 3)
    renumbered = Image.fromarray(np.argsort(order).astype(np.uint8)[pairs[3][1]], "P")
    renumbered.putpalette(order.astype(np.uint8)[:, None].repeat(3, 1).tobytes())
    renumbered.save(root / "masks" / "00003.png")
    return root


def kinds(lint):
    return {one.kind: [problem.name for problem in one.problems] for one in lint.groups()}


def test_a_whole_set_is_clean_and_faults_are_found(tmp_path, pairs):
    whole = open_set(write_set(tmp_path / "whole", pairs))
    done = []
    lint = lint_set(whole, on_progress=done.append)
    assert lint.clean and lint.problems == () and sum(done) == 12
    assert lint_set(whole, workers=2).problems == ()
    found = kinds(lint_set(open_set(faulty(tmp_path / "faulty", pairs))))
    assert found == {"exchanged": ["00000"], "speck": ["00001"], "turned": ["00002"], "palette": ["00003"]}


def test_the_mended_copy_is_whole_and_says_what_was_done(tmp_path, pairs):
    root = faulty(tmp_path / "faulty", pairs)
    before = {path: path.read_bytes() for path in root.rglob("*.*")}
    changes = write_mended(open_set(root), tmp_path / "out")
    assert {one.name: one.done for one in changes} == {
        "00000": "left and right exchanged",
        "00001": "2 pixels of specks given to their neighbours",
        "00002": "camera turn applied; stored as PNG",
        "00003": "ids taken from the greys of the palette",
    }
    mended = open_set(tmp_path / "out")
    for i, (_, mask) in enumerate(pairs):
        np.testing.assert_array_equal(mended.mask(i), mask)
    assert lint_set(mended).problems == ()
    assert (tmp_path / "out" / "images" / "00005.png").read_bytes() == before[root / "images" / "00005.png"]
    assert before == {path: path.read_bytes() for path in root.rglob("*.*")}
    assert json.loads((tmp_path / "out" / "classes.json").read_text())["convention"] == "celebamaskhq"
    with pytest.raises(FacegenError, match="is there already"):
        write_mended(open_set(root), tmp_path / "out")
    with pytest.raises(FacegenError, match="lies in the set itself"):
        write_mended(open_set(root), root / "mended")


def test_broken_samples_are_left_out_of_the_copy_and_named(tmp_path, pairs):
    root = write_set(tmp_path / "s", pairs[:3])
    (root / "masks" / "00001.png").write_bytes(b"")
    (change,) = write_mended(open_set(root), tmp_path / "out")
    assert change.name == "00001" and change.done.startswith("left out: ")
    assert open_set(tmp_path / "out").ids == ["00000", "00002"]


def encoded(image, how):
    picture = Image.fromarray(image)
    if how == "jpeg":
        buffer = io.BytesIO()
        picture.save(buffer, "JPEG", quality=40)
        return np.asarray(Image.open(buffer).convert("RGB"))
    if how == "small":
        return np.asarray(picture.resize((100, 100)))
    if how == "bright":
        return np.clip(image * 1.1 + 5, 0, 255).astype(np.uint8)
    return image[:, ::-1]


@pytest.mark.parametrize("how", ["jpeg", "small", "bright", "mirrored"])
def test_pictures_stored_twice_are_found_in_a_set_and_between_two(tmp_path, pairs, how):
    image, mask = pairs[0]
    again = encoded(image, how), (mask[:, ::-1] if how == "mirrored" else mask)
    again = again[0], np.asarray(Image.fromarray(again[1]).resize(again[0].shape[1::-1], 0))
    root = write_set(tmp_path / "s", [*pairs[:4], again])
    (problem,) = (one for one in lint_set(open_set(root)).problems if one.kind == "near_duplicate")
    assert problem.name == "00004" and "the picture of 00000.png" in problem.message
    assert ("mirrored" in problem.message) == (how == "mirrored") and problem.score >= 0.97
    test = write_set(tmp_path / "t", [again, *pairs[6:9]])
    found = lint_set(open_set(write_set(tmp_path / "r", pairs[:6])), open_set(test))
    (shared,) = (one for one in found.problems if one.kind == "shared")
    assert shared.name == "00000" and str(test / "images" / "00000.png") in shared.message


def test_hashes_find_what_comparing_all_thumbnails_finds():
    """Against every pair compared directly: noise on 40 random pictures, three of them twice."""
    rng = np.random.default_rng(0)
    grids = [rng.integers(0, 256, (5, 5, 3), np.uint8) for _ in range(40)]
    base = [np.asarray(Image.fromarray(one).resize((64, 64))) for one in grids]
    noisy = [np.clip(one + rng.normal(0, 6, one.shape), 0, 255).astype(np.uint8) for one in base[:3]]
    small = [thumbnail(one) for one in (*base, *noisy)]
    assert small[0].shape == (SIDE, SIDE)
    flat = np.array([(one - one.mean()).ravel() / np.linalg.norm(one - one.mean()) for one in small])
    alike = {(i, j) for i, j in zip(*np.nonzero(flat @ flat.T >= 0.97), strict=True) if i < j}
    assert alike == {(0, 40), (1, 41), (2, 42)}
    assert {(one.first, one.second) for one in near_duplicates(small)} == alike
    assert near_duplicates([]) == [] and near_duplicates(small[:1], []) == []


def test_the_table_of_findings_runs_in_no_spreadsheet(tmp_path):
    problems = [Problem(tmp_path / "=cmd", '+1, "two"\nlines', "speck", "@name", 0.5)]
    head, row = csv.reader(io.StringIO(findings_csv(problems).decode()))
    assert tuple(head) == HEADINGS
    assert row[:6] == ["1", "fault", "speck", "'@name", "0.5", '\'+1, "two"\nlines']
