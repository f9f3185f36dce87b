"""A consistent dataset passes; each way of spoiling one file is found and named."""

import numpy as np
import pytest
from PIL import Image
from small_set import HEADER, SIZE, face

from facegen.datasets.conventions.label_conventions import derive
from facegen.datasets.conventions.native_labels import COVERAGE_CLASSES, Native
from facegen.datasets.conventions.public.celebamaskhq_labels import CELEBAMASKHQ
from facegen.datasets.errors import FacegenError
from facegen.datasets.io.dataset_file import write_attributes, write_dataset_json
from facegen.datasets.io.files import npz_bytes
from facegen.datasets.io.sample import Sample, read_sample, write_sample
from facegen.datasets.layouts.verify_set import sample_problems, verify


def messages(root):
    return {str(p.path.relative_to(root)): p.message for p in verify(root).problems}


def save(root, name, array):
    Image.fromarray(array).save(root / name)


def test_a_consistent_dataset_passes(dataset):
    seen = []
    result = verify(dataset, lambda done, total: seen.append((done, total)))
    assert result.problems == [] and result.samples == 2 and seen == [(1, 2), (2, 2)]
    assert (result.sides.measured, result.sides.swapped) == (2, 0)


def spoil_mask(root):
    mask = np.asarray(Image.open(root / "masks/000001.png")).copy()
    mask[30, 30] = CELEBAMASKHQ.id("nose")
    save(root, "masks/000001.png", mask)


def spoil_native(root):
    labels = np.asarray(Image.open(root / "labels/000000.png")).copy()
    labels[0, 0] = 99
    save(root, "labels/000000.png", labels)


def spoil_bare(root):
    bare = np.asarray(Image.open(root / "bare/000000.png")).copy()
    bare[50:54, 20:40] = Native.LOWER_LIP
    save(root, "bare/000000.png", bare)


@pytest.mark.parametrize(
    "spoil, name, message",
    [
        (spoil_mask, "masks/000001.png", "is not what the celebamaskhq rules make"),
        (spoil_native, "labels/000000.png", "unknown native ids [99]"),
        (spoil_bare, "bare/000000.png", "differs from labels/ away from any eyewear"),
        (
            lambda r: save(r, "images/000000.png", np.zeros((64, 64, 3), np.uint8)),
            "images/000000.png",
            "one colour",
        ),
        (lambda r: (r / "coverage/000001.npz").unlink(), ".", "coverage/000001.npz: no such file"),
        (
            lambda r: (r / "masks/.partial-7-000001.png").touch(),
            "masks/.partial-7-000001.png",
            "interrupted run",
        ),
        (lambda r: (r / "meta/000001.json").unlink(), ".", "1 samples finished and 0 failed of 2: resume"),
        (lambda r: write_attributes(r, ["000000"], [{}]), "attributes.parquet", "has 1 rows for 2 samples"),
        (lambda r: (r / "attributes.parquet").unlink(), "attributes.parquet", "no such file"),
        (lambda r: write_dataset_json(r, {**HEADER, "size": 128}), "images/000000.png", "64x64 pixels"),
        (lambda r: write_dataset_json(r, {**HEADER, "num": 1}), ".", "sample 000001 lies beyond the 1"),
        (lambda r: write_sample(r, 0, face(0, mirrored=True)), None, None),
    ],
)
def test_each_spoiled_file_is_named(dataset, spoil, name, message):
    spoil(dataset)
    found = messages(dataset)
    if name is None:  # one of two faces mirrored
        assert found == {".": "left and right look exchanged: 1 of 2 frontal faces"}
    else:
        assert message in found[name]


def test_depth_and_coverage_are_held_against_the_labels(dataset):
    one = face(0)
    depth, coverage = one.depth.copy(), one.coverage.copy()
    depth[20:30] = 0
    (dataset / "depth/000000.npz").write_bytes(npz_bytes(depth=depth, normals=one.normals))
    assert "no depth in" in messages(dataset)["depth/000000.npz"]
    coverage[50:56, 10:50, 4] = 255
    write_sample(dataset, 0, Sample(**{**vars(one), "coverage": coverage}))
    assert "frame covers pixels" in messages(dataset)["coverage/000000.npz"]


