"""Beanie: a knitted cap that follows the skull, with a rolled-up band and a slack top."""

from __future__ import annotations

import numpy as np

from facegen.assets.meshes.mesh import Floats
from facegen.assets.wear.hat_registry import BAND_PART, HATS, SHELL_PART, Hat, HatPiece
from facegen.assets.wear.hat_shapes import PAD_MM, SEGMENTS, azimuths, shell_points, strip
from facegen.assets.wear.prior_weights import by_gender
from facegen.render.spec.face_spec import Headwear

# By eye.
SLACK_MM = 26.0  # at the top of a full crown, behind
SLACK_IN_FRONT = 0.3  # of the slack behind
SLACK_FROM = 0.35  # of the way up, where the cap leaves the skull
LEAST_BRIM = 0.15  # of `brim`, up to which no band is rolled up
BAND_MM, BAND_GROWS_MM = 26.0, 40.0  # height of the band, and how much `brim` adds to it
BAND_THICKNESS_MM = (1.0, 4.5, 6.5, 6.5, 6.0, 1.0)  # of its rings, from the lower edge to the upper one
NARROWEST = 0.8  # of the ring at the brim: the band does not close over the top


def build(profile: Floats, worn: Headwear) -> list[HatPiece]:
    """See `hat_registry.Hat.build`."""
    shell = shell_points(profile + PAD_MM + _slack(len(profile), worn.crown))
    pieces = [HatPiece(strip(shell), SHELL_PART)]
    if worn.brim > LEAST_BRIM:
        pieces.append(HatPiece(strip(_band(profile, shell, worn.brim)), BAND_PART))
    return pieces


def _slack(rows: int, crown: float) -> Floats:
    """Distance (rows, SEGMENTS) in mm between the cap and the skull."""
    height = np.linspace(0, 1, rows)[:, None]
    behind = 0.5 - 0.5 * np.cos(azimuths())[None]
    lateral = SLACK_IN_FRONT + (1 - SLACK_IN_FRONT) * behind
    return SLACK_MM * crown * lateral * np.clip((height - SLACK_FROM) / (1 - SLACK_FROM), 0, 1) ** 1.5


def _band(profile: Floats, shell: Floats, brim: float) -> Floats:
    """Rings (6, SEGMENTS, 3) of the band: it lies over the lower rows, its upper edge turns back in."""
    ring = profile[0] + PAD_MM
    outwards, up = np.stack([np.sin(azimuths()), -np.cos(azimuths())], -1), BAND_MM + BAND_GROWS_MM * brim
    levels = np.array([-3.0, -4.0, 0.0, up * 0.5, up, up + 2.0])
    underneath = np.stack(
        [np.interp(z, shell[:, j, 2], np.hypot(*shell[:, j, :2].T)) for z in levels for j in range(SEGMENTS)]
    ).reshape(len(levels), SEGMENTS)
    underneath = np.maximum(underneath, ring * NARROWEST)
    radius = underneath + np.array(BAND_THICKNESS_MM)[:, None]
    heights = np.broadcast_to(levels[:, None, None], (len(levels), SEGMENTS, 1))
    return np.concatenate([radius[..., None] * outwards[None], heights], -1)


BEANIE = HATS.add(
    Hat(
        "beanie",
        build,
        weight=by_gender(1.3, 8.3),
        order=10,
        front_mm=(38, 62),
        back_mm=(-32, 2),
        patterned=0.22,
        ribs=1.0,
        plain_band=False,
    )
)
