"""Exports read by the libraries for which they are made; each comes back exactly, and as a set of facegen."""

import json
import os
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version

import numpy as np
import pytest
from matplotlib.path import Path as Polygon
from PIL import Image
from wild_masks import make_wild

from facegen.datasets.conventions.convention_registry import CONVENTIONS, convention
from facegen.datasets.errors import FacegenError
from facegen.datasets.export.dense_points import FaceGeometry
from facegen.datasets.export.run_lengths import run_lengths
from facegen.datasets.export.write_formats import export
from facegen.datasets.io.sample import read_sample
from facegen.datasets.layouts.open_set import open_set

TOOLS = ("segmentation", "coco", "yolo", "fiftyone", "huggingface", "webdataset")


def pixels(path):
    with Image.open(path) as picture:
        return np.array(picture)


def run_where_it_is(package, code, folder, *words):
    """What a program prints that uses another library: our folder `datasets` would hide that of its name."""
    try:
        version(package)
    except PackageNotFoundError:
        pytest.skip(f"{package} is not installed (pip install facegen[interop])")
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, words)],
        capture_output=True,
        text=True,
        cwd=folder,
        env=os.environ | {"HF_HUB_OFFLINE": "1", "HF_HOME": str(folder / "cache")},
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture
def masks(dataset):
    return make_wild(dataset)


def few_points(meta):
    points = np.array([[31.5, 33.5], [70.0, 3.0], [31.5, 33.5]], np.float32)
    places = np.array([[0, 0, 0.5], [0, 0, 0.5], [0, 0, 0.7]], np.float32)
    facing, eyes = np.array([True, True, True]), np.eye(3, dtype=np.float32)[:2]
    return FaceGeometry(points, places, facing, facing, eyes, eyes + meta["index"], eyes)


@pytest.mark.parametrize("to", TOOLS)
def test_a_set_comes_back_with_its_masks_pictures_and_convention(dataset, masks, tmp_path, to):
    """`--real EXPORT` needs no other file: same names, same pixels, known classes."""
    export(dataset, to, tmp_path / "out")
    faces = open_set(tmp_path / "out")
    assert len(faces) == 2 and faces.convention.name == "celebamaskhq"
    assert not faces.pairing() and "exported by facegen: default prior" in faces.remarks
    for i, (name, mask) in enumerate(masks.items()):
        expected = np.where(mask == 255, 0, mask) if to == "yolo" else mask
        np.testing.assert_array_equal(faces.mask(i), expected)
        np.testing.assert_array_equal(faces.image(i), read_sample(dataset, int(name)).rgb)


@pytest.mark.parametrize("to", TOOLS)
@pytest.mark.parametrize("name", [n for n in CONVENTIONS if n != "celebamaskhq"])
def test_every_convention_is_known_when_it_comes_back(dataset, tmp_path, to, name):
    """Helen's and LaPa's classes have the same names: the export says which they are."""
    export(dataset, "segmentation", tmp_path / "plain", convention(name))
    export(dataset, to, tmp_path / "out", convention(name))
    plain, faces = open_set(tmp_path / "plain"), open_set(tmp_path / "out")
    assert plain.convention.name == faces.convention.name == name
    for i in range(2):
        ids = plain.mask(i)
        np.testing.assert_array_equal(faces.mask(i), np.where(ids == 255, 0, ids) if to == "yolo" else ids)


# COCO, with pycocotools


@pytest.fixture
def coco(dataset, masks, tmp_path, capsys):
    pytest.importorskip("pycocotools")
    from pycocotools.coco import COCO

    export(dataset, "coco", tmp_path / "coco")
    return lambda file: COCO(str(tmp_path / f"coco/annotations/{file}.json"))


