"""Archives that lie about themselves: none takes more memory or time than its size allows."""

import io
import tarfile
import tracemalloc
import zipfile

import numpy as np
import pytest
from PIL import Image

from facegen.datasets.errors import FacegenError
from facegen.datasets.io.files import npz_bytes, read_npz
from facegen.datasets.layouts import table_layouts
from facegen.datasets.layouts.members import members_of
from facegen.datasets.layouts.open_set import open_set

BOMB = 200_000_000  # bytes that a bomb unpacks to


def lying_zip(path, name, content, announced):
    """A deflated member whose headers announce fewer bytes than it unpacks to."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    real, lie = len(content).to_bytes(4, "little"), announced.to_bytes(4, "little")
    packed = path.read_bytes()
    assert packed.count(real) == 2  # of the member and of the directory
    path.write_bytes(packed.replace(real, lie))
    return path


def peak_of(read):
    tracemalloc.start()
    try:
        with pytest.raises(FacegenError):
            read()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_a_member_is_unpacked_no_further_than_it_announces(tmp_path):
    path = lying_zip(tmp_path / "a.zip", "a.png", bytes(BOMB), 1000)
    member = members_of(path)["a.png"]
    assert peak_of(member.content) < 10_000_000


def test_an_array_is_unpacked_no_further_than_it_announces(tmp_path):
    path = lying_zip(tmp_path / "a.npz", "a.npy", bytes(BOMB), 1000)
    assert peak_of(lambda: read_npz(path, "a")) < 10_000_000
    (tmp_path / "b.npz").write_bytes(npz_bytes(a=np.arange(5)))
    assert read_npz(tmp_path / "b.npz", "a")[0].tolist() == [0, 1, 2, 3, 4]


def tar_header(name, size):
    """A header of a member, its size in base 256, which can be negative."""
    entry = tarfile.TarInfo(name)
    block = bytearray(entry.tobuf(tarfile.USTAR_FORMAT))
    block[124:136] = b"\xff" + size.to_bytes(11, "big", signed=True) if size < 0 else b"%011o\0" % size
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block)


@pytest.mark.timeout(20)
@pytest.mark.parametrize("size", [-512, -1024, -(1 << 40)])
def test_a_member_that_leads_back_is_no_endless_loop(tmp_path, size):
    (tmp_path / "a.tar").write_bytes(tar_header("a.png", 0) + tar_header("b.png", size) + bytes(1024))
    with pytest.raises(FacegenError, match=r"a\.tar: not a readable tar archive"):
        members_of(tmp_path / "a.tar")


@pytest.mark.parametrize("kind", [tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.BLKTYPE, tarfile.CONTTYPE])
def test_members_that_are_no_files_are_refused_or_plain(tmp_path, kind):
    with tarfile.open(tmp_path / "a.tar", "w") as archive:
        entry = tarfile.TarInfo("a.png")
        entry.type, entry.linkname = kind, "../../etc/passwd"
        archive.addfile(entry)
    if kind == tarfile.CONTTYPE:  # contiguous files, which POSIX lets be read as plain ones
        assert members_of(tmp_path / "a.tar")["a.png"].content() == b""
        return
    with pytest.raises(FacegenError, match="a link or device"):
        members_of(tmp_path / "a.tar")


def test_ways_of_packing_that_are_not_known_are_one_line(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a.png", b"x")
    packed = bytearray((tmp_path / "a.zip").read_bytes())
    packed[8] = packed[packed.rindex(b"PK\1\2") + 10] = 99
    (tmp_path / "a.zip").write_bytes(packed)
    with pytest.raises(FacegenError, match="cannot be unpacked"):
        members_of(tmp_path / "a.zip")["a.png"].content()


def parquet(path, rows):
    import pyarrow
    import pyarrow.parquet

    buffer = io.BytesIO()
    Image.fromarray(np.zeros((8, 8, 3), np.uint8)).save(buffer, "PNG")
    pyarrow.parquet.write_table(pyarrow.table({"image": [{"bytes": buffer.getvalue()}] * rows}), path)
    return path


def test_row_groups_larger_than_memory_are_refused_unread(tmp_path, monkeypatch):
    monkeypatch.setattr(table_layouts, "MAX_ROWS", 100)
    with pytest.raises(FacegenError, match=r"a row group of 101 rows .*write smaller ones"):
        open_set(parquet(tmp_path / "a.parquet", 101))
    assert len(open_set(parquet(tmp_path / "b.parquet", 100))) == 100
    monkeypatch.setattr(table_layouts, "MAX_GROUP", 50)
    with pytest.raises(FacegenError, match="the limits are 100 and 50"):
        open_set(tmp_path / "b.parquet")


def test_a_damaged_page_of_parquet_is_one_line(tmp_path):
    path = parquet(tmp_path / "a.parquet", 5)
    content = bytearray(path.read_bytes())
    content[4:60] = b"\xff" * 56
    path.write_bytes(content)
    with pytest.raises(FacegenError, match="damaged Parquet"):
        open_set(path).image(0)
