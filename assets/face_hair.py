"""Brows, lashes, beard and moustache as strands."""

from __future__ import annotations

import numpy as np

from facegen.assets import regions
from facegen.assets import strands as st

# Rows of MakeHuman's lash ribbons (indices into the left lash helper), inner corner to outer corner.
UPPER_ROOTS = (30, 21, 20, 19, 18, 1, 0, 2, 3, 4, 5, 6)
UPPER_TIPS = (63, 66, 65, 64, 67, 74, 75, 73, 72, 71, 70, 69)
LOWER_ROOTS = (23, 17, 16, 15, 14, 13, 12, 11, 10)
LOWER_TIPS = (90, 91, 92, 93, 94, 95, 96, 97, 98)


def _face_roots(head, model, allowed, count, rng):
    """Roots on the frontal skin where `allowed(s, t)` holds; about `count` of them."""
    chart = model.chart
    wide = allowed(chart[:, 0], chart[:, 1], 5.0) & (model.ear < 0.3)
    faces = model.faces[wide[model.faces].any(1) & (model.face_part == 0)]
    if len(faces) == 0 or count == 0:
        return st.Roots(
            np.zeros((0, 3), np.float32), np.zeros((0, 3), np.float32), np.zeros((0, 2), np.float32)
        )
    roots = st.scatter(head.vertices, head.normals, chart, faces, count * 4, rng)
    inside = np.flatnonzero(allowed(roots.chart[:, 0], roots.chart[:, 1], 0.0))
    return roots.take(inside[:count])


def _tangent(normal, direction):
    t = direction - (direction * normal).sum(1, keepdims=True) * normal
    return t / np.maximum(np.linalg.norm(t, axis=1, keepdims=True), 1e-9)


def _arc(roots, direction, lift, length, points, bend):
    """Short hairs: leave the skin at `lift`, bend back to it. direction (N, 3) unit tangent."""
    u = np.linspace(0, 1, points)[None, :, None]
    along = direction[:, None] * (u * length[:, None, None])
    rise = roots.normal[:, None] * (lift[:, None, None] * length[:, None, None] * (u - bend * u**2))
    return (roots.position[:, None] + along + rise).astype(np.float32)


def brows(head, model, shape: regions.BrowShape, density, rng, points=5):
    """Brow strands: (N, points, 3), side (N,) +1 left -1 right."""

    def allowed(s, t, margin):
        return shape.distance(s, t) < margin - 0.15

    roots = _face_roots(head, model, allowed, int(1150 * density), rng)
    # Plucked or not, a brow thins out towards its outline.
    depth = -shape.distance(*roots.chart.T)
    roots = roots.take(np.flatnonzero(rng.random(len(roots)) < 0.25 + depth / 1.6))
    s, t = roots.chart.T
    line, half = shape.centre_line()
    u = np.clip((np.abs(s) - line[0, 0]) / (line[-1, 0] - line[0, 0]), 0, 1)
    middle = np.interp(np.abs(s), line[:, 0], line[:, 1])
    above = np.clip((t - middle) / np.interp(np.abs(s), line[:, 0], half), -1, 1)
    # Inner hairs stand up, outer ones lie along the brow; the lower row climbs, the upper row falls.
    outwards = np.sign(s) * np.clip(0.25 + 1.6 * u, 0, 1.2)
    upwards = 1.0 - 1.55 * u - 0.55 * above * (u > 0.15)
    rotation = head.head_rotation
    direction = outwards[:, None] * rotation[:, 0] + upwards[:, None] * rotation[:, 2]
    direction = _tangent(roots.normal, direction + rng.normal(0, 0.16, (len(roots), 3)))
    length = 0.0085 * rng.uniform(0.7, 1.1, len(roots)) * (1 - 0.35 * u)
    strands = _arc(roots, direction, rng.uniform(0.15, 0.3, len(roots)), length, points, 0.8)
    return strands, np.sign(s).astype(int)


