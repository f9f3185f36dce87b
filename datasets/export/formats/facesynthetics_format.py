"""FaceSynthetics: 000000.png, 000000_seg.png and 000000_ldmks.txt in one folder.

As in the README of microsoft/FaceSynthetics, landmarks are the 68 points of iBUG and two pupils, one `x y` a
line; here in pixels from the picture's corner. The README does not say which pupil is first; here it is that
of the subject's right eye, whose points are first in iBUG's order too.
"""

from collections.abc import Iterator
from pathlib import Path

from facegen.datasets.conventions.public.facesynthetics_labels import FACESYNTHETICS
from facegen.datasets.export.exported_faces import ExportedFaces
from facegen.datasets.export.format_registry import FORMATS, Format
from facegen.datasets.io.files import png_bytes, write_bytes

ORDER = [*range(68), 69, 68]  # facegen's pupils are left, right


def write(faces: ExportedFaces, out: Path) -> Iterator[None]:
    """Write pictures, label maps and landmarks; yields once a face."""
    for name in faces.names:
        write_bytes(out / f"{name}.png", faces.picture_file(name))
        write_bytes(out / f"{name}_seg.png", png_bytes(faces.mask(name)))
        lines = [f"{x:.3f} {y:.3f}\n" for x, y in faces.landmarks(name)[ORDER].astype(float)]
        write_bytes(out / f"{name}_ldmks.txt", "".join(lines).encode())
        yield


FORMATS.add(
    Format(
        "facesynthetics",
        "FaceSynthetics: 000000.png, 000000_seg.png, 000000_ldmks.txt",
        write,
        convention=FACESYNTHETICS.name,
        order=12,
    )
)
