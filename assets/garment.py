"""Garments: cloth cut from the torso along a neckline and lifted off the skin; shirts get a collar."""

from __future__ import annotations

import numpy as np

from facegen.assets import mesh, regions

LIFT = 0.006  # metres between skin and cloth


def neckline(cut, depth, s):
    """Upper edge of the cloth, chart t in mm, at s (N,). depth in [0, 1]."""
    a = np.abs(s)
    base = regions.curve(regions.NECK_BASE, s)
    front = np.clip(1 - a / 75, 0, 1)
    if cut == "crew":
        return base + 2 - (6 + 14 * depth) * front**0.7
    if cut == "v_neck":
        return base + 2 - (35 + 60 * depth) * np.clip(1 - a / 62, 0, 1)
    if cut == "shirt":
        return base + 6 - (12 + 42 * depth) * np.clip(1 - a / 34, 0, 1)
    if cut == "strapless":
        return np.full_like(base, -268.0) - 20 * depth
    if cut == "turtleneck":
        return np.interp(a, [0, 60, 120, 320], [-142, -134, -104, -92]) - 10 * depth
    raise ValueError(f"unknown cut {cut!r}")


def garment(head, model, spec, rng):
    """Cloth over the shoulders.

    Parameters
    ----------
    head : assets.head.PosedHead; model : assets.head.HeadModel
    spec : any object with the fields of render.spec.Garment

    Returns
    -------
    vertices (V, 3) float32, triangles (T, 3) int32, chart (V, 2) float32 mm
    """
    from facegen.assets.head import triangles

    torso = (model.chart[:, 1] < -85) & (model.ear < 0.1)
    faces = model.faces[torso[model.faces].all(1) & (model.face_part == 0)]
    s, t = model.chart.T
    value = neckline(spec.cut, spec.depth, s) - t
    tris, points, normals, chart, on_cut = mesh.clip(
        triangles(faces), value, head.vertices, head.normals, model.chart.astype(np.float64)
    )
    fold = _folds(chart, rng)
    lift = LIFT + 0.004 * fold
    if spec.cut == "turtleneck":
        lift = lift + 0.003
    outer = points + normals * lift[:, None]
    parts = [(outer, tris)]
    charts = [chart]
    # The rim: the cut edge folded in to the skin, so that the cloth has a thickness.
    edges = _boundary(tris)
    edges = edges[on_cut[edges].all(1)]
    if len(edges):
        inner = points + normals * 0.0005
        a, b = edges.T
        n = len(edges)
        ring = np.concatenate([outer[a], outer[b], inner[b], inner[a]])
        i = np.arange(n)
        quad = np.stack([i, i + n, i + 2 * n, i + 3 * n], 1)
        parts.append((ring, np.concatenate([quad[:, [0, 2, 1]], quad[:, [0, 3, 2]]])))
        charts.append(np.concatenate([chart[a], chart[b], chart[b], chart[a]]))
        if spec.cut == "shirt":
            v, f, c = _collar(points, normals, chart, edges)
            parts.append((v, f))
            charts.append(c)
    v, f, _ = mesh.merge(parts)
    return v.astype(np.float32), f.astype(np.int32), np.concatenate(charts).astype(np.float32)


def _boundary(tris):
    """Directed edges (E, 2) that belong to one triangle only."""
    edges = np.concatenate([tris[:, [0, 1]], tris[:, [1, 2]], tris[:, [2, 0]]])
    key = np.sort(edges, 1)
    _, index, count = np.unique(key, axis=0, return_index=True, return_counts=True)
    return edges[index[count == 1]]


def _folds(chart, rng):
    s, t = chart.T
    phase = rng.uniform(0, 2 * np.pi, 6)
    k = rng.uniform(0.5, 1.6, 3)
    fold = np.sin(s / 26 * k[0] + phase[0] + t / 60) + np.sin(s / 15 * k[1] + phase[1] - t / 45)
    return 0.5 * fold + 0.4 * np.sin(t / 22 * k[2] + phase[2] + s / 40)


def _collar(points, normals, chart, edges):
    """A turned-down collar: a stand rising from the neckline and a leaf folded over it."""
    order = np.argsort(chart[edges[:, 0], 0])
    ring = edges[order, 0]
    s = chart[ring, 0]
    base, out = points[ring], normals[ring] * [1, 1, 0]
    out /= np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1e-9)
    up = np.array([0, 0, 1.0])
    open_front = np.clip(np.abs(s) / 26, 0, 1)[:, None]
    stand = 0.034 * (0.55 + 0.45 * open_front)
    rows = [
        base + out * 0.003,
        base + up * stand * 0.6 + out * 0.004,
        base + up * stand + out * 0.006,
        base + up * stand * 0.7 + out * 0.013,
        base + up * stand * 0.15 + out * (0.020 + 0.004 * open_front),
        base - up * 0.012 + out * 0.026,
    ]
    v = np.stack(rows)
    n = len(ring)
    faces = mesh.grid_faces(len(rows), n)
    gap = np.linalg.norm(np.diff(base, axis=0), axis=1) > 0.03
    keep = ~gap[faces[:, 0] % n]
    quads = faces[keep]
    c = np.tile(chart[ring], (len(rows), 1))
    return v.reshape(-1, 3), np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]]), c


def cloth_picture(spec, rng, size=256):
    """One repeat (100 mm) of the cloth's pattern: (size, size, 3) float32, linear RGB."""
    y, x = (np.mgrid[:size, :size] + 0.5) / size
    first, second = np.array(spec.colour), np.array(spec.second)
    k = int(rng.integers(2, 9))
    share = {
        "plain": np.zeros_like(x),
        "stripes": ((x * k) % 1 < rng.uniform(0.1, 0.6)).astype(float),
        "hoops": ((y * k) % 1 < rng.uniform(0.1, 0.6)).astype(float),
        "checks": (((x * k) % 1 < 0.5).astype(float) + ((y * k) % 1 < 0.5)) / 2,
        "dots": (np.hypot((x * k) % 1 - 0.5, (y * k) % 1 - 0.5) < 0.25).astype(float),
        "print": _print(rng, size),
    }[spec.pattern]
    return (first + share[..., None] * (second - first)).astype(np.float32)


def _print(rng, size):
    from scipy import ndimage

    noise = ndimage.gaussian_filter(rng.standard_normal((size, size)), size / 22, mode="wrap")
    return np.clip(noise / noise.std() * 2, 0, 1)
