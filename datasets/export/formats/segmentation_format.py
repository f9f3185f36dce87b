"""Pictures and index masks: images/000000.png, masks/000000.png; classes.json names the class ids."""

from collections.abc import Iterator
from pathlib import Path

from facegen.datasets.export.exported_faces import ExportedFaces
from facegen.datasets.export.format_registry import FORMATS, Format
from facegen.datasets.io.files import png_bytes, write_bytes


def write(faces: ExportedFaces, out: Path) -> Iterator[None]:
    """Write pictures and masks; yields once a face."""
    for name in faces.names:
        write_bytes(out / "images" / f"{name}.png", faces.picture_file(name))
        write_bytes(out / "masks" / f"{name}.png", png_bytes(faces.mask(name)))
        yield


FORMATS.add(Format("segmentation", "images/ and masks/ with the class ids of --convention", write, order=1))
