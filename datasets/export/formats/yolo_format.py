"""YOLO segmentation: a text file of polygons beside each picture (format of Ultralytics' segment task).

    data.yaml                  names of the classes, numbered from 0 without the background
    images/train/000000.png
    labels/train/000000.txt    a line for each piece of a class: its number, then x y of the corners in [0, 1]

Polygons follow the borders of pixels and give back the mask exactly (`outlines`), but for what it ignores.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from facegen.datasets.conventions.label_conventions import Convention
from facegen.datasets.conventions.native_labels import IGNORE
from facegen.datasets.export.exported_faces import ExportedFaces
from facegen.datasets.export.format_registry import FORMATS, Format
from facegen.datasets.export.outlines import outlines
from facegen.datasets.io.files import write_bytes

PART = "train"
DIGITS = 6  # of coordinates: a thousandth of a pixel at 1024


def write(faces: ExportedFaces, out: Path) -> Iterator[None]:
    """Write pictures and polygons, then data.yaml; yields once a face."""
    for name in faces.names:
        mask = faces.mask(name)
        side = np.array(mask.shape[::-1], float)
        lines = []
        for one in np.unique(mask):
            if one in (0, IGNORE):
                continue
            for ring in outlines(mask == one):
                corners = " ".join(f"{value:.{DIGITS}f}" for value in (ring / side).ravel())
                lines.append(f"{one - 1} {corners}\n")
        write_bytes(out / "images" / PART / f"{name}.png", faces.picture_file(name))
        write_bytes(out / "labels" / PART / f"{name}.txt", "".join(lines).encode())
        yield
    write_bytes(out / "data.yaml", _description(faces.convention).encode())


def _description(convention: Convention) -> str:
    names = [f"  {k}: {name}" for k, name in enumerate(convention.classes[1:])]
    head = [
        f"# Masks of {convention.name}. Left and right are the subject's own: train with fliplr=0.",
        "# Put real pictures under val: synthetic ones do not measure a parser.",
        f"train: images/{PART}",
        f"val: images/{PART}",
        "names:",
    ]
    return "\n".join([*head, *names, ""])


FORMATS.add(
    Format(
        "yolo",
        "YOLO segmentation: data.yaml, images/train/, labels/train/ with polygons",
        write,
        changes={"masks": "without ignored pixels"},
        order=6,
    )
)
