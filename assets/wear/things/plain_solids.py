"""Solids without a name that lead from before a face out of the picture: box, cylinder, lump, sheet."""

import numpy as np
from scipy.ndimage import gaussian_filter

from facegen.assets.meshes.mesh import Floats, Mesh, ball, grid_faces
from facegen.assets.wear.prior_weights import same_for_all
from facegen.assets.wear.thing_registry import (
    CLOTH_PART,
    HARD_PART,
    METAL_PART,
    THINGS,
    Front,
    Thing,
    ThingPiece,
)
from facegen.assets.wear.thing_shapes import axes_of, cleared, rounded_box, turned

LENGTH = 0.42  # metres: beyond the edge of every crop
FROM_MOUTH = (0.08, 0.01)  # metres from the lips to the inner end, by `reach`
GAP = 0.010
LONG, ACROSS = 0.06, np.linspace(0.02, 0.98, 12)  # metres of a face, across which places are looked at
# Degrees from the side, negative downwards: what covers faces in photographs comes from below or aside.
ANGLES = (-80.0, 25.0)
HALF_WIDTH, HALF_DEEP = (0.022, 0.06), (0.012, 0.04)
PRINTS = {"plain": 0.45, "stripes": 0.12, "checks": 0.1, "print": 0.13, "lettering": 0.2}
COLOURS = (  # linear RGB, by eye: dull ones more often
    (0.02, 0.02, 0.02), (0.6, 0.6, 0.58), (0.12, 0.09, 0.07), (0.3, 0.28, 0.25), (0.4, 0.03, 0.04),
    (0.04, 0.09, 0.3), (0.5, 0.33, 0.05), (0.05, 0.18, 0.08), (0.45, 0.25, 0.16), (0.16, 0.19, 0.22),
)  # fmt: skip
LUMP = (0.07, 0.05, 0.055)  # metres, half axes
BULGES = 9
SHEET_ROWS, SHEET_COLUMNS, SHEET_WIDE = 40, 60, (0.10, 0.2)
FOLD, FOLDS = 0.016, (2.0, 4.5)  # metres, and waves across a sheet


def _direction(front: Front) -> Floats:
    """From the face out of the picture, in its plane."""
    angle = np.radians(front.draws.uniform(*ANGLES))
    return front.along(np.cos(angle), front.draws.uniform(-0.35, 0.0), np.sin(angle))


def _laid(front: Front, mesh: Mesh, way: Floats) -> Mesh:
    """A mesh about its inner end, brought before the face; the nearer `reach` is to 1 the more it covers."""
    low, high = FROM_MOUTH
    start = front.mouth + (low + (high - low) * front.reach) * way
    points = mesh[0] + start
    return points + cleared(_all_over((points, mesh[1])), front.body, front.along(0, -1, 0), GAP), mesh[1]


def _all_over(mesh: Mesh) -> Floats:
    """Points (N, 3) of a mesh: its vertices, and what lies across its long faces."""
    points, faces = mesh
    first, third = points[faces[:, 0]], points[faces[:, 2]]
    second, fourth = points[faces[:, 1]], points[faces[:, 3]]
    long = np.maximum(np.linalg.norm(third - first, axis=1), np.linalg.norm(fourth - second, axis=1)) > LONG
    out = [points]
    for u in ACROSS:
        for v in ACROSS:
            low, high = first + u * (second - first), fourth + u * (third - fourth)
            out.append((low + v * (high - low))[long])
    return np.concatenate(out)


def _coloured(front: Front, mesh: Mesh, prints: bool = True) -> list[ThingPiece]:
    """A mesh of plastic, metal or printed stuff."""
    colour = COLOURS[int(front.draws.integers(len(COLOURS)))]
    pattern = str(front.draws.choice(list(PRINTS), p=list(PRINTS.values())))
    if prints and pattern != "plain":
        return [ThingPiece(mesh, CLOTH_PART, colour, pattern)]
    part = METAL_PART if front.draws.uniform() < 0.15 else HARD_PART
    return [ThingPiece(mesh, part, colour)]


