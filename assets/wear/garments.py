"""Garments: cloth cut from the torso along a neckline and lifted off the skin; collars, lapels, hoods.

A garment is a list of `Piece`s in world metres. Chart coordinates (s, t) are those of `head`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from facegen.assets.meshes import mesh
from facegen.assets.skin import painted_borders
from facegen.assets.wear.torso_chart import BodyChart

MAIN, INNER, TIE = 0, 1, 2  # which cloth a piece is made of

# What a cut is made of: the body layer worn underneath (or None), the one on top, the parts at the neck.
CUTS: dict[str, tuple[str | None, str, tuple[str, ...]]] = {
    "crew": (None, "crew", ("rib",)),
    "v_neck": (None, "v_neck", ()),
    "scoop": (None, "scoop", ()),
    "tank": (None, "tank", ()),
    "strapless": (None, "strapless", ()),
    "turtleneck": (None, "turtleneck", ()),
    "shirt": (None, "shirt", ("collar",)),
    "suit": ("closed", "jacket", ("collar", "tie", "lapel")),
    "blazer": ("crew", "jacket", ("lapel",)),
    "open_collar": ("shirt", "jacket", ("collar", "lapel")),
    "coat": ("crew", "coat", ("stand",)),
    "hoodie": (None, "crew", ("hood",)),
}
# Millimetres between skin and cloth, and how much more on the shoulders (padding).
LIFTS = {"jacket": (13.0, 9.0), "coat": (17.0, 8.0), "turtleneck": (8.0, 0.0)}
LIFT = (5.0, 0.0)
HOODIE_LIFT = (11.0, 3.0)


@dataclass(frozen=True)
class Piece:
    """vertices (V, 3) float32 metres, faces (F, 3) int32, chart (V, 2) float32 mm; cloth: which one."""

    vertices: np.ndarray
    faces: np.ndarray
    chart: np.ndarray
    cloth: int


def neckline(layer, depth, s):
    """Upper edge of a layer of cloth, chart t in mm, at s (N,), any turn of it. depth in [0, 1]."""
    s = _wrapped(s)
    a = np.abs(s)
    base = painted_borders.curve(painted_borders.NECK_BASE, s)
    front = np.clip(1 - a / 75, 0, 1)
    if layer == "crew":
        return base + 8 - (6 + 16 * depth) * front**0.7
    if layer == "v_neck":
        return base + 5 - (35 + 65 * depth) * np.clip(1 - a / 62, 0, 1)
    if layer == "scoop":
        return base - 4 - (25 + 55 * depth) * np.sqrt(np.clip(1 - (a / (70 + 25 * depth)) ** 2, 0, 1))
    if layer == "tank":
        strap = np.exp(-(((a - 112) / (11 + 14 * depth)) ** 4))
        return np.where(a > 150, -200.0, -205 - 45 * depth) * (1 - strap) + (base + 4) * strap
    if layer == "shirt":
        return base + 12 - (14 + 62 * depth) * np.clip(1 - a / (16 + 12 * depth), 0, 1) ** 0.8
    if layer == "closed":
        return base + 14.0 - 4 * front
    if layer == "strapless":
        return np.full_like(base, -235.0) - 30 * depth
    if layer == "turtleneck":
        return np.interp(a, [0, 60, 120, 320], [-142, -134, -104, -92]) - 10 * depth
    if layer == "jacket":
        return base + 12 - 190 * np.clip(1 - a / 68, 0, 1)
    if layer == "coat":
        return base + 16 - (30 + 150 * depth) * np.clip(1 - a / (30 + 30 * depth), 0, 1)
    raise ValueError(f"unknown layer of cloth {layer!r}")


def garment(head, model, spec, rng):
    """Cloth over the shoulders: a list of Piece.

    Parameters
    ----------
    head : assets.head.PosedHead; model : assets.head.HeadModel
    spec : any object with the fields of render.spec.Garment
    """
    under, over, parts = CUTS[spec.cut]
    pieces = []
    if under is not None:
        pieces.append(
            _layer(head, model, under, 1 - spec.depth if under == "crew" else spec.depth, LIFT, INNER, rng)
        )
    lift = HOODIE_LIFT if spec.cut == "hoodie" else LIFTS.get(over, LIFT)
    pieces.append(_layer(head, model, over, spec.depth, lift, MAIN, rng))
    body = BodyChart(head)
    for part in parts:
        pieces.append(_PARTS[part](body, spec, INNER if part == "collar" and under else MAIN))
    return pieces


def solid(pieces):
    """All pieces as one mesh: vertices (V, 3) float32, faces (F, 3) int32."""
    vertices, faces, _ = mesh.merge([(piece.vertices, piece.faces) for piece in pieces])
    return vertices, faces


def _layer(head, model, layer, depth, lift, cloth, rng):
    """The torso below a neckline, lifted off the skin, with a rim folded in where it was cut."""
    from facegen.assets.head.head_model import triangles

    torso = (model.chart[:, 1] < -85) & (model.ear < 0.1)
    faces = model.faces[torso[model.faces].all(1) & (model.face_part == 0)]
    s, t = model.chart.T
    tris, points, normals, chart, on_cut = mesh.clip(
        triangles(faces),
        neckline(layer, depth, s) - t,
        head.vertices,
        head.normals,
        model.chart.astype(np.float64),
    )
    off, pad = lift
    shoulder = np.exp(-(((np.abs(chart[:, 0]) - 140) / 45) ** 2)) * np.clip((-140 - chart[:, 1]) / 20, 0, 1)
    height = off * (1 + 0.5 * _folds(chart, rng)) + pad * shoulder
    outer = points + normals * height[:, None] / 1000
    outer[:, 2] += 0.6 * pad * shoulder / 1000
    edges = _boundary(tris)
    edges = edges[on_cut[edges].all(1)]
    a, b = edges.T
    n = len(edges)
    inner = points + normals * 0.0005
    ring = np.concatenate([outer[a], outer[b], inner[b], inner[a]])
    i = np.arange(n)
    quad = np.stack([i, i + n, i + 2 * n, i + 3 * n], 1)
    rim = np.concatenate([quad[:, [0, 2, 1]], quad[:, [0, 3, 2]]])
    v, f, _ = mesh.merge([(outer, tris), (ring, rim)])
    charts = np.concatenate([chart, chart[a], chart[b], chart[b], chart[a]])
    return Piece(v.astype(np.float32), f.astype(np.int32), charts.astype(np.float32), cloth)


def _boundary(tris):
    """Directed edges (E, 2) that belong to one triangle only."""
    edges = np.concatenate([tris[:, [0, 1]], tris[:, [1, 2]], tris[:, [2, 0]]])
    key = np.sort(edges, 1)
    code = key[:, 0].astype(np.int64) * (key.max() + 1) + key[:, 1]
    _, index, count = np.unique(code, return_index=True, return_counts=True)
    return edges[index[count == 1]]


def _folds(chart, rng):
    s, t = chart.T
    phase = rng.uniform(0, 2 * np.pi, 6)
    k = rng.uniform(0.5, 1.6, 3)
    fold = np.sin(s / 26 * k[0] + phase[0] + t / 60) + np.sin(s / 15 * k[1] + phase[1] - t / 45)
    return 0.5 * fold + 0.4 * np.sin(t / 22 * k[2] + phase[2] + s / 40)


def _sheet(rows, charts, cloth):
    """A piece from grids: rows (R, C, 3) metres, charts (R, C, 2) mm."""
    quads = mesh.grid_faces(rows.shape[0], rows.shape[1])
    faces = np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])
    return Piece(
        rows.reshape(-1, 3).astype(np.float32), faces, charts.reshape(-1, 2).astype(np.float32), cloth
    )


def _round_the_neck(gap, count=61):
    """s (count,) from the left front round the back to the right, `gap` mm off the middle; how frontal."""
    s = np.linspace(gap, 2 * np.pi * 100 - gap, count)
    return s, np.clip(1 - np.minimum(s, 2 * np.pi * 100 - s) / 110, 0, 1)


def _collar(body, spec, cloth):
    """A shirt's collar: a stand round the neck and a leaf folded over it whose points fall to the front."""
    closed = spec.cut == "suit"
    s, front = _round_the_neck(4.0 if closed else 8.0 + 20.0 * spec.depth)
    base = painted_borders.curve(painted_borders.NECK_BASE, _wrapped(s)) + 6 - 4 * front
    stand = 30 - 8 * front
    rows, charts = [], []
    # (height over the base, distance from the skin, how far the leaf's end swings outwards), mm
    profile = [(0.0, 4.0, 0.0), (0.55, 5.0, 0.0), (1.0, 6.0, 0.0), (1.08, 9.0, 0.0), (0.85, 13.0, 0.15)]
    profile += [(0.30, 16.0, 0.45), (-0.25, 18.0, 0.8), (-0.45, 17.0, 1.0)]
    for height, off, swing in profile:
        fall = np.where(height < 0.9, swing * 26 * front**2, 0.0)
        turn = swing * 22 * front**3
        here = s + np.where(s < 314, turn, -turn)
        t = base + stand * height - fall
        rows.append(body.lifted(here, t, off))
        charts.append(np.stack([here * 0.4, t], 1))
    return _sheet(np.stack(rows), np.stack(charts), cloth)


