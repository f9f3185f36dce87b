"""Writes render/mesh_export/dense_landmarks.json: which vertices of the head are its dense points.

    python tools/dense_landmark_list.py

Vertices of the outer skin are taken one after the other, always the one farthest from those taken before,
with its mirrored one (farthest point sampling: Eldar et al., IEEE Trans. Image Processing 6(9), 1997).
Distances count more near eyes, nose and mouth. A list that is published must not change: points are known
by their place in it.
"""

from __future__ import annotations

import json

import numpy as np

from facegen.assets.head.head_cut import PART_SKIN
from facegen.assets.head.head_model import TEMPLATE, HeadModel, head_model, triangles
from facegen.render.mesh_export.dense_landmarks import LIST_FILE

COUNT = 500
BESIDE, LOW, HIGH = 175.0, -125.0, 110.0  # chart mm: |s| and t of what is face, ears and upper neck
# Chart places of the features, mm, how far they reach, and how much more a distance counts there; by eye.
FEATURES = (
    ((31.0, -1.0), 22.0, 3.0),
    ((0.0, -38.0), 20.0, 2.5),
    ((0.0, -72.0), 26.0, 3.0),
    ((30.0, 18.0), 18.0, 1.6),
)
REACH, LIFT = 0.02, 2e-4  # metres: how far above a vertex others count, and where its ray begins
EYE_SLACK = 5e-4  # metres by which a lid's edge may touch the eyeball
SAME = 2e-4  # metres: a vertex's mirrored place and its mirrored vertex


def mirrors(model: HeadModel) -> np.ndarray:
    """Row (N,) of each vertex's mirrored one, -1 without."""
    from scipy.spatial import cKDTree

    distance, row = cKDTree(model.template).query(model.template * (-1, 1, 1))
    return np.where(distance < SAME, row, -1)


def open_to_the_air(model: HeadModel, candidates: np.ndarray) -> np.ndarray:
    """(N,) bool: candidates of the template over which neither skin nor an eyeball lies within REACH.

    Vertices in mouth and nostrils and behind the lids are covered on every head.
    """
    head = model.pose(TEMPLATE, {}, {}, (0, 0, 0), (0, 0))
    corners = head.vertices[triangles(model.faces)].astype(float)
    start, ab, ac = corners[:, 0], corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    free = candidates.copy()
    for row in np.flatnonzero(candidates):
        origin = head.vertices[row] + LIFT * head.normals[row]
        ray = head.normals[row].astype(float)
        # Where the ray meets each triangle: Moeller and Trumbore, 1997.
        p, away = np.cross(ray, ac), origin - start
        determinant = (ab * p).sum(1)
        with np.errstate(divide="ignore", invalid="ignore"):
            u = (away * p).sum(1) / determinant
            q = np.cross(away, ab)
            v, along = q @ ray / determinant, (ac * q).sum(1) / determinant
        hit = (u >= 0) & (v >= 0) & (u + v <= 1) & (along > 0) & (along < REACH)
        for centre in head.eye_centres:
            near = origin + ray * np.clip((centre - origin) @ ray, 0, REACH)
            hit |= np.linalg.norm(near - centre) < head.eye_radius - EYE_SLACK
        free[row] = not hit.any()
    return free


def chosen(model: HeadModel) -> tuple[list[int], list[int]]:
    """Rows of the points, and the place of each one's mirrored point."""
    mirror = mirrors(model)
    side, height = np.abs(model.chart[:, 0]), model.chart[:, 1]
    outer = np.zeros(len(mirror), bool)
    outer[model.faces[model.face_part == PART_SKIN]] = True
    inside = outer & (mirror >= 0) & (mirror[mirror] == np.arange(len(mirror)))
    inside &= (side < BESIDE) & (height > LOW) & (height < HIGH)
    inside = open_to_the_air(model, inside)
    inside &= inside[mirror]
    weight = np.ones(len(mirror))
    for (s, t), reach, more in FEATURES:
        near = np.exp(-(((side - s) ** 2 + (height - t) ** 2) / (2 * reach**2)))
        weight = np.maximum(weight, 1 + (more - 1) * near)
    rows, distance = [], np.where(inside, np.inf, -1.0)
    following = int(np.argmin(np.where(inside, side + np.abs(height + 38), np.inf)))  # the end of the nose
    while len(rows) < COUNT:
        pair = sorted({following, int(mirror[following])})
        rows += pair if model.template[pair[0], 0] >= 0 else pair[::-1]
        for one in pair:
            away = np.linalg.norm(model.template - model.template[one], axis=1) * weight
            distance = np.minimum(distance, np.where(inside, away, -1.0))
        alone = mirror == np.arange(len(mirror))  # what lies in the mirror's plane fills the last place
        following = int(np.where(alone | (COUNT - len(rows) > 1), distance, -1.0).argmax())
    place = {row: k for k, row in enumerate(rows)}
    return rows, [place[int(mirror[row])] for row in rows]


def main() -> None:
    """Write the list."""
    model = head_model()
    rows, mirror = chosen(model)
    content = {"base_obj": [int(model.kept[row]) for row in rows], "mirror": mirror}
    LIST_FILE.write_text(json.dumps(content, separators=(",", ":")) + "\n", encoding="utf-8")
    print(f"{len(rows)} points -> {LIST_FILE}")


if __name__ == "__main__":
    main()