def test_coco_instances(coco, masks):
    from pycocotools import mask as api

    read = coco("instances")
    names = {k: one["name"] for k, one in read.cats.items()}
    assert names == dict(enumerate(convention("celebamaskhq").classes)) | {0: None} or 0 not in names
    assert [names[k] for k in sorted(names)] == list(convention("celebamaskhq").classes[1:])
    for image_id, mask in enumerate(masks.values()):
        found = np.zeros_like(mask)
        for one in read.loadAnns(read.getAnnIds(imgIds=image_id)):
            drawn = read.annToMask(one)
            found[drawn == 1] = one["category_id"]
            assert one["area"] == drawn.sum() == api.area(one["segmentation"])
            assert one["bbox"] == api.toBbox(one["segmentation"]).tolist()
        np.testing.assert_array_equal(found, np.where(mask == 255, 0, mask))
    ids = [one["id"] for one in read.dataset["annotations"]]
    assert len(set(ids)) == len(ids) and 0 not in ids


@pytest.mark.parametrize("kind", ["noise", "empty", "full", "first", "stripes"])
def test_run_lengths_are_those_of_pycocotools(kind):
    api = pytest.importorskip("pycocotools.mask")
    drawn = {
        "noise": np.random.default_rng(0).random((37, 83)) < 0.5,
        "empty": np.zeros((5, 7), bool),
        "full": np.ones((300, 400), bool),
        "first": np.eye(9, dtype=bool),
        "stripes": np.arange(600 * 500).reshape(600, 500) % 7 < 3,
    }[kind]
    expected = api.encode(np.asfortranarray(drawn.astype(np.uint8)))
    assert run_lengths(drawn) == {"size": expected["size"], "counts": expected["counts"].decode()}


def test_coco_panoptic(coco, masks, tmp_path):
    """Read as the format is described: ids are R + 256 G + 65,536 B, 0 is void."""
    data = json.loads((tmp_path / "coco/annotations/panoptic.json").read_text())
    names = {one["id"]: one["name"] for one in data["categories"]}
    classes = convention("celebamaskhq").classes
    for row, mask in zip(data["annotations"], masks.values(), strict=True):
        rgb = pixels(tmp_path / "coco/annotations/panoptic" / row["file_name"]).astype(int)
        number = rgb[..., 0] + 256 * rgb[..., 1] + 65536 * rgb[..., 2]
        found = np.full(mask.shape, 255)
        for one in row["segments_info"]:
            here = number == one["id"]
            assert here.sum() == one["area"] > 0
            found[here] = classes.index(names[one["category_id"]])
        np.testing.assert_array_equal(found, mask)
        assert {one["id"] for one in row["segments_info"]} == set(np.unique(number)) - {0}


def test_coco_keypoints(dataset, tmp_path):
    pytest.importorskip("pycocotools")
    from pycocotools.coco import COCO

    points = np.random.default_rng(0).uniform(-5, 70, (70, 2)).astype(np.float32)
    visible = [k % 2 == 0 for k in range(70)]
    (dataset / "landmarks/000001.json").write_text(
        json.dumps({"points": points.tolist(), "visible": visible})
    )
    export(dataset, "coco", tmp_path / "out")
    read = COCO(str(tmp_path / "out/annotations/keypoints.json"))
    (one,) = read.loadAnns(read.getAnnIds(imgIds=1))
    found = np.array(one["keypoints"]).reshape(70, 3)
    inside = ((points >= 0) & (points < 64)).all(1)
    np.testing.assert_allclose(found[inside, :2] + 0.5, points[inside], atol=6e-4)
    assert found[:, 2].tolist() == np.where(inside, np.where(visible, 2, 1), 0).tolist()
    assert one["num_keypoints"] == inside.sum() and not found[~inside].any()
    assert len(read.cats[1]["keypoints"]) == 70


# YOLO, with matplotlib's polygons


