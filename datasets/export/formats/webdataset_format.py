"""Shards of tar for WebDataset: picture, mask, meta and landmarks of every face.

000000.png, 000000.mask.png, 000000.json, 000000.landmarks.json; with --dense also 000000.dense.npz. Shards
are written with Python's tarfile, dates and owners are constants: the same faces give the same bytes.
"""

import io
import json
import tarfile
from collections.abc import Iterator
from pathlib import Path

from facegen.datasets.export.exported_faces import ExportedFaces
from facegen.datasets.export.format_registry import FORMATS, Format
from facegen.datasets.io.files import npz_bytes, png_bytes, write_bytes
from facegen.datasets.io.tar_shard import ENDINGS

PER_SHARD = 1000  # faces


def write(faces: ExportedFaces, out: Path) -> Iterator[None]:
    """Write shards; yields once a face, before its shard is on the disk."""
    for first in range(0, len(faces.names), PER_SHARD):
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as shard:
            for name in faces.names[first : first + PER_SHARD]:
                for ending, content in _contents(faces, name).items():
                    entry = tarfile.TarInfo(f"{name}.{ending}")
                    entry.size = len(content)
                    shard.addfile(entry, io.BytesIO(content))
                yield
        write_bytes(out / f"{first // PER_SHARD:06d}.tar", buffer.getvalue())


def _contents(faces: ExportedFaces, name: str) -> dict[str, bytes]:
    points, visible = faces.landmarks_seen(name)
    marks = {"points": points.tolist(), "visible": visible.tolist()}
    contents = {
        ENDINGS["images"]: faces.picture_file(name),
        ENDINGS["masks"]: png_bytes(faces.mask(name)),
        ENDINGS["meta"]: faces.meta_file(name),
        ENDINGS["landmarks"]: json.dumps(marks, sort_keys=True).encode(),
    }
    geometry = faces.geometry(name)
    if geometry is not None:
        contents["dense.npz"] = npz_bytes(**geometry.arrays())
    return contents


FORMATS.add(
    Format("webdataset", "WebDataset: tar shards, .png .mask.png .json .landmarks.json", write, order=4)
)
