"""Pieces of which soft headwear is made: knots, hanging ends, wound cloth, flowers.

Millimetres in the hat's frame (see `facegen.assets.wear.headwear`).
"""

from __future__ import annotations

import numpy as np

from facegen.assets.meshes.mesh import Floats, Mesh, ball, grid_faces, merge
from facegen.assets.wear.hat_shapes import azimuths, leaf

TAIL_ROWS = 9
PETAL_ROWS, PETAL_COLUMNS = (0.0, 0.3, 0.6, 0.85, 1.0), 7  # of a petal's length
LEAF_FRACTIONS = (0.0, 0.35, 0.7, 1.0)


def tail(start: Floats, way: Floats, across: Floats, width_mm: float, thickness_mm: float = 1.2) -> Mesh:
    """An end of cloth that widens from a knot.

    Parameters
    ----------
    start, way, across : (3,) float, mm
        Where it begins, from there to its end, and the unit direction of its width.
    """
    normal = np.cross(way, across)
    normal = normal / max(float(np.linalg.norm(normal)), 1e-9)
    rows = []
    for out, side in leaf(np.linspace(0, 1, TAIL_ROWS).tolist()):
        wide = width_mm * (0.35 + 0.65 * out) * across
        middle = start + out * way + normal * (side * thickness_mm + 3.0 * np.sin(5 * out))
        ripple = normal * 2.5 * out
        places = ((-1 / 2, 0), (-1 / 6, 1), (1 / 6, -1), (1 / 2, 0))
        rows.append([middle + x * wide + y * ripple for x, y in places])
    grid = np.array(rows)
    return grid.reshape(-1, 3), grid_faces(len(grid), grid.shape[1])


def knot(centre: Floats, size_mm: float) -> Mesh:
    """A knot of cloth: a ball that is a little flat."""
    return ball(centre, (size_mm * 0.72, size_mm * 0.4, size_mm * 0.42))


def wound(radius: Floats, turns: float, depth_mm: float, slope: float, phase: float) -> Floats:
    """Radii (R, SEGMENTS) of a crown with the ridges of wound cloth, which rise from the ears to the front.

    Parameters
    ----------
    radius : (R, SEGMENTS) float, mm
    turns : float
        Layers from the lower edge to the crown.
    depth_mm : float
        Height of a layer's edge over the next.
    slope : float
        Layers by which a layer rises from behind to the front.
    phase : float
        In layers.
    """
    height = np.linspace(0, 1, len(radius))[:, None]
    rise = slope * np.cos(azimuths() + 0.25)[None]
    place = (turns * height + rise * (1 - height) + phase) % 1
    fading = np.clip((1 - height) * 4, 0, 1)
    return radius + depth_mm * fading * (1 - place) ** 0.8 * np.minimum(1, 8 * place)


def flower(centre: Floats, outwards: Floats, size_mm: float, petals: int, turn: float) -> tuple[Mesh, Mesh]:
    """Petals, and the ball in their middle, at a place and facing a unit direction."""
    side = np.cross(outwards, [0.0, 0.0, 1.0])
    side = side / max(float(np.linalg.norm(side)), 1e-6)
    up = np.cross(side, outwards)
    meshes = []
    for ring, (scale, tilt) in enumerate(((1.0, 0.25), (0.68, 0.7))):
        for petal in range(petals):
            angle = turn + (petal + 0.5 * ring) * 2 * np.pi / petals
            along = np.cos(angle) * side + np.sin(angle) * up
            beside = np.cross(outwards, along)
            half = 1.25 * np.pi / petals * size_mm / 2 * scale
            rows = []
            for out in PETAL_ROWS:
                wide = half * np.sin(np.pi * min(0.12 + 0.8 * out, 0.97))
                u = np.linspace(-1, 1, PETAL_COLUMNS)
                lift = tilt * size_mm / 2 * scale * out**2 + 0.25 * half * u**2
                rows.append(
                    centre
                    + along * (out * size_mm / 2 * scale)
                    + beside * (wide * u)[:, None]
                    + outwards * (1.0 + 1.5 * ring + lift)[:, None]
                )
            grid = np.array(rows)
            meshes.append((grid.reshape(-1, 3), grid_faces(len(grid), grid.shape[1])))
    middle = ball(centre + 3.0 * outwards, np.full(3, 0.16 * size_mm), 8, 6)
    vertices, faces, _ = merge(meshes)
    return (vertices, faces), middle


def green_leaf(start: Floats, way: Floats, normal: Floats, width_mm: float) -> Mesh:
    """A pointed leaf from `start` (3,) along `way` (3,), its upper side along `normal` (3,)."""
    across = np.cross(way, normal)
    across = across / max(float(np.linalg.norm(across)), 1e-9)
    rows = []
    for out in np.linspace(0, 1, 7):
        half = width_mm / 2 * np.sin(np.pi * np.clip(out, 0.03, 0.97)) ** 0.8
        middle = start + out * way + normal * (6.0 * np.sin(np.pi * out))
        rows.append([middle - half * across + normal, middle, middle + half * across + normal])
    grid = np.array(rows)
    return grid.reshape(-1, 3), grid_faces(len(grid), grid.shape[1])
