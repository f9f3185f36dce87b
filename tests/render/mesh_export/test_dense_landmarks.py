"""Dense points and gaze of heads that are built again from their meta files."""

import json

import numpy as np
import pytest
from posed_meta import frontal, meta_of

from facegen.assets.hair.hair_plan import brow_of
from facegen.assets.head.head_cut import PART_SKIN
from facegen.assets.head.head_model import head_model
from facegen.datasets.errors import FacegenError
from facegen.datasets.export.dense_points import FaceGeometry
from facegen.render.geometry.landmark_projection import surface_landmarks
from facegen.render.geometry.pose import pose_head
from facegen.render.mesh_export.dense_landmarks import (
    FIRST_PAIRED,
    IBUG_MIRROR,
    MEDIAPIPE_OF_IBUG,
    face_geometry,
    listed,
    point_table,
    rows_of,
)
from facegen.render.mesh_export.rebuilt_head import rebuilt
from facegen.render.prior.default_prior import draw_spec

COUNT = 500


def test_the_list_is_of_single_mirrored_vertices_of_the_outer_skin():
    model, (ids, mirror) = head_model(), listed()
    rows = rows_of(model)
    assert len(ids) == len(set(ids.tolist())) == COUNT
    np.testing.assert_array_equal(mirror[mirror], np.arange(COUNT))
    places = model.template[rows]
    np.testing.assert_allclose(places[mirror] * (-1, 1, 1), places, atol=2e-4)
    assert set(rows.tolist()) <= set(model.faces[model.face_part == PART_SKIN].ravel().tolist())
    # Far from both ends of the chart, and close together around the eyes.
    s, t = model.chart[rows].T
    assert np.abs(s).max() < 175 and t.min() > -125 and t.max() < 110
    eye = np.hypot(np.abs(s) - 31, t) < 25
    cheek = np.hypot(np.abs(s) - 60, t + 45) < 25
    assert eye.sum() > 3 * cheek.sum() > 0


def test_points_lie_where_the_camera_sees_them():
    spec = draw_spec(5, 1)
    meta = meta_of(spec)
    found = face_geometry(meta)
    assert found.points.shape == (COUNT + 70, 2) and found.places.shape == (COUNT + 70, 3)
    pixels = found.places.astype(float) @ np.array(meta["intrinsics"]).T
    np.testing.assert_allclose(found.points, pixels[:, :2] / pixels[:, 2:], atol=1e-3)
    model, head = head_model(), pose_head(head_model(), spec)
    marks, _ = surface_landmarks(model, head, brow_of(spec.brows))
    camera = marks @ np.array(meta["extrinsics"])[:3, :3].T + np.array(meta["extrinsics"])[:3, 3]
    np.testing.assert_allclose(found.places[COUNT:], camera, atol=1e-6)
    # The smooth surface passes within a millimetre or two of the mesh's vertices.
    mesh = head.vertices[rows_of(model)] @ np.array(meta["extrinsics"])[:3, :3].T
    mesh = mesh + np.array(meta["extrinsics"])[:3, 3]
    assert np.linalg.norm(found.places[:COUNT] - mesh, axis=1).max() < 0.003
    assert found.landmarks == 70