def _tie(body, spec, _):
    """A tie: a knot between the collar's points and the blade below it."""
    top = float(painted_borders.curve(painted_borders.NECK_BASE, np.zeros(1))[0]) + 16
    profile = [
        (0, 13, 11),
        (4, 17, 17),
        (16, 13, 19),
        (24, 8.5, 17),
        (30, 9, 14),
        (70, 17, 15),
        (150, 26, 15),
    ]
    across = np.linspace(-1, 1, 7)
    rows, charts = [], []
    for down, half, off in profile:
        s, t = across * half, np.full(7, top - down)
        rows.append(body.lifted(s, t, off - 4 * across**2))
        charts.append(np.stack([s + 0.7 * t, t - 0.7 * s], 1))  # ties are cut on the bias
    return _sheet(np.stack(rows), np.stack(charts), TIE)


def _lapel(body, spec, cloth):
    """Collar and lapels of a jacket: a strip folded out along its opening, notched."""
    s, front = _round_the_neck(6.0, 81)
    a = np.abs(_wrapped(s))
    edge = neckline("jacket", spec.depth, s)
    width = 30 + 26 * np.clip(front - 0.3, 0, 1) * (edge > -330)
    width = width * np.where(np.abs(edge + 196) < 5, 0.55, 1.0)
    rows, charts = [], []
    for v, rise, off in ((0.0, -4, 9), (0.0, 8, 14), (0.12, 10, 19), (0.5, 4, 21), (1.0, -3, 18)):
        outward = v * width
        here = s + np.where(s < 314, outward, -outward) * np.clip(1.3 - a / 110, 0, 1)
        t = edge + rise - outward * np.clip(a / 90 - 0.2, 0, 0.9)
        rows.append(body.lifted(here, t, off))
        charts.append(np.stack([here, t], 1))
    return _sheet(np.stack(rows), np.stack(charts), cloth)


