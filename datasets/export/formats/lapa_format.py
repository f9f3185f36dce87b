"""LaPa: train/images/000000.jpg, train/labels/000000.png, ids of LaPa (Liu et al., AAAI 2020).

Its landmark files are left out: they hold 106 points of a scheme that facegen does not have.
"""

from collections.abc import Iterator
from pathlib import Path

from facegen.datasets.conventions.public.lapa_labels import LAPA
from facegen.datasets.export.exported_faces import JPEG_QUALITY, ExportedFaces
from facegen.datasets.export.format_registry import FORMATS, Format
from facegen.datasets.io.files import png_bytes, write_bytes

PART = "train"  # synthetic faces are for training


def write(faces: ExportedFaces, out: Path) -> Iterator[None]:
    """Write pictures and label maps; yields once a face."""
    for name in faces.names:
        write_bytes(out / PART / "images" / f"{name}.jpg", faces.picture_jpeg(name))
        write_bytes(out / PART / "labels" / f"{name}.png", png_bytes(faces.mask(name)))
        yield


FORMATS.add(
    Format(
        "lapa",
        "LaPa: train/images/ as JPEG, train/labels/",
        write,
        convention=LAPA.name,
        changes={"pictures": f"JPEG {JPEG_QUALITY}"},
        order=10,
    )
)
