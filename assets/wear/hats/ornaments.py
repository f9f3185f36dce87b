"""What is worn in the hair and is no hat: headband, tiara, flower at a temple; and a net over the face."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter, maximum_filter

from facegen.assets.meshes.mesh import Floats, ball, grid_faces, merge, tube
from facegen.assets.wear.cloth_shapes import flower
from facegen.assets.wear.dyes import CLOTHES_DYES, METAL_DYES
from facegen.assets.wear.hat_registry import (
    BAND_PART,
    BANDED,
    FREE,
    HATS,
    SHELL_PART,
    Hat,
    HatPiece,
)
from facegen.assets.wear.hat_shapes import azimuths
from facegen.assets.wear.prior_weights import by_gender
from facegen.datasets.conventions.native_labels import Native
from facegen.render.spec.face_spec import Headwear

# By eye, mm and degrees.
BAND_REACH, BAND_COLUMNS = 97.0, 45  # degrees to each side of the top
BAND_OFF_MM, BAND_THICK_MM = 5.0, 2.5
BAND_MM, BAND_GROWS_MM = 5.0, 15.0  # width, and how much `brim` adds
TIARA_REACH, TIARA_MM, TIARA_GROWS_MM, SPIKES = 70.0, 14.0, 26.0, 11
WIRE_MM, GEM_MM = 1.1, 2.6
FLOWER_AT, FLOWER_MM, FLOWER_GROWS_MM = 66.0, 38.0, 30.0
FLOWER_OFF_MM = 13.0
NET_ROWS, NET_COLUMNS, NET_REACH = 41, 49, 82.0
NET_OFF_MM = 10.0  # before the nose, and where that is no further out, the forehead
NET_HEIGHTS = tuple(float(z) for z in range(40, -186, -5))  # over the brim's plane
NET_LOW_MM, NET_LONGER_MM = -22.0, 70.0  # its lower edge over the eyes, and what `brim` adds below


def _place(radius: Floats, degrees: Floats) -> Floats:
    """Radii (N,) of a ring (SEGMENTS,) at azimuths (N,) in degrees."""
    around = np.radians(degrees) % (2 * np.pi)
    return np.interp(around, np.append(azimuths(), 2 * np.pi), np.append(radius, radius[0]))


def _arc(radius: Floats, degrees: Floats, z: float | Floats) -> Floats:
    """Points (N, 3) at radii (N,) and azimuths (N,) in degrees."""
    a = np.radians(degrees)
    return np.stack([radius * np.sin(a), -radius * np.cos(a), np.broadcast_to(z, radius.shape)], 1)


def headband(profile: Floats, worn: Headwear) -> list[HatPiece]:
    """A band from ear to ear over the top of the head."""
    degrees = np.linspace(-BAND_REACH, BAND_REACH, BAND_COLUMNS)
    ring = _place(profile[0], degrees) + BAND_OFF_MM
    half = (BAND_MM + BAND_GROWS_MM * worn.brim) / 2 * (1 - 0.35 * (np.abs(degrees) / BAND_REACH) ** 2)
    section = (
        (-1.0, 0.0),
        (-0.9, BAND_THICK_MM * 0.8),
        (0.0, BAND_THICK_MM),
        (0.9, BAND_THICK_MM * 0.8),
        (1.0, 0.0),
    )
    grid = np.stack([_arc(ring + off, degrees, across * half) for across, off in section])
    return [HatPiece((grid.reshape(-1, 3), grid_faces(len(grid), grid.shape[1])), SHELL_PART)]


def tiara(profile: Floats, worn: Headwear) -> list[HatPiece]:
    """A metal arch with points and stones, highest in the middle."""
    degrees = np.linspace(-TIARA_REACH, TIARA_REACH, 71)
    ring = _place(profile[0], degrees) + BAND_OFF_MM + 2.0
    swell = np.cos(np.radians(degrees / TIARA_REACH * 80.0))
    height = (TIARA_MM + TIARA_GROWS_MM * worn.crown) * swell
    zigzag = np.abs(((np.arange(len(degrees)) / (len(degrees) - 1) * SPIKES) % 1) - 0.5) * 2
    base = _arc(ring, degrees, 0.0)
    low = _arc(ring + 0.4 * height, degrees, 0.0)
    top = _arc(ring + height * (0.35 + 0.65 * zigzag), degrees, 0.0)
    wires = [tube(line, np.full(2, WIRE_MM), 6) for line in (base, low, top)]
    wires += [
        tube(np.stack([base[i], low[i], top[i]]), np.full(2, WIRE_MM * 0.8), 5) for i in range(0, 71, 3)
    ]
    vertices, faces, _ = merge(wires)
    peaks = [i for i in range(1, 70) if zigzag[i] >= max(zigzag[i - 1], zigzag[i + 1])]
    gems, gem_faces, _ = merge([ball(top[i], np.full(3, GEM_MM), 8, 6) for i in peaks])
    return [HatPiece((vertices, faces), SHELL_PART), HatPiece((gems, gem_faces), BAND_PART)]


def hair_flower(profile: Floats, worn: Headwear) -> list[HatPiece]:
    """A flower over one temple: to the subject's left where `turned` is positive."""
    side = 1.0 if worn.turned >= 0 else -1.0
    at = np.array([side * FLOWER_AT])
    ring = _place(profile[0], at)
    outwards = _arc(np.ones(1), at, 0.0)[0]
    centre = outwards * (ring[0] + FLOWER_OFF_MM)
    size = FLOWER_MM + FLOWER_GROWS_MM * worn.brim
    petals, middle = flower(centre, outwards, size, 5 + int(3 * worn.curl), worn.crown * 6)
    return [HatPiece(petals, SHELL_PART), HatPiece(middle, BAND_PART)]


