"""Garments: cloth cut from the torso along a neckline and lifted off the skin, and the parts at the neck.

A garment is a list of `Piece`s in world metres. Chart coordinates (s, t) are those of `head_model`. The cuts
are the entries of `facegen.assets.wear.garment_registry.GARMENT_CUTS`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from facegen.assets.head.head_model import HeadModel, PosedHead, triangles
from facegen.assets.meshes.mesh import Floats, Ints, clip, merge
from facegen.assets.wear.garment_registry import GARMENT_CUTS, INNER, MAIN, Layer, Piece
from facegen.assets.wear.torso_chart import BodyChart
from facegen.render.spec.face_spec import Garment

TORSO_T = -85  # chart t in mm: cloth is cut from the skin below it
EAR_WEIGHT = 0.1  # above it a vertex belongs to an ear
HEM = 0.0005  # metres from the skin, to which a rim is folded in
# Shoulders, where padding lies (by eye): chart s of their middle and half width, t from where it starts and
# over how much it grows; mm.
SHOULDER_S, SHOULDER_HALF_WIDTH, SHOULDER_T, SHOULDER_GROWS = 140, 45, -140, 20
PADDING_RISES = 0.6  # of the padding: how much it also lifts the cloth straight up
FOLD_DEPTH = 0.5  # of the lift, by which folds move the cloth in and out


def garment(
    head: PosedHead, model: HeadModel, worn: Garment, rng: np.random.Generator, hood_up: bool = False
) -> list[Piece]:
    """Cloth over the shoulders.

    Parameters
    ----------
    head : PosedHead
    model : HeadModel
    worn : Garment
        Of a cut that stands in `garment_registry.GARMENT_CUTS`.
    rng : numpy Generator
        Of the folds and of what is drawn by chance on the parts.
    hood_up : bool
        Whether its hood, where it has one, is on the head and so not on the shoulders.

    Raises
    ------
    FacegenError : no entry of GARMENT_CUTS has the name `worn.cut`.
    """
    cut = GARMENT_CUTS.get_or_fail(worn.cut, "garment.cut")
    pieces = []
    if cut.under is not None:
        pieces.append(_layer(head, model, cut.under, worn.depth, INNER, rng))
    pieces.append(_layer(head, model, cut.over, worn.depth, MAIN, rng))
    body = BodyChart(head)
    for part in cut.parts:
        if not (hood_up and part.is_hood):
            piece = part.build(body, worn, part.cloth)
            pieces.append(piece if part.finish is None else part.finish(body, piece, rng))
    return pieces


def solid(pieces: Sequence[Piece]) -> tuple[Floats, Ints]:
    """All pieces as one mesh: vertices (V, 3) float32 metres, faces (F, 3) int32."""
    vertices, faces, _ = merge([(piece.vertices, piece.faces) for piece in pieces])
    return vertices, faces


def _layer(
    head: PosedHead, model: HeadModel, layer: Layer, depth: float, cloth: int, rng: np.random.Generator
) -> Piece:
    """The torso below a neckline, lifted off the skin, with a rim folded in where it was cut."""
    torso = (model.chart[:, 1] < TORSO_T) & (model.ear < EAR_WEIGHT)
    faces = model.faces[torso[model.faces].all(1) & (model.face_part == 0)]
    s, t = model.chart.T
    tris, points, normals, chart, on_cut = clip(
        triangles(faces),
        layer.edge(s, depth) - t,
        head.vertices,
        head.normals,
        model.chart.astype(np.float64),
    )
    grown = np.clip((SHOULDER_T - chart[:, 1]) / SHOULDER_GROWS, 0, 1)
    shoulder = np.exp(-(((np.abs(chart[:, 0]) - SHOULDER_S) / SHOULDER_HALF_WIDTH) ** 2)) * grown
    height = layer.lift_mm * (1 + FOLD_DEPTH * _folds(chart, rng)) + layer.padding_mm * shoulder
    outer = points + normals * height[:, None] / 1000
    outer[:, 2] += PADDING_RISES * layer.padding_mm * shoulder / 1000
    edges = _boundary(tris)
    edges = edges[on_cut[edges].all(1)]
    a, b = edges.T
    n = len(edges)
    inner = points + normals * HEM
    ring = np.concatenate([outer[a], outer[b], inner[b], inner[a]])
    i = np.arange(n)
    quad = np.stack([i, i + n, i + 2 * n, i + 3 * n], 1)
    rim = np.concatenate([quad[:, [0, 2, 1]], quad[:, [0, 3, 2]]])
    v, f, _ = merge([(outer, tris), (ring, rim)])
    charts = np.concatenate([chart, chart[a], chart[b], chart[b], chart[a]])
    return Piece(v.astype(np.float32), f.astype(np.int32), charts.astype(np.float32), cloth)


def _boundary(tris: Ints) -> Ints:
    """Directed edges (E, 2) that belong to one triangle only."""
    edges = np.concatenate([tris[:, [0, 1]], tris[:, [1, 2]], tris[:, [2, 0]]])
    key = np.sort(edges, 1)
    code = key[:, 0].astype(np.int64) * (key.max() + 1) + key[:, 1]
    _, index, count = np.unique(code, return_index=True, return_counts=True)
    return edges[index[count == 1]]


def _folds(chart: Floats, rng: np.random.Generator) -> Floats:
    """Height (V,) of folds in about [-1.4, 1.4] at chart places (V, 2): three waves, their lengths by eye."""
    s, t = chart.T
    phase = rng.uniform(0, 2 * np.pi, 6)
    k = rng.uniform(0.5, 1.6, 3)
    fold = np.sin(s / 26 * k[0] + phase[0] + t / 60) + np.sin(s / 15 * k[1] + phase[1] - t / 45)
    return 0.5 * fold + 0.4 * np.sin(t / 22 * k[2] + phase[2] + s / 40)
