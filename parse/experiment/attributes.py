"""Measured attributes of the sets of an experiment: slices of the test set, weights of real faces."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from facegen.audit.distances.frozen_lists import MATCHED_CONTENT
from facegen.audit.measure_dataset import CONVENTION, measure_set
from facegen.audit.measures.schema import Table
from facegen.audit.row_cache import default_cache
from facegen.datasets.errors import FacegenError
from facegen.datasets.io.hardware import processor_count
from facegen.datasets.io.progress import ProgressCallback, ProgressEvent, say
from facegen.datasets.layouts.face_set import FaceSet
from facegen.parse.experiment.real_sets import RealSets
from facegen.parse.experiment.reweighting import effective_number, importance_weights
from facegen.parse.experiment.set_roles import Roles

ALONE = 48  # pictures up to which starting further processes takes longer than it saves


def attributes_of(faces: FaceSet, progress: ProgressCallback, consequence: str) -> Table | None:
    """All attributes of a set.

    Parameters
    ----------
    consequence : str
        What the run lacks without them; it is reported together with the reason.

    Returns
    -------
    Table of one row a face; None where the set has another convention than the audit measures.

    Raises
    ------
    FacegenError : a mask holds ids that its convention lacks, or a file cannot be read.
    """
    if faces.convention.name != CONVENTION:
        say(progress, f"{faces.path}: attributes are measured on {CONVENTION} masks only: {consequence}")
        return None
    workers = 1 if len(faces) <= ALONE else processor_count()
    found = measure_set(faces, workers, _counted(faces, progress), default_cache())
    if found.unknown is not None and found.unknown.any():
        raise FacegenError(
            f"{faces.path}: {int((found.unknown > 0).sum())} masks hold ids that {faces.convention.name} "
            f"lacks, {faces.ids[int(found.unknown.argmax())]} the most: correct them or the convention"
        )
    return found.attributes


def _counted(faces: FaceSet, progress: ProgressCallback) -> Callable[[int], None]:
    done = 0

    def on_progress(count: int) -> None:
        nonlocal done
        done += count
        progress(ProgressEvent("measure", faces.name, done, len(faces)))

    return on_progress


def real_weights(
    sets: RealSets, roles: Roles, progress: ProgressCallback
) -> tuple[npt.NDArray[np.float64], float] | tuple[None, None]:
    """Weights that give the real faces the attribute distribution of the first default set.

    Returns
    -------
    weights : (len(sets.fit),) float, sum 1
    effective : how many equally weighted faces carry as much information
        Both None where the distribution is not known; the reason is reported.
    """
    consequence = "no control with the default set's distribution"
    if not roles.default:
        say(progress, f"no set of the default prior is given: {consequence}")
        return None, None
    real = attributes_of(sets.fit, progress, consequence)
    synthetic = None if real is None else attributes_of(roles.default[0], progress, consequence)
    if real is None or synthetic is None:
        return None, None
    weights = importance_weights(real.columns(MATCHED_CONTENT), synthetic.columns(MATCHED_CONTENT))
    return weights, effective_number(weights)
