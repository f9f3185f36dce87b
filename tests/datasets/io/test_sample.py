"""facegen's own files: written whole or not at all, same content same bytes, read back exactly."""

import errno
import os
import zipfile

import numpy as np
import pytest

from facegen.datasets.conventions.label_conventions import derive
from facegen.datasets.conventions.native_labels import Native
from facegen.datasets.conventions.public.celebamaskhq_labels import CELEBAMASKHQ
from facegen.datasets.conventions.public.lapa_labels import LAPA
from facegen.datasets.errors import FacegenError
from facegen.datasets.io import files
from facegen.datasets.io.dataset_file import (
    read_attributes_table,
    read_dataset_json,
    write_attributes,
    write_dataset_json,
)
from facegen.datasets.io.files import fingerprint, read_json, read_npz, write_bytes, write_json
from facegen.datasets.io.sample import FOLDERS, Sample, is_done, read_sample, sample_name, write_sample
from facegen.datasets.layouts.open_set import open_set

HEADER = {
    "seed": 0, "size": 48, "num": 3, "convention": "celebamaskhq", "profile": None, "fingerprint": "0" * 64,
    "config": {}, "ledger": [], "failures": {},
}  # fmt: skip


def sample(seed, size=48):
    rng = np.random.Generator(np.random.Philox(seed))
    native = np.full((size, size), Native.FACE_SKIN, np.uint8)
    native[10:14, 28:38], native[10:14, 10:20] = Native.BROW_L, Native.BROW_R
    native[30:, :] = rng.integers(0, 30, (size - 30, size))
    normals = rng.normal(size=(size, size, 3))
    return Sample(
        rgb=rng.integers(0, 256, (size, size, 3), np.uint8),
        native=native,
        bare=native.copy(),
        coverage=rng.integers(0, 256, (size, size, 6), np.uint8),
        landmarks=rng.uniform(0, size, (70, 2)).astype(np.float32),
        visible=rng.random(70) < 0.7,
        depth=rng.uniform(0, 2, (size, size)).astype(np.float32),
        normals=(normals / np.linalg.norm(normals, axis=-1, keepdims=True)).astype(np.float16),
        meta={"index": seed, "spec": {"yaw_deg": 1.25}, "versions": {"facegen": "0"}},
    )


def tree(root):
    return {str(p.relative_to(root)): p.read_bytes() for p in sorted(root.rglob("*")) if p.is_file()}


def test_round_trip_is_exact(tmp_path):
    written = sample(5)
    write_sample(tmp_path, 5, written)
    read = read_sample(tmp_path, 5)
    for name in ("rgb", "native", "bare", "coverage", "landmarks", "visible", "depth", "normals"):
        np.testing.assert_array_equal(getattr(read, name), getattr(written, name))
        assert getattr(read, name).dtype == getattr(written, name).dtype
    assert read.meta == written.meta
    assert {one.name for one in tmp_path.iterdir()} == set(FOLDERS)


def test_same_sample_same_bytes(tmp_path):
    for root in ("a", "b"):
        write_sample(tmp_path / root, 1, sample(1))
        write_attributes(tmp_path / root, ["000001"], [{"yaw": 1.5, "glasses": True, "hair": "long"}])
        write_dataset_json(tmp_path / root, HEADER)
    assert tree(tmp_path / "a") == tree(tmp_path / "b")
    with zipfile.ZipFile(tmp_path / "a" / "depth" / "000001.npz") as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_the_mask_is_in_the_given_convention(tmp_path):
    one = sample(2)
    for convention in (CELEBAMASKHQ, LAPA):
        write_sample(tmp_path / convention.name, 2, one, convention)
        write_dataset_json(tmp_path / convention.name, {**HEADER, "convention": convention.name})
        faces = open_set(tmp_path / convention.name)
        assert faces.convention is convention and faces.ids == ["000002"]
        np.testing.assert_array_equal(faces.mask(0), derive(one.native, one.bare, one.coverage, convention))
        np.testing.assert_array_equal(faces.image(0), one.rgb)
        assert faces.meta(0) == one.meta and faces.check() == []


def test_only_finished_samples_are_in_the_set(tmp_path):
    write_dataset_json(tmp_path, HEADER)
    with pytest.raises(FacegenError, match="no finished sample"):
        open_set(tmp_path)
    for index in (0, 2):
        write_sample(tmp_path, index, sample(index))
    (tmp_path / "meta" / "000002.json").unlink()
    (tmp_path / "meta" / "backup of 7.json").write_text("{}")
    assert is_done(tmp_path, 0) and not is_done(tmp_path, 2)
    assert open_set(tmp_path).ids == ["000000"]
    (tmp_path / "depth" / "000000.npz").unlink()
    (problem,) = open_set(tmp_path).check()
    assert problem.path == tmp_path / "depth" / "000000.npz" and "missing" in problem.message


@pytest.mark.parametrize("failing", range(8))
def test_a_full_disk_leaves_nothing_half_written(tmp_path, monkeypatch, failing):
    write_sample(tmp_path, 0, sample(0))
    before = tree(tmp_path)
    calls = iter(range(100))

    def fsync(_descriptor):
        if next(calls) == failing:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(files.os, "fsync", fsync)
    with pytest.raises(FacegenError, match="the disk is full: make room"):
        write_sample(tmp_path, 1, sample(1))
    after = tree(tmp_path)
    assert not is_done(tmp_path, 1)
    assert not [name for name in after if files.TEMPORARY_MARK in name]
    assert {name: content for name, content in after.items() if "000000" in name} == before
    assert len(after) == len(before) + failing


