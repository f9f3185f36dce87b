"""The official layout of CelebAMask-HQ: JPEG pictures, one black-and-white picture a part.

Scripts of its users read a part in two ways: a channel that is not 0 (the set's own g_mask.py), or the value
225 after a conversion to a palette, on a canvas of 512 x 512 (prepropess_data.py of face-parsing.PyTorch).
The second one finds nothing in grey pictures, so parts are RGB, of MASK_SIDE. A sample keeps its number.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from facegen.datasets.conventions.public.celebamaskhq_labels import CELEBAMASKHQ
from facegen.datasets.errors import FacegenError
from facegen.datasets.export.exported_faces import JPEG_QUALITY, ExportedFaces
from facegen.datasets.export.format_registry import FORMATS, Format
from facegen.datasets.io.files import png_bytes, write_bytes
from facegen.datasets.layouts.official_celebamaskhq import IMAGES, MASKS, PER_FOLDER

MASK_SIDE = 512  # pixels of the published parts
MAX_NUMBER = 99_999  # names of parts have five digits


def write(faces: ExportedFaces, out: Path) -> Iterator[None]:
    """Write pictures and one mask a part; yields once a face.

    Raises
    ------
    FacegenError : a sample has a number of more than five digits.
    """
    for name in faces.names:
        number = int(name)
        if number > MAX_NUMBER:
            raise FacegenError(
                f"sample {name}: the official layout numbers pictures with five digits: use --to segmentation"
            )
        write_bytes(out / IMAGES / f"{number}.jpg", faces.picture_jpeg(name))
        mask = at_side(faces.mask(name), MASK_SIDE)
        folder = out / MASKS / str(number // PER_FOLDER)
        for index in np.unique(mask):
            if 0 < index < len(CELEBAMASKHQ.classes):
                part = CELEBAMASKHQ.classes[index]
                drawn = np.where(mask == index, 255, 0).astype(np.uint8)
                rgb = np.repeat(drawn[..., None], 3, axis=2)
                write_bytes(folder / f"{number:05d}_{part}.png", png_bytes(rgb))
        yield


def at_side(mask: npt.NDArray[np.uint8], side: int) -> npt.NDArray[np.uint8]:
    """A label map (H, W) uint8 at (side, side): each pixel takes the value below its middle.

    Maps of at most `side` pixels come back exactly from the values below the middles of their own pixels.
    """
    rows, columns = (((np.arange(side) + 0.5) * length / side).astype(int) for length in mask.shape)
    return mask[np.ix_(rows, columns)]


FORMATS.add(
    Format(
        "celebamaskhq",
        f"CelebAMask-HQ as published: JPEG, one RGB picture of {MASK_SIDE} px a part",
        write,
        convention=CELEBAMASKHQ.name,
        changes={"pictures": f"JPEG {JPEG_QUALITY}", "masks": f"parts of {MASK_SIDE} px"},
        order=2,
    )
)
