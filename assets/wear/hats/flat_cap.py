"""Flat cap: soft sewn cloth that hangs over its own rim and over a short stiff peak."""

from __future__ import annotations

import numpy as np

from facegen.assets.meshes.mesh import Floats
from facegen.assets.wear.hat_registry import BRIM_PART, HATS, SHELL_PART, Hat, HatPiece
from facegen.assets.wear.hat_shapes import PAD_MM, azimuths, shell_points, strip
from facegen.assets.wear.peaks import PeakShape, peak
from facegen.assets.wear.prior_weights import by_gender
from facegen.render.spec.face_spec import Headwear

# By eye.
OVERHANG_MM, OVERHANG_GROWS_MM = 4.0, 9.0  # of the cloth over the rim, and how much `crown` adds
FRONT_MM = 26.0  # how much further it comes forward, onto the peak
BEHIND = 0.45  # of the overhang
BULGES_AT = 0.13  # of the way up, where it hangs out furthest
PEAK_MM, PEAK_GROWS_MM = 36.0, 16.0
PATTERNS = {"tweed": 0.3, "herringbone": 0.25, "plaid": 0.3, "checks": 0.1, "pinstripes": 0.05}


def build(profile: Floats, worn: Headwear) -> list[HatPiece]:
    """See `hat_registry.Hat.build`."""
    height = np.linspace(0, 1, len(profile))[:, None]
    ahead = np.cos(azimuths())[None]
    lateral = BEHIND + (1 - BEHIND) * (0.5 + 0.5 * ahead)
    over = (OVERHANG_MM + OVERHANG_GROWS_MM * worn.crown) * lateral + FRONT_MM * np.clip(ahead, 0, 1) ** 2
    rising = np.clip(height / BULGES_AT, 0, 1)
    swell = np.where(
        height < BULGES_AT, np.sin(rising * np.pi / 2), np.clip(1 - height, 0, 1) / (1 - BULGES_AT)
    )
    shell = shell_points(profile + PAD_MM + over * swell**0.9)
    shape = PeakShape(
        length_mm=PEAK_MM + PEAK_GROWS_MM * worn.brim,
        curl=0.3 + 0.5 * worn.curl,
        half_angle=58.0,
        corners=2.2,
        above_mm=3.0,
        falls_mm=16.0,
    )
    return [HatPiece(strip(shell), SHELL_PART), HatPiece(peak(profile[0], shape), BRIM_PART)]


FLAT_CAP = HATS.add(
    Hat(
        "flat_cap",
        build,
        weight=by_gender(1.3, 6.3),
        order=70,
        front_mm=(42, 62),
        back_mm=(-8, 14),
        patterned=0.5,  # 3 of 7
        patterns=PATTERNS,
        shows=("brim", "curl"),
        stuff="woven",
    )
)
