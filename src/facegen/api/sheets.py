"""Contact sheets: faces of a set, faces rendered for the sheet, and one face with an attribute swept."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from facegen.api.defaults import PREVIEW
from facegen.audit.profiles.attribute_profile import Profile
from facegen.datasets.errors import FacegenError
from facegen.datasets.io.files import write_bytes
from facegen.datasets.io.images import read_index
from facegen.datasets.io.progress import ProgressCallback, ignore_progress
from facegen.datasets.io.stored_samples import StoredSamples
from facegen.datasets.keyed_random import generator
from facegen.datasets.layouts.face_set import FaceSet
from facegen.datasets.layouts.open_set import open_set
from facegen.render.matching.matcher import draw_specs
from facegen.render.production.contact_sheet import overlay, sheet
from facegen.render.production.dataset_run import produce
from facegen.render.production.order import Order
from facegen.render.production.worker_pool import Job
from facegen.render.spec.face_spec import FaceSpec
from facegen.render.spec.overrides import Override
from facegen.render.spec.sweeps import attributes, variations

REAL_WARNING = "contains real faces: do not publish"
FORMATS = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WEBP"}
MOST_COLUMNS = 14  # of a sweep
WITH_REAL = Path("preview-with-real-faces.png")

Picture = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Style:
    """How a sheet looks.

    Attributes
    ----------
    columns : int, optional
        Faces in a row; None: PREVIEW.columns, or all steps of a sweep.
    tile : int, optional
        Side of a face on the sheet in pixels; None: as rendered.
    labels : str, optional
        "beside", "only" or "none": labels over a second copy of each face, over the face itself, or left out;
        None: "beside", and "none" for a sweep.
    captions : bool
        Attributes under each face.
    """

    columns: int | None = None
    tile: int | None = None
    labels: str | None = None
    captions: bool = True


@dataclass(frozen=True)
class Drawn:
    """Which faces are rendered for a sheet: as in `facegen.render`."""

    seed: int = PREVIEW.seed
    profile: Profile | None = None
    overrides: tuple[Override, ...] = ()
    size: int = PREVIEW.size
    quality: str = PREVIEW.quality


@dataclass(frozen=True)
class Sheet:
    """A written sheet. change : largest mean difference of a sweep's tiles from its first, 8-bit levels."""

    path: Path
    faces: int
    title: str = ""
    tried: int = 0
    change: float = 0.0


def set_sheet(
    faces: FaceSet, start: int, num: int, real: Path | None, seed: int, out: Path | None, style: Style
) -> Sheet:
    """A sheet of `num` faces of a rendered set from face `start` on, next to real faces of the folder `real`.

    Raises
    ------
    FacegenError : the set was not rendered by facegen or has no such faces; a sheet with real faces would lie
        in a set.
    """
    if faces.layout != "facegen":
        raise FacegenError(
            f"{faces.path}: not rendered by facegen: preview shows native labels, which only its sets have"
        )
    chosen = range(start, min(start + num, len(faces)))
    if not chosen:
        raise FacegenError(f"{faces.path}: has {len(faces)} faces, none from --start {start}")
    target = out or (WITH_REAL if real else faces.path / "preview.png")
    return _sheet_of(faces, chosen, real, seed, target, style)


def grid_sheet(
    count: int,
    drawn: Drawn,
    real: Path | None,
    out: Path | None,
    style: Style,
    progress: ProgressCallback = ignore_progress,
) -> Sheet:
    """A sheet of `count` faces rendered now, next to real faces of the folder `real`."""
    specs = list(draw_specs(drawn.profile, drawn.seed, range(count), count, drawn.overrides))
    with _rendered(specs, drawn, progress) as faces:
        target = out or (WITH_REAL if real else Path("preview.png"))
        return _sheet_of(faces, range(len(faces)), real, drawn.seed, target, style)


