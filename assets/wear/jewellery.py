"""Earrings that hang from the lobes, necklaces that lie on neck and cloth. Metres, world axes."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter1d

from facegen.assets.meshes import mesh
from facegen.assets.meshes.collision import Body
from facegen.assets.skin import painted_borders

METAL_PART, STONE_PART = 0, 1
DOWN = np.array([0.0, 0.0, -1.0])
LOBE_MM = 4.0  # a piercing lies this far above the lobe's edge


def ball(centre, radii, segments=12, rings=8):
    """An ellipsoid: vertices (V, 3), quads (F, 4). radii (3,) along the world axes."""
    polar = np.linspace(0.02, np.pi - 0.02, rings)
    turn = np.arange(segments) / segments * 2 * np.pi
    unit = np.stack(
        [
            np.sin(polar)[:, None] * np.cos(turn),
            np.sin(polar)[:, None] * np.sin(turn),
            np.repeat(np.cos(polar)[:, None], segments, 1),
        ],
        -1,
    )
    return (np.asarray(centre) + unit * np.asarray(radii)).reshape(-1, 3), mesh.grid_faces(
        rings, segments, False, True
    )


def lobe(head, model, sign):
    """Piercing of one ear: place (3,) and outward direction (3,). sign: +1 left, -1 right."""
    local = (head.vertices - head.eye_centres.mean(0)) @ head.head_rotation
    ear = (model.ear > 0.5) & (local[:, 0] * sign > 0)
    lowest = local[ear, 2].min()
    rim = ear & (local[:, 2] < lowest + 0.006)
    side = head.head_rotation[:, 0] * sign
    outer = rim & ((head.normals @ side) > 0.25)
    chosen = outer if outer.any() else rim
    place = head.vertices[chosen].mean(0) + head.head_rotation[:, 2] * (LOBE_MM / 1000 - 0.003)
    return place, side


def earring(kind, size_mm, place, side, forward, turn, body):
    """One earring.

    Parameters
    ----------
    kind : "stud", "hoop" or "drop"
    size_mm : float
        Diameter of a stud, of a hoop, length of a drop.
    place, side : (3,) float, of `lobe`
    forward : (3,) float, where the face looks
    turn : float, degrees that a hoop is turned out of the face's own plane
    body : assets.body.Body

    Returns
    -------
    vertices (V, 3), faces (F, 4), part (F,) int
    """
    size = size_mm / 1000
    parts, kinds = [], []

    def add(piece, part):
        parts.append(piece)
        kinds.append(part)

    if kind == "stud":
        add(ball(place + side * size * 0.25, np.full(3, size / 2)), STONE_PART)
    elif kind == "hoop":
        flat = np.cos(np.radians(turn)) * side + np.sin(np.radians(turn)) * forward
        angle = np.linspace(0, 2 * np.pi, 40, endpoint=False)
        centre = place + side * 0.0015 + DOWN * size / 2
        line = centre + size / 2 * (np.sin(angle)[:, None] * flat - np.cos(angle)[:, None] * DOWN)
        add(mesh.tube(line, np.full(2, 0.0007 + 0.02 * size), 8, closed=True), METAL_PART)
    elif kind == "drop":
        hook = place + side * 0.002 + DOWN * np.linspace(-0.001, 0.3, 6)[:, None] * size
        add(mesh.tube(hook, np.full(2, 0.0006), 6), METAL_PART)
        add(ball(hook[-1] + DOWN * 0.08 * size, np.full(3, 0.10 * size + 0.0012)), STONE_PART)
        radius = min(0.22 * size + 0.001, 0.009)
        add(ball(hook[-1] + DOWN * 0.45 * size, (radius, radius, 0.27 * size)), STONE_PART)
    else:
        raise ValueError(f"unknown earring {kind!r}")
    v, f, index = mesh.merge(parts)
    # Where the jaw or the neck is in the way, the whole earring swings outwards.
    hanging = v[(v - place) @ DOWN > 0.004]
    if len(hanging):
        gap, _ = body.clearance(hanging)
        v = v + side * np.clip(0.0008 - gap.min(), 0, 0.012)
    return v.astype(np.float32), f, np.array(kinds)[index]


def necklace_line(head, model, drop_mm, choker, body, points=180):
    """The closed line of a necklace on the skin or the cloth: (points, 3) metres, first point in front.

    Parameters
    ----------
    drop_mm : float, how far its lowest point hangs under the pit of the neck
    choker : bool, around the neck itself
    body : assets.body.Body of skin and clothes
    """
    s, t = model.chart.T
    a = np.abs(s)
    if choker:
        wanted = np.interp(a, [0, 70, 140, 314], [-152, -146, -128, -112]) - 0.5 * drop_mm
    else:
        front = np.clip(1 - a / 95, 0, 1) ** 0.85
        wanted = painted_borders.curve(painted_borders.NECK_BASE, s) + 10 - (8 + drop_mm) * front
    from facegen.assets.head.head_model import triangles

    near = (t < -85) & (model.ear < 0.1)
    faces = model.faces[near[model.faces].all(1) & (model.face_part == 0)]
    _, vertices, normals, chart, cut = mesh.clip(
        triangles(faces), wanted - t, head.vertices, head.normals, model.chart.astype(np.float64)
    )
    on = np.flatnonzero(cut)
    on = on[np.argsort(chart[on, 0])]
    place, normal = vertices[on].astype(float), normals[on].astype(float)
    # Evenly along the azimuth, then smooth: a chain spans the hollows of the neck.
    grid = np.linspace(-np.pi * 100, np.pi * 100, points, endpoint=False)
    line = np.stack([np.interp(grid, chart[on, 0], place[:, i], period=200 * np.pi) for i in range(3)], 1)
    out = np.stack([np.interp(grid, chart[on, 0], normal[:, i], period=200 * np.pi) for i in range(3)], 1)
    line = gaussian_filter1d(line + 0.002 * out, 3.0, axis=0, mode="wrap")
    for _ in range(3):
        gap, away = body.clearance(line)
        line = line + away * np.maximum(0.0016 - gap, 0)[:, None]
        line = gaussian_filter1d(line, 0.8, axis=0, mode="wrap")
    return np.roll(line, -(points // 2), axis=0)


def necklace(kind, size_mm, line):
    """A necklace along a line.

    Parameters
    ----------
    kind : "chain", "pendant", "beads" or "choker"
    size_mm : float, width of the chain's pendant, of a bead or of the band
    line : (K, 3) float, of `necklace_line`

    Returns
    -------
    vertices (V, 3), faces (F, 4), part (F,) int
    """
    size = size_mm / 1000
    length = np.linalg.norm(np.diff(np.concatenate([line, line[:1]]), axis=0), axis=1)
    travelled = np.concatenate([[0], np.cumsum(length)])
    closed = np.concatenate([line, line[:1]])

    def at(distance):
        return np.stack([np.interp(distance, travelled, closed[:, i]) for i in range(3)], 1)

    parts, kinds = [], []
    if kind == "beads":
        for centre in at(np.arange(0, travelled[-1] - 0.6 * size, size * 1.04)):
            parts.append(ball(centre, np.full(3, size / 2), 8, 6))
            kinds.append(STONE_PART)
    elif kind == "choker":
        parts.append(mesh.tube(line, np.array([size, 0.0012]), 8, closed=True))
        kinds.append(METAL_PART)
    else:
        links = at(np.linspace(0, travelled[-1], 520, endpoint=False))
        width = 0.0008 + 0.05 * size
        swell = width * (1 + 0.35 * np.sin(np.arange(520) * np.pi / 2))[:, None]
        parts.append(mesh.tube(links, np.repeat(swell, 2, 1), 5, closed=True))
        kinds.append(METAL_PART)
        if kind == "pendant":
            parts.append(ball(line[0] + DOWN * size * 0.6, (size * 0.42, size * 0.2, size * 0.6)))
            kinds.append(STONE_PART)
    v, f, index = mesh.merge(parts)
    return v.astype(np.float32), f, np.array(kinds)[index]


def solid(head, model, cloth_vertices, cloth_triangles) -> Body:
    """What a necklace lies on: skin and clothes as one body."""
    from facegen.assets.head.head_model import triangles

    skin = triangles(model.faces)
    v = np.concatenate([head.vertices, cloth_vertices])
    return Body(v, np.concatenate([skin, cloth_triangles + len(head.vertices)]))
