"""Cap: a baseball cap, a dome with a steep front and a curved visor."""

from __future__ import annotations

import numpy as np

from facegen.assets.meshes.mesh import Floats, Mesh, grid_faces
from facegen.assets.wear.hat_registry import BRIM_PART, HATS, SHELL_PART, Hat, HatPiece
from facegen.assets.wear.hat_shapes import PAD_MM, SNUG_MM, azimuths, leaf, shell_points, strip
from facegen.render.spec.face_spec import Headwear

# By eye.
TIGHT_MM = 2  # by which the dome lies closer than PAD_MM
FRONT_MM, FRONT_GROWS_MM = 8.0, 14.0  # by which the front stands off the skull, and how much `crown` adds
FRONT_ENDS = 0.9  # of the way up
TOP_MM = 4.0  # by which the button stands higher than the rim
VISOR_MM, VISOR_GROWS_MM = 52.0, 26.0  # length, and how much `brim` adds
VISOR_HALF_ANGLE = 66  # degrees to each side of the middle, over which it is sewn on
VISOR_CORNERS = 2.6  # exponent of the superellipse of its edge
VISOR_COLUMNS = 25
VISOR_ROWS = (0.0, 0.35, 0.7, 1.0)  # of its length
VISOR_HALF_THICKNESS_MM = 1.2
VISOR_ABOVE_MM = 4.0  # over the brim's plane where it is sewn on
VISOR_WIDENS = 0.04
VISOR_BEND = 0.0042  # 1/mm: sag at the sides per squared distance from the middle, without curl
VISOR_FALLS_MM, CURL_FALLS_MM = 8.0, 10  # of its edge, and how much `curl` adds


def build(profile: Floats, worn: Headwear) -> list[HatPiece]:
    """See `hat_registry.Hat.build`. `turned` caps look backwards."""
    facing = np.where(worn.turned > 0.5, -1.0, 1.0)
    height = np.linspace(0, 1, len(profile))[:, None]
    front = np.clip(facing * np.cos(azimuths()), 0, 1)[None]
    rise = (FRONT_MM + FRONT_GROWS_MM * worn.crown) * front**2
    rise = rise * np.sin(np.pi * np.clip(height / FRONT_ENDS, 0, 1))
    shell = shell_points(profile + PAD_MM - TIGHT_MM + rise + TOP_MM * height)
    return [HatPiece(strip(shell), SHELL_PART), HatPiece(_visor(profile[0], worn, facing), BRIM_PART)]


def _visor(ring: Floats, worn: Headwear, facing: np.ndarray) -> Mesh:
    """The visor, sewn to the ring (SEGMENTS,) of the head's radii. facing: 1 forward, -1 backwards."""
    u = np.linspace(-1, 1, VISOR_COLUMNS)
    angle = u * np.radians(VISOR_HALF_ANGLE)
    ring = ring + PAD_MM - SNUG_MM
    radius = np.interp(angle % (2 * np.pi), np.append(azimuths(), 2 * np.pi), np.append(ring, ring[0]))
    inner = np.stack([radius * np.sin(angle), -radius * np.cos(angle)], -1)
    length = VISOR_MM + VISOR_GROWS_MM * worn.brim
    depth = length * np.sqrt(np.clip(1 - np.abs(u) ** VISOR_CORNERS, 0, 1))
    rows = []
    for out, side in leaf(VISOR_ROWS):
        x = inner[:, 0] * (1 + VISOR_WIDENS * out)
        y = inner[:, 1] - out * depth
        z = (
            VISOR_ABOVE_MM
            + VISOR_HALF_THICKNESS_MM * side
            - VISOR_BEND * (1 + worn.curl) * x**2 * (0.25 + 0.75 * out)
            - out * (VISOR_FALLS_MM + CURL_FALLS_MM * worn.curl)
        )
        rows.append(np.stack([x, y, z], -1))
    visor = np.stack(rows)
    visor[..., :2] *= facing
    return visor.reshape(-1, 3), grid_faces(len(visor), len(u))


CAP = HATS.add(
    Hat(
        "cap",
        build,
        weight=lambda gender: 0.18 + 0.14 * gender,
        order=20,
        front_mm=(44, 64),
        back_mm=(-12, 12),
        patterned=0.22,
        turned=0.12,
        shows=("brim", "curl", "turned"),
        panels=True,
        plain_brim=True,
    )
)
