"""Archives and JSON that somebody else wrote: bounded, and one line where they cannot be read."""

import io
import zipfile

import numpy as np
import pytest

from facegen.datasets.errors import DiskError, FacegenError
from facegen.datasets.io import files
from facegen.datasets.io.files import npz_bytes, read_json, read_npz, write_bytes


def test_arrays_come_back_in_the_requested_order(tmp_path):
    one, other = np.arange(6, dtype=np.float16).reshape(2, 3), np.array([True, False])
    (tmp_path / "a.npz").write_bytes(npz_bytes(one=one, other=other))
    second, first = read_npz(tmp_path / "a.npz", "other", "one")
    np.testing.assert_array_equal(first, one)
    np.testing.assert_array_equal(second, other)
    assert first.dtype == np.float16 and second.dtype == bool


def boasting():
    """A header of 10^12 numbers and three bytes of them."""
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "<f8", "fortran_order": False, "shape": (10**12,)})
    return header.getvalue() + b"123"


def objects():
    content = io.BytesIO()
    np.save(content, np.array([{}], object))
    return content.getvalue()


@pytest.mark.parametrize("content", [boasting(), objects(), b"", b"nonsense"], ids=len)
def test_a_hostile_array_is_one_line(tmp_path, content):
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
        archive.writestr("a.npy", content)
    with pytest.raises(FacegenError, match=r"a\.npz: damaged archive"):
        read_npz(tmp_path / "a.npz", "a")


def test_an_array_larger_than_the_limit_is_not_unpacked(tmp_path, monkeypatch):
    (tmp_path / "a.npz").write_bytes(npz_bytes(a=np.zeros(10_000)))
    monkeypatch.setattr(files, "MAX_ARRAY_BYTES", 1000)
    with pytest.raises(FacegenError, match="the limit is 1,000"):
        read_npz(tmp_path / "a.npz", "a")


def test_a_bare_array_under_an_archive_s_name(tmp_path):
    np.save(tmp_path / "a.npy", np.zeros(3))
    (tmp_path / "a.npy").rename(tmp_path / "a.npz")
    with pytest.raises(FacegenError, match="damaged archive"):
        read_npz(tmp_path / "a.npz", "a")


def test_json_nested_beyond_any_use(tmp_path):
    (tmp_path / "a.json").write_text("[" * 100_000)
    with pytest.raises(FacegenError, match=r"damaged JSON .*: put it back"):
        read_json(tmp_path / "a.json", "put it back")


def test_a_folder_in_the_way_is_the_disk_s_fault(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(DiskError):
        write_bytes(tmp_path / "file" / "a.png", b"")
