"""The three text files of CelebAMask-HQ, built here in their official form."""

import os
from pathlib import Path

import numpy as np
import pytest

from facegen.datasets.errors import FacegenError
from facegen.datasets.layouts.annotations import (
    ATTRIBUTE_FILE,
    MAPPING_FILE,
    POSE_FILE,
    find_annotations,
    read_annotations,
    read_attributes,
    read_mapping,
    read_pose,
)

NAMES = [f"Trait_{i}" for i in range(39)] + ["Young"]


@pytest.fixture
def folder(tmp_path):
    signs = [["1" if (row + column) % 3 else "-1" for column in range(40)] for row in range(3)]
    rows = [f"{row}.jpg  {' '.join(values)}" for row, values in enumerate(signs)]
    (tmp_path / ATTRIBUTE_FILE).write_text("\n".join(["3", " ".join(NAMES), *rows]) + "\n")
    pose = ["0.jpg -16.75 -3.5 -0.5", "1.jpg 1 2 3", "2.jpg 0.25 0 -90"]
    (tmp_path / POSE_FILE).write_text("\n".join(["3", "Yaw Pitch Raw", *pose]) + "\n")
    mapping = ["0\t5\t000006.jpg", "1    162770 162771.jpg", "2 200121 200122.jpg"]
    (tmp_path / MAPPING_FILE).write_text("\n".join(mapping) + "\n")
    return tmp_path


def test_values(folder):
    read = read_annotations(folder)
    assert len(read) == 3 and read.attributes.names == tuple(NAMES)
    expected = np.array([[(row + column) % 3 != 0 for column in range(40)] for row in range(3)])
    np.testing.assert_array_equal(read.attributes.values, expected)
    np.testing.assert_array_equal(read.attributes.column("Young"), expected[:, 39])
    np.testing.assert_array_equal(read.pose, np.float32([[-16.75, -3.5, -0.5], [1, 2, 3], [0.25, 0, -90]]))
    assert read.mapping.celeba_file.tolist() == [6, 162771, 200122]
    assert read.mapping.part.tolist() == ["train", "val", "test"]


def test_the_mapping_may_have_headings_or_be_missing(folder):
    file = folder / MAPPING_FILE
    file.write_text("idx orig_idx orig_file\n" + file.read_text())
    assert read_mapping(file).part.tolist() == ["train", "val", "test"]
    file.unlink()
    assert read_annotations(folder).mapping is None


@pytest.mark.parametrize(
    "file, line, content, message",
    [
        (ATTRIBUTE_FILE, 0, "4", "announces 4 rows, holds 3"),
        (ATTRIBUTE_FILE, 0, "many", ":1: need the number of rows"),
        (ATTRIBUTE_FILE, 1, "Bald Young", ":2: 2 attribute names, need 40"),
        (ATTRIBUTE_FILE, 3, "1.jpg " + " ".join(["1"] * 39 + ["0"]), ":4: attribute values must be 1 or -1"),
        (ATTRIBUTE_FILE, 3, "7.jpg " + " ".join(["1"] * 40), ":4: need `1.jpg` and 40 numbers"),
        (POSE_FILE, 4, "2.jpg 1 2", ":5: need `2.jpg` and 3 numbers"),
        (POSE_FILE, 4, "2.jpg 1 2 nan", ":5: an angle is not a number of degrees"),
        (POSE_FILE, 4, "2.jpg 1 2 x", ":5: need `2.jpg` and 3 numbers"),
        (MAPPING_FILE, 1, "1 162770 162772.jpg", ":2: rows out of order or numbers disagree"),
        (MAPPING_FILE, 1, "2 162770 162771.jpg", ":2: rows out of order or numbers disagree"),
        (MAPPING_FILE, 1, "one two", ":2: need `index original NNNNNN.jpg`"),
    ],
)
def test_a_damaged_line_is_named(folder, file, line, content, message):
    lines = (folder / file).read_text().splitlines()
    lines[line] = content
    (folder / file).write_text("\n".join(lines) + "\n")
    with pytest.raises(FacegenError, match=message) as caught:
        read_annotations(folder)
    assert str(folder / file) in str(caught.value) and "\n" not in str(caught.value)


def test_files_that_disagree_or_are_missing(folder):
    lines = (folder / POSE_FILE).read_text().splitlines()
    (folder / POSE_FILE).write_text("\n".join(["2", *lines[1:4]]))
    with pytest.raises(FacegenError, match=r"disagree in rows .*attribute-anno.txt 3.*pose-anno.txt 2"):
        read_annotations(folder)
    (folder / POSE_FILE).unlink()
    with pytest.raises(FacegenError, match=r"pose-anno\.txt: no such file"):
        read_annotations(folder)
    (folder / ATTRIBUTE_FILE).write_bytes(b"\xff\xfe\x00")
    with pytest.raises(FacegenError, match="not readable as text"):
        read_attributes(folder / ATTRIBUTE_FILE)


def test_finding_the_folder(folder):
    inner = folder / "train"
    inner.mkdir()
    assert find_annotations(folder) == folder and find_annotations(inner) == folder
    assert find_annotations(inner / "images") is None


def test_an_unknown_attribute(folder):
    with pytest.raises(FacegenError, match="no attribute 'Tall'"):
        read_attributes(folder / ATTRIBUTE_FILE).column("Tall")


def test_all_thirty_thousand_rows():
    root = os.environ.get("FACEGEN_CELEBAMASKHQ")
    if not root:
        pytest.skip("FACEGEN_CELEBAMASKHQ is not set: needs the official annotation files")
    read = read_annotations(Path(root) / "annotations")
    assert read.attributes.values.shape == (30000, 40) and read.pose.shape == (30000, 3)
    assert read.attributes.column("Male").mean() == pytest.approx(0.369, abs=5e-4)
    np.testing.assert_allclose(read.pose.std(axis=0), [15.6, 8.2, 2.6], atol=0.05)
    counts = dict(zip(*np.unique(read.mapping.part, return_counts=True), strict=True))
    assert counts == {"train": 24183, "val": 2993, "test": 2824}
    np.testing.assert_array_equal(read_pose(Path(root) / "annotations" / POSE_FILE), read.pose)
