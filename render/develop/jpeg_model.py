"""JPEG of a picture as sets of faces hold it: encoded at a side of SIDE pixels, then perhaps made smaller.

A picture made smaller after it was encoded keeps the coefficients of its own frequencies only. They were
quantised with the fine steps of low frequencies, and a block of 8 pixels of the small picture holds several
encoded ones, whose errors average. So the small picture is encoded once with the tables that give the same
error at the same frequencies. Its colours keep their full resolution: those of the large file had half.
"""

from __future__ import annotations

import io
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from PIL import Image

Picture = npt.NDArray[np.uint8]

SIDE = 512  # pixels: CelebAMask-HQ gives pictures and masks of faces at this side
BLOCK = 8  # pixels of a JPEG block
HALVED, FULL = 2, 0  # Pillow's chroma subsampling: 4:2:0 and 4:4:4


def jpeg_round_trip(picture: Picture, quality: int) -> Picture:
    """A picture that was saved as JPEG at SIDE pixels and made smaller to its own size.

    Parameters
    ----------
    picture : (H, W, 3) uint8, sRGB
        Of SIDE pixels or more a side: it is saved as it is, with 4:2:0 chroma.
    quality : int, 1 to 100, of the saved file

    Returns
    -------
    (H, W, 3) uint8
    """
    reduction = max(SIDE / picture.shape[0], 1.0)
    luma, chroma = reduced_tables(quality, reduction)
    # Chroma of 4:2:0 is already made smaller by two.
    subsampling = HALVED if reduction < 2 else FULL
    buffer = io.BytesIO()
    Image.fromarray(picture).save(
        buffer, "JPEG", qtables=[luma.ravel().tolist(), chroma.ravel().tolist()], subsampling=subsampling
    )
    return np.asarray(Image.open(buffer))


@lru_cache(maxsize=128)
def reduced_tables(quality: int, reduction: float) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Quantisation tables of luma and chroma for a picture that is made smaller after it was encoded.

    Parameters
    ----------
    quality : int, 1 to 100, of the encoded file
    reduction : float, at least 1
        Side of the encoded picture over that of the small one.

    Returns
    -------
    luma, chroma : (8, 8) int64, at least 1
        Steps by vertical and horizontal frequency, of the small picture.
    """
    tables = standard_tables(quality)
    luma = _reduced(tables[0], reduction)
    return luma, _reduced(tables[1], reduction / 2 if reduction >= 2 else reduction)


def standard_tables(quality: int) -> npt.NDArray[np.int64]:
    """(2, 8, 8) int64: tables of luma and chroma that the encoder takes for a quality."""
    buffer = io.BytesIO()
    Image.new("RGB", (BLOCK, BLOCK)).save(buffer, "JPEG", quality=quality)
    with Image.open(buffer) as saved:
        tables = getattr(saved, "quantization")  # noqa: B009 (Pillow gives it to JPEG files only)
        return np.array([tables[0], tables[1]], np.int64).reshape(2, BLOCK, BLOCK)


def _reduced(table: npt.NDArray[np.int64], reduction: float) -> npt.NDArray[np.int64]:
    """Steps (8, 8) that leave the same error a pixel at the same frequencies of the smaller picture.

    The error of a coefficient is uniform over its step and spreads evenly over pixels; a smaller picture
    holds 1 / reduction squared of the coefficients, each of 1 / reduction squared of the pixels it had.
    """
    at = (np.arange(BLOCK) / reduction).astype(int)
    return np.maximum(np.rint(table[np.ix_(at, at)] / reduction), 1).astype(np.int64)