def lashes(ribbons, amount, rng, points=6):
    """Lash strands of both eyes: (N, points, 3), side (N,).

    Parameters
    ----------
    ribbons : dict "l", "r" of (125, 3) float, in one common order (the right one mirrored to the left's)
    amount : float in [0, 1], length and number
    """
    out, sides = [], []
    for side, key in ((1, "l"), (-1, "r")):
        ribbon = ribbons[key]
        for roots, tips, count, reach in (
            (UPPER_ROOTS, UPPER_TIPS, 80, 0.85),
            (LOWER_ROOTS, LOWER_TIPS, 34, 0.6),
        ):
            n = int(count * (0.6 + 0.7 * amount))
            x = np.sort(rng.uniform(0.25, len(roots) - 1.02, n))
            low, f = x.astype(int), (x % 1)[:, None]
            root = ribbon[list(roots)][low] * (1 - f) + ribbon[list(roots)][low + 1] * f
            tip = ribbon[list(tips)][low] * (1 - f) + ribbon[list(tips)][low + 1] * f
            tip = root + (tip - root) * (reach * (0.55 + 0.75 * amount) * rng.uniform(0.75, 1.15, n))[:, None]
            tip += rng.normal(0, 0.0006, tip.shape)
            u = np.linspace(0, 1, points)[None, :, None]
            # Upper lashes leave forwards and then rise: a shallow quadratic against the ribbon's chord.
            sag = np.array([0, -0.25, -1.0]) * (1 if roots is UPPER_ROOTS else -1)
            bow = np.linalg.norm(tip - root, axis=1)[:, None, None] * 0.35 * (u * (1 - u)) * sag
            out.append(root[:, None] * (1 - u) + tip[:, None] * u + bow)
            sides.append(np.full(n, side))
    return np.concatenate(out).astype(np.float32), np.concatenate(sides)


def facial_hair(head, model, kind, length_mm, density, rng, body, points=6):
    """Beard and moustache strands.

    Parameters
    ----------
    kind : "stubble", "moustache", "goatee" or "full_beard"
    body : strands.Body

    Returns
    -------
    strands (N, points, 3) float32, is_moustache (N,) bool
    """
    beard = kind in ("stubble", "full_beard", "goatee")
    strands, flags = [], []
    if beard:

        def allowed(s, t, margin):
            inside = regions.beard_distance(s, t) < margin
            if kind == "goatee":
                inside &= (np.abs(s) < 26 + margin) & (t < -76 + margin)
            return inside

        count = {"stubble": 9000, "goatee": 2600, "full_beard": 8000}[kind]
        strands.append(
            _grow_beard(head, model, allowed, int(count * density), length_mm, rng, body, points, kind)
        )
        flags.append(np.zeros(len(strands[-1]), bool))

    def upper(s, t, margin):
        return regions.polygon_distance(regions.MOUSTACHE, s, t) < margin

    count = 1500 if kind == "stubble" else 1700
    strands.append(
        _grow_beard(
            head,
            model,
            upper,
            int(count * density),
            min(length_mm, 9.0),
            rng,
            body,
            points,
            "moustache" if kind != "stubble" else kind,
        )
    )
    flags.append(np.ones(len(strands[-1]), bool))
    return np.concatenate(strands), np.concatenate(flags)


def _grow_beard(head, model, allowed, count, length_mm, rng, body, points, kind):
    roots = _face_roots(head, model, allowed, count, rng)
    rotation = head.head_rotation
    s = roots.chart[:, 0]
    aside = np.sign(s) * np.clip(np.abs(s) / 30, 0, 1)
    direction = -rotation[:, 2] * (0.9 if kind == "moustache" else 1.0) - 0.25 * rotation[:, 1]
    direction = direction[None] + (0.8 if kind == "moustache" else 0.1) * aside[:, None] * rotation[:, 0]
    direction = _tangent(roots.normal, direction + rng.normal(0, 0.25, (len(roots), 3)))
    length = length_mm / 1000 * rng.uniform(0.65, 1.15, len(roots))
    lift = rng.uniform(0.35, 0.7, len(roots)) if kind != "stubble" else rng.uniform(0.6, 1.2, len(roots))
    strands = _arc(roots, direction, lift, length, points, 0.55)
    if length_mm > 3:
        strands = st.frizz(strands, 0.12 * length, rng)
        strands = st.push_out(strands, body, 0.0006)
    return strands
