"""Published layouts, built here from their description, are recognised and read as what they are."""

import io
import json
import tarfile
import zipfile

import numpy as np
import pytest
from drawn_heads import random_heads
from PIL import Image
from published_sets import SETS, flat_parts, ids_of, save, zipped

from facegen.datasets.conventions.public.celebamaskhq_labels import CELEBAMASKHQ
from facegen.datasets.errors import FacegenError
from facegen.datasets.inspection.set_check import check_set
from facegen.datasets.layouts import members, published_layouts
from facegen.datasets.layouts.open_set import open_set


@pytest.fixture(scope="module")
def pairs():
    return random_heads(110, seed=1)[1][:4]


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("where", ["folder", "nested", "zip"])
def test_a_layout_is_recognised_and_read(tmp_path, pairs, name, where):
    write, layout, convention = SETS[name]
    root = tmp_path / "set"
    write(root / "Inner" if where == "nested" else root, pairs)
    if where == "zip":
        root = zipped(root, tmp_path / "set.zip")
    parted = name == "lapa" and where == "folder"  # its parts are sets of their own
    faces = open_set(root, split="train" if parted else None)
    assert (faces.layout, faces.convention.name) == (layout, convention)
    assert len(faces) == (3 if parted else 4)
    for i in range(len(faces)):
        np.testing.assert_array_equal(faces.mask(i), ids_of(convention)[pairs[i][1]])
        assert np.abs(faces.image(i).astype(int) - pairs[i][0]).mean() < 8
    check = check_set(faces)
    check.refuse()
    assert not check.left_out()


@pytest.mark.parametrize("name", ["lapa", "helen", "easyportrait", "ibugmask"])
def test_published_parts_are_those_of_the_set(tmp_path, pairs, name):
    SETS[name][0](tmp_path / "set", pairs)
    counts = {"train": 3, "test": 1} if name != "helen" else {"train": 2, "val": 1, "test": 1}
    assert {part: len(open_set(tmp_path / "set", split=part)) for part in counts} == counts
    with pytest.raises(FacegenError, match="has no part 'other'"):
        open_set(tmp_path / "set", split="other")


def test_what_is_partly_missing_is_counted(tmp_path, pairs):
    flat_parts(tmp_path, pairs, images="imgs", masks="anno")
    for path in (tmp_path / "anno").glob("00001_*"):
        path.unlink()
    (tmp_path / "imgs" / "3.jpg").unlink()
    (tmp_path / "anno" / "00000_wing.png").write_bytes(b"")
    faces = open_set(tmp_path)
    assert faces.ids == ["0", "2"]
    found = {one.kind: len(one.problems) for one in check_set(faces).left_out()}
    assert found == {"picture_without_mask": 1, "mask_without_picture": 1, "unknown_part": 1}


def test_soft_masks_go_to_the_largest_part(tmp_path):
    save(tmp_path / "images" / "a.jpg", np.zeros((4, 4, 3), np.uint8))
    for one, value in ((0, 100), (1, 90), (10, 110)):
        save(tmp_path / "labels" / "a" / f"a_lbl{one:02d}.png", np.full((4, 4), value, np.uint8))
    assert (open_set(tmp_path).mask(0) == 10).all()


