"""Every reader of files that somebody else wrote: a valid file, and what reads it (`foreign_files`)."""

import io
import json
import shutil
import tarfile
import tempfile
import zipfile
from collections.abc import Callable
from contextlib import suppress
from functools import cache, partial
from pathlib import Path

import numpy as np
import pyarrow
import pyarrow.parquet
import torch
from foreign_files import ForeignFile
from packed_sets import packed_set
from PIL import Image
from small_set import face

from facegen.audit.profiles.profile_files import load_profile, parse_profile, profile_text
from facegen.audit.report.thresholds import read_thresholds
from facegen.datasets.conventions.public.celebamaskhq_labels import CELEBAMASKHQ
from facegen.datasets.errors import FacegenError
from facegen.datasets.io import images
from facegen.datasets.io.dataset_file import read_attributes_table
from facegen.datasets.io.sample import read_sample, sample_file, write_sample
from facegen.datasets.layouts.annotations import read_annotations
from facegen.datasets.layouts.class_table import meaning_of
from facegen.datasets.layouts.open_set import open_set
from facegen.datasets.layouts.provenance import header_of, provenance
from facegen.datasets.layouts.verify_set import verify

SIDE = 16
HANDWRITTEN = """# camera of a car
name = "by hand"
glasses = 0.4
yaw = "normal(0, 20)"
pitch = "uniform(-30, 10)"
hair_form = { straight = 1, wavy = 2 }
"hat | glasses" = 0.3
"hat | not glasses" = 0.05
"""
THRESHOLDS = """content_auc = 0.65
differing = 5
[difficulty]
"error.mean" = 0.1
[distance]
roll = 0.3
"hair.area" = 0.5
"""


def _picture() -> np.ndarray:
    return np.arange(SIDE * SIDE * 3, dtype=np.uint8).reshape(SIDE, SIDE, 3)


def _mask() -> np.ndarray:
    return (np.arange(SIDE * SIDE).reshape(SIDE, SIDE) // 48 % 19).astype(np.uint8)


def _encoded(pixels: np.ndarray, kind: str) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, kind)
    return buffer.getvalue()


