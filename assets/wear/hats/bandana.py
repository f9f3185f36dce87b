"""Bandana: a printed kerchief tied behind the head, close to the skull."""

from __future__ import annotations

import numpy as np

from facegen.assets.meshes.mesh import Floats
from facegen.assets.wear.cloth_shapes import knot, tail
from facegen.assets.wear.dyes import CLOTHES_DYES
from facegen.assets.wear.hat_registry import HATS, SCARF_PATTERNS, SHELL_PART, Hat, HatPiece
from facegen.assets.wear.hat_shapes import PAD_MM, SEGMENTS, azimuths, shell_points, strip
from facegen.assets.wear.prior_weights import by_gender
from facegen.render.spec.face_spec import Headwear

# By eye.
TIGHT_MM = 1.5  # by which it lies closer than PAD_MM
CREASE_MM, CREASES = 1.6, 9  # folds that run from the forehead to the knot
KNOT_MM, TAIL_MM, TAIL_WIDE_MM = 26.0, 95.0, 34.0
ENDS_X = (-1.0, 1.0)


def build(profile: Floats, worn: Headwear) -> list[HatPiece]:
    """See `hat_registry.Hat.build`."""
    height = np.linspace(0, 1, len(profile))[:, None]
    crease = CREASE_MM * np.sin(CREASES * azimuths())[None] * np.sin(np.pi * np.clip(height * 1.5, 0, 1))
    shell = shell_points(profile + PAD_MM - TIGHT_MM + crease + 3.0 * worn.crown * height)
    hem = shell_points(np.repeat(profile[:1] + PAD_MM - TIGHT_MM, 2, 0) - [[2.0], [0.0]])[:1]
    pieces = [HatPiece(strip(np.concatenate([hem, shell])), SHELL_PART)]
    behind = shell[0, SEGMENTS // 2] + [0.0, 11.0, 2.0]
    pieces.append(HatPiece(knot(behind, KNOT_MM), SHELL_PART))
    for x in ENDS_X:
        way = np.array([x * (28 + 20 * worn.brim), 62.0, -TAIL_MM * (0.6 + 0.4 * worn.curl)])
        pieces.append(HatPiece(tail(behind, way, np.array([1.0, 0.0, 0.25 * x]), TAIL_WIDE_MM), SHELL_PART))
    return pieces


BANDANA = HATS.add(
    Hat(
        "bandana",
        build,
        weight=by_gender(1.0, 0.6),
        order=80,
        front_mm=(46, 66),
        back_mm=(-30, -4),
        dyes=CLOTHES_DYES,
        patterned=0.75,
        patterns=SCARF_PATTERNS,
        shows=("brim", "curl"),
        stuff="woven",
        hangs_free=True,
    )
)
