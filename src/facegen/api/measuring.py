"""Measuring sets for an audit or a profile, and what networks see in them. Progress goes to a callback."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from facegen.api.defaults import AUDIT
from facegen.api.shared_labels import SharedLabels, in_measured_ids, shared_labels
from facegen.audit.distances.difficulty import PictureHardness
from facegen.audit.distances.held_out import content_rows
from facegen.audit.distances.label_mismatch import Mismatch, label_mismatch
from facegen.audit.distances.sides import Sides
from facegen.audit.measure_dataset import Measurement, measure_set
from facegen.audit.measures.face_view import make_view
from facegen.audit.measures.realism import equal
from facegen.audit.profiles import attribute_profile
from facegen.audit.profiles.profile_files import load_profile, profile_names
from facegen.audit.report.compare import NetworkInputs
from facegen.audit.report.reference import Reference
from facegen.audit.row_cache import default_cache
from facegen.audit.said_classes import ids_of
from facegen.datasets.errors import FacegenError
from facegen.datasets.inspection.opening import MEASURED, report_set
from facegen.datasets.io.hardware import processor_count
from facegen.datasets.io.progress import ProgressCallback, ProgressEvent, ignore_progress, say
from facegen.datasets.layouts.face_set import FaceSet
from facegen.datasets.layouts.members import ARCHIVES
from facegen.datasets.layouts.open_set import open_set

if TYPE_CHECKING:
    import torch

    from facegen.parse.models.checkpoints import Parser

SEEN = 224  # pixels of a face's crop that Inception is given: what its features were made for, about
ALONE = 48  # pictures up to which starting further processes takes longer than it saves

Features = npt.NDArray[np.float32]

SET_FILES = (*ARCHIVES, ".parquet")  # files that are read as sets of faces


def measured(
    faces: FaceSet,
    workers: int | None = None,
    progress: ProgressCallback = ignore_progress,
    cached: bool = True,
    strict: bool = True,
    shared: SharedLabels | None = None,
) -> Measurement:
    """Measure a set; rows that the user's cache holds are taken from it.

    Parameters
    ----------
    faces : FaceSet
    workers : int, optional
        Processes; None: one for each processor. Small sets are measured in this process.
    progress : callable
        Called with events of the stage "measure".
    cached : bool
        Use the cache of rows.
    strict : bool
        Refuse masks with ids of no class; else those pixels count as not labelled.
    shared : SharedLabels, optional
        What is missing in the result because the other side of a comparison cannot say it. By default what
        the set's convention cannot say as celebamaskhq means it, which is told.

    Raises
    ------
    FacegenError : a file cannot be read, or a mask holds an unknown id and `strict`.
    """
    done = 0

    def on_progress(count: int) -> None:
        nonlocal done
        done += count
        progress(ProgressEvent("measure", faces.name, done, len(faces)))

    shared = shared or shared_labels(faces, None, progress)
    faces = in_measured_ids(faces)
    progress(ProgressEvent("measure", faces.name, 0, len(faces)))
    count = processor_count() if workers is None else workers
    cache = default_cache() if cached else None
    found = measure_set(faces, 1 if len(faces) <= ALONE else count, on_progress, cache)
    if strict and found.unknown is not None and found.unknown.any():
        raise FacegenError(
            f"{faces.path}: {int((found.unknown > 0).sum())} masks hold ids that {faces.convention.name} "
            f"lacks, {faces.ids[int(found.unknown.argmax())]} the most: correct them or the convention"
        )
    return found.without(shared.lost, shared.maps) if shared.lost or not shared.maps else found


def real_side(
    against: str | Path | FaceSet | attribute_profile.Profile | None,
    progress: ProgressCallback = ignore_progress,
    convention: str | Path | None = None,
) -> FaceSet | attribute_profile.Profile:
    """What a set is compared with: a checked set of real faces, or a profile.

    Parameters
    ----------
    against : str, path, FaceSet, Profile or None
        A shipped profile by name, a folder of real faces, a profile file; None: the default profile.

    Raises
    ------
    FacegenError : no such profile or folder; a name that is both; a set that cannot be measured.
    """
    if isinstance(against, attribute_profile.Profile):
        return against
    if against is None:
        return load_profile(AUDIT.against)
    if isinstance(against, FaceSet) or is_real_folder(against):
        faces = against if isinstance(against, FaceSet) else open_set(against, convention=convention)
        report_set(faces, progress, MEASURED)
        return faces
    return load_profile(against)


def reference_of(
    real: FaceSet | attribute_profile.Profile,
    shared: SharedLabels,
    workers: int | None = None,
    progress: ProgressCallback = ignore_progress,
) -> Reference:
    """The real side, measured now where it is a set."""
    if isinstance(real, attribute_profile.Profile):
        return Reference.of_profile(real)
    return Reference.of_set(measured(real, workers, progress, strict=False, shared=shared), real.name)


def is_real_folder(name: str | Path) -> bool:
    """Whether a name is a folder or archive of faces; FacegenError where it is a shipped profile too."""
    path, shipped = Path(name), str(name) in profile_names()
    folder = path.is_dir() or (path.suffix.lower() in SET_FILES and path.is_file())
    if folder and shipped:
        raise FacegenError(f"{name}: both a shipped profile and a folder: write ./{name} for the folder")
    return folder


def inception_sides(
    weights: Path, real: FaceSet, faces: FaceSet, progress: ProgressCallback = ignore_progress
) -> Sides[Features] | str:
    """Inception features of real and synthetic pictures after the same crop, size and codec.

    Parameters
    ----------
    weights : Path
        torch-fidelity's file of Inception weights.
    real, faces : FaceSet

    Returns
    -------
    Sides of (m, 2048) and (n, 2048) float32, or a str that says why there are none
    """
    from facegen.parse.data.device import pick_device
    from facegen.parse.models.inception_features import inception_features

    device = pick_device("auto")
    out = []
    for one in (real, faces):
        progress(ProgressEvent("inception", one.name))
        crops = list(_same_crops(one, SEEN))
        if not crops:
            return f"{one.name}: no crop of a face has {SEEN} pixels"
        out.append(inception_features(crops, weights, device))
    return Sides(*out)


def _same_crops(faces: FaceSet, size: int) -> Iterator[npt.NDArray[np.uint8]]:
    """(size, size, 3) uint8 of AUDIT.parsed pictures, drawn by their names; the same crop, size and codec."""
    from facegen.parse.experiment.real_sets import choose

    chosen = in_measured_ids(choose(faces, min(AUDIT.parsed, len(faces))))
    for index in range(len(chosen)):
        picture = equal(make_view(chosen.image(index), chosen.known_mask(index)[0]), size)
        if picture is not None:
            yield np.asarray(picture.convert("RGB"))


def parser_inputs(
    checkpoint: Path,
    faces: FaceSet,
    real: FaceSet | None,
    shared: SharedLabels,
    progress: ProgressCallback = ignore_progress,
) -> NetworkInputs:
    """What one parser, trained on real faces, finds in the synthetic and in the real pictures.

    Parameters
    ----------
    checkpoint : Path
        A trained parser.
    faces : FaceSet
        Synthetic.
    real : FaceSet, optional
    shared : SharedLabels
        What is left out of the content of the parser's label maps.
    progress : callable

    Returns
    -------
    NetworkInputs
        Features of its encoder for the same crops of AUDIT.parsed pictures a side, how it disagrees with the
        labels of these; for AUDIT.read pictures a side the content of the label maps that it draws and how
        hard they are for it. A part is None where a side lacks masks; without them hardness is entropy alone.

    Raises
    ------
    FacegenError : the checkpoint cannot be read, or its convention is another one.
    """
    from facegen.parse.data.device import pick_device
    from facegen.parse.models.checkpoints import load_parser

    device = pick_device("auto")
    parser = load_parser(checkpoint, device)
    features, mismatch = _features_and_mismatch(parser, device, faces, progress)
    if real is None:
        return NetworkInputs(mismatch=mismatch, hardness="no real pictures: give their folder with --against")
    real_features, real_mismatch = _features_and_mismatch(parser, device, real, progress)
    both = None if real_features is None or features is None else Sides(real_features, features)
    read = Sides(real, faces).map(lambda one: _read(parser, device, one, progress))
    parsed = None
    if real.has_masks and faces.has_masks:
        ids = ids_of(parser.convention)
        parsed = read.map(lambda one: content_rows(ids[one.labels], shared.lost))
    hardness = read.map(lambda one: one.hardness)
    return NetworkInputs(both, parsed, mismatch, real_mismatch, hardness, classes=parser.convention.classes)


def _features_and_mismatch(
    parser: Parser, device: torch.device, faces: FaceSet, progress: ProgressCallback
) -> tuple[Features | None, Mismatch | None]:
    """(n, d) features and the mismatch of one side; None without masks, or where no crop is large enough."""
    from facegen.parse.data.loaded_set import load_set
    from facegen.parse.experiment.real_sets import choose
    from facegen.parse.metrics.evaluate import predict, require_convention
    from facegen.parse.models.encoder_features import encoder_features

    if not faces.has_masks:
        say(progress, f"{faces.name}: no masks: neither labels nor features of a parser are measured")
        return None, None
    progress(ProgressEvent("parse", faces.name))
    data = load_set(choose(faces, min(AUDIT.parsed, len(faces))), parser.size, strict=False)
    require_convention(parser, data)
    ids = ids_of(parser.convention)
    found = label_mismatch(ids[predict(parser, data.images, device)], ids[data.masks], data.ids)
    crops = list(_same_crops(faces, parser.size))
    if not crops:
        say(progress, f"{faces.name}: no crop of a face has {parser.size} pixels: no features")
        return None, found
    return encoder_features(parser, np.stack(crops).transpose(0, 3, 1, 2), device), found


@dataclass(frozen=True)
class _ReadSide:
    """Label maps (n, S, S) uint8 that a parser draws for one side, and how hard the pictures are for it."""

    labels: npt.NDArray[np.uint8]
    hardness: PictureHardness


def _read(parser: Parser, device: torch.device, faces: FaceSet, progress: ProgressCallback) -> _ReadSide:
    """What a parser makes of AUDIT.read pictures of one side."""
    from facegen.parse.data.loaded_set import load_set, resize_image
    from facegen.parse.experiment.real_sets import choose
    from facegen.parse.metrics.evaluate import compare, predict_with_entropy, require_convention

    progress(ProgressEvent("read", faces.name))
    chosen = choose(faces, min(AUDIT.read, len(faces)))
    if not faces.has_masks:
        pictures = [resize_image(chosen.image(i), parser.size) for i in range(len(chosen))]
        labels, entropy = predict_with_entropy(parser, np.stack(pictures).transpose(0, 3, 1, 2), device)
        return _ReadSide(labels, PictureHardness(tuple(chosen.ids), entropy))
    data = load_set(chosen, parser.size, strict=False)
    require_convention(parser, data)
    labels, entropy = predict_with_entropy(parser, data.images, device)
    found = compare(labels, data.masks, data.ids, data.convention, borders=False)
    labelled = found.confusions.sum((1, 2))
    right = np.trace(found.confusions, axis1=1, axis2=2)
    error = np.where(labelled > 0, 1 - right / np.maximum(labelled, 1), np.nan).astype(np.float64)
    loss = (1 - found.image_scores()).astype(np.float64)
    return _ReadSide(labels, PictureHardness(tuple(data.ids), entropy, error, loss, found.confusions))