def _write(path: Path, content: bytes | str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def _picture_file(kind: str, folder: Path) -> Path:
    return _write(
        folder / f"a.{kind.lower()}", _encoded(_mask() if kind in ("PNG", "BMP") else _picture(), kind)
    )


def _read_picture(folder: Path) -> None:
    (path,) = folder.iterdir()
    for read in (
        images.read_rgb,
        images.read_index,
        images.read_binary,
        images.picture_header,
        images.open_upright,
    ):
        try:
            read(path)
        except FacegenError as error:
            last = error
            continue
        last = None
    if last is not None:
        raise last


def _index_set(folder: Path) -> Path:
    _write(folder / "images" / "a.png", _encoded(_picture(), "PNG"))
    return _write(folder / "masks" / "a.png", _encoded(_mask(), "PNG"))


def _read_set(folder: Path) -> None:
    _read_faces(folder, folder)


def _read_faces(path: Path, _folder: Path) -> None:
    faces = open_set(path)
    faces.pairing()
    header_of(faces)
    for index in range(min(2, len(faces))):
        faces.image(index)
        if faces.has_masks:
            faces.mask(index)
        faces.meta(index)


def _read_only(folder: Path) -> None:
    (path,) = folder.iterdir()
    _read_faces(path, folder)


def _tar(format_of: int, folder: Path) -> Path:
    path = folder / "a.tar"
    with tarfile.open(path, "w", format=format_of) as archive:
        for name, content in (
            ("0.jpg", _encoded(_picture(), "JPEG")),
            ("0.mask.png", _encoded(_mask(), "PNG")),
        ):
            entry = tarfile.TarInfo(f"{'deep/' * 30}{name}")  # longer than a header: extended headers
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return path


def _zip(folder: Path) -> Path:
    with zipfile.ZipFile(folder / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("images/0.png", _encoded(_picture(), "PNG"))
        archive.writestr("masks/0.png", _encoded(_mask(), "PNG"))
    return folder / "a.zip"


def _parquet(folder: Path) -> Path:
    rows = {
        "image": [{"bytes": _encoded(_picture(), "PNG"), "path": None}] * 2,
        "label": [{"bytes": _encoded(_mask(), "PNG"), "path": None}] * 2,
    }
    pyarrow.parquet.write_table(pyarrow.table(rows), folder / "a.parquet")
    return folder / "a.parquet"


@cache
def _packed() -> Path:
    """A packed set, made once a process."""
    return packed_set(Path(tempfile.mkdtemp(prefix="facegen-fuzz-")) / "set", 2, 2)


def _packed_file(name: str, folder: Path) -> Path:
    shutil.copytree(_packed(), folder, dirs_exist_ok=True)
    return folder / name


def _read_packed(folder: Path) -> None:
    from facegen.render.production.merge_parts import merge
    from facegen.render.production.set_integrity import plan_problems

    refused = None
    for read in (_read_set, verify, plan_problems, lambda one: merge([one], one.with_name("merged"))):
        try:
            read(folder)
        except FacegenError as error:
            refused = error
    shutil.rmtree(folder.with_name("merged"), ignore_errors=True)
    if refused is not None:
        raise refused


def _loose(kind: str, folder: Path) -> Path:
    write_sample(folder, 0, face(0))
    return sample_file(folder, kind, "000000")


def _spec(folder: Path) -> Path:
    from facegen.render.prior.default_prior import draw_spec

    return _write(folder / "meta" / "000000.json", json.dumps({"spec": draw_spec(0, 0).to_dict()}))


def _read_spec(folder: Path) -> None:
    from facegen.datasets.io.stored_samples import StoredSamples
    from facegen.render.production.stored_faces import spec_of

    spec_of(StoredSamples(folder), 0)


def _exported(folder: Path) -> Path:
    from small_set import HEADER

    _index_set(folder)
    content = provenance(HEADER, "index", "celebamaskhq", {}) | {"entries": ["images", "masks"]}
    return _write(folder / "provenance.json", json.dumps(content))


def _declared(folder: Path) -> Path:
    _index_set(folder)
    return _write(
        folder / "classes.json", json.dumps({"convention": "celebamaskhq", "classes": {"0": "skin"}})
    )


def _coco(folder: Path) -> Path:
    _write(folder / "images" / "a.jpg", _encoded(_picture(), "JPEG"))
    _write(folder / "panoptic" / "a.png", _encoded(np.repeat(_mask()[..., None], 3, axis=2), "PNG"))
    names = enumerate(CELEBAMASKHQ.classes[:6])
    content = {
        "categories": [{"id": i, "name": name} for i, name in names],
        "images": [{"id": 1, "file_name": "a.jpg"}],
        "annotations": [
            {"image_id": 1, "file_name": "a.png", "segments_info": [{"id": 65793, "category_id": 1}]}
        ],
    }
    return _write(folder / "panoptic.json", json.dumps(content))


def _fiftyone(name: str, folder: Path) -> Path:
    _write(folder / "data" / "a.png", _encoded(_picture(), "PNG"))
    _write(folder / "labels" / "a.png", _encoded(_mask() % 3, "PNG"))
    drawn = {"_cls": "Segmentation", "mask_path": "labels/a.png"}
    _write(folder / "samples.json", json.dumps({"samples": [{"filepath": "data/a.png", "labels": drawn}]}))
    targets = {"mask_targets": {"labels": {"1": "skin", "2": "nose"}}}
    _write(folder / "metadata.json", json.dumps({"info": targets}))
    return folder / name


def _yolo(name: str, folder: Path) -> Path:
    _write(folder / "images" / "train" / "a.png", _encoded(_picture(), "PNG"))
    _write(folder / "labels" / "train" / "a.txt", "0 0.1 0.1 0.9 0.1 0.5 0.9\n1 0.2 0.2 0.4 0.2 0.3 0.4\n")
    _write(folder / "data.yaml", "path: .\nnames:\n  0: skin\n  1: nose\n")
    return folder / name


def _annotations(name: str, folder: Path) -> Path:
    names = " ".join(f"a{i}" for i in range(40))
    rows = "".join(f"{i}.jpg {' '.join(['1', '-1'] * 20)}\n" for i in range(2))
    _write(folder / "CelebAMask-HQ-attribute-anno.txt", f"2\n{names}\n{rows}")
    _write(folder / "CelebAMask-HQ-pose-anno.txt", "2\nYaw Pitch Raw\n0.jpg 1 2 3\n1.jpg -1 -2 -3\n")
    _write(
        folder / "CelebA-HQ-to-CelebA-mapping.txt", "idx orig_idx orig_file\n0 1 000002.jpg\n1 2 000003.jpg\n"
    )
    return folder / name


def _profile(folder: Path) -> Path:
    base = _write(
        folder / "base.toml", 'glasses = 0.4\nhat = 0.2\nroll = "normal(0, 5)"\n"hat | glasses" = 0.3\n'
    )
    return _write(folder / "p.json", profile_text(load_profile(base)))


def _read_profile(name: str, folder: Path) -> None:
    profile = load_profile(folder / name)
    if len(profile.names) < 12:
        profile.sample(3, 0)
        profile.table(3, 0)
        if name.endswith(".json"):
            parse_profile(profile_text(profile), "again")


def _parser(folder: Path) -> Path:
    """A checkpoint without most of its weights: they are 4 MB that no change would reach past."""
    from facegen.parse.models.checkpoints import parser_metadata, write_torch

    weights = {"a.weight": torch.zeros(3, 2), "a.count": torch.tensor(1)}
    content = {"metadata": parser_metadata(CELEBAMASKHQ, "small", 64), "weights": weights}
    write_torch(folder / "parser.pt", content)
    return folder / "parser.pt"


def _read_parser(folder: Path) -> None:
    from facegen.parse.models.checkpoints import load_parser, read_torch

    read_torch(folder / "parser.pt")
    with suppress(FacegenError):
        load_parser(folder / "parser.pt")


def _run(name: str, folder: Path) -> Path:
    rows = "10,1.5,0.1,0.001,20\n20,1.2,0.1,0.001,20\n"
    _write(folder / "log.csv", f"step,loss,gradient_norm,learning_rate,images_per_second\n{rows}")
    _write(folder / "validation.csv", "step,mean_f1,mean_f1_core\n10,0.5,0.6\n20,0.6,0.7\n")
    return folder / name


def _read_run(folder: Path) -> None:
    from facegen.parse.metrics.validation_log import overfitting, read_looks
    from facegen.parse.training.step_log import last_step

    last_step(folder / "log.csv")
    overfitting(read_looks(folder))


def _file(name: str, content: str, folder: Path) -> Path:
    return _write(folder / name, content)


def _named(name: str, read: Callable[[Path], object], folder: Path) -> None:
    read(folder / name)


CLASSES_JSON = json.dumps({str(i): name for i, name in enumerate(CELEBAMASKHQ.classes)})
CLASSES_TEXT = "\n".join(f"{i} {name}" for i, name in enumerate(CELEBAMASKHQ.classes))
ANNOTATION_FILES = (
    "CelebAMask-HQ-attribute-anno.txt", "CelebAMask-HQ-pose-anno.txt", "CelebA-HQ-to-CelebA-mapping.txt",
)  # fmt: skip

READERS = (
    *(ForeignFile(f"picture-{kind}", partial(_picture_file, kind), _read_picture)
      for kind in ("PNG", "JPEG", "WEBP", "BMP")),
    ForeignFile("index-set", _index_set, _read_set),
    ForeignFile("tar-pax", partial(_tar, tarfile.PAX_FORMAT), _read_only),
    ForeignFile("tar-gnu", partial(_tar, tarfile.GNU_FORMAT), _read_only),
    ForeignFile("zip", _zip, _read_only),
    ForeignFile("parquet", _parquet, _read_only),
    ForeignFile("dataset-json", partial(_packed_file, "dataset.json"), _read_packed, True),
    ForeignFile("shard-record", partial(_packed_file, "shards/000000.json"), _read_packed, True),
    ForeignFile("shard-tar", partial(_packed_file, "shards/000000.tar"), _read_packed),
    ForeignFile("attributes", partial(_packed_file, "attributes/000000.parquet"),
                lambda folder: _attributes(folder)),
    *(ForeignFile(f"sample-{kind}", partial(_loose, kind), lambda folder: read_sample(folder, 0),
                  kind in ("landmarks", "meta"))
      for kind in ("depth", "coverage", "landmarks", "meta")),
    ForeignFile("spec", _spec, _read_spec, True),
    ForeignFile("provenance", _exported, _read_set, True),
    ForeignFile("classes-of-an-export", _declared, _read_set, True),
    ForeignFile("coco", _coco, _read_set, True),
    *(ForeignFile(f"fiftyone-{name}", partial(_fiftyone, name), _read_set, True)
      for name in ("samples.json", "metadata.json")),
    *(ForeignFile(f"yolo-{Path(name).name}", partial(_yolo, name), _read_set)
      for name in ("data.yaml", "labels/train/a.txt")),
    *(ForeignFile(name, partial(_annotations, name), read_annotations) for name in ANNOTATION_FILES),
    ForeignFile("class-table-json", partial(_file, "c.json", CLASSES_JSON),
                partial(_named, "c.json", meaning_of), True),
    ForeignFile("class-table-lines", partial(_file, "c.txt", CLASSES_TEXT),
                partial(_named, "c.txt", meaning_of)),
    ForeignFile("profile", _profile, partial(_read_profile, "p.json"), True),
    ForeignFile("handwritten-profile", partial(_file, "p.toml", HANDWRITTEN),
                partial(_read_profile, "p.toml")),
    ForeignFile("thresholds", partial(_file, "t.toml", THRESHOLDS),
                partial(_named, "t.toml", read_thresholds)),
    ForeignFile("checkpoint", _parser, _read_parser),
    *(ForeignFile(name, partial(_run, name), _read_run) for name in ("log.csv", "validation.csv")),
)  # fmt: skip


def _attributes(folder: Path) -> None:
    (folder / "attributes.parquet").write_bytes((folder / "attributes" / "000000.parquet").read_bytes())
    read_attributes_table(folder)
