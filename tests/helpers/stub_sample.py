"""The sample that stub workers copy: 16 pixels a side, and `facegen verify` finds nothing wrong with it."""

from pathlib import Path

import numpy as np

from facegen.datasets.conventions.native_labels import COVERAGE_CLASSES, Native
from facegen.datasets.io.sample import Sample, write_sample

SIZE = 16


def write_stub_sample(folder: Path) -> Path:
    """Write it as sample 000000 of a folder; the folder."""
    native = np.full((SIZE, SIZE), Native.FACE_SKIN, np.uint8)
    native[4:6, 9:14], native[4:6, 2:7] = Native.BROW_L, Native.BROW_R
    coverage = np.stack([np.isin(native, members) for _, members in COVERAGE_CLASSES], axis=-1)
    sample = Sample(
        np.arange(SIZE * SIZE * 3, dtype=np.uint8).reshape(SIZE, SIZE, 3), native, native,
        coverage.astype(np.uint8) * np.uint8(255), np.zeros((70, 2), np.float32), np.ones(70, bool),
        np.ones((SIZE, SIZE), np.float32), np.zeros((SIZE, SIZE, 3), np.float16),
        {"attributes": {"age": 30.0}},
    )  # fmt: skip
    write_sample(folder, 0, sample)
    return folder
