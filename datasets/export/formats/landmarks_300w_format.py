"""Pictures with landmarks in the format of 300-W: 000000.png and 000000.pts.

68 iBUG points (Sagonas et al., 300 Faces in-the-Wild, 2013).
"""

from collections.abc import Iterator
from pathlib import Path

from facegen.datasets.export.exported_faces import ExportedFaces
from facegen.datasets.export.format_registry import FORMATS, Format
from facegen.datasets.io.files import write_bytes

POINTS = 68


def write(faces: ExportedFaces, out: Path) -> Iterator[None]:
    """Write pictures and landmarks; yields once a face."""
    for name in faces.names:
        # The format counts pixels from 1 at the middle of the first one; facegen's first middle is at 0.5.
        points = faces.landmarks(name)[:POINTS].astype(float)
        lines = [f"{x + 0.5:.3f} {y + 0.5:.3f}" for x, y in points]
        text = "\n".join(["version: 1", f"n_points: {POINTS}", "{", *lines, "}", ""])
        write_bytes(out / f"{name}.png", faces.picture_file(name))
        write_bytes(out / f"{name}.pts", text.encode())
        yield


FORMATS.add(Format("300w", "300-W: pictures with 68 landmarks as .pts", write, has_masks=False, order=3))
