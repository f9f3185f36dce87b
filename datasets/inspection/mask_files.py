"""What the files of masks say about themselves: lossy formats, and palettes that an editor has renumbered."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from facegen.datasets.conventions.label_conventions import Convention
from facegen.datasets.conventions.native_labels import IGNORE
from facegen.datasets.errors import FacegenError
from facegen.datasets.io.images import PictureHeader, picture_header
from facegen.datasets.layouts.face_set import FaceSet, Problem

Headers = Sequence[tuple[Path, PictureHeader]]


def mask_headers(faces: FaceSet, names: Sequence[str]) -> list[tuple[Path, PictureHeader]]:
    """Header of each mask file of some samples; files that cannot be read are left to who reads them."""
    found = []
    for name in names:
        for path in faces.mask_files(name):
            try:
                found.append((path, picture_header(path)))
            except FacegenError:
                continue
    return found


def mask_file_problems(headers: Headers, convention: Convention) -> list[Problem]:
    """Problems of index masks that show in their headers: a lossy format, numbers that are no class ids.

    A grey palette is held against its own indices; of coloured ones, a colour must have one number in all
    masks.
    """
    problems = []
    numbers: dict[bytes, int] = {}
    for path, header in headers:
        if header.lossy:
            problems.append(Problem(path, f"{header.format} changes ids along borders", "lossy_mask"))
        elif renumbered(header, convention) is not None:
            text = "the ids are the grey values of its palette, its pixels hold other numbers"
            problems.append(Problem(path, text, "palette"))
        elif header.palette and _disagrees(header.palette, numbers):
            text = "a colour of its palette has another number than in other masks"
            problems.append(Problem(path, text, "palette"))
    return problems


def renumbered(header: PictureHeader, convention: Convention) -> npt.NDArray[np.uint8] | None:
    """The ids that a renumbered palette mask means, by the number that its pixels hold.

    An editor that saves a grey map of ids as a palette picture keeps the grey values, which are the ids, in
    the palette, and numbers the pixels anew.

    Returns
    -------
    (256,) uint8, or None where there is no palette, it has colours, or its greys are no ids of the
    convention or are the numbers themselves
    """
    if not header.palette:
        return None
    colours = np.frombuffer(header.palette[: len(header.palette) // 3 * 3], np.uint8).reshape(-1, 3)
    last = np.flatnonzero(colours.any(axis=1))  # behind it, entries are unused
    used = colours[: last[-1] + 1] if last.size else colours[:1]
    values = used[:, 0]
    known = (values < len(convention.classes)) | (values == IGNORE)
    if (used != used[:, :1]).any() or not known.all() or len(np.unique(values)) < len(values):
        return None
    if (values == np.arange(len(values))).all():
        return None
    table = np.arange(256, dtype=np.uint8)
    table[: len(values)] = values
    return table


def _disagrees(palette: bytes, numbers: dict[bytes, int]) -> bool:
    """Whether a colour has another number than in `numbers`, which takes up the colours that are new."""
    colours = [palette[i : i + 3] for i in range(0, len(palette) - 2, 3)]
    counts = Counter(colours)
    return any(numbers.setdefault(one, i) != i for i, one in enumerate(colours) if counts[one] == 1)
