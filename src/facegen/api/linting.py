"""Faults of a set from Python: found, listed, shown, mended."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import jinja2
import numpy as np
import numpy.typing as npt
from PIL import Image

from facegen.api.dataset import Dataset, FacesLike, face_set_of
from facegen.datasets.errors import FacegenError
from facegen.datasets.inspection import lint as inspection
from facegen.datasets.inspection.finding_kinds import LEFT_OUT, kind_of
from facegen.datasets.inspection.findings_file import findings_csv
from facegen.datasets.inspection.mended_copy import Change, write_mended
from facegen.datasets.io.csv_text import csv_bytes
from facegen.datasets.io.files import write_bytes
from facegen.datasets.io.hardware import processor_count
from facegen.datasets.io.progress import ProgressCallback, ProgressEvent, ignore_progress
from facegen.datasets.layouts.face_set import FaceSet, Problem

if TYPE_CHECKING:
    import pandas

FINDINGS_FILE, PAGE_FILE, CHANGES_FILE = "findings.csv", "index.html", "changes.csv"
SHOWN = 200  # findings with thumbnails on the page
THUMBNAIL = 160  # pixels of the longer side

Pixels = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class LintReport:
    """What is wrong with a set. Made by `facegen.lint`.

    Attributes
    ----------
    faces : FaceSet
    findings : Lint
        Problems, the gravest first, and the look that every command takes.
    """

    faces: FaceSet = field(repr=False)
    findings: inspection.Lint = field(repr=False)

    def __repr__(self) -> str:
        return f"<LintReport of {self.faces.path}: {len(self.findings.problems)} findings>"

    @property
    def clean(self) -> bool:
        """Whether there is nothing but notes."""
        return self.findings.clean

    def lines(self) -> list[str]:
        """A line on the set, one for each remark on how it is read, one for each kind of finding."""
        told = (*self.faces.remarks, *self.findings.groups())
        return [self.findings.check.lines()[0], *(f"  {one}" for one in told)]

    def to_frame(self) -> pandas.DataFrame:
        """All findings as a table.

        Returns
        -------
        pandas.DataFrame
            With columns grade, kind, sample, score, finding and file, the gravest first.
        """
        import pandas

        columns = ("grade", "kind", "sample", "score", "finding", "file")
        rows = [
            (kind_of(one.kind).grade, one.kind, one.name, one.score, one.message, str(one.path))
            for one in self.findings.problems
        ]
        return pandas.DataFrame(rows, columns=list(columns))

    def save(self, folder: str | Path, *, thumbnails: bool = True) -> Path:
        """Write findings.csv and index.html.

        Parameters
        ----------
        folder : path
        thumbnails : bool
            Show the pictures of the first findings with their labels. They are in the page itself and
            nowhere else.

        Returns
        -------
        Path
            Of index.html.

        Raises
        ------
        FacegenError : the folder cannot be written.
        """
        folder = Path(folder)
        write_bytes(folder / FINDINGS_FILE, findings_csv(self.findings.problems))
        write_bytes(folder / PAGE_FILE, _page(self, thumbnails).encode(errors="replace"))
        return folder / PAGE_FILE

    def fix(self, folder: str | Path, progress: ProgressCallback = ignore_progress) -> list[Change]:
        """Write a copy of the set in which is mended what can be, and changes.csv with what was done.

        Sides that are exchanged, specks, palettes that an editor renumbered, and camera turns are mended.

        Parameters
        ----------
        folder : path
            New or empty, outside the set.
        progress : callable, optional
            Called with a `ProgressEvent` for each sample.

        Returns
        -------
        list of Change
            Sample and what was done.

        Raises
        ------
        FacegenError : the folder is not empty, lies in the set, or cannot be written.
        """
        out = Path(folder)
        changes = write_mended(self.faces, out, _counter(progress, "mend", self.faces))
        rows = (("sample", "change"), *((one.name, one.done) for one in changes))
        write_bytes(out / CHANGES_FILE, csv_bytes(rows))
        return changes


def lint(
    faces: FacesLike,
    *,
    other: FacesLike | None = None,
    parser: str | Path | None = None,
    convention: str | Path | None = None,
    workers: int | None = None,
    progress: ProgressCallback = ignore_progress,
) -> LintReport:
    """Read a whole set and name what is wrong with it.

    Parameters
    ----------
    faces : path or Dataset
    other : path or Dataset, optional
        A set that must not share pictures with it, as the test set of a training set.
    parser : path, optional
        Checkpoint of a parser that was trained on other pictures: labels that it contradicts are named.
    convention : str or path, optional
        What the ids of masks mean where a set does not say it: a convention, another known order of ids, or a
        file with the class of each id.
    workers : int, optional
        Processes that read; by default one for each processor.
    progress : callable, optional
        Called with a `ProgressEvent` for each part of the set.

    Returns
    -------
    LintReport

    Raises
    ------
    FacegenError : a set cannot be opened, the parser cannot be read or has another convention.

    Examples
    --------
    >>> import facegen
    >>> report = facegen.lint("faces")  # doctest: +SKIP
    >>> report.to_frame().head(), report.save("lint")  # doctest: +SKIP
    """
    one = face_set_of(faces, convention)
    second = None if other is None else face_set_of(other, convention)
    count = processor_count() if workers is None else workers
    total = len(one) + (0 if second is None else len(second))
    found = inspection.lint_set(one, second, count, _counter(progress, "check", one, total))
    if parser is not None:
        found = found.with_problems(_contradicted(Path(parser), one, found, progress))
    return LintReport(one, found)


def _contradicted(
    checkpoint: Path, faces: FaceSet, found: inspection.Lint, progress: ProgressCallback
) -> list[Problem]:
    """Labels that a parser contradicts, among the samples that can be read."""
    from facegen.parse.data.device import pick_device
    from facegen.parse.inference.label_errors import label_errors
    from facegen.parse.models.checkpoints import load_parser

    if not faces.has_masks:
        raise FacegenError(f"{faces.path} holds pictures without masks: a parser has no labels to contradict")
    broken = {one.name for one in found.problems if one.kind in ("damaged", "mask", "shape", "lossy_mask")}
    device = pick_device("auto")
    usable = faces.subset([name for name in faces.ids if name not in broken])
    network = load_parser(checkpoint, device)
    return label_errors(network, usable, device, _counter(progress, "parse", usable))


def _counter(
    progress: ProgressCallback, stage: str, faces: FaceSet, total: int | None = None
) -> Callable[[int], None]:
    """A callback of numbers just done that reports the sum."""
    done = 0

    def on_progress(count: int) -> None:
        nonlocal done
        done += count
        progress(ProgressEvent(stage, faces.name, done, total or len(faces)))

    return on_progress


def _page(report: LintReport, thumbnails: bool) -> str:
    """index.html, which needs no other file; all text is escaped."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("facegen.api", "."), autoescape=True, undefined=jinja2.StrictUndefined
    )
    rows = [
        {
            "rank": rank,
            "problem": one,
            "kind": kind_of(one.kind),
            "shown": _pictures(report.faces, one) if thumbnails and rank <= SHOWN else (),
        }
        for rank, one in enumerate(report.findings.problems, start=1)
    ]
    groups = [(one, kind_of(one.kind)) for one in report.findings.groups()]
    head = report.findings.check.lines()[0]
    return environment.get_template("lint_page.html.j2").render(
        head=head, groups=groups, rows=rows, pictures=any(row["shown"] for row in rows)
    )