def test_yolo_polygons_fill_to_the_mask(dataset, masks, tmp_path):
    yaml = pytest.importorskip("yaml")
    export(dataset, "yolo", tmp_path / "out")
    data = yaml.safe_load((tmp_path / "out/data.yaml").read_text())
    assert data["names"] == dict(enumerate(convention("celebamaskhq").classes[1:]))
    assert (tmp_path / "out" / data["train"]).is_dir()
    y, x = np.mgrid[:64, :64] + 0.5
    middles = np.column_stack([x.ravel(), y.ravel()])
    for name, mask in masks.items():
        found = np.zeros(64 * 64, int)
        for line in (tmp_path / f"out/labels/train/{name}.txt").read_text().splitlines():
            one, *values = line.split()
            corners = np.array(values, float).reshape(-1, 2)
            assert corners.min() >= 0 and corners.max() <= 1 and len(corners) >= 4
            # Matplotlib fills by winding number, the writer counts crossings: both must agree.
            inside = Polygon(corners * 64, closed=False).contains_points(middles)
            assert not found[inside].any()
            found[inside] = int(one) + 1
        np.testing.assert_array_equal(found.reshape(64, 64), np.where(mask == 255, 0, mask))


def test_yolo_sets_of_others(tmp_path):
    """Boxes, damaged lines and other ways to write names."""
    for folder in ("images/val", "labels/val"):
        (tmp_path / folder).mkdir(parents=True)
    Image.fromarray(np.zeros((10, 20, 3), np.uint8)).save(tmp_path / "images/val/a.jpg")
    labels = tmp_path / "labels/val/a.txt"
    labels.write_text("1 0 0 0.5 0 0.5 1 0 1\n0 0.75 0 1 0 1 1 0.75 1\n")
    for names in ("names: [skin, 'hair']", "names:\n- skin\n- hair\n", "nc: 2\nnames: {0: skin, 1: hair}"):
        (tmp_path / "my.yaml").write_text(f"# names: of a comment\npath: here\n{names}\ntrain: x\n")
        faces = open_set(tmp_path, split="val")
        expected = np.zeros((10, 20), int)
        expected[:, :10], expected[:, 15:] = (faces.convention.id(one) for one in ("hair", "skin"))
        np.testing.assert_array_equal(faces.mask(0), expected)
    labels.write_text("0 0.5 0.5 0.2 0.2\n")
    with pytest.raises(FacegenError, match=r"a\.txt:1: .*at least 3 corners.*boxes have no labels of pixels"):
        open_set(tmp_path).mask(0)
    (tmp_path / "my.yaml").write_text("names: [car, hair]\n")
    with pytest.raises(FacegenError, match="no convention has the class car"):
        open_set(tmp_path)


# Hugging Face datasets


HF_READER = """
import json, sys
import numpy as np
import datasets
root, out = sys.argv[1:]
rows = datasets.load_dataset(root, split="train", cache_dir=out + "/cache")
features = {name: repr(kind) for name, kind in rows.features.items()}
for row in rows:
    row["image"].save(f"{out}/{row['name']}.png")
    np.save(f"{out}/{row['name']}.npy", np.asarray(row["mask"]))
plain = [{k: v for k, v in row.items() if k not in ("image", "mask")} for row in rows]
print(json.dumps({"features": features, "rows": plain}))
"""


def test_hugging_face_datasets(dataset, masks, tmp_path):
    export(dataset, "huggingface", tmp_path / "out", geometry=few_points)
    read = tmp_path / "read"
    read.mkdir()
    found = run_where_it_is("datasets", HF_READER, read, tmp_path / "out", read)
    kinds = found["features"]
    assert kinds["image"].startswith("Image(") and kinds["mask"].startswith("Image(")
    assert kinds["landmarks"] == "List(List(Value('float32')))" and kinds["visible"] == "List(Value('bool'))"
    assert kinds["points_3d"] == "List(List(Value('float32')))"
    for index, (row, (name, mask)) in enumerate(zip(found["rows"], masks.items(), strict=True)):
        sample = read_sample(dataset, index)
        assert row["name"] == name
        np.testing.assert_array_equal(np.load(read / f"{name}.npy"), mask)
        np.testing.assert_array_equal(pixels(read / f"{name}.png"), sample.rgb)
        np.testing.assert_array_equal(np.array(row["landmarks"], np.float32), sample.landmarks)
        assert row["points_visible"] == [True, False, False] and row["gaze"][0] == [1 + index, index, index]