def sweep_sheets(
    attribute: str,
    index: int,
    steps: int,
    drawn: Drawn,
    out: Path | None,
    style: Style,
    progress: ProgressCallback = ignore_progress,
) -> Iterator[Sheet]:
    """A sheet for each swept attribute: one face (`index` of its set), the attribute from end to end.

    Parameters
    ----------
    attribute : str
        A dotted path, the path of a dictionary, or "all".
    out : Path, optional
        File of the sheet; a folder where there are several.
    """
    (base,) = draw_specs(drawn.profile, drawn.seed, [index], index + 1, drawn.overrides)
    sweeps = {path: variations(base, path, steps) for path in attributes(attribute)}
    specs = [one.spec for sweep in sweeps.values() for one in sweep]
    with _rendered(specs, drawn, progress) as faces:
        first = 0
        for path, sweep in sweeps.items():
            names = {f"{first + k:06d}": one.caption for k, one in enumerate(sweep)}
            first += len(sweep)
            chosen = [faces.ids.index(name) for name in names if name in faces.ids]
            target = _sweep_file(out, path, len(sweeps) > 1)
            tiles, texts = _tiles(faces, chosen, style, "none", [names[faces.ids[i]] for i in chosen])
            a_row = min(len(tiles), MOST_COLUMNS)
            columns = style.columns * (len(tiles) // len(chosen)) if style.columns else a_row
            _save(tiles, columns, texts if style.captions else None, target)
            pictures = [faces.image(i).astype(float) for i in chosen]
            change = max((float(np.abs(pictures[0] - p).mean()) for p in pictures[1:]), default=0.0)
            yield Sheet(target, len(chosen), path, len(sweep), change)


def _sweep_file(out: Path | None, path: str, several: bool) -> Path:
    if several:
        return (out or Path("preview-vary")) / f"{path}.png"
    return out or Path(f"preview-vary-{path}.png")


@contextmanager
def _rendered(specs: Sequence[FaceSpec], drawn: Drawn, progress: ProgressCallback) -> Iterator[FaceSet]:
    """A set of given faces in a folder that is removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="facegen-") as folder:
        job = Job(Path(folder), drawn.size, drawn.quality)
        produce(Order(job, len(specs), drawn.seed, faces=tuple(specs)), progress)
        yield open_set(folder)


def _sheet_of(
    faces: FaceSet, chosen: Sequence[int], real: Path | None, seed: int, target: Path, style: Style
) -> Sheet:
    captions = [_caption(faces.ids[i], faces.meta(i) or {}) for i in chosen]
    tiles, texts = _tiles(faces, chosen, style, "beside", captions)
    columns, banner = (style.columns or PREVIEW.columns) * (len(tiles) // len(chosen)), None
    if real is not None:
        tiles, texts = _with_real(tiles, texts, open_set(real), seed, columns)
        banner, columns = REAL_WARNING, 2 * columns
        _require_outside_sets(target)
    _save(tiles, columns, texts if style.captions else None, target, banner)
    return Sheet(target, len(chosen))


def _with_real(
    tiles: Sequence[Picture], texts: Sequence[str], others: FaceSet, seed: int, columns: int
) -> tuple[list[Picture], list[str]]:
    """Rows of `columns` tiles, each followed by as many real faces, drawn by the seed."""
    side = tiles[0].shape[0]
    order = generator(seed, 0, "preview.real").permutation(len(others))
    rows: list[Picture] = []
    words: list[str] = []
    used = 0
    for first in range(0, len(tiles), columns):
        row = list(tiles[first : first + columns])
        blank = [np.zeros_like(row[0])] * (columns - len(row))
        rows += row + blank
        words += [*texts[first : first + columns], *[""] * len(blank)]
        for _ in range(columns):
            rows.append(_resized(others.image(int(order[used % len(others)])), side))
            words.append("real")
            used += 1
    return rows, words


def _resized(picture: Picture, side: int) -> Picture:
    return np.asarray(Image.fromarray(picture).resize((side, side), Image.Resampling.LANCZOS))


def _require_outside_sets(target: Path) -> None:
    """FacegenError where a sheet with real faces would be written into a set of faces."""
    for folder in target.resolve().parents:
        if (folder / "dataset.json").is_file() or (folder / "images").is_dir():
            raise FacegenError(
                f"{target}: lies in a set of faces ({folder}): real faces stay out, choose another -o"
            )


def _tiles(
    faces: FaceSet, chosen: Sequence[int], style: Style, labels: str, captions: Iterable[str]
) -> tuple[list[Picture], list[str]]:
    """Tiles and captions of faces of a facegen set; labels : where the style leaves it open."""
    tiles: list[Picture] = []
    texts: list[str] = []
    samples = StoredSamples(faces.path)
    for i, caption in zip(chosen, captions, strict=True):
        rgb = faces.image(i)
        native = read_index(*samples.read("labels", faces.ids[i]))
        shown = {
            "beside": [rgb, overlay(rgb, native)],
            "only": [overlay(rgb, native)],
            "none": [rgb],
        }[style.labels or labels]
        tiles += [_resized(one, style.tile or rgb.shape[0]) for one in shown]
        texts += [caption] + [""] * (len(shown) - 1)
    return tiles, texts


def _save(
    tiles: Sequence[Picture],
    columns: int,
    texts: Sequence[str] | None,
    target: Path,
    banner: str | None = None,
) -> None:
    content = io.BytesIO()
    sheet(tiles, columns, texts, banner).save(content, FORMATS[target.suffix.lower()])
    write_bytes(target, content.getvalue())


def _caption(name: str, meta: Mapping[str, Any]) -> str:
    a, pose = meta["attributes"], meta["head_pose"]
    sex = "m" if a["gender"] > 0.5 else "f"
    return f"{name} {sex}{a['age']:.0f} {a['hair_style']} y{pose['yaw']:+.0f} p{pose['pitch']:+.0f}"
