"""Turban and towel: cloth wound round the head."""

from __future__ import annotations

import numpy as np

from facegen.assets.meshes.mesh import Floats, tube
from facegen.assets.wear.cloth_shapes import wound
from facegen.assets.wear.dyes import CLOTHES_DYES, Dye, Dyes
from facegen.assets.wear.hat_registry import HATS, SCARF_PATTERNS, SHELL_PART, Hat, HatPiece
from facegen.assets.wear.hat_shapes import PAD_MM, SEGMENTS, shell_points, strip
from facegen.assets.wear.prior_weights import by_gender
from facegen.render.spec.face_spec import Headwear

# By eye.
ROWS = 5  # times as many rows as a profile has: ridges need them
TURBAN_MM, TURBAN_GROWS_MM = 16.0, 34.0  # thickness of the cloth, and how much `crown` adds
LAYERS, LAYER_MM, SLOPE = 5.2, 12.0, 1.3
TOWEL_MM, TOWEL_LAYERS, TOWEL_LAYER_MM, TOWEL_SLOPE = 12.0, 2.8, 12.0, 1.2
TWIST_MM, TWIST_GROWS_MM = 22.0, 12.0  # radius of the twisted end on the crown, and how much `crown` adds
TWIST_ROWS, TWIST_SIDES, TWIST_TURNS, TWIST_DEPTH = 40, 18, 3.5, 0.12
HEM_MM = 4.0  # by which the lower edge is folded in
TOWEL_DYES: Dyes = (
    Dye("white", 0.55, (0.05, 0.15), (0.0, 0.08), (0.6, 0.85)),
    Dye("pastel", 0.3, (0.0, 1.0), (0.1, 0.35), (0.45, 0.8)),
    Dye("dark", 0.15, (0.5, 0.8), (0.3, 0.7), (0.03, 0.2)),
)


def _fine(profile: Floats) -> Floats:
    """A profile (R, SEGMENTS) with ROWS times as many rows."""
    rows = np.linspace(0, len(profile) - 1, ROWS * len(profile))
    return np.stack([np.interp(rows, np.arange(len(profile)), column) for column in profile.T], 1)


def _with_hem(radius: Floats) -> Floats:
    """Points of a shell whose lower edge is folded in."""
    shell = shell_points(radius)
    hem = shell_points(radius[:2] - [[HEM_MM], [0.0]])[:1]
    return np.concatenate([hem, shell])


def turban(profile: Floats, worn: Headwear) -> list[HatPiece]:
    """See `hat_registry.Hat.build`."""
    fine = _fine(profile)
    height = np.linspace(0, 1, len(fine))[:, None]
    bulge = (TURBAN_MM + TURBAN_GROWS_MM * worn.crown) * np.sin(np.pi / 2 * np.clip(height * 2.5, 0, 1))
    ridges = wound(fine + PAD_MM + bulge, LAYERS, LAYER_MM, SLOPE * (0.5 + worn.curl), worn.brim)
    return [HatPiece(strip(_with_hem(ridges)), SHELL_PART)]


def towel(profile: Floats, worn: Headwear) -> list[HatPiece]:
    """See `hat_registry.Hat.build`."""
    fine = _fine(profile)
    height = np.linspace(0, 1, len(fine))[:, None]
    radius = fine + PAD_MM + TOWEL_MM * np.sin(np.pi / 2 * np.clip(height * 3.5, 0, 1))
    ridges = wound(radius, TOWEL_LAYERS, TOWEL_LAYER_MM, TOWEL_SLOPE * (0.5 + worn.curl), worn.brim)
    pieces = [HatPiece(strip(_with_hem(ridges)), SHELL_PART)]
    front, back = radius[:, 0], radius[:, SEGMENTS // 2]
    polar = np.linspace(0.12, np.pi - 0.4, TWIST_ROWS)  # from above the forehead over the crown
    half = np.linspace(0, np.pi / 2, len(radius))
    r = np.where(polar < np.pi / 2, np.interp(polar, half, front), np.interp(np.pi - polar, half, back))
    thick = (TWIST_MM + TWIST_GROWS_MM * worn.crown) * np.sin(np.linspace(0.35, 2.75, TWIST_ROWS)) ** 0.8
    r = r + 0.7 * thick
    line = np.stack([2.0 * np.sin(3 * polar), -r * np.cos(polar), r * np.sin(polar)], 1)
    vertices, faces = tube(line, np.stack([thick, thick], 1), TWIST_SIDES)
    around = np.tile(np.arange(TWIST_SIDES) / TWIST_SIDES, TWIST_ROWS)
    along = np.repeat(np.linspace(0, 1, TWIST_ROWS), TWIST_SIDES)
    ridge = TWIST_DEPTH * np.cos(2 * np.pi * (2 * around + TWIST_TURNS * along))
    middle = np.repeat(line, TWIST_SIDES, 0)
    return [*pieces, HatPiece((middle + (vertices - middle) * (1 + ridge)[:, None], faces), SHELL_PART)]


TURBAN = HATS.add(
    Hat(
        "turban",
        turban,
        weight=by_gender(0.3, 0.3),
        order=130,
        front_mm=(42, 60),
        back_mm=(-30, -6),
        dyes=CLOTHES_DYES,
        patterned=0.2,
        patterns=SCARF_PATTERNS,
        shows=("brim", "curl"),
        stuff="woven",
    )
)
TOWEL = HATS.add(
    Hat(
        "towel",
        towel,
        weight=by_gender(0.3, 0.1),
        order=140,
        front_mm=(48, 66),
        back_mm=(-34, -10),
        dyes=TOWEL_DYES,
        shows=("brim", "curl"),
        stuff="fleece",
    )
)