def _pictures(faces: FaceSet, problem: Problem) -> Sequence[str]:
    """Data URIs of a sample's picture and of its labels over it; none where they cannot be read."""
    from facegen.parse.inference.overlay import overlay

    if problem.name not in faces.ids or kind_of(problem.kind).grade == LEFT_OUT:
        return ()
    index = faces.ids.index(problem.name)
    try:
        picture = _small(faces.image(index), Image.Resampling.BOX)
        uris = [_uri(picture)]
        if faces.has_masks:
            labels = faces.known_mask(index)[0]
            small = Image.fromarray(labels).resize(
                (picture.shape[1], picture.shape[0]), Image.Resampling.NEAREST
            )
            uris.append(_uri(overlay(picture, np.asarray(small), len(faces.convention.classes))))
    except FacegenError:
        return ()
    return uris


def _small(pixels: Pixels, how: Image.Resampling) -> Pixels:
    height, width = pixels.shape[:2]
    scale = THUMBNAIL / max(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return np.asarray(Image.fromarray(pixels).resize(size, how))


def _uri(pixels: Pixels) -> str:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=85)
    return f"data:image/jpeg;base64,{base64.b64encode(buffer.getvalue()).decode()}"


__all__ = ["Change", "Dataset", "LintReport", "lint"]
