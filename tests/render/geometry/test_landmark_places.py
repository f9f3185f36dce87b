"""Landmarks of several heads against what defines them: the borders that the labels draw. Needs render."""

import numpy as np
import pytest

pytest.importorskip("anny")
pytest.importorskip("open3d")

from facegen.assets.head import head_model as h
from facegen.assets.head.head_cut import PART_TONGUE
from facegen.assets.meshes.subdivision import subdivide
from facegen.assets.skin.painted_borders import LIPS, BrowShape, polygon_distance
from facegen.datasets.keyed_random import Draw
from facegen.render.geometry.landmark_projection import lip_chart, surface_landmarks
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
        assert abs(inner[0] - eye[:, 0].min()) < 1.0 and abs(outer[0] - eye[:, 0].max()) < 1.8
        for k, end in ((43, "max"), (44, "max"), (46, "min"), (47, "min")):
            column = eye[np.abs(eye[:, 0] - points[k, 0]) < 0.5, 1]
            assert abs(points[k, 2] - getattr(column, end)()) < 1.5, k


def test_outer_points_of_lips_lie_on_the_painted_border():
    assert np.abs(polygon_distance(LIPS, *lip_chart().T)).max() < 1e-6


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