def net(profile: Floats, worn: Headwear) -> list[HatPiece]:
    """A net that hangs from the hair over the forehead before the face, down to the nose or the chin."""
    degrees = np.linspace(-NET_REACH, NET_REACH, NET_COLUMNS)
    wide = maximum_filter(profile, (9, 9), mode=("nearest", "wrap"))
    wide = gaussian_filter(np.maximum.accumulate(wide, 0), (2, 3), mode=("nearest", "wrap"))
    skin = np.stack([_place(row, degrees) for row in np.maximum(wide, profile)])
    heights = np.array(NET_HEIGHTS)
    low = NET_LOW_MM - NET_LONGER_MM * worn.brim - worn.front_mm
    away = np.abs(degrees) / NET_REACH
    rows = []
    for way in np.linspace(0, 1, NET_ROWS):
        z = heights[0] * (1 - way) + low * way * (1 - 0.55 * away**2)
        near = [np.interp(-at, -heights, column) for at, column in zip(z, skin.T, strict=True)]
        rows.append(_arc(np.array(near) + NET_OFF_MM * (0.3 + 0.7 * min(3 * way, 1.0)), degrees, z))
    grid = np.stack(rows)
    u, v = np.meshgrid(degrees / 60.0, np.linspace(0, (heights[0] - low) / 100, NET_ROWS))
    uv = np.stack([u, v], -1).reshape(-1, 2)
    return [HatPiece((grid.reshape(-1, 3), grid_faces(len(grid), grid.shape[1])), SHELL_PART, uv)]


HEADBAND = HATS.add(
    Hat(
        "headband",
        headband,
        weight=by_gender(5.0, 0.0),
        order=200,
        back_mm=(-55.0, -15.0),
        dyes=CLOTHES_DYES,
        shows=("brim",),
        label=Native.HAIR_ORNAMENT,
        hair=BANDED,
        band_mm=(-6.0, 6.0),
        overhead=True,
        stuff="plastic",
        plain_band=False,
    )
)
TIARA = HATS.add(
    Hat(
        "tiara",
        tiara,
        weight=by_gender(1.3, 0.0),
        order=210,
        back_mm=(-60.0, -25.0),
        dyes=METAL_DYES,
        label=Native.HAIR_ORNAMENT,
        hair=BANDED,
        band_mm=(-3.0, 3.0),
        overhead=True,
        stuff="metal",
    )
)
HAIR_FLOWER = HATS.add(
    Hat(
        "hair_flower",
        hair_flower,
        weight=by_gender(2.3, 0.0),
        order=220,
        back_mm=(-60.0, -30.0),
        dyes=CLOTHES_DYES,
        turned=1.0,
        shows=("brim", "curl", "turned"),
        label=Native.HAIR_ORNAMENT,
        hair=BANDED,
        band_mm=(-14.0, 14.0),
        pressed=(35.0, 80.0),
        overhead=True,
        stuff="petals",
    )
)
NET_VEIL = HATS.add(
    Hat(
        "net_veil",
        net,
        weight=by_gender(3.3, 0.0),
        order=230,
        front_mm=(58.0, 72.0),
        back_mm=(58.0, 72.0),
        shows=("brim",),
        label=None,
        hair=FREE,
        stuff="net",
        heights_mm=NET_HEIGHTS,
    )
)
