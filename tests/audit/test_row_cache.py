"""Rows are kept by content: the same pixels are not measured again, other pixels are."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import PIL
import pytest
import scipy
from drawn_heads import random_heads
from PIL import Image

from facegen.audit import measure_dataset, row_cache
from facegen.audit.row_cache import RowCache, default_cache, key_of
from facegen.datasets.layouts.open_set import open_set


@pytest.fixture
def faces(tmp_path):
    for name in ("images", "masks"):
        (tmp_path / "set" / name).mkdir(parents=True)
    for i, pair in enumerate(random_heads(50, seed=2, roll=10)[1][:4]):
        for name, pixels in zip(("images", "masks"), pair, strict=True):
            Image.fromarray(pixels).save(tmp_path / "set" / name / f"{i:05d}.png")
    return open_set(tmp_path / "set")


def counted(monkeypatch):
    calls = []
    real = measure_dataset._row
    monkeypatch.setattr(measure_dataset, "_row", lambda *a: calls.append(1) or real(*a))
    return calls


def equal(one, other):
    np.testing.assert_array_equal(one.attributes.values, other.attributes.values)
    np.testing.assert_array_equal(one.labels.values, other.labels.values)
    np.testing.assert_array_equal(one.maps, other.maps)
    np.testing.assert_array_equal(one.adjacency, other.adjacency)


def test_the_second_time_nothing_is_measured(faces, tmp_path, monkeypatch):
    calls = counted(monkeypatch)
    plain = measure_dataset.measure_set(faces)
    first = measure_dataset.measure_set(faces, cache=tmp_path / "c" / "m.sqlite")
    assert len(calls) == 8
    again = measure_dataset.measure_set(faces, cache=tmp_path / "c" / "m.sqlite")
    assert len(calls) == 8
    equal(plain, first)
    equal(first, again)


def test_a_changed_picture_is_measured_anew(faces, tmp_path, monkeypatch):
    measure_dataset.measure_set(faces, cache=tmp_path / "m.sqlite")
    calls = counted(monkeypatch)
    path = faces.image_path(faces.ids[1])
    pixels = np.asarray(Image.open(path)).copy()
    pixels[0, 0] ^= 1
    Image.fromarray(pixels).save(path)
    measure_dataset.measure_set(faces, cache=tmp_path / "m.sqlite")
    assert len(calls) == 1


def test_a_file_that_is_no_cache_is_no_obstacle(faces, tmp_path):
    (tmp_path / "bad.sqlite").write_bytes(b"nonsense" * 1000)
    equal(
        measure_dataset.measure_set(faces), measure_dataset.measure_set(faces, cache=tmp_path / "bad.sqlite")
    )


def test_keys_tell_masks_apart():
    image = np.zeros((8, 8, 3), np.uint8)
    mask = np.zeros((8, 8), np.uint8)
    assert len({key_of(image, None), key_of(image, mask), key_of(image, mask + 1)}) == 3


def test_keys_tell_the_libraries_that_measure_apart(monkeypatch):
    image = np.zeros((8, 8, 3), np.uint8)
    keys = {key_of(image, None)}
    try:
        for library in (np, scipy, PIL):
            with monkeypatch.context() as patch:
                patch.setattr(library, "__version__", "0")
                row_cache._code.cache_clear()
                keys.add(key_of(image, None))
    finally:
        row_cache._code.cache_clear()
    assert len(keys) == 4 and key_of(image, None) in keys


def test_keys_follow_every_module_that_the_measures_import(monkeypatch):
    """A second implementation: what Python itself has loaded once a face is measured."""
    code = (
        "import sys, numpy as np\n"
        "from facegen.audit.measures import aligned_labels, label_drawing, measure_table\n"
        "measure_table.measure(np.zeros((64, 64, 3), np.uint8), np.ones((64, 64), np.uint8))\n"
        "print(*(m.__file__ for n, m in sys.modules.items() if n.startswith('facegen.')), sep='\\n')\n"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    loaded = {Path(line).resolve() for line in loaded.split()}
    known = row_cache.sources()
    assert len(loaded) > 15 and loaded <= {path.resolve() for path in known}
    assert {"pose_regressor.json", "label_conventions.py", "colour.py"} <= {path.name for path in known}

    image, read = np.zeros((8, 8, 3), np.uint8), Path.read_bytes
    keys = {key_of(image, None)}
    try:
        for path in known:
            with monkeypatch.context() as patch:
                changed = lambda own, path=path: read(own) + b"#" * (own == path)  # noqa: E731
                patch.setattr(Path, "read_bytes", changed)
                row_cache._code.cache_clear()
                keys.add(key_of(image, None))
    finally:
        row_cache._code.cache_clear()
    assert len(keys) == len(known) + 1


def test_rows_of_another_width_are_not_returned(tmp_path):
    row = np.arange(3.0), np.arange(2, dtype=np.uint8)
    with RowCache(tmp_path / "c.sqlite", 3, 2) as cache:
        cache.put(b"k", row)
    with RowCache(tmp_path / "c.sqlite", 3, 2) as cache:
        np.testing.assert_array_equal(cache.get(b"k")[0], row[0])
        assert cache.get(b"other") is None
    with RowCache(tmp_path / "c.sqlite", 4, 2) as cache:
        assert cache.get(b"k") is None


def test_the_cache_can_be_turned_off(monkeypatch, tmp_path):
    monkeypatch.setenv("FACEGEN_CACHE", "")
    assert default_cache() is None
    monkeypatch.setenv("FACEGEN_CACHE", str(tmp_path))
    assert default_cache() == tmp_path / "measures.sqlite"
