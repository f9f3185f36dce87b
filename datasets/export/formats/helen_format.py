"""Helen: images/000000_1.jpg, a grey picture for each of the 11 parts, and its three lists.

labels/000000_1/000000_1_lblKK.png, KK from 00 (background) to 10; 255 inside the part, 0 outside (Smith et
al., Exemplar-Based Face Parsing, CVPR 2013; published ones are soft). All faces are exemplars, which train;
the lists of tuning and test faces are empty.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from facegen.datasets.conventions.public.helen_labels import HELEN
from facegen.datasets.export.exported_faces import JPEG_QUALITY, ExportedFaces
from facegen.datasets.export.format_registry import FORMATS, Format
from facegen.datasets.io.files import png_bytes, write_bytes
from facegen.datasets.layouts.published_layouts import HELEN_LISTS


def write(faces: ExportedFaces, out: Path) -> Iterator[None]:
    """Write pictures and part masks, then the lists; yields once a face."""
    listed = [f"{name}_1" for name in faces.names]
    for name, stem in zip(faces.names, listed, strict=True):
        write_bytes(out / "images" / f"{stem}.jpg", faces.picture_jpeg(name))
        mask = faces.mask(name)
        for part in range(len(HELEN.classes)):
            drawn = np.where(mask == part, 255, 0).astype(np.uint8)
            write_bytes(out / "labels" / stem / f"{stem}_lbl{part:02d}.png", png_bytes(drawn))
        yield
    for file, split in HELEN_LISTS.items():
        lines = [f"{row} , {stem}\n" for row, stem in enumerate(listed, 1)] if split == "train" else []
        write_bytes(out / f"{file}.txt", "".join(lines).encode())


FORMATS.add(
    Format(
        "helen",
        "Helen: images/ as JPEG, labels/ with a grey picture a part",
        write,
        convention=HELEN.name,
        changes={"pictures": f"JPEG {JPEG_QUALITY}"},
        order=11,
    )
)
