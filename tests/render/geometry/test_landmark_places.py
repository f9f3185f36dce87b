"""Landmarks of several heads against what defines them: the borders that the labels draw. Needs render."""

import numpy as np
import pytest

pytest.importorskip("anny")
pytest.importorskip("open3d")

from facegen.assets.head import head_model as h
from facegen.assets.head.head_cut import PART_TONGUE
from facegen.assets.meshes.subdivision import subdivide
from facegen.assets.skin.painted_borders import (
    JAW,
    LIPS,
    NOSE,
    BrowShape,
    caruncle_radius,
    curve,
    polygon_distance,
)
from facegen.datasets.keyed_random import Draw
from facegen.render.geometry.anthropometry import LANDMARKS
from facegen.render.geometry.landmark_projection import FOLDS, brow_chart, lip_chart, surface_landmarks
from facegen.render.geometry.pose import pose_heads
from facegen.render.prior.identity_prior import draw_identity
from facegen.render.spec.face_spec import FaceSpec

pytestmark = pytest.mark.render
STEP = 0.0002  # metres between rays


@pytest.fixture(scope="module")
def heads():
    """Posed heads at rest with their landmarks (70, 3), mm in the skull's axes."""
    model = h.head_model()
    posed = pose_heads(model, [FaceSpec(identity=draw_identity(Draw(2, i))) for i in range(5)])
    out = []
    for head in posed:
        points, _ = surface_landmarks(model, head, BrowShape())
        middle = head.eye_centres.mean(0)
        out.append((head, (points - middle) @ head.head_rotation * 1000))
    return model, out


def seen_eye(model, head):
    """x and z in mm of what rays from the front see of the left eyeball between the lids, (K, 2)."""
    import open3d as o3d

    middle, turn = head.eye_centres.mean(0), head.head_rotation.astype(float)
    vertices = (head.vertices - middle) @ turn
    near = (np.abs(model.chart[:, 0]) < 60) & (np.abs(model.chart[:, 1]) < 25)
    faces = model.faces[near[model.faces].all(1) & (model.face_part != PART_TONGUE)]
    for _ in range(2):
        vertices, faces = subdivide(vertices, faces)
    centre = (head.eye_centres[0] - middle) @ turn
    ball = o3d.t.geometry.TriangleMesh.create_sphere(head.eye_radius, 60)
    scene = o3d.t.geometry.RaycastingScene(nthreads=1)
    scene.add_triangles(
        o3d.core.Tensor(vertices.astype(np.float32)), o3d.core.Tensor(h.triangles(faces).astype(np.uint32))
    )
    scene.add_triangles(
        o3d.core.Tensor((ball.vertex.positions.numpy() + centre).astype(np.float32)),
        o3d.core.Tensor(ball.triangle.indices.numpy().astype(np.uint32)),
    )
    x, z = np.meshgrid(centre[0] + np.arange(-0.022, 0.022, STEP), centre[2] + np.arange(-0.012, 0.012, STEP))
    origin = np.stack([x.ravel(), np.full(x.size, -0.3), z.ravel()], 1)
    rays = np.concatenate([origin, np.broadcast_to([0, 1.0, 0], origin.shape)], 1).astype(np.float32)
    seen = scene.cast_rays(o3d.core.Tensor(rays))["geometry_ids"].numpy() == 1
    return 1000 * origin[seen][:, [0, 2]]


def test_points_of_an_eye_lie_on_the_border_of_what_is_seen_of_it(heads):
    model, posed = heads
    for head, points in posed:
        eye = seen_eye(model, head)
        inner, outer = points[42], points[45]
        assert 1.5 < eye[:, 0].min() - inner[0] < 5 and abs(outer[0] - eye[:, 0].max()) < 1.8
        for k, end in ((43, "max"), (44, "max"), (46, "min"), (47, "min")):
            column = eye[np.abs(eye[:, 0] - points[k, 0]) < 0.5, 1]
            assert abs(points[k, 2] - getattr(column, end)()) < 1.5, k


def test_inner_corners_of_the_eyes_are_where_the_lids_meet_and_the_labels_of_eyes_end(heads):
    """39 and 42 are endocanthion, at the end of the flesh that native labels count as eye."""
    model, _ = heads
    assert model.kept[model.landmark_vertices[42]] == LANDMARKS["en"].vertices[0]
    s, t = model.chart[model.landmark_vertices[[39, 42]]].astype(float).T
    np.testing.assert_allclose(s, -s[::-1], atol=1e-4)
    np.testing.assert_allclose(caruncle_radius(s, t), 1, atol=0.05)
    assert (caruncle_radius(s * (1 + 0.5 / np.abs(s)), t) < 1).all()
    assert (caruncle_radius(s * (1 - 0.5 / np.abs(s)), t) > 1).all()


def test_outer_points_of_lips_lie_on_the_painted_border():
    """All but the corners of the mouth, which lie at the end of the line between the lips."""
    chart = lip_chart()
    corners = np.isin(np.arange(12), (0, 6))
    assert np.abs(polygon_distance(LIPS, *chart[~corners].T)).max() < 1e-6
    within = polygon_distance(LIPS, *chart[corners].T)
    assert ((within < 0) & (within > -1)).all()


def test_corners_of_the_mouth_are_cheilion(heads):
    model, _ = heads
    cheilion = model.chart[np.searchsorted(model.kept, LANDMARKS["ch"].vertices)]
    assert np.linalg.norm(cheilion - lip_chart()[6]) < 0.2
    assert {48, 54} <= set(FOLDS)


def test_the_middle_of_the_upper_lip_lies_on_its_border_in_the_mesh_too(heads):
    model, posed = heads
    assert model.kept[model.landmark_vertices[51]] == LANDMARKS["ls"].vertices[0]
    for head, points in posed:
        vertex = (head.landmarks[51] - head.eye_centres.mean(0)) @ head.head_rotation * 1000
        assert np.linalg.norm(vertex - points[51]) < 1.5


def test_base_of_the_nose_lies_on_its_lower_border(heads):
    model, _ = heads
    chart = model.chart[model.landmark_vertices[31:36]].astype(float)
    chart[2] = NOSE[-1]
    assert np.abs(polygon_distance(NOSE, *chart.T)).max() < 0.5


def test_points_of_brows_lie_on_their_centre_line_and_those_of_the_jaw_on_the_outline(heads):
    model, _ = heads
    brow = BrowShape()
    line, _ = brow.centre_line(1)
    points = brow_chart(brow)[5:]
    np.testing.assert_allclose(points[:, 1], np.interp(points[:, 0], *line.T), atol=1e-6)
    assert (np.diff(points[:, 0]) > 5).all()
    s, t = model.chart[model.landmark_vertices[4:13]].astype(float).T
    assert np.abs(t - curve(JAW, np.abs(s))).max() < 7.5


def test_extremal_points_of_nose_and_chin(heads):
    """30 is the foremost point of the nose's midline, 27 its root between the eyes, 8 under the chin."""
    model, posed = heads
    midline = np.flatnonzero((np.abs(model.chart[:, 0]) < 0.5) & (model.template[:, 1] < 0))
    for head, points in posed:
        line = ((head.vertices - head.eye_centres.mean(0)) @ head.head_rotation * 1000)[midline]
        nose = line[(line[:, 2] < 0) & (line[:, 2] > points[33, 2])]
        assert np.linalg.norm(nose[nose[:, 1].argmin()] - points[30]) < 3.5
        assert abs(points[27, 2]) < 6 and points[27, 1] > points[30, 1]
        assert points[8, 2] == points[:68, 2].min()
