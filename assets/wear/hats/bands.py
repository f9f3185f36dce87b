"""Bands round the head with free hair over them: kerchief or knitted band, sun visor, crown of flowers."""

from __future__ import annotations

import numpy as np

from facegen.assets.meshes.mesh import Floats, Mesh, merge
from facegen.assets.wear.cloth_shapes import flower, green_leaf, knot, tail
from facegen.assets.wear.dyes import CLOTHES_DYES
from facegen.assets.wear.hat_registry import (
    BAND_PART,
    BANDED,
    BRIM_PART,
    HATS,
    SCARF_PATTERNS,
    SHELL_PART,
    Hat,
    HatPiece,
)
from facegen.assets.wear.hat_shapes import SEGMENTS, azimuths, ring_radius, rings_at, strip
from facegen.assets.wear.peaks import PeakShape, peak
from facegen.assets.wear.prior_weights import by_gender
from facegen.render.spec.face_spec import Headwear

# By eye.
# Sections of bands: (fraction of the height, distance from the skin in mm), inside up, outside down.
SOFT = ((0.0, 2.0), (-0.03, 6.0), (0.25, 8.0), (0.5, 8.5), (0.75, 8.0), (1.03, 6.0), (1.0, 2.0))
STIFF = ((0.0, 3.0), (0.0, 6.0), (0.5, 6.5), (1.0, 6.0), (1.0, 3.0))
SCARF_MM, SCARF_GROWS_MM = 34.0, 26.0
CREASES, CREASE_MM = 4, 1.6
KNOT_MM, TAIL_MM, TAIL_WIDE_MM = 22.0, 70.0, 26.0
VISOR_BAND_MM, VISOR_MM, VISOR_GROWS_MM = 30.0, 58.0, 24.0
SNUG_MM = 4.0  # by which a visor's peak is sewn on nearer than a cap's
FLOWERS, FLOWERS_MORE = 13, 8  # around, and how many more `brim` adds
FLOWER_MM, FLOWER_GROWS_MM = 26.0, 16.0
LEAVES, LEAF_MM, LEAF_WIDE_MM = 26, 34.0, 14.0
GOLDEN = 2.39996  # radians: spreads what stands around without a pattern


def _band(
    profile: Floats, tall: float, section: tuple[tuple[float, float], ...], crease: float = 0.0
) -> Floats:
    """Rings of a band `tall` mm high from the brim's plane upwards."""
    up, off = np.array(section).T
    ripple = crease * np.sin(2 * np.pi * CREASES * up[:, None] + 0.8 * np.sin(3 * azimuths())[None])
    return rings_at(ring_radius(profile, up * tall) + off[:, None] + ripple, up * tall)


def scarf_band(profile: Floats, worn: Headwear) -> list[HatPiece]:
    """A folded kerchief or knitted band, knotted behind where `curl` is large."""
    tall = SCARF_MM + SCARF_GROWS_MM * worn.brim
    rings = _band(profile, tall, SOFT, CREASE_MM)
    pieces = [HatPiece(strip(rings), SHELL_PART)]
    if worn.curl < 0.5:
        return pieces
    behind = rings[3, SEGMENTS // 2] + [0.0, 12.0, 0.0]
    pieces.append(HatPiece(knot(behind, KNOT_MM), SHELL_PART))
    for x in (-1.0, 1.0):
        way = np.array([x * 34.0, 30.0, -TAIL_MM * worn.curl])
        pieces.append(HatPiece(tail(behind, way, np.array([1.0, 0.0, 0.3 * x]), TAIL_WIDE_MM), SHELL_PART))
    return pieces


def visor(profile: Floats, worn: Headwear) -> list[HatPiece]:
    """A band with a peak and no crown."""
    shape = PeakShape(VISOR_MM + VISOR_GROWS_MM * worn.brim, worn.curl, off_mm=-SNUG_MM)
    rings = _band(profile, VISOR_BAND_MM, STIFF)
    return [HatPiece(strip(rings), SHELL_PART), HatPiece(peak(profile[0], shape), BRIM_PART)]


def flower_crown(profile: Floats, worn: Headwear) -> list[HatPiece]:
    """Flowers of two colours and leaves around the head."""
    ring = np.append(profile[0], profile[0][0])
    count = int(FLOWERS + FLOWERS_MORE * worn.brim)
    petals: list[Mesh] = []
    second: list[Mesh] = []
    leaves: list[Mesh] = []

    def at(angle: float, off: float, z: float) -> tuple[Floats, Floats]:
        outwards = np.array([np.sin(angle), -np.cos(angle), 0.25])
        outwards = outwards / np.linalg.norm(outwards)
        radius = np.interp(angle % (2 * np.pi), np.append(azimuths(), 2 * np.pi), ring)
        return np.array([radius * np.sin(angle), -radius * np.cos(angle), z]) + off * outwards, outwards

    for i in range(count):
        vary = (i * GOLDEN + 6 * worn.curl) % (2 * np.pi)
        centre, outwards = at(2 * np.pi * i / count + 0.12 * np.sin(3 * vary), 8.0, 8.0 + 7.0 * np.sin(vary))
        size = (FLOWER_MM + FLOWER_GROWS_MM * worn.crown) * (1 + 0.3 * np.cos(2 * vary))
        blossom, middle = flower(centre, outwards, size, 5 + i % 3, vary)
        (second if i % 3 == 1 else petals).append(blossom)
        second.append(middle)
    for i in range(LEAVES):
        vary = (i * GOLDEN) % (2 * np.pi)
        start, outwards = at(2 * np.pi * i / LEAVES, 4.0, 6.0)
        along = np.cross([0.0, 0.0, 1.0], outwards)
        way = LEAF_MM * (0.8 * along * np.sign(np.cos(vary)) + [0, 0, 0.55 * np.sin(vary)] + 0.35 * outwards)
        leaves.append(green_leaf(start, way, outwards, LEAF_WIDE_MM))
    parts = ((petals, SHELL_PART), (second, BAND_PART), (leaves, BRIM_PART))
    return [HatPiece(merge(meshes)[:2], part) for meshes, part in parts]


SCARF_BAND = HATS.add(
    Hat(
        "scarf_band",
        scarf_band,
        weight=by_gender(1.3, 1.0),
        order=150,
        front_mm=(50, 72),
        back_mm=(-10, 22),
        dyes=CLOTHES_DYES,
        patterned=0.5,
        patterns=SCARF_PATTERNS,
        shows=("brim", "curl"),
        hair=BANDED,
        band_mm=(2.0, 42.0),
        hangs_free=True,
        stuff="knit",
    )
)
VISOR = HATS.add(
    Hat(
        "visor",
        visor,
        weight=by_gender(0.5, 1.3),
        order=160,
        front_mm=(46, 62),
        back_mm=(-8, 14),
        dyes=CLOTHES_DYES,
        patterned=0.1,
        shows=("brim", "curl"),
        hair=BANDED,
        band_mm=(2.0, 28.0),
        plain_brim=True,
        stuff="woven",
    )
)
FLOWER_CROWN = HATS.add(
    Hat(
        "flower_crown",
        flower_crown,
        weight=by_gender(0.6, 0.0),
        order=170,
        front_mm=(66, 86),
        back_mm=(18, 48),
        dyes=CLOTHES_DYES,
        shows=("brim", "curl"),
        hair=BANDED,
        band_mm=(-2.0, 14.0),
        stuff="petals",
    )
)