def test_parquet_keeps_types_and_provenance(dataset, tmp_path):
    import pyarrow.parquet as pq

    for index, attributes in enumerate(({"age": 30, "glasses": "none"}, {"age": 30.5, "area.hair": 0.25})):
        meta = {"index": index, "attributes": attributes, "head_pose": {"yaw": 1.5}, "spec": {"seed": 7}}
        (dataset / f"meta/{index:06d}.json").write_text(json.dumps(meta))
    export(dataset, "huggingface", tmp_path / "out")
    (file,) = (tmp_path / "out/data").iterdir()
    table = pq.read_table(file)
    assert table["attributes"].to_pylist() == [
        {"age": 30.0, "area_hair": None, "glasses": "none", "head_yaw": 1.5},
        {"age": 30.5, "area_hair": 0.25, "glasses": None, "head_yaw": 1.5},
    ]
    assert json.loads(table["spec"][0].as_py()) == {"seed": 7}
    assert json.loads(table.schema.metadata[b"facegen"])["distribution"] == "default prior"
    assert open_set(file).remarks == ("exported by facegen: default prior",)


# WebDataset


WEBDATASET_READER = """
import json, sys
import webdataset
root, *shards = sys.argv[1:]
rows = []
for row in webdataset.WebDataset(shards, shardshuffle=False).decode("rgb8"):
    kept = {k: row[k].tolist() for k in ("png", "mask.png")}
    rows.append({"key": row["__key__"], "json": row["json"], "landmarks": row["landmarks.json"], **kept})
    rows[-1]["visible"] = row["dense.npz"]["visible"].tolist()
print(json.dumps(rows))
"""


def test_webdataset(dataset, masks, tmp_path):
    export(dataset, "webdataset", tmp_path / "out", geometry=few_points)
    shards = sorted((tmp_path / "out").glob("*.tar"))
    rows = run_where_it_is("webdataset", WEBDATASET_READER, tmp_path, tmp_path, *shards)
    assert [row["key"] for row in rows] == list(masks)
    for index, (row, mask) in enumerate(zip(rows, masks.values(), strict=True)):
        sample = read_sample(dataset, index)
        np.testing.assert_array_equal(row["png"], sample.rgb)
        np.testing.assert_array_equal(np.array(row["mask.png"])[..., 0], mask)
        assert row["json"] == sample.meta and row["visible"] == [True, False, False]
        np.testing.assert_array_equal(np.array(row["landmarks"]["points"], np.float32), sample.landmarks)


# FiftyOne


@pytest.mark.fiftyone
def test_fiftyone(dataset, masks, tmp_path):
    """Its importer makes samples of the folder, without a database, in the Python of FACEGEN_FIFTYONE."""
    python = os.environ.get("FACEGEN_FIFTYONE")
    if not python:
        pytest.skip("FACEGEN_FIFTYONE names no Python with fiftyone")
    export(dataset, "fiftyone", tmp_path / "out")
    code = """
import json, sys
from fiftyone.utils.data.importers import LegacyFiftyOneDatasetImporter
with LegacyFiftyOneDatasetImporter(sys.argv[1]) as importer:
    rows = [
        {
            "file": one.filepath, "mask": one.ground_truth.get_mask().tolist(),
            "kind": type(one.ground_truth).__name__, "points": one.landmarks.keypoints[0].points,
            "width": one.metadata.width, "tags": one.tags,
        }
        for one in importer
    ]
    print("READ" + json.dumps({"rows": rows, "info": importer.get_dataset_info()}))
"""
    done = subprocess.run(
        [python, "-c", code, str(tmp_path / "out")],
        capture_output=True,
        text=True,
        env={k: v for k, v in os.environ.items() if k != "PYTHONPATH"} | {"FIFTYONE_DO_NOT_TRACK": "true"},
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.partition("READ")[2])
    for index, (row, mask) in enumerate(zip(found["rows"], masks.values(), strict=True)):
        np.testing.assert_array_equal(row["mask"], mask)
        assert row["kind"] == "Segmentation" and row["tags"] == ["synthetic"] and row["width"] == 64
        np.testing.assert_allclose(
            np.array(row["points"]) * 64, read_sample(dataset, index).landmarks, atol=1e-4
        )
    assert found["info"]["mask_targets"]["ground_truth"]["1"] == "skin"
    assert found["info"]["provenance"]["distribution"] == "default prior"


