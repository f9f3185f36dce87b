"""A rendered set in the layouts that other tools read.

segmentation   images/000000.png and masks/000000.png, class ids of a convention; classes.json names them
celebamaskhq   the official layout of CelebAMask-HQ: one black-and-white picture a part
300w           000000.png and 000000.pts, the 68 iBUG points (Sagonas et al., 300 Faces in-the-Wild, 2013)
webdataset     shards of tar: 000000.png, 000000.mask.png and 000000.json of every face
"""

import io
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from facegen.datasets.conventions.label_conventions import CELEBAMASKHQ, Convention, derive
from facegen.datasets.conventions.label_conventions import convention as convention_named
from facegen.datasets.errors import FacegenError
from facegen.datasets.io.dataset_file import read_dataset_json
from facegen.datasets.io.files import png_bytes, read_json, read_npz, write_bytes, write_json
from facegen.datasets.io.images import read_index, read_rgb
from facegen.datasets.io.sample import read_landmarks, sample_file
from facegen.datasets.layouts import official_celebamaskhq
from facegen.datasets.layouts.facegen_folder import finished, is_own

FORMATS = ("segmentation", "celebamaskhq", "300w", "webdataset")
PER_SHARD = 1000
_JPEG_QUALITY = 95


def export(
    root: Path,
    to: str,
    out: Path,
    convention: Convention | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
    neutral: bool = False,
) -> int:
    """Write every finished sample of `root` into the new folder `out`.

    Parameters
    ----------
    to : one of FORMATS
    convention : of the masks; None keeps the set's own. Masks of another one than the set's are derived from
        the native labels, whose borders are neutral. `celebamaskhq` always writes its own.
    progress : called with samples done and in all
    neutral : masks from the native labels with neutral borders, also in the set's own convention

    Returns
    -------
    int, how many samples were written

    Raises
    ------
    FacegenError : `root` is no set of facegen, `out` is there already and not empty, a file is damaged.
    """
    if to not in FORMATS:
        raise FacegenError(f"unknown format {to!r}: use one of {', '.join(FORMATS)}")
    if not is_own(root):
        raise FacegenError(f"{root}: only sets rendered by facegen can be exported")
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise FacegenError(f"{out} is there already (from a broken export?): remove it or choose another")
    if convention is not None and (to == "300w" or to == "celebamaskhq" != convention.name):
        raise FacegenError(f"--to {to} has no masks of {convention.name}: leave --convention out")
    own = read_dataset_json(root)["convention"]
    wanted = CELEBAMASKHQ.name if to == "celebamaskhq" else (convention.name if convention else own)
    names = finished(root)
    if not names:
        raise FacegenError(f"{root}: no finished sample")
    faces = _Faces(root, wanted, kept=own == wanted and not neutral)
    for done, _ in enumerate(_WRITERS[to](faces, names, out), 1):
        progress(done, len(names))
    if to in ("segmentation", "webdataset"):
        write_json(out / "classes.json", {"convention": wanted, "classes": list(faces.convention.classes)})
    return len(names)


class _Faces:
    """What the writers need of a sample, read when asked."""

    def __init__(self, root: Path, wanted: str, kept: bool) -> None:
        self.root, self.kept, self.convention = root, kept, convention_named(wanted)

    def file(self, folder: str, name: str) -> Path:
        return sample_file(self.root, folder, name)

    def mask(self, name: str) -> np.ndarray:
        """(H, W) uint8 ids of the wanted convention."""
        if self.kept:
            return read_index(self.file("masks", name))
        (coverage,) = read_npz(self.file("coverage", name), "coverage")
        native, bare = (read_index(self.file(folder, name)) for folder in ("labels", "bare"))
        return derive(native, bare, coverage, self.convention)

    def picture(self, name: str) -> bytes:
        """The bytes of the picture's file, which must decode."""
        read_rgb(self.file("images", name))
        return self.file("images", name).read_bytes()


def _segmentation(faces: _Faces, names: list[str], out: Path) -> Iterator[None]:
    for name in names:
        write_bytes(out / "images" / f"{name}.png", faces.picture(name))
        write_bytes(out / "masks" / f"{name}.png", png_bytes(faces.mask(name)))
        yield


def _celebamaskhq(faces: _Faces, names: list[str], out: Path) -> Iterator[None]:
    for number, name in enumerate(names):
        buffer = io.BytesIO()
        rgb = Image.fromarray(read_rgb(faces.file("images", name)))
        rgb.save(buffer, "JPEG", quality=_JPEG_QUALITY, subsampling=0)
        write_bytes(out / official_celebamaskhq.IMAGES / f"{number}.jpg", buffer.getvalue())
        mask = faces.mask(name)
        folder = out / official_celebamaskhq.MASKS / str(number // official_celebamaskhq.PER_FOLDER)
        for index in np.unique(mask):
            if 0 < index < len(CELEBAMASKHQ.classes):
                part = CELEBAMASKHQ.classes[index]
                drawn = np.where(mask == index, 255, 0).astype(np.uint8)
                write_bytes(folder / f"{number:05d}_{part}.png", png_bytes(drawn))
        yield


def _300w(faces: _Faces, names: list[str], out: Path) -> Iterator[None]:
    for name in names:
        points, _ = read_landmarks(faces.file("landmarks", name))
        # The format counts pixels from 1 at the middle of the first one; facegen's first middle is at 0.5.
        lines = [f"{x + 0.5:.3f} {y + 0.5:.3f}" for x, y in points[:68].astype(float)]
        text = "\n".join(["version: 1", "n_points: 68", "{", *lines, "}", ""])
        write_bytes(out / f"{name}.png", faces.picture(name))
        write_bytes(out / f"{name}.pts", text.encode())
        yield


def _webdataset(faces: _Faces, names: list[str], out: Path) -> Iterator[None]:
    for first in range(0, len(names), PER_SHARD):
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as shard:
            for name in names[first : first + PER_SHARD]:
                meta = faces.file("meta", name)
                read_json(meta)  # a damaged one is named, not copied
                contents = {
                    ".png": faces.picture(name),
                    ".mask.png": png_bytes(faces.mask(name)),
                    ".json": meta.read_bytes(),
                }
                for ending, content in contents.items():
                    entry = tarfile.TarInfo(name + ending)
                    entry.size = len(content)
                    shard.addfile(entry, io.BytesIO(content))
                yield
        write_bytes(out / f"{first // PER_SHARD:06d}.tar", buffer.getvalue())


_WRITERS = {
    "segmentation": _segmentation,
    "celebamaskhq": _celebamaskhq,
    "300w": _300w,
    "webdataset": _webdataset,
}
