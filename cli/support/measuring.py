"""Measuring a set with a progress bar, for the commands that audit or fit profiles."""

from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from facegen.audit.measure_dataset import Measurement, measure_set
from facegen.audit.profiles.profile_files import load_profile, profile_names
from facegen.audit.report.reference import Reference
from facegen.audit.row_cache import default_cache
from facegen.cli.support.callbacks import is_given
from facegen.datasets.errors import FacegenError
from facegen.datasets.io.hardware import processor_count
from facegen.datasets.layouts.face_set import FaceSet
from facegen.datasets.layouts.open_set import open_set

if TYPE_CHECKING:
    from facegen.audit.report.compare import NetworkInputs

PARSED = 300  # pictures of each side whose labels a parser is held against
READ = 1000  # and of which it draws label maps that are measured
SEEN = 224  # pixels at which Inception is shown a face's crop
ALONE = 48  # pictures up to which starting further processes takes longer than it saves


def measured(
    faces: FaceSet, workers: int | None, console: Console, cached: bool = True, strict: bool = True
) -> Measurement:
    """Measure a set, its progress shown on `console`; rows that the user's cache holds are taken from it.

    strict : FacegenError where masks hold ids of no class; else those pixels count as not labelled
    """
    columns = (
        TextColumn("measuring {task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    if workers is None:
        workers = processor_count()
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(escape(faces.name), total=len(faces))
        found = measure_set(
            faces,
            1 if len(faces) <= ALONE else workers,
            lambda count: progress.advance(task, count),
            default_cache() if cached else None,
        )
    if strict and found.unknown is not None and found.unknown.any():
        raise FacegenError(
            f"{faces.path}: {int((found.unknown > 0).sum())} masks hold ids that {faces.convention.name} "
            f"lacks, {faces.ids[int(found.unknown.argmax())]} the most: correct them or the convention"
        )
    return found


def open_reference(against: str, workers: int | None, console: Console) -> Reference:
    """What `--against` names: a shipped profile, a folder of real faces (measured now), or a profile file."""
    if is_real_folder(against, "against"):
        faces = open_set(Path(against))
        return Reference.of_set(measured(faces, workers, console, strict=False), faces.name)
    return Reference.of_profile(load_profile(against))


def is_real_folder(law: str, option: str) -> bool:
    """Whether an option's value is a folder of real faces, and no profile that is shipped or in a file.

    A shipped name that is also a folder here is refused, but where it is the option's default.
    """
    folder, shipped = Path(law).is_dir(), law in profile_names()
    if folder and shipped and is_given(option):
        raise FacegenError(f"{law}: both a shipped profile and a folder: write ./{law} for the folder")
    return folder and not shipped


def seen_by_inception(weights: Path, faces: FaceSet, real_dir: Path, console: Console):
    """Inception features of PARSED real and synthetic pictures made equal: (m, 2048) and (n, 2048); or why
    there are none."""
    from facegen.audit.distances.sides import Sides
    from facegen.parse.data.device import pick_device
    from facegen.parse.models.inception_features import inception_features

    device = pick_device("auto")
    out = []
    for one in (open_set(real_dir), faces):
        with console.status(escape(f"Inception: {one.name}")):
            crops = list(_made_equal(one, SEEN))
            if not crops:
                return f"{one.name}: no crop of a face has {SEEN} pixels"
            out.append(inception_features(crops, weights, device))
    return Sides(*out)


def _made_equal(faces: FaceSet, size: int):
    """(size, size, 3) uint8 of PARSED pictures, drawn by their names; crop, size and codec made equal."""
    import numpy as np

    from facegen.audit.measures.face_view import make_view
    from facegen.audit.measures.realism import equal
    from facegen.parse.experiment.real_sets import choose

    chosen = choose(faces, min(PARSED, len(faces)))
    for index in range(len(chosen)):
        picture = equal(make_view(chosen.image(index), chosen.known_mask(index)[0]), size)
        if picture is not None:
            yield np.asarray(picture.convert("RGB"))


def parsed(checkpoint: Path, faces: FaceSet, real_dir: Path | None, console: Console) -> "NetworkInputs":
    """A parser's features (of pictures made equal) and label mismatch of PARSED pictures a side.

    Returns
    -------
    NetworkInputs with features (None where a side has none) and mismatch (None without synthetic masks)
    """
    import numpy as np

    from facegen.audit.distances.label_mismatch import label_mismatch
    from facegen.audit.distances.sides import Sides
    from facegen.audit.report.compare import NetworkInputs
    from facegen.parse.data.device import pick_device
    from facegen.parse.data.loaded_set import load_set
    from facegen.parse.experiment.real_sets import choose
    from facegen.parse.metrics.evaluate import predict, require_convention
    from facegen.parse.models.checkpoints import load_parser
    from facegen.parse.models.encoder_features import encoder_features

    device = pick_device("auto")
    parser = load_parser(checkpoint, device)
    sides: list[tuple] = []
    for one in (faces, open_set(real_dir) if real_dir else None):
        if one is None or not one.has_masks:
            if one is not None:
                console.print(
                    f"{one.name}: no masks: neither labels nor features of a parser are measured",
                    style="yellow",
                    markup=False,
                )
            sides.append((None, None))
            continue
        with console.status(escape(f"parsing {one.name}")):
            data = load_set(choose(one, min(PARSED, len(one))), parser.size, strict=False)
            require_convention(parser, data)
            found = label_mismatch(predict(parser, data.images, device), data.masks, data.ids)
            crops = list(_made_equal(one, parser.size))
            if not crops:
                console.print(
                    f"{one.name}: no crop of a face has {parser.size} pixels: no features",
                    style="yellow",
                    markup=False,
                )
            seen = np.stack(crops).transpose(0, 3, 1, 2) if crops else None
            sides.append((None if seen is None else encoder_features(parser, seen, device), found))
    (features, mismatch), (real_features, real_mismatch) = sides
    both = None if real_features is None or features is None else Sides(real_features, features)
    return NetworkInputs(features=both, mismatch=mismatch, real_mismatch=real_mismatch)


def read_alike(checkpoint: Path, faces: FaceSet, real_dir: Path, console: Console):
    """held_out.content_rows of label maps that one parser draws for READ pictures of each side: Sides of
    (m, k) and (n, k); None where a side has no masks."""
    from facegen.audit.distances.held_out import content_rows
    from facegen.audit.distances.sides import Sides
    from facegen.parse.data.device import pick_device
    from facegen.parse.data.loaded_set import load_set
    from facegen.parse.experiment.real_sets import choose
    from facegen.parse.metrics.evaluate import predict, require_convention
    from facegen.parse.models.checkpoints import load_parser

    device = pick_device("auto")
    parser = load_parser(checkpoint, device)
    sides = open_set(real_dir), faces
    if not all(one.has_masks for one in sides):
        return None
    out = []
    for one in sides:
        with console.status(escape(f"reading {one.name}")):
            data = load_set(choose(one, min(READ, len(one))), parser.size, strict=False)
            require_convention(parser, data)
            out.append(content_rows(predict(parser, data.images, device)))
    return Sides(*out)
