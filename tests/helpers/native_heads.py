"""Drawn heads as facegen stores rendered ones: native labels from which masks of any convention are drawn."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from small_set import HEADER, sample_of

from facegen.datasets.conventions.native_labels import Native
from facegen.datasets.conventions.public.celebamaskhq_labels import CELEBAMASKHQ
from facegen.datasets.io.dataset_file import write_attributes, write_dataset_json
from facegen.datasets.io.sample import Sample, write_sample

NATIVE = np.array(
    [next(n for n in Native if CELEBAMASKHQ.table[n] == one) for one in range(len(CELEBAMASKHQ.classes))],
    np.uint8,
)

META = {  # what a sheet's captions say
    "attributes": {"gender": 0.0, "age": 40.0, "hair_style": "short"},
    "head_pose": {"yaw": 0.0, "pitch": 0.0, "roll": 0.0},
}


def sample(image: np.ndarray, mask: np.ndarray, index: int) -> Sample:
    """A sample of one drawn head; its glasses, if it has any, are frames in front of skin."""
    native = NATIVE[mask]
    bare = np.where(native == Native.GLASSES_FRAME, np.uint8(Native.FACE_SKIN), native)
    return sample_of(image, native, bare, {"index": index} | META)


def write_rendered(root: Path, pairs: Iterable[tuple[np.ndarray, np.ndarray]]) -> Path:
    """Write heads as a set of `facegen render`; the folder."""
    count = size = 0
    for image, mask in pairs:
        write_sample(root, count, sample(image, mask, count))
        count, size = count + 1, len(image)
    write_attributes(root, [f"{i:06d}" for i in range(count)], [{"yaw": 0.0}] * count)
    write_dataset_json(root, HEADER | {"num": count, "size": size})
    return root
