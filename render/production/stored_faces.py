"""The faces of a rendered set, read back."""

from __future__ import annotations

from pathlib import Path

from facegen.datasets.errors import FacegenError
from facegen.datasets.io.dataset_file import (
    read_dataset_json,
)
from facegen.datasets.io.sample import sample_name
from facegen.datasets.io.stored_samples import StoredSamples
from facegen.render.spec.face_spec import FaceSpec


def faces_of(folder: Path) -> tuple[FaceSpec, ...]:
    """The faces of a set that facegen rendered, by index.

    Raises
    ------
    FacegenError : the folder is no such set, or a face of it is missing.
    """
    count = read_dataset_json(folder)["num"]
    samples = StoredSamples(folder)
    missing = [i for i in range(count) if not samples.is_done(sample_name(i))]
    if missing:
        raise FacegenError(
            f"{folder}: {len(missing)} of {count} faces are missing ({sample_name(missing[0])} first): "
            "finish it"
        )
    return tuple(spec_of(samples, i) for i in range(count))


def spec_of(samples: StoredSamples, index: int) -> FaceSpec:
    """The face of a finished sample; FacegenError where its meta file cannot be read."""
    name = sample_name(index)
    try:
        return FaceSpec.from_dict(samples.meta(name)["spec"])
    except (KeyError, TypeError, ValueError) as error:
        raise FacegenError(
            f"{samples.shown('meta', name)}: holds no face that can be read ({error})"
        ) from None