def panoptic(root, pairs, names):
    """Segments are numbered anew in each picture; categories have the numbers 101, 102 ..."""
    (root / "annotations").mkdir(parents=True)
    rows, images = [], []
    for i, (image, mask) in enumerate(pairs):
        save(root / "images" / f"{i}.png", image)
        numbers = {int(one): int(one) * 300 + i for one in np.unique(mask) if one}
        ids = np.array([numbers.get(one, 0) for one in range(256)])[mask]
        colours = np.stack([ids % 256, ids // 256 % 256, ids // 65536], axis=-1).astype(np.uint8)
        save(root / "panoptic_train" / f"{i}.png", colours)
        segments = [{"id": number, "category_id": 100 + one} for one, number in numbers.items()]
        rows.append({"image_id": i, "file_name": f"{i}.png", "segments_info": segments})
        images.append({"id": i, "file_name": f"{i}.png"})
    categories = [{"id": 100 + i, "name": name} for i, name in enumerate(names) if i]
    data = {"images": images, "annotations": rows, "categories": categories}
    (root / "annotations" / "panoptic_train.json").write_text(json.dumps(data))


def test_coco_panoptic_segments_become_classes(tmp_path, pairs):
    panoptic(tmp_path / "a", pairs, CELEBAMASKHQ.classes)
    faces = open_set(tmp_path / "a")
    assert faces.layout == "coco-panoptic" and faces.convention.name == "celebamaskhq"
    for i in range(4):
        np.testing.assert_array_equal(faces.mask(i), pairs[i][1])
        np.testing.assert_array_equal(faces.image(i), pairs[i][0])
    common = {"l_eye": "Left Eye", "cloth": "clothing", "eye_g": "glasses"}
    words = [common.get(name, name) for name in CELEBAMASKHQ.classes]
    panoptic(tmp_path / "b", pairs, words)
    np.testing.assert_array_equal(open_set(tmp_path / "b").mask(1), pairs[1][1])
    panoptic(tmp_path / "c", pairs, [*CELEBAMASKHQ.classes[:-1], "wheel"])
    with pytest.raises(FacegenError, match=r"panoptic_train.json: no convention has the class wheel; .*hair"):
        open_set(tmp_path / "c")


def test_annotations_that_would_fill_the_memory_are_refused(tmp_path, pairs, monkeypatch):
    panoptic(tmp_path / "a", pairs, CELEBAMASKHQ.classes)
    monkeypatch.setattr(published_layouts, "MAX_JSON", 100)
    with pytest.raises(
        FacegenError, match=r"panoptic_train.json: [\d,]+ bytes .* limit is 100: split the set"
    ):
        open_set(tmp_path / "a")


def encoded(array, kind="PNG"):
    buffer = io.BytesIO()
    Image.fromarray(array).save(buffer, kind)
    return buffer.getvalue()


def test_parquet_of_encoded_pictures(tmp_path, pairs):
    import pyarrow
    import pyarrow.parquet

    for part, rows in (("train", pairs[:3]), ("test", pairs[3:])):
        table = pyarrow.table(
            {
                "image": [{"bytes": encoded(image), "path": None} for image, _ in rows],
                "label": [{"bytes": encoded(mask), "path": None} for _, mask in rows],
            }
        )
        (tmp_path / "data").mkdir(exist_ok=True)
        file = tmp_path / "data" / f"{part}-00000-of-00001.parquet"
        pyarrow.parquet.write_table(table, file, row_group_size=2)
    faces = open_set(tmp_path, split="train")
    assert faces.layout == "parquet" and len(faces) == 3 and len(open_set(tmp_path)) == 4
    for i in range(3):
        np.testing.assert_array_equal(faces.image(i), pairs[i][0])
        np.testing.assert_array_equal(faces.mask(i), pairs[i][1])
    assert check_set(faces).groups() == []
    bad = tmp_path / "bad.parquet"
    pyarrow.parquet.write_table(pyarrow.table({"text": ["x"]}), bad)
    with pytest.raises(FacegenError, match="found columns text, expected pictures in one of image"):
        open_set(bad)
    bad.write_bytes(b"PAR1")
    with pytest.raises(FacegenError, match="damaged Parquet"):
        open_set(bad)


def tar_of(path, entries):
    with tarfile.open(path, "w") as shard:
        for name, content in entries:
            entry = name if isinstance(name, tarfile.TarInfo) else tarfile.TarInfo(name)
            entry.size = len(content)
            shard.addfile(entry, io.BytesIO(content))
    return path


def test_webdataset_shards(tmp_path, pairs):
    for k in range(2):
        entries = []
        for i in (2 * k, 2 * k + 1):
            entries += [(f"{i}.jpg", encoded(pairs[i][0], "JPEG")), (f"{i}.seg.png", encoded(pairs[i][1]))]
            entries.append((f"{i}.json", b"{}"))
        tar_of(tmp_path / f"{k:06d}.tar", entries)
    faces = open_set(tmp_path)
    assert faces.layout == "webdataset" and faces.ids == ["0", "1", "2", "3"]
    for i in range(4):
        np.testing.assert_array_equal(faces.mask(i), pairs[i][1])
    assert len(open_set(tmp_path / "000000.tar")) == 2
    tar_of(tmp_path / "000002.tar", entries)
    with pytest.raises(FacegenError, match=r"a second sample of the name 2"):
        open_set(tmp_path)


def link():
    entry = tarfile.TarInfo("a.png")
    entry.type, entry.linkname = tarfile.SYMTYPE, "/etc/passwd"
    return entry


def device():
    entry = tarfile.TarInfo("a.png")
    entry.type = tarfile.CHRTYPE
    return entry


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        (link(), "a link or device"),
        (device(), "a link or device"),
        ("../a.png", "does not name a file of that folder"),
        ("/a.png", "does not name a file of that folder"),
    ],
)
def test_archives_of_strangers_stay_in_their_place(tmp_path, entry, words):
    with pytest.raises(FacegenError, match=words):
        open_set(tar_of(tmp_path / "a.tar", [(entry, b"")]))


def test_zip_archives_of_strangers(tmp_path, monkeypatch):
    for name, words in (("../a.png", "does not name a file"), ("bomb.png", "unpacks to")):
        target = tmp_path / "a.zip"
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(name, b"\0" * 10_000_000)
        with pytest.raises(FacegenError, match=words):
            members.members_of(target)
        target.unlink()
    with zipfile.ZipFile(tmp_path / "l.zip", "w") as archive:
        entry = zipfile.ZipInfo("a.png")
        entry.external_attr = 0o120777 << 16
        archive.writestr(entry, "/etc/passwd")
    with pytest.raises(FacegenError, match="a link or device"):
        members.members_of(tmp_path / "l.zip")
    (tmp_path / "x.zip").write_bytes(b"no archive")
    with pytest.raises(FacegenError, match="not a readable zip"):
        open_set(tmp_path / "x.zip")
    (tmp_path / "x.rar").write_bytes(b"")
    with pytest.raises(FacegenError, match=r"unpack it and give the folder"):
        open_set(tmp_path / "x.rar")
