"""Published layouts read by small readers written from their descriptions, as scripts read them."""

import re

import numpy as np
import pytest
from PIL import Image
from wild_masks import make_wild

from facegen.datasets.conventions.convention_registry import convention
from facegen.datasets.conventions.label_conventions import derive
from facegen.datasets.export.formats.celebamaskhq_format import at_side
from facegen.datasets.export.write_formats import export
from facegen.datasets.io.sample import read_sample
from facegen.datasets.layouts.open_set import open_set

CELEBA = (
    "skin nose eye_g l_eye r_eye l_brow r_brow l_ear r_ear mouth u_lip l_lip hair hat ear_r neck_l neck cloth"
)
CELEBA_ORDER = CELEBA.split(" ")


def opened(path, mode=None):
    with Image.open(path) as picture:
        return np.array(picture.convert(mode) if mode else picture)


def merged_by_palette(root, number):
    """Parts on a canvas of 512, found as value 225 of a palette: preparation scripts of face parsers."""
    canvas = np.zeros((512, 512), np.uint8)
    for place, part in enumerate(CELEBA_ORDER, 1):
        file = root / "CelebAMask-HQ-mask-anno" / str(number // 2000) / f"{number:05d}_{part}.png"
        if file.exists():
            canvas[opened(file, "P") == 225] = place
    return canvas


def merged_by_channel(root, number):
    """Parts by their first colour channel, as an OpenCV script reads them: needs three channels."""
    canvas = np.zeros((512, 512), np.uint8)
    for file in (root / "CelebAMask-HQ-mask-anno" / str(number // 2000)).glob(f"{number:05d}_*.png"):
        place = CELEBA_ORDER.index(file.stem.split("_", 1)[1]) + 1
        canvas[opened(file)[:, :, 0] != 0] = place
    return canvas


@pytest.mark.parametrize("read", [merged_by_palette, merged_by_channel])
def test_scripts_for_celebamaskhq_get_every_pixel(dataset, tmp_path, read):
    masks = make_wild(dataset)
    export(dataset, "celebamaskhq", tmp_path / "out")
    kept = ((np.arange(64) + 0.5) * 8).astype(int)  # of each pixel the value below its middle
    for name, mask in masks.items():
        expected = np.where(mask == 255, 0, mask)  # parts cannot ignore
        found = read(tmp_path / "out", int(name))
        np.testing.assert_array_equal(found, expected.repeat(8, 0).repeat(8, 1))
        np.testing.assert_array_equal(found[np.ix_(kept, kept)], expected)
    for file in (tmp_path / "out/CelebAMask-HQ-mask-anno/0").iterdir():
        assert opened(file).shape == (512, 512, 3)
    pictures = sorted((tmp_path / "out/CelebA-HQ-img").iterdir())
    assert [one.name for one in pictures] == ["0.jpg", "1.jpg"]
    assert all(one.read_bytes()[:2] == b"\xff\xd8" for one in pictures)


@pytest.mark.parametrize("side", [100, 127, 300, 511, 512])
def test_masks_of_any_side_up_to_512_come_back(side):
    mask = np.random.default_rng(side).integers(0, 19, (side, side), np.uint8)
    large = at_side(mask, 512)
    assert large.shape == (512, 512)
    np.testing.assert_array_equal(at_side(large, side), mask)


def test_samples_keep_their_numbers(dataset, tmp_path):
    for folder in ("images", "masks", "labels", "bare", "coverage", "landmarks", "depth", "meta"):
        (path,) = (dataset / folder).glob("000001.*")
        path.rename(path.with_name("004001" + path.suffix))
    export(dataset, "celebamaskhq", tmp_path / "out")
    faces = open_set(tmp_path / "out")
    assert faces.ids == ["0", "4001"] and not faces.pairing()
    assert list((tmp_path / "out/CelebAMask-HQ-mask-anno/2").glob("04001_skin.png"))


def lapa(root, name):
    return opened(root / "train/labels" / f"{name}.png"), root / "train/images" / f"{name}.jpg"


def helen(root, name):
    """The part of the largest value wins; the lists name the pictures."""
    folder = root / "labels" / f"{name}_1"
    parts = [opened(folder / f"{name}_1_lbl{k:02d}.png") for k in range(11)]
    listed = [
        re.fullmatch(r"\d+ , (\S+)", line)[1] for line in (root / "exemplars.txt").read_text().splitlines()
    ]
    assert f"{name}_1" in listed and (root / "tuning.txt").read_text() == ""
    assert all(one.ndim == 2 for one in parts)
    return np.argmax(parts, 0).astype(np.uint8), root / "images" / f"{name}_1.jpg"


def facesynthetics(root, name):
    rows = [
        [float(word) for word in line.split()]
        for line in (root / f"{name}_ldmks.txt").read_text().splitlines()
    ]
    assert np.shape(rows) == (70, 2)
    return opened(root / f"{name}_seg.png"), root / f"{name}.png"


@pytest.mark.parametrize("read", [lapa, helen, facesynthetics])
def test_other_published_layouts(dataset, tmp_path, read):
    to = read.__name__
    export(dataset, to, tmp_path / "out")
    sample = read_sample(dataset, 1)
    expected = derive(sample.native, sample.bare, sample.coverage, convention(to))
    assert len(np.unique(expected)) > 3
    mask, picture = read(tmp_path / "out", "000001")
    np.testing.assert_array_equal(mask, expected)
    pixels = opened(picture).astype(int)
    assert np.abs(pixels - sample.rgb).mean() < (6 if picture.suffix == ".jpg" else 1e-9)
    faces = open_set(tmp_path / "out", split="train" if to in ("lapa", "helen") else None)
    assert faces.convention.name == to and not faces.pairing()
    np.testing.assert_array_equal(faces.mask(1), expected)


def test_pupils_of_facesynthetics_follow_the_order_of_the_eyes(dataset, tmp_path):
    points = np.random.default_rng(0).uniform(0, 64, (70, 2)).astype(np.float32)
    (dataset / "landmarks/000000.json").write_text(
        '{"points": ' + str(points.tolist()) + ', "visible": ' + str([True] * 70).lower() + "}"
    )
    export(dataset, "facesynthetics", tmp_path / "out")
    found = np.loadtxt(tmp_path / "out/000000_ldmks.txt")
    np.testing.assert_allclose(found[:68], points[:68], atol=6e-4)
    np.testing.assert_allclose(found[68:], points[[69, 68]], atol=6e-4)


def test_landmarks_of_300w_count_from_one(dataset, tmp_path):
    """Read as the format is described: `version`, `n_points`, then x y in Matlab's numbers."""
    export(dataset, "300w", tmp_path / "out")
    text = (tmp_path / "out/000000.pts").read_text()
    head, body = text.split("{")
    assert dict(line.split(": ") for line in head.splitlines()) == {"version": "1", "n_points": "68"}
    found = np.array([line.split() for line in body.split("}")[0].strip().splitlines()], float)
    np.testing.assert_allclose(found - 0.5, read_sample(dataset, 0).landmarks[:68], atol=6e-4)
    np.testing.assert_array_equal(opened(tmp_path / "out/000000.png"), read_sample(dataset, 0).rgb)
