"""Shapes from which hats are made: shells that follow the skull, and crowns with a brim all round.

Millimetres in the hat's frame: origin inside the head, x to the subject's left, -y forward, z up out of the
brim's plane. A ring is SEGMENTS points; segment 0 looks forward, segments run to the subject's left.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter

from facegen.assets.meshes.mesh import Floats, Mesh, grid_faces
from facegen.assets.wear.hat_registry import BAND_PART, BRIM_PART, SHELL_PART, HatPiece

SEGMENTS = 72  # of a ring: one every 5 degrees
PAD_MM = 9.0  # room for flattened hair between head and hat
SNUG_MM = 1.0  # by which caps and brimmed hats lie closer than PAD_MM at their lower edge (by eye)

# Crowns with a brim, by eye.
FOOTPRINT_SMOOTHING = 4  # segments (sd): a stiff hat does not follow every bump of a head
OVER_HEAD_MM = 9.0  # hair and lining between the top of the head and the crown
WALL_ROOM_MM = 4.0  # by which the top of the wall stands at least over that
WALL_FRACTIONS = np.linspace(0, 1, 9)  # of the height, where the wall has a ring
TOP_FRACTIONS = (0.93, 0.8, 0.6, 0.35, 0.02)  # of the wall's radius, where the top has a ring
WALL_ROUNDING = 0.08  # of the radius, lost towards the top edge of the wall
PINCH_WIDTH = 0.28  # of the crown's half width: of the dip along its middle
PINCH_ONSET = 2.2  # how fast the dip reaches its depth from the edge inwards
BRIM_FRACTIONS = (0.0, 0.3, 0.65, 0.9, 1.0)  # of the brim's width, where it has a ring
BRIM_LONGER_AHEAD = 0.12  # of the brim's width, added in front
BRIM_DIPS_AHEAD = 0.10  # of the brim's width, by which it falls in front
# The ribbon around a crown: (height over the brim, distance from the wall) of its rings, mm.
RIBBON_RINGS_MM = ((2.0, 0.2), (2.0, 1.4), (26.0, 1.4), (26.0, 0.2))


@dataclass(frozen=True)
class BrimmedShape:
    """Of a hat with a brim all round.

    Attributes
    ----------
    crown_mm : float
        Height of the crown over the brim; more where the head needs it.
    brim_mm : float
        Width of the brim.
    droop : float
        Slope by which the brim falls outwards (mm per mm); 0 is flat.
    curl : float
        By how much of its width the brim rises at both sides.
    pinch_mm : float
        Depth of the dip along the middle of the crown.
    taper : float
        Fraction by which the crown narrows from brim to top.
    dome_mm : float
        How far the middle of the top rises over the wall.
    ribbon : bool
        Whether a ribbon (BAND_PART) runs round the crown.
    """

    crown_mm: float
    brim_mm: float
    droop: float = 0.0
    curl: float = 0.0
    pinch_mm: float = 0.0
    taper: float = 0.05
    dome_mm: float = 6.0
    ribbon: bool = True


def azimuths() -> Floats:
    """Azimuth (SEGMENTS,) of the segments in radians: 0 in front, rising to the subject's left."""
    return np.arange(SEGMENTS) / SEGMENTS * 2 * np.pi


def directions(rows: int) -> Floats:
    """Unit directions (rows, SEGMENTS, 3): row 0 in the brim's plane, the last row straight up."""
    polar = np.linspace(0, np.pi / 2, rows)[:, None]
    azimuth = azimuths()[None]
    return np.stack(
        [np.cos(polar) * np.sin(azimuth), -np.cos(polar) * np.cos(azimuth), np.sin(polar) + 0 * azimuth], -1
    )


def shell_points(radius: Floats) -> Floats:
    """Points (R, SEGMENTS, 3) at distances `radius` (R, SEGMENTS) from the origin along `directions`."""
    polar = np.linspace(0, np.pi / 2, len(radius))[:, None]
    azimuth = azimuths()[None]
    return np.stack(
        [
            radius * np.cos(polar) * np.sin(azimuth),
            -radius * np.cos(polar) * np.cos(azimuth),
            radius * np.sin(polar),
        ],
        -1,
    )


def strip(rings: Floats) -> Mesh:
    """A mesh of closed rings (R, SEGMENTS, 3), each joined to the next."""
    return rings.reshape(-1, 3), grid_faces(len(rings), rings.shape[1], False, True)


def ring_radius(profile: Floats, heights: Floats) -> Floats:
    """Distance (N, SEGMENTS) of the skin from the frame's z axis at heights (N,) over its plane, mm."""
    shell = shell_points(profile)
    across = np.hypot(shell[..., 0], shell[..., 1])
    return np.stack([np.interp(heights, shell[:, j, 2], across[:, j]) for j in range(SEGMENTS)], 1)


