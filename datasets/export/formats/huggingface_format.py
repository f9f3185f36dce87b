"""A set for the Hugging Face `datasets` library: Parquet with typed features, and a card.

    data/train-00000-of-00001.parquet    a row a face
    README.md                            what it holds; where the library finds the files

Columns: name, image and mask (pictures), landmarks (70 x 2) and visible (70), attributes (a struct), spec
(JSON); with --dense also points_2d, points_3d, points_visible, eyes, gaze and
pupil_axes. `load_dataset(FOLDER)` gives
them their types, which are stored in the files' schema.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from facegen.datasets.export.exported_faces import ExportedFaces
from facegen.datasets.export.format_registry import FORMATS, Format
from facegen.datasets.export.sample_columns import attributes_of
from facegen.datasets.io.files import png_bytes, write_bytes

PER_FILE, PER_GROUP = 1000, 100  # faces
DENSE = {
    "points_2d": 2,
    "points_3d": 2,
    "points_visible": 1,
    "eyes": 2,
    "gaze": 2,
    "pupil_axes": 2,
}  # column and its depth
SCHEMA_KEY, PROVENANCE_KEY = b"huggingface", b"facegen"


def write(faces: ExportedFaces, out: Path) -> Iterator[None]:
    """Write Parquet files, then the card; yields once a face, before its file is on the disk."""
    import pyarrow.parquet as pq

    kinds = attribute_kinds([attributes_of(faces.meta(name)) for name in faces.names])
    dense = faces.geometry(faces.names[0]) is not None
    schema = _schema(kinds, dense, faces.provenance)
    starts = range(0, len(faces.names), PER_FILE)
    for number, first in enumerate(starts):
        buffer, rows = io.BytesIO(), []
        with pq.ParquetWriter(buffer, schema, compression="zstd") as file:
            for name in faces.names[first : first + PER_FILE]:
                rows.append(_row(faces, name, kinds))
                if len(rows) == PER_GROUP:
                    file.write_table(_table(rows, schema))
                    rows = []
                yield
            if rows:
                file.write_table(_table(rows, schema))
        write_bytes(out / "data" / f"train-{number:05d}-of-{len(starts):05d}.parquet", buffer.getvalue())
    write_bytes(out / "README.md", _card(faces).encode())


def attribute_kinds(rows: Sequence[Mapping[str, Any]]) -> dict[str, type]:
    """Type of each attribute over all faces: str, bool or float; names in order."""
    kinds: dict[str, type] = {}
    for row in rows:
        for name, value in row.items():
            kind = str if isinstance(value, str) else bool if isinstance(value, bool) else float
            kinds[name] = kind if kinds.get(name, kind) is kind else str
    return dict(sorted(kinds.items()))


def _row(faces: ExportedFaces, name: str, kinds: Mapping[str, type]) -> dict[str, Any]:
    meta = faces.meta(name)
    points, visible = faces.landmarks_seen(name)
    known = attributes_of(meta)
    row = {
        "name": name,
        "image": {"bytes": faces.picture_file(name), "path": f"{name}.png"},
        "mask": {"bytes": png_bytes(faces.mask(name)), "path": f"{name}_mask.png"},
        "landmarks": points.tolist(),
        "visible": visible.tolist(),
        "attributes": {one: kind(known[one]) if one in known else None for one, kind in kinds.items()},
        "spec": json.dumps(meta.get("spec") or {}, sort_keys=True),
    }
    geometry = faces.geometry(name)
    if geometry is not None:
        arrays = geometry.arrays()
        row |= {one: arrays[one.replace("points_visible", "visible")].tolist() for one in DENSE}
    return row


def _table(rows: list[dict[str, Any]], schema: Any) -> Any:
    import pyarrow as pa

    return pa.Table.from_pylist(rows, schema)


def _schema(kinds: Mapping[str, type], dense: bool, provenance: Mapping[str, Any]) -> Any:
    """Arrow schema whose metadata tells the library each column's feature."""
    import pyarrow as pa

    picture = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
    arrow = {str: pa.string(), bool: pa.bool_(), float: pa.float64()}
    words = {str: "string", bool: "bool", float: "float64"}
    fields = [
        ("name", pa.string()),
        ("image", picture),
        ("mask", picture),
        ("landmarks", pa.list_(pa.list_(pa.float32()))),
        ("visible", pa.list_(pa.bool_())),
        ("spec", pa.string()),
    ]
    if kinds:  # Parquet has no struct without fields
        fields.append(("attributes", pa.struct([(one, arrow[kind]) for one, kind in kinds.items()])))
    features: dict[str, Any] = {
        "name": _value("string"),
        "image": {"_type": "Image"},
        "mask": {"_type": "Image"},
        "landmarks": _lists(2, "float32"),
        "visible": _lists(1, "bool"),
        "spec": _value("string"),
    }
    if kinds:
        features["attributes"] = {one: _value(words[kind]) for one, kind in kinds.items()}
    for name, depth in DENSE.items() if dense else ():
        kind, word = (pa.bool_(), "bool") if depth == 1 else (pa.float32(), "float32")
        fields.append((name, pa.list_(kind) if depth == 1 else pa.list_(pa.list_(kind))))
        features[name] = _lists(depth, word)
    metadata = {
        SCHEMA_KEY: json.dumps({"info": {"features": features}}),
        PROVENANCE_KEY: json.dumps(provenance, sort_keys=True),
    }
    return pa.schema(fields, metadata)


def _value(kind: str) -> dict[str, Any]:
    return {"dtype": kind, "_type": "Value"}


def _lists(depth: int, kind: str) -> dict[str, Any]:
    inner = _value(kind) if depth == 1 else _lists(depth - 1, kind)
    return {"feature": inner, "_type": "Sequence"}


def _card(faces: ExportedFaces) -> str:
    """README.md: the header that the library reads, then what the set is."""
    classes = "\n".join(f"| {k} | {name} |" for k, name in enumerate(faces.convention.classes))
    return f"""---
configs:
- config_name: default
  data_files:
  - split: train
    path: data/train-*
tags:
- synthetic
- face-parsing
task_categories:
- image-segmentation
---

# Synthetic faces

{len(faces.names)} faces made by facegen, {faces.provenance.get("distribution", "")}. No person is shown.
`provenance.json` says how they were made and lists the licences of all assets.

`mask` holds class ids of the convention {faces.convention.name}; 255 = ignore. Left and right are the
subject's own: a mirrored picture needs its sides exchanged.

| id | class |
|---|---|
{classes}

`landmarks` are the 68 points of iBUG and two pupils (left, right): x, y in pixels, the middle of the first
pixel at 0.5.
"""


FORMATS.add(
    Format("huggingface", "Hugging Face datasets: Parquet with typed features, README.md", write, order=8)
)