def test_a_foreign_fiftyone_set_is_read_or_named(tmp_path):
    (tmp_path / "data").mkdir()
    Image.fromarray(np.zeros((8, 8, 3), np.uint8)).save(tmp_path / "data/a.png")
    Image.fromarray(np.full((8, 8), 2, np.uint8)).save(tmp_path / "data/m.png")
    rows = [
        {"filepath": "data/a.png", "parts": {"_cls": "Segmentation", "mask_path": "data/m.png"}},
        {"filepath": "data/b.png", "parts": {"_cls": "Segmentation", "mask_path": "data/n.png"}},
    ]
    (tmp_path / "samples.json").write_text(json.dumps({"samples": rows}))
    info = {"mask_targets": {"parts": {"2": "hair", "7": "skin"}}}
    (tmp_path / "metadata.json").write_text(json.dumps({"info": info}))
    faces = open_set(tmp_path)
    assert faces.ids == ["a"] and (faces.mask(0) == faces.convention.id("hair")).all()
    assert [one.kind for one in faces.pairing()] == ["missing"]


@pytest.mark.parametrize(
    ("names", "ids"),
    [
        (("p/a.png", "q/b.png"), ["a", "b"]),
        (("p/a.png", "q/a.png"), ["data/p/a", "data/q/a"]),
        (("p/a.png", "p/a.bmp"), ["data/p/a.bmp", "data/p/a.png"]),
    ],
)
def test_pictures_of_one_name_in_a_foreign_fiftyone_set_are_kept_apart(tmp_path, names, ids):
    rows = []
    for value, name in enumerate(names, start=1):
        picture, mask = tmp_path / "data" / name, tmp_path / f"{value}.png"
        picture.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.full((8, 8, 3), value, np.uint8)).save(picture)
        Image.fromarray(np.full((8, 8), value, np.uint8)).save(mask)
        segmentation = {"_cls": "Segmentation", "mask_path": mask.name}
        rows.append({"filepath": f"data/{name}", "parts": segmentation})
    (tmp_path / "samples.json").write_text(json.dumps({"samples": rows}))
    info = {"mask_targets": {"parts": {"1": "hair", "2": "skin"}}}
    (tmp_path / "metadata.json").write_text(json.dumps({"info": info}))
    faces = open_set(tmp_path)
    assert faces.ids == ids
    classes = {int(faces.image(i)[0, 0, 0]): int(faces.mask(i)[0, 0]) for i in range(2)}
    assert classes == {1: faces.convention.id("hair"), 2: faces.convention.id("skin")}


def test_files_of_the_same_names_do_not_hide_another_layout(tmp_path):
    """samples.json and a YAML file of names beside a set of parts: what they are for is not ours to say."""
    parts = tmp_path / "anno"
    parts.mkdir()
    (tmp_path / "photos").mkdir()
    Image.fromarray(np.zeros((8, 8, 3), np.uint8)).save(tmp_path / "photos/0.jpg")
    Image.fromarray(np.full((8, 8, 3), 255, np.uint8)).save(parts / "00000_skin.png")
    (tmp_path / "labels").mkdir()
    (tmp_path / "labels/readme.txt").write_text("none here\n")
    (tmp_path / "config.yaml").write_text("names: [car, wheel]\n")
    for samples in ("{", '{"samples": 3}', '{"samples": [1]}', '{"samples": [{"filepath": "a"}]}'):
        (tmp_path / "samples.json").write_text(samples)
        (tmp_path / "metadata.json").write_text('{"info": 4}')
        faces = open_set(tmp_path)
        assert faces.layout == "celebamaskhq" and (faces.mask(0) == 1).all()