def rings_at(radius: Floats, heights: Floats, azimuth: Floats | None = None) -> Floats:
    """Rings (N, SEGMENTS, 3) of radii (N, SEGMENTS) at heights (N,) or (N, SEGMENTS)."""
    around = azimuths() if azimuth is None else azimuth
    z = np.broadcast_to(heights[:, None] if heights.ndim == 1 else heights, radius.shape)
    return np.stack([radius * np.sin(around), -radius * np.cos(around), z], -1)


def leaf(fractions: Sequence[float]) -> list[tuple[float, int]]:
    """Rows of a thin leaf: out along its upper side and back along its lower one.

    Parameters
    ----------
    fractions : increasing numbers from 0 (where it is sewn on) to 1 (its edge)

    Returns
    -------
    list of (fraction, side)
        side: 1 above, 0 at the edge, -1 below.
    """
    above = [(u, 1) for u in fractions[:-1]]
    below = [(u, -1) for u in fractions[-2::-1]]
    return [*above, (fractions[-1], 0), *below]


def brimmed(profile: Floats, shape: BrimmedShape) -> list[HatPiece]:
    """A hat with a brim all round, whose crown rises from the head's own footprint.

    Parameters
    ----------
    profile : (R, SEGMENTS) float, mm, of `headwear.head_profile`
    shape : BrimmedShape
    """
    ring = gaussian_filter(profile[0] + PAD_MM - SNUG_MM, FOOTPRINT_SMOOTHING, mode="wrap")
    outwards = np.stack([np.sin(azimuths()), -np.cos(azimuths())], -1)
    height = max(profile[-1].max() + OVER_HEAD_MM + WALL_ROOM_MM, shape.crown_mm)
    pieces = [
        HatPiece(strip(_crown(ring, outwards, height, shape)), SHELL_PART),
        HatPiece(strip(_brim(ring, outwards, shape)), BRIM_PART),
    ]
    if shape.ribbon:
        pieces.append(HatPiece(strip(_ribbon(ring, outwards, height, shape)), BAND_PART))
    return pieces


def _ring(radius: Floats, outwards: Floats, z: float | Floats) -> Floats:
    """A ring (SEGMENTS, 3) of radii (SEGMENTS,) at one height, or at a height (SEGMENTS,) each."""
    return np.concatenate([radius[:, None] * outwards, np.broadcast_to(z, SEGMENTS)[:, None]], -1)


def _crown(ring: Floats, outwards: Floats, height: float, shape: BrimmedShape) -> Floats:
    """Rings (R, SEGMENTS, 3) of wall and top."""
    rows = []
    for up in WALL_FRACTIONS:
        scale = 1 - shape.taper * up - WALL_ROUNDING * up**4
        rows.append(_ring(ring * scale, outwards, up * height))
    wall = rows[-1]
    for fraction in TOP_FRACTIONS:
        inner = wall.copy()
        inner[:, :2] *= fraction
        # A pinched crown dips along its middle and at both sides of the front.
        across = np.abs(inner[:, 0]) / max(np.abs(wall[:, 0]).max(), 1e-6)
        onset = np.clip((1 - fraction) * PINCH_ONSET, 0, 1)
        dip = shape.pinch_mm * np.exp(-((across / PINCH_WIDTH) ** 2)) * onset
        inner[:, 2] += shape.dome_mm * (1 - fraction**2) - dip
        rows.append(inner)
    return np.stack(rows)


def _brim(ring: Floats, outwards: Floats, shape: BrimmedShape) -> Floats:
    """Rings (R, SEGMENTS, 3) of the brim's upper and lower side."""
    sides = np.abs(np.sin(azimuths()))
    ahead = np.clip(np.cos(azimuths()), 0, 1)
    rows = []
    for out, side in leaf(BRIM_FRACTIONS):
        flare = out * shape.brim_mm * (1 + BRIM_LONGER_AHEAD * ahead)
        z = (
            side * 1.0
            - shape.droop * out * shape.brim_mm
            + shape.curl * sides**2 * out**2 * shape.brim_mm
            - BRIM_DIPS_AHEAD * ahead * out**2 * shape.brim_mm
        )
        rows.append(_ring(ring + flare, outwards, z))
    return np.stack(rows)


def _ribbon(ring: Floats, outwards: Floats, height: float, shape: BrimmedShape) -> Floats:
    """Rings (R, SEGMENTS, 3) of the ribbon around the crown."""
    rows = []
    for z, off in RIBBON_RINGS_MM:
        scale = 1 - shape.taper * z / height
        rows.append(_ring(ring * scale + off, outwards, z))
    return np.stack(rows)