def _stand(body, spec, cloth):
    """A coat's standing collar."""
    s, front = _round_the_neck(20.0 + 30 * spec.depth)
    base = neckline("coat", spec.depth, s)
    rows, charts = [], []
    # Its front corners are cut round.
    corner = np.clip(np.minimum(s - s[0], s[-1] - s) / 30, 0, 1)
    corner = np.sqrt(1 - (1 - corner) ** 2)
    for height, off in ((-6, 16), (12, 16), (24, 17), (33, 20), (35, 15), (24, 11), (0, 9)):
        t = base + height * (1 - 0.25 * front) * (corner if height > 0 else 1)
        rows.append(body.lifted(s, t, off + 6 * front))
        charts.append(np.stack([s, t], 1))
    return _sheet(np.stack(rows), np.stack(charts), cloth)


def _roll(body, s, t, off, radius, cloth):
    """A tube of cloth along chart points: ribs and hoods. off, radius (N,) or float, mm."""
    line = body.lifted(s, t, off)
    radius = np.broadcast_to(np.asarray(radius, float), s.shape) / 1000
    angle = np.linspace(0, 2 * np.pi, 9)
    ahead = np.gradient(line, axis=0)
    ahead /= np.linalg.norm(ahead, axis=1, keepdims=True)
    out = body.at(s, t)[1]
    side = np.cross(ahead, out)
    side /= np.maximum(np.linalg.norm(side, axis=1, keepdims=True), 1e-9)
    rows = [line + radius[:, None] * (np.cos(x) * out + np.sin(x) * side) for x in angle]
    charts = [np.stack([s, t + 30 * x], 1) for x in angle]
    return _sheet(np.stack(rows), np.stack(charts), cloth)


def _rib(body, spec, cloth):
    """The knitted band of a T-shirt's neck."""
    s, _ = _round_the_neck(0.0, 73)
    t = neckline("crew", spec.depth, s) - 3
    return _roll(body, s, t, 3.0, 4.5, cloth)


def _hood(body, spec, cloth):
    """A hood lying on the shoulders: a thick roll, thickest behind."""
    s, front = _round_the_neck(6.0, 73)
    t = neckline("crew", spec.depth, s) - 2 - 10 * front
    return _roll(body, s, t, 11.0 + 8 * (1 - front), 10 + 15 * (1 - front), cloth)


def _wrapped(s):
    """s in [-314, 314]."""
    period = 2 * np.pi * 100
    return s - period * np.round(s / period)


_PARTS = {
    "collar": _collar,
    "tie": _tie,
    "lapel": _lapel,
    "stand": _stand,
    "rib": _rib,
    "hood": _hood,
}
