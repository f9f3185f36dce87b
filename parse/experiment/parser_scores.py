"""How well one parser reads a labelled set, by class, and for whom it fails.

Nothing is trained or chosen here. Slices are those of `slices`, and where pictures have the numbers of the
published CelebAMask-HQ with its annotations beside them, annotated sex and age as well: sex and age are read
from no picture.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from scipy import stats

from facegen.audit.measures.schema import Table
from facegen.datasets.io.progress import ProgressCallback, ProgressEvent, ignore_progress, say
from facegen.datasets.layouts.annotations import find_annotations, read_annotations
from facegen.datasets.layouts.face_set import FaceSet
from facegen.parse.data.loaded_set import load_reported
from facegen.parse.experiment.attributes import attributes_of
from facegen.parse.experiment.bootstrap import LEVEL
from facegen.parse.experiment.gap import Figure, arm_figures, resample_arms
from facegen.parse.experiment.slices import MIN_FACES, Slice, make_slices
from facegen.parse.experiment.weak_segments import weak_segments, welch
from facegen.parse.metrics.evaluate import Evaluation, evaluate
from facegen.parse.metrics.scores import number
from facegen.parse.models.checkpoints import Parser

FORMAT, FORMAT_VERSION = "facegen-parser-scores", 1
ARM = "parser"
SHOWN = ("mean_f1_core", "mean_f1")
OFFICIAL = "official"  # layout whose names are the numbers that the annotations go by
# Name of the slice -> annotated attribute, and the value that belongs to it.
ANNOTATED = {
    "women, as annotated": ("Male", False),
    "men, as annotated": ("Male", True),
    "young, as annotated": ("Young", True),
    "not young, as annotated": ("Young", False),
}


def parser_scores(
    parser: Parser, faces: FaceSet, device: torch.device, progress: ProgressCallback = ignore_progress
) -> dict[str, Any]:
    """Score a parser at its own size.

    Parameters
    ----------
    parser : Parser
    faces : FaceSet with masks in the parser's convention
    device : torch.device
    progress : callable, optional

    Returns
    -------
    dict of plain values: "pictures", "size" (pixels), "accuracy", "figures" {class or mean: F1, interval},
    "slices" (rows as of `slice_rows`, the largest loss first), "not_measured" (names of slices), and
    "weak_segments" (as of weak_segments.weak_segments, whose loss is 1 - mean F1 of a picture). No pictures,
    and no names of them.

    Raises
    ------
    FacegenError : the set follows another convention, or a file cannot be read.
    """
    data = load_reported(faces, parser.size, progress)
    progress(ProgressEvent("score", faces.name))
    result = evaluate(parser, data, device)
    attributes = attributes_of(faces, progress, "no slices")
    slices = [] if attributes is None else make_slices(attributes.names, attributes.values)
    slices = [*annotated_slices(faces, progress), *slices]
    rows = slice_rows(slices, result)
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "set": faces.name,
        "pictures": len(data),
        "size": parser.size,
        "convention": parser.convention.name,
        "weights": parser.digest,
        "accuracy": number(result.scores.accuracy),
        "figures": _figures(result),
        "slices": rows,
        "not_measured": [one.name for one in slices if one.name not in {row["slice"] for row in rows}],
        "weak_segments": None if attributes is None else _weak(attributes, result),
    }


def annotated_slices(faces: FaceSet, progress: ProgressCallback) -> list[Slice]:
    """Slices of annotated sex and age; not measured where the pictures cannot be joined with annotations."""
    folder = find_annotations(faces.path) if faces.layout == OFFICIAL else None
    if folder is None:
        say(progress, f"{faces.path}: no annotations that go with these names: sex and age are not measured")
        return [Slice(name, None) for name in ANNOTATED]
    found = read_annotations(folder).attributes
    numbers = np.array([int(one) for one in faces.ids])
    return [
        Slice(name, found.column(attribute)[numbers] == value)
        for name, (attribute, value) in ANNOTATED.items()
    ]


def slice_rows(slices: Sequence[Slice], result: Evaluation) -> list[dict[str, Any]]:
    """Scores of each slice of at least MIN_FACES pictures, the largest loss first.

    Returns
    -------
    list of {"slice", "faces", "mean_f1_core", "mean_f1", "below_others"}
        Scores are pooled over the slice; the last is by how much the mean F1 of a picture is lower than that
        of the other pictures, with Welch's interval. All three are figures.
    """
    own = result.image_scores()
    rows = []
    for one in slices:
        if one.faces is None or int(one.faces.sum()) < MIN_FACES:
            continue
        within = _figures(result, one.faces)
        scored = ~np.isnan(own)
        rows.append(
            {
                "slice": one.name,
                "faces": int(one.faces.sum()),
                **{name: within[name] for name in SHOWN},
                "below_others": _below(own[scored & one.faces], own[scored & ~one.faces]),
            }
        )
    return sorted(rows, key=lambda row: -(row["below_others"]["value"] or 0.0))


def _below(inside: np.ndarray, outside: np.ndarray) -> Figure:
    """How much lower the first mean is, with Welch's interval; None where a side has fewer than two."""
    if min(len(inside), len(outside)) < 2:
        return {"value": None, "low": None, "high": None}
    difference, _, freedom, error = welch(outside, inside)
    reach = float(stats.t.ppf(0.5 + LEVEL / 2, freedom)) * error
    return {"value": difference, "low": difference - reach, "high": difference + reach}


def _figures(result: Evaluation, faces: npt.NDArray[np.bool_] | None = None) -> dict[str, Figure]:
    """F1 of the classes, and the means, with intervals over the pictures (or over some of them)."""
    resampled = resample_arms({ARM: [[result]]}, result.convention, faces)
    return arm_figures(resampled, result.convention)[ARM]


def _weak(attributes: Table, result: Evaluation) -> dict[str, Any] | None:
    loss = 1 - np.asarray(result.image_scores(), np.float64)
    return weak_segments(attributes.names, attributes.values, loss)
