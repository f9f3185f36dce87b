"""A consistent sample of a rendered set, drawn from blocks."""

import numpy as np

from facegen.datasets.conventions.native_labels import COVERAGE_CLASSES, Native
from facegen.datasets.io.sample import Sample

SIZE = 64
HEADER = {
    "seed": 0, "size": SIZE, "num": 2, "convention": "celebamaskhq", "profile": None, "fingerprint": "",
    "config": {}, "ledger": [], "failures": {},
}  # fmt: skip


def face(seed, mirrored=False):
    native = np.zeros((SIZE, SIZE), np.uint8)
    native[8:56, 8:56] = Native.FACE_SKIN
    native[4:14, 8:56] = Native.SCALP_HAIR
    native[40:46, 24:40] = Native.UPPER_LIP
    native[18:22, 36:50], native[18:22, 14:28] = Native.BROW_L, Native.BROW_R
    native[26:30, 38:46], native[26:30, 18:26] = Native.SCLERA_L, Native.SCLERA_R
    if mirrored:
        native = native.copy()
        for one, other in ((Native.BROW_L, Native.BROW_R), (Native.SCLERA_L, Native.SCLERA_R)):
            left, right = native == one, native == other
            native[left], native[right] = other, one
    bare = native.copy()
    native[24:32, 34:50] = native[24:32, 14:30] = Native.GLASSES_LENS
    pixels = np.random.Generator(np.random.Philox(seed)).integers(0, 256, (SIZE, SIZE, 3), np.uint8)
    return sample_of(pixels, native, bare, {"index": seed})


def sample_of(image: np.ndarray, native: np.ndarray, bare: np.ndarray, meta: dict) -> Sample:
    """A sample of a picture (H, W, 3) and native labels (H, W) with and without glasses; the rest is flat."""
    coverage = np.stack([np.isin(native, members) for _, members in COVERAGE_CLASSES], axis=-1)
    normals = np.zeros((*native.shape, 3), np.float16)
    normals[..., 2] = 1
    return Sample(
        rgb=image,
        native=native,
        bare=bare,
        coverage=coverage.astype(np.uint8) * 255,
        landmarks=np.full((70, 2), 30.5, np.float32),
        visible=np.ones(70, bool),
        depth=np.where(native > 0, 0.6, 0).astype(np.float32),
        normals=normals,
        meta=meta,
    )
