"""The official layout of CelebAMask-HQ: JPEG pictures, one black-and-white picture a part."""

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from facegen.datasets.conventions.public.celebamaskhq_labels import CELEBAMASKHQ
from facegen.datasets.export.exported_faces import ExportedFaces
from facegen.datasets.export.format_registry import FORMATS, Format
from facegen.datasets.io.files import png_bytes, write_bytes
from facegen.datasets.layouts.official_celebamaskhq import IMAGES, MASKS, PER_FOLDER

JPEG_QUALITY = 95  # little loss; the data set's own pictures are JPEG too


def write(faces: ExportedFaces, out: Path) -> Iterator[None]:
    """Write pictures and one mask a part; yields once a face."""
    for number, name in enumerate(faces.names):
        buffer = io.BytesIO()
        picture = Image.fromarray(faces.picture(name))
        picture.save(buffer, "JPEG", quality=JPEG_QUALITY, subsampling=0)
        write_bytes(out / IMAGES / f"{number}.jpg", buffer.getvalue())
        mask = faces.mask(name)
        folder = out / MASKS / str(number // PER_FOLDER)
        for index in np.unique(mask):
            if 0 < index < len(CELEBAMASKHQ.classes):
                part = CELEBAMASKHQ.classes[index]
                drawn = np.where(mask == index, 255, 0).astype(np.uint8)
                write_bytes(folder / f"{number:05d}_{part}.png", png_bytes(drawn))
        yield


FORMATS.add(
    Format(
        "celebamaskhq",
        "the official layout of CelebAMask-HQ, one picture a part",
        write,
        convention=CELEBAMASKHQ.name,
        order=2,
    )
)
