"""Fixed regions of the face chart as soft masks, and fixed tiles of noise.

Pictures are (height, width) float32 on the chart (see `chart_grid`).
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from facegen.assets.skin import beard_area, painted_borders
from facegen.assets.skin.chart_grid import pixel_grid
from facegen.assets.skin.painted_borders import Floats
from facegen.datasets.keyed_random import philox

Picture = npt.NDArray[np.float32]

# Blobs as (|s|, t, radius along s, radius along t), chart mm: where blood, shade or sebum differ, by eye.
BLOBS = {
    "nose_tip": (0, -40, 15, 9),
    "neck": (0, -158, 130, 34),
    "cheeks": (43, -34, 20, 19),
    "ears": (138, -18, 26, 34),
    "chin": (0, -105, 18, 10),
    "under_nose": (0, -58, 20, 8),
    "forehead": (0, 45, 46, 16),
    "eye_socket": (29, -2, 17, 11),
    "under_eye": (28, -15, 13, 5),
    "below_eye": (25, -21, 14, 10),
    "lid": (29, 5.5, 15, 5.5),
}
# Softness of painted borders: mm, and fraction of the radius for the caruncle.
LIP_EDGE, NOSE_EDGE, HAIRLINE_EDGE, CARUNCLE_EDGE = 1.2, 2.0, 3.0, 0.12
LIPSTICK_EDGE = 0.5  # mm: lip liner draws a sharper border than the red of lips has
# The red of lips pales before the corners of the mouth, where their label ends: from |s| on, over mm, by.
LIPS_PALE_FROM, LIPS_PALE_OVER, LIPS_PALE = 15, 8, 0.75

NOISE_KEY = 20  # of the random generator: the same tiles for every face, which shifts them
NOISE_AT_WIDTH = 1024  # pixels: the width for which the scales below are given
# Scales of noise by name, standard deviation of the smoothing in pixels; one pixel is 0.61 mm of the chart.
NOISE_SCALES = {"pores": 0.55, "fine": 1.4, "mottle": 5.0, "patch": 18.0, "broad": 50.0}


@lru_cache(maxsize=2)
def region_maps(width: int, height: int) -> dict[str, Picture]:
    """Soft masks of fixed regions.

    Returns
    -------
    dict of name to (height, width) float32 in [0, 1]
        The names of BLOBS, lips, lipstick (lips with a clean border), nose, caruncle, beard (as dense as
        stubble would stand), scalp.
    """
    s, t = pixel_grid(width, height)
    flat_s, flat_t = s.ravel(), t.ravel()

    def soft(distance: Floats, edge: float) -> Picture:
        inside: Picture = (1 / (1 + np.exp(np.clip(distance / edge, -30, 30)))).astype(np.float32)
        return inside.reshape(s.shape)

    beyond_lips = painted_borders.polygon_distance(painted_borders.LIPS, flat_s, flat_t)
    lips = soft(beyond_lips, LIP_EDGE)
    pale = LIPS_PALE * np.clip((np.abs(s) - LIPS_PALE_FROM) / LIPS_PALE_OVER, 0, 1)
    return {name: _blob(s, t, *place) for name, place in BLOBS.items()} | {
        "lips": lips * (1 - pale).astype(np.float32),
        "lipstick": soft(beyond_lips, LIPSTICK_EDGE),
        "nose": soft(painted_borders.polygon_distance(painted_borders.NOSE, flat_s, flat_t), NOSE_EDGE),
        "caruncle": soft(painted_borders.caruncle_radius(flat_s, flat_t) - 1, CARUNCLE_EDGE),
        "beard": _beard(flat_s, flat_t).reshape(s.shape),
        "scalp": soft(painted_borders.Hairline().distance(flat_s, flat_t), HAIRLINE_EDGE),
    }


def _blob(s: Floats, t: Floats, cs: float, ct: float, radius_s: float, radius_t: float) -> Picture:
    bell = np.exp(-(((np.abs(s) - cs) / radius_s) ** 2) - ((t - ct) / radius_t) ** 2)
    return bell.astype(np.float32)  # type: ignore[no-any-return]


def _beard(s: Floats, t: Floats) -> Picture:
    stubble = beard_area.beard_density("stubble", s, t)
    return np.maximum(stubble, beard_area.moustache_density(s, t)).astype(np.float32)


@lru_cache(maxsize=2)
def noise_bank(width: int, height: int) -> dict[str, Picture]:
    """Fixed tiles of smooth noise.

    Returns
    -------
    dict of name to (height, width) float32
        The names of NOISE_SCALES; unit variance, periodic in both directions.
    """
    rng = philox(NOISE_KEY)
    bank = {}
    for name, sigma in NOISE_SCALES.items():
        scale = sigma * width / NOISE_AT_WIDTH
        noise = ndimage.gaussian_filter(rng.standard_normal((height, width)), scale, mode="wrap")
        bank[name] = (noise / noise.std()).astype(np.float32)
    return bank


def shifted(picture: Picture, rng: np.random.Generator) -> Picture:
    """The tile, moved by a random number of rows and columns."""
    rows, columns = int(rng.integers(picture.shape[0])), int(rng.integers(picture.shape[1]))
    return np.roll(picture, (rows, columns), (0, 1))
