"""Shards of tar for WebDataset: 000000.png, 000000.mask.png and 000000.json of every face.

Shards are written with Python's tarfile. `webdataset.TarWriter` would be a dependency for the six lines that
it replaces: it sorts a sample's files by their endings, sets an owner of its own and, unless it is given a
time, the time of writing, so that shards of the same faces would differ from those written so far.
"""

import io
import tarfile
from collections.abc import Iterator
from pathlib import Path

from facegen.datasets.export.exported_faces import ExportedFaces
from facegen.datasets.export.format_registry import FORMATS, Format
from facegen.datasets.io.files import png_bytes, write_bytes

PER_SHARD = 1000  # faces


def write(faces: ExportedFaces, out: Path) -> Iterator[None]:
    """Write shards; yields once a face, before its shard is on the disk."""
    for first in range(0, len(faces.names), PER_SHARD):
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as shard:
            for name in faces.names[first : first + PER_SHARD]:
                contents = {
                    ".png": faces.picture_file(name),
                    ".mask.png": png_bytes(faces.mask(name)),
                    ".json": faces.meta_file(name),
                }
                for ending, content in contents.items():
                    entry = tarfile.TarInfo(name + ending)  # its date and owner are constants
                    entry.size = len(content)
                    shard.addfile(entry, io.BytesIO(content))
                yield
        write_bytes(out / f"{first // PER_SHARD:06d}.tar", buffer.getvalue())


FORMATS.add(Format("webdataset", "tar shards: .png, .mask.png and .json of each face", write, order=4))
