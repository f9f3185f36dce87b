"""Cap: a baseball cap, a dome with a steep front and a curved visor, turned any way."""

from __future__ import annotations

import numpy as np

from facegen.assets.meshes.mesh import Floats, Mesh, grid_faces
from facegen.assets.wear.hat_registry import BRIM_PART, EMBLEM_PART, HATS, SHELL_PART, Hat, HatPiece
from facegen.assets.wear.hat_shapes import PAD_MM, SEGMENTS, azimuths, shell_points, strip
from facegen.assets.wear.peaks import PeakShape, peak
from facegen.assets.wear.prior_weights import by_gender
from facegen.render.spec.face_spec import Headwear

# By eye.
TIGHT_MM = 2  # by which the dome lies closer than PAD_MM
FRONT_MM, FRONT_GROWS_MM = 8.0, 14.0  # by which the front stands off the skull, and how much `crown` adds
FRONT_ENDS = 0.9  # of the way up
TOP_MM = 4.0  # by which the button stands higher than the rim
VISOR_MM, VISOR_GROWS_MM = 52.0, 26.0  # length, and how much `brim` adds
BEND, ASKEW_FLATTER = 0.0042, 0.75  # see `PeakShape.bend`; how much less at a quarter turn
EMBLEM_HALF_ANGLE = 31.0  # degrees to each side of the middle of the front
EMBLEM_ROWS = (0.12, 0.5)  # of the way up
EMBLEM_GRID, EMBLEM_OFF_MM = (9, 17), 0.7  # rows and columns; height of the stitches
DEGREES = 180.0  # of a half turn


def build(profile: Floats, worn: Headwear) -> list[HatPiece]:
    """See `hat_registry.Hat.build`."""
    turn = np.radians(DEGREES * worn.turned)
    height = np.linspace(0, 1, len(profile))[:, None]
    front = np.clip(np.cos(azimuths() - turn), 0, 1)[None]
    rise = (FRONT_MM + FRONT_GROWS_MM * worn.crown) * front**2
    rise = rise * np.sin(np.pi * np.clip(height / FRONT_ENDS, 0, 1))
    radius = profile + PAD_MM - TIGHT_MM + rise + TOP_MM * height
    length = VISOR_MM + VISOR_GROWS_MM * worn.brim
    # Visors that sag far are not worn askew: their corner would hang before an eye.
    shape = PeakShape(length, worn.curl, bend=BEND * (1 - ASKEW_FLATTER * abs(float(np.sin(turn)))))
    pieces = [
        HatPiece(strip(shell_points(radius)), SHELL_PART),
        HatPiece(peak(profile[0], shape, turn), BRIM_PART),
    ]
    if worn.emblem != "none":
        pieces.append(HatPiece(*emblem_patch(radius, turn)))
    return pieces


def emblem_patch(radius: Floats, turn: float) -> tuple[Mesh, int, Floats]:
    """The place of an emblem on a shell with radii (R, SEGMENTS), and its texture coordinates."""
    rows, columns = EMBLEM_GRID
    way = np.linspace(*EMBLEM_ROWS, rows)
    around = turn + np.radians(np.linspace(-EMBLEM_HALF_ANGLE, EMBLEM_HALF_ANGLE, columns))
    place = (around / (2 * np.pi) * SEGMENTS) % SEGMENTS
    closed = np.concatenate([radius, radius[:, :1]], 1)
    at = np.stack([np.interp(place, np.arange(SEGMENTS + 1), row) for row in closed])
    r = np.stack([np.interp(way * (len(radius) - 1), np.arange(len(radius)), c) for c in at.T], 1)
    r, polar = r + EMBLEM_OFF_MM, (way * np.pi / 2)[:, None]
    points = np.stack(
        [r * np.cos(polar) * np.sin(around), -r * np.cos(polar) * np.cos(around), r * np.sin(polar)], -1
    )
    u, v = np.meshgrid(np.linspace(0, 1, columns), np.linspace(0, 1, rows))
    return (
        (points.reshape(-1, 3), grid_faces(rows, columns)),
        EMBLEM_PART,
        np.stack([u, v], -1).reshape(-1, 2),
    )


CAP = HATS.add(
    Hat(
        "cap",
        build,
        weight=by_gender(1.0, 11.0),
        order=20,
        front_mm=(44, 64),
        back_mm=(-12, 12),
        patterned=0.22,
        turned=0.25,  # 2 backwards and 1 askew of 12
        shows=("brim", "curl", "turned", "emblem", "emblem_colour"),
        panels=True,
        plain_brim=True,
        emblem=0.7,  # 8 of 11
    )
)