def test_a_sample_that_is_written_again_is_not_done_until_its_end(tmp_path, monkeypatch):
    write_sample(tmp_path, 0, sample(0))
    monkeypatch.setattr(files.os, "fsync", lambda _: (_ for _ in ()).throw(OSError(errno.EIO, "I/O error")))
    with pytest.raises(FacegenError, match="cannot be written"):
        write_sample(tmp_path, 0, sample(9))
    assert not is_done(tmp_path, 0)


def test_a_sample_that_breaks_the_schema_is_refused(tmp_path):
    for change, message in (
        ({"rgb": np.zeros((48, 48, 3), np.float32)}, "rgb is"),
        ({"depth": np.zeros((48, 47), np.float32)}, "depth is"),
        ({"normals": np.full((48, 48, 3), np.nan, np.float16)}, "normals holds a number that is not finite"),
        ({"landmarks": np.zeros((68, 2), np.float32)}, "landmarks is"),
    ):
        broken = sample(0)
        for name, value in change.items():
            setattr(broken, name, value)
        with pytest.raises(ValueError, match=message):
            write_sample(tmp_path, 0, broken)
    assert tree(tmp_path) == {}
    with pytest.raises(ValueError, match="outside 0-999999"):
        sample_name(1_000_000)


def test_damaged_files_are_named(tmp_path):
    write_sample(tmp_path, 0, sample(0))
    good = tree(tmp_path)
    for name, content, message in (
        ("coverage/000000.npz", b"PK broken", "damaged archive"),
        ("landmarks/000000.json", b'{"points": [[1, 2]], "visible": [true]}', "needs 70 points"),
        ("meta/000000.json", b"[1", "damaged JSON"),
        ("meta/000000.json", b"[1]", "need a JSON object"),
        ("bare/000000.png", b"", "not a readable picture"),
    ):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(FacegenError, match=message) as caught:
            read_sample(tmp_path, 0)
        assert str(tmp_path / name) in str(caught.value)
        (tmp_path / name).write_bytes(good[name])


def test_archives_are_never_unpickled(tmp_path):
    np.savez(tmp_path / "evil.npz", coverage=np.array([print], dtype=object))
    with pytest.raises(FacegenError, match="damaged archive"):
        read_npz(tmp_path / "evil.npz", "coverage")


def test_dataset_json(tmp_path):
    write_dataset_json(tmp_path, HEADER)
    read = read_dataset_json(tmp_path)
    assert read["format"] == "facegen-dataset" and read["format_version"] == 2
    assert {key: read[key] for key in HEADER} == HEADER
    for change, message in (
        ({"format_version": 3}, "version 3, this facegen reads 1 to 2: update facegen"),
        ({"format": "other"}, "not a facegen dataset"),
    ):
        write_json(tmp_path / "dataset.json", {**read, **change})
        with pytest.raises(FacegenError, match=message):
            read_dataset_json(tmp_path)
    (tmp_path / "dataset.json").write_text("{")
    (tmp_path / "meta").mkdir()
    with pytest.raises(FacegenError, match=r"dataset\.json: damaged JSON"):
        open_set(tmp_path)
    with pytest.raises(ValueError, match="lacks ledger"):
        write_dataset_json(tmp_path, {key: value for key, value in HEADER.items() if key != "ledger"})


def test_attributes_table(tmp_path):
    rows = [{"yaw": -3.5, "hat": False}, {"hat": True, "hair": "curly"}]
    write_attributes(tmp_path, ["000000", "000003"], rows)
    assert read_attributes_table(tmp_path) == {
        "name": ["000000", "000003"],
        "hair": [None, "curly"],
        "hat": [False, True],
        "yaw": [-3.5, None],
    }
    with pytest.raises(ValueError, match="attribute yaw mixes types"):
        write_attributes(tmp_path, ["a", "b"], [{"yaw": 1.0}, {"yaw": "left"}])
    with pytest.raises(ValueError, match="1 names for 2 rows"):
        write_attributes(tmp_path, ["a"], rows)
    (tmp_path / "attributes.parquet").write_bytes(b"PAR1")
    with pytest.raises(FacegenError, match="damaged table"):
        read_attributes_table(tmp_path)


def test_fingerprint_is_of_the_content(tmp_path):
    assert fingerprint({"a": 1, "b": [1.5]}) == fingerprint({"b": [1.5], "a": 1})
    assert fingerprint({"a": 1}) != fingerprint({"a": 2}) and len(fingerprint(None)) == 64
    with pytest.raises(ValueError):
        fingerprint({"a": float("nan")})
    with pytest.raises(FacegenError, match="not to be stored as JSON"):
        write_json(tmp_path / "x.json", {"a": float("nan")})


def test_read_only_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(
        files.os, "fsync", lambda _: (_ for _ in ()).throw(PermissionError(errno.EACCES, "denied"))
    )
    with pytest.raises(FacegenError, match="may not be written"):
        write_bytes(tmp_path / "x", b"1")
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(FacegenError, match="no such file"):
        read_json(tmp_path / "x")
