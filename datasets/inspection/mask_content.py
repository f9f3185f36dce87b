"""What one label map holds: the area and the place of every id.

A map is (h, w) uint8. Places are in pixels, x to the right and y down, pixel centres at +0.5.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

SAMPLE_SIDE = 256  # pixels of the longer side that are looked at: every k-th row and column of a larger map

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class MaskContent:
    """Area and centroid of each id of one map.

    Attributes
    ----------
    shape : (int, int)
        Rows and columns of the map as it is looked at.
    area : (256,) float64
        Pixels of each id.
    centre : (256, 2) float64
        Mean (x, y) of each id; nan where there is none.
    """

    shape: tuple[int, int]
    area: Floats
    centre: Floats

    @property
    def ids(self) -> list[int]:
        """Ids that occur, rising."""
        return [int(one) for one in np.flatnonzero(self.area)]

    def renamed(self, table: npt.NDArray[np.uint8]) -> "MaskContent":
        """The content of the map whose ids are exchanged by a one-to-one table (256,) uint8."""
        area, centre = np.zeros(256), np.full((256, 2), np.nan)
        area[table], centre[table] = self.area, self.centre
        return MaskContent(self.shape, area, centre)


def mask_content(mask: npt.NDArray[np.uint8]) -> MaskContent:
    """Area and centroid of each id, from at most SAMPLE_SIDE rows and columns.

    Parameters
    ----------
    mask : (h, w) uint8
    """
    step = max(1, -(-max(mask.shape) // SAMPLE_SIDE))
    seen = mask[step // 2 :: step, step // 2 :: step]
    height, width = seen.shape
    flat = seen.ravel()
    area = np.bincount(flat, minlength=256).astype(float)
    x, y = np.tile(np.arange(width) + 0.5, height), np.repeat(np.arange(height) + 0.5, width)
    with np.errstate(invalid="ignore"):
        centre = np.stack([np.bincount(flat, one, minlength=256) / area for one in (x, y)], axis=1)
    return MaskContent((height, width), area, centre)