def box(front: Front) -> list[ThingPiece]:
    """A long box with rounded edges, turned about its own axis."""
    draws, way = front.draws, _direction(front)
    half = np.array([LENGTH / 2, draws.uniform(*HALF_WIDTH), draws.uniform(*HALF_DEEP)])
    axes = axes_of(way, front.along(*draws.normal(0, 1, 3)))
    radius = float(draws.uniform(0.15, 0.9) * half[2] if half[2] < half[1] else 0.3 * half[1])
    return _coloured(front, _laid(front, rounded_box(LENGTH / 2 * way, axes, half, radius), way))


def cylinder(front: Front) -> list[ThingPiece]:
    """A rod, can or pipe."""
    draws, way = front.draws, _direction(front)
    radius, end = draws.uniform(0.012, 0.045), draws.uniform(0.7, 1.4)
    steps = np.linspace(0.04, 1, 12)
    widths = radius * (1 + (end - 1) * steps)
    profile = [(0.0, 0.0), (0.9 * radius, 0.0), (radius, 0.1 * radius)]
    profile += [*zip(widths.tolist(), (LENGTH * steps).tolist(), strict=True), (0.0, LENGTH)]
    mesh = turned(np.array(profile), np.zeros(3), axes_of(way, front.along(0.1, 1, 0.2)))
    return _coloured(front, _laid(front, mesh, way))


def lump(front: Front) -> list[ThingPiece]:
    """A rounded body with bulges, long enough to leave the picture."""
    draws, way = front.draws, _direction(front)
    points, faces = ball(np.zeros(3), np.ones(3), 48, 32)
    swell = np.ones(len(points))
    for _ in range(BULGES):
        centre = draws.normal(0, 1, 3)
        swell += draws.uniform(-0.2, 0.4) * np.exp(5 * (points @ centre / np.linalg.norm(centre) - 1))
    size = np.array([LENGTH / 2, *(np.array(LUMP[1:]) * draws.uniform(0.7, 1.2))])
    local = points * swell[:, None] * size + (LENGTH / 2 * 0.95, 0, 0)
    mesh = local @ axes_of(way, front.along(0.1, 1, 0.2)).T, faces
    return _coloured(front, _laid(front, mesh, way))


def sheet(front: Front) -> list[ThingPiece]:
    """Cloth in folds that hangs or is held into the picture, with an uneven edge."""
    draws, way = front.draws, _direction(front)
    axes = axes_of(way, np.cross(way, front.along(0, -1, 0)))
    wide, waves = draws.uniform(*SHEET_WIDE), draws.uniform(*FOLDS)
    u, v = np.meshgrid(np.linspace(0, 1, SHEET_ROWS), np.linspace(-1, 1, SHEET_COLUMNS), indexing="ij")
    noise = gaussian_filter(draws.standard_normal(u.shape), (6, 6)) * 12
    edge = gaussian_filter(draws.standard_normal(SHEET_COLUMNS), 5) * 0.05
    fold = np.sin(np.pi * waves * (v + 0.3 * u + 0.25 * noise) + draws.uniform(0, 6))
    depth = FOLD * (0.45 + 0.55 * u) * fold
    along = LENGTH * u + edge[None] * (1 - u)
    grid = np.stack([along, wide * v * (0.75 + 0.5 * u) + 0.3 * depth, depth], -1) @ axes.T
    mesh = _laid(front, (grid.reshape(-1, 3), grid_faces(SHEET_ROWS, SHEET_COLUMNS)), way)
    colour = COLOURS[int(draws.integers(len(COLOURS)))]
    pattern = str(draws.choice(list(PRINTS), p=list(PRINTS.values())))
    return [ThingPiece(mesh, CLOTH_PART, colour, pattern)]


# Of 700 photographs of CelebAMask-HQ 4 show something else before face or neck that leaves the picture (a
# camera, a light meter, a wreath of wool, cloth), counted by eye.
BOX = THINGS.add(Thing("box", box, weight=same_for_all(1.2), order=90, presses_hair=True))
CYLINDER = THINGS.add(Thing("cylinder", cylinder, weight=same_for_all(0.9), order=100, presses_hair=True))
LUMP_OF_SOMETHING = THINGS.add(Thing("lump", lump, weight=same_for_all(0.7), order=110, presses_hair=True))
SHEET = THINGS.add(Thing("sheet", sheet, weight=same_for_all(1.2), order=120, presses_hair=True))
