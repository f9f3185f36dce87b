"""Fur hat: a soft crown and a turned-up flap all round, both covered with hair."""

from __future__ import annotations

import numpy as np

from facegen.assets.meshes.mesh import Floats
from facegen.assets.wear.dyes import Dye, Dyes
from facegen.assets.wear.hat_registry import BAND_PART, HATS, SHELL_PART, Hat, HatPiece
from facegen.assets.wear.hat_shapes import (
    PAD_MM,
    azimuths,
    ring_radius,
    rings_at,
    shell_points,
    strip,
)
from facegen.assets.wear.prior_weights import by_gender
from facegen.render.spec.face_spec import Headwear

# By eye.
CROWN_MM, CROWN_GROWS_MM = 12.0, 20.0  # of the fur's ground over the skull, and how much `crown` adds
FLAP_MM, FLAP_GROWS_MM = 42.0, 34.0  # height of the flap in front, and how much `brim` adds
FLAP_LOWER_BEHIND = 0.35  # of that height
FLAP_SECTION = (
    (0.0, 1.0),
    (-0.04, 7.0),
    (0.15, 14.0),
    (0.55, 17.0),
    (0.9, 15.0),
    (1.0, 8.0),
)  # height, distance
FUR_DYES: Dyes = (
    Dye("black", 0.35, (0.0, 1.0), (0.0, 0.2), (0.006, 0.03)),
    Dye("brown", 0.4, (0.05, 0.09), (0.4, 0.7), (0.04, 0.2)),
    Dye("grey", 0.15, (0.05, 0.12), (0.0, 0.15), (0.1, 0.4)),
    Dye("white", 0.1, (0.08, 0.13), (0.05, 0.2), (0.55, 0.8)),
)


def build(profile: Floats, worn: Headwear) -> list[HatPiece]:
    """See `hat_registry.Hat.build`."""
    height = np.linspace(0, 1, len(profile))[:, None]
    shell = shell_points(profile + PAD_MM + (CROWN_MM + CROWN_GROWS_MM * worn.crown) * np.sqrt(height))
    behind = 0.5 - 0.5 * np.cos(azimuths())[None]
    tall = (FLAP_MM + FLAP_GROWS_MM * worn.brim) * (1 - FLAP_LOWER_BEHIND * behind)
    up, off = np.array(FLAP_SECTION).T
    ground = np.maximum(ring_radius(profile + PAD_MM, up * float(tall.max())), 0.8 * profile[0] + PAD_MM)
    flap = rings_at(ground + off[:, None], up[:, None] * tall)
    return [HatPiece(strip(shell), SHELL_PART), HatPiece(strip(flap), BAND_PART)]


FUR_HAT = HATS.add(
    Hat(
        "fur_hat",
        build,
        weight=by_gender(0.6, 1.0),
        order=120,
        front_mm=(40, 58),
        back_mm=(-22, 4),
        dyes=FUR_DYES,
        shows=("brim",),
        plain_band=False,
        fur_mm=(14.0, 26.0),
    )
)