@pytest.mark.parametrize(("yaw", "pitch"), [(0.0, 0.0), (20.0, 0.0), (-15.0, 0.0), (0.0, 12.0)])
def test_gaze_is_the_direction_that_was_asked_for(yaw, pitch):
    """Positive yaw: to the subject's left, the picture's right; positive pitch: up, where y is negative."""
    found = face_geometry(meta_of(frontal(gaze_yaw=yaw, gaze_pitch=pitch)))
    a, b = np.radians(yaw), np.radians(pitch)
    expected = [np.sin(a) * np.cos(b), -np.sin(b), -np.cos(a) * np.cos(b)]
    np.testing.assert_allclose(found.gaze, [expected] * 2, atol=2e-3)
    for unit in (found.gaze, found.pupil_axes):
        np.testing.assert_allclose(np.linalg.norm(unit, axis=1), 1, atol=1e-6)
    # The pupils lie on their axes, about a radius of the eyeball from its middle.
    away = found.places[-2:].astype(float) - found.eyes
    length = np.linalg.norm(away, axis=1, keepdims=True)
    np.testing.assert_allclose(away / length, found.pupil_axes, atol=1e-3)
    np.testing.assert_allclose(length, pose_head(head_model(), frontal()).eye_radius, atol=5e-4)
    assert found.eyes[0, 0] > found.eyes[1, 0]  # the subject's left eye lies on the right
    between = np.linalg.norm(found.eyes[0] - found.eyes[1])
    assert 0.055 < between < 0.07


def test_what_faces_away_is_not_visible():
    found = face_geometry(meta_of(frontal(yaw=60.0, turn=1.0)))
    x = head_model().template[rows_of(head_model()), 0]
    left, right = found.facing[:COUNT][x > 0.05], found.facing[:COUNT][x < -0.05]
    assert left.mean() < 0.35 < 0.8 < right.mean()


def test_depth_decides_what_is_hidden():
    points = np.array([[1.5, 0.5], [1.5, 0.5], [0.5, 0.5], [9.0, 0.5], [1.5, 0.5]], np.float32)
    places = np.zeros((5, 3), np.float32)
    places[:, 2] = 0.5, 0.51, 0.5, 0.5, 0.9
    facing = np.array([True, True, True, True, True])
    eyes = np.zeros((2, 3), np.float32)
    depth = np.array([[0.0, 0.5]], np.float32)
    one = FaceGeometry(points, places, facing, facing, eyes, eyes, eyes, landmarks=1)
    # Seen; behind by 10 mm; nothing was hit; outside; a landmark that the renderer knows to be seen.
    assert one.seen_in(depth, np.array([True])).visible.tolist() == [True, False, False, False, True]
    assert one.seen_in(depth).visible.tolist() == [True, False, False, False, False]
    turned = FaceGeometry(points, places, ~facing, ~facing, eyes, eyes, eyes)
    assert not turned.seen_in(depth).visible.any()


def test_the_table_names_every_point():
    table = point_table()["points"]
    assert len(table) == len({one["name"] for one in table}) == COUNT + 70
    assert all(table[one["mirror"]]["mirror"] == k for k, one in enumerate(table))
    assert [one["name"] for one in table[-2:]] == ["l_pupil", "r_pupil"]
    paired = [one["mediapipe"] for one in table if "mediapipe" in one]
    assert paired == list(MEDIAPIPE_OF_IBUG) and len(set(paired)) == 68 - FIRST_PAIRED
    json.dumps(table, allow_nan=False)


def test_mirrored_points_of_ibug_are_each_others_mirror_images():
    found = face_geometry(meta_of(frontal()))
    places = found.places[COUNT : COUNT + 68].astype(float)
    middle = places[27:31, 0].mean()
    mirrored = places[list(IBUG_MIRROR)]
    # The template's own sides differ by a few millimetres at the jaw.
    assert np.abs(mirrored[:, 0] - middle + (places[:, 0] - middle)).max() < 0.004
    assert np.abs(mirrored[:, 1:] - places[:, 1:]).max() < 0.004


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            {"intrinsics": (np.eye(3) * 900).tolist()},
            "sample 0: .* builds another head .*: export with the version that rendered",
        ),
        ({"extrinsics": [1, 2]}, "lacks its spec or camera"),
        ({"spec": None}, "lacks its spec or camera"),
    ],
)
def test_a_head_that_cannot_be_built_again_is_refused(change, words):
    meta = meta_of(frontal()) | change
    with pytest.raises(FacegenError, match=words):
        rebuilt(meta)
    with pytest.raises(FacegenError, match="lacks its spec or camera"):
        rebuilt({"index": 1})