def test_bare_may_show_glasses_only_where_they_are_opaque(dataset):
    one = face(0)
    one.native[24:26, 14:30] = Native.GLASSES_FRAME
    fractions = np.stack([np.isin(one.native, members) for _, members in COVERAGE_CLASSES], axis=-1)
    one.coverage = fractions.astype(np.uint8) * 255
    write_sample(dataset, 0, Sample(**{**vars(one), "bare": one.native}))
    assert messages(dataset) == {}
    left_over = np.where(one.native == Native.GLASSES_FRAME, one.native, one.bare)
    write_sample(dataset, 0, Sample(**{**vars(one), "bare": left_over}))
    assert "has a glasses frame" in messages(dataset)["bare/000000.png"]


def test_a_meta_file_that_is_no_json_is_named(dataset):
    (dataset / "meta/000001.json").write_text('{"spec": {"seed": 1e999, "index": 0}}')
    assert any("1e999 is beyond every number" in one for one in messages(dataset).values())


@pytest.mark.parametrize("seed", ["null", '"x"', "-5"])
def test_an_edited_meta_file_stops_no_check(dataset, seed):
    spoil_mask(dataset)
    (dataset / "meta/000001.json").write_text(f'{{"spec": {{"seed": {seed}, "index": 0}}}}')
    assert "is not what the celebamaskhq rules make" in messages(dataset)["masks/000001.png"]


def test_failures_excuse_missing_samples(dataset):
    (dataset / "meta/000001.json").unlink()
    write_attributes(dataset, ["000000"], [{"yaw": 0.0}])
    write_dataset_json(dataset, {**HEADER, "failures": {"000001": "out of memory"}})
    assert verify(dataset).problems == []


def test_nothing_to_verify(tmp_path):
    with pytest.raises(FacegenError, match=r"dataset\.json: no such file"):
        verify(tmp_path)
    write_dataset_json(tmp_path, HEADER)
    with pytest.raises(FacegenError, match="no finished sample"):
        verify(tmp_path)


def test_a_convention_may_shift_its_borders_but_not_further():
    """CelebAMask-HQ draws the nose 0.8 mm wider: two pixels here, where a millimetre is one."""
    sample = face(0)
    sample.native[28:36, 30:34] = sample.bare[28:36, 30:34] = Native.NOSE
    sample.coverage[28:36, 30:34] = 0
    sample.meta = {"intrinsics": [[1000.0, 0, 32]], "spec": {"camera": {"distance": 1.0}}}
    nose = CELEBAMASKHQ.id("nose")
    mask = derive(sample.native, sample.bare, sample.coverage, CELEBAMASKHQ)

    def wrong(rows):
        drawn = mask.copy()
        drawn[rows, 30:34] = nose
        return [folder for folder, _ in sample_problems(sample, drawn, SIZE, CELEBAMASKHQ)]

    assert wrong(slice(28, 38)) == []
    assert wrong(slice(28, 50)) == ["masks"]
    elsewhere = mask.copy()
    elsewhere[60, 60] = CELEBAMASKHQ.id("neck_l")  # a class that the native labels lack
    assert sample_problems(sample, elsewhere, SIZE, CELEBAMASKHQ)[0][0] == "masks"


def test_what_a_shifted_border_makes_large_enough_to_be_drawn_is_no_fault():
    """An ear of six pixels is not drawn (of 4,096 seven would be); 0.4 mm wider it is."""
    sample = face(0)
    sample.native[30:36, 56] = sample.bare[30:36, 56] = Native.EAR_L
    sample.depth[30:36, 56] = 0.6
    sample.meta = {"intrinsics": [[1000.0, 0, 32]], "spec": {"camera": {"distance": 1.0}}}
    ear = CELEBAMASKHQ.id("l_ear")
    mask = derive(sample.native, sample.bare, sample.coverage, CELEBAMASKHQ)
    assert ear not in mask

    def wrong(columns):
        drawn = mask.copy()
        drawn[30:36, columns] = ear
        return [folder for folder, _ in sample_problems(sample, drawn, SIZE, CELEBAMASKHQ)]

    assert wrong(slice(56, 58)) == []
    assert wrong(slice(4, 6)) == ["masks"]  # where the native labels have none


def test_bare_shows_the_face_behind_a_hand(dataset):
    one = read_sample(dataset, 0)
    native = one.native.copy()
    native[20:30, 20:30] = Native.HAND
    covered = Sample(**{**vars(one), "native": native})
    write_sample(dataset, 0, covered)
    assert not messages(dataset)
    write_sample(
        dataset, 0, Sample(**{**vars(covered), "bare": np.where(native == Native.HAND, native, one.bare)})
    )
    assert "has a hand, a thing or a face mask" in messages(dataset)["bare/000000.png"]
