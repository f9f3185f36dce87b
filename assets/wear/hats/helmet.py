"""Helmet: a hard smooth shell with a rim, and a short peak."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter

from facegen.assets.meshes.mesh import Floats
from facegen.assets.wear.dyes import CLOTHES_DYES
from facegen.assets.wear.hat_registry import BAND_PART, BRIM_PART, HATS, SHELL_PART, Hat, HatPiece
from facegen.assets.wear.hat_shapes import PAD_MM, SEGMENTS, rings_at, shell_points, strip
from facegen.assets.wear.peaks import PeakShape, peak
from facegen.assets.wear.prior_weights import by_gender
from facegen.render.spec.face_spec import Headwear

# By eye.
SHELL_MM, SHELL_GROWS_MM = 14.0, 12.0  # of the shell over hats' room, and how much `crown` adds
EVEN = (3.0, 5.0)  # rows and segments (sd): a hard shell does not follow a head
RIM = ((-3.0, -10.0), (-5.0, -2.0), (-3.0, 2.0), (5.0, 2.5), (8.0, 0.5))  # (height, distance from the shell)
PEAK_MM, PEAK_GROWS_MM = 22.0, 24.0


def build(profile: Floats, worn: Headwear) -> list[HatPiece]:
    """See `hat_registry.Hat.build`."""
    over = PAD_MM + SHELL_MM + SHELL_GROWS_MM * worn.crown
    even = np.maximum(gaussian_filter(profile, EVEN, mode=("nearest", "wrap")), profile - 4.0) + over
    up, off = np.array(RIM).T
    rim = rings_at(np.broadcast_to(even[0], (len(up), SEGMENTS)) + off[:, None], up)
    shape = PeakShape(
        PEAK_MM + PEAK_GROWS_MM * worn.brim,
        0.2 + 0.4 * worn.curl,
        half_angle=60.0,
        bend=0.0016,
        off_mm=over - PAD_MM,
    )
    return [
        HatPiece(strip(shell_points(even)), SHELL_PART),
        HatPiece(strip(rim), BAND_PART),
        HatPiece(peak(profile[0], shape), BRIM_PART),
    ]


HELMET = HATS.add(
    Hat(
        "helmet",
        build,
        weight=by_gender(1.0, 0.6),
        order=180,
        front_mm=(44, 62),
        back_mm=(-24, -4),
        dyes=CLOTHES_DYES,
        shows=("brim", "curl"),
        stuff="plastic",
        covers_ears=False,
    )
)
