"""Pupils between lids, by rays from the camera over faces of the default prior. Needs the render extra."""

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("anny")
pytest.importorskip("open3d")

from facegen.assets.head import eyes, head_model
from facegen.assets.head.eye_places import KEPT, LIDS_OVER_MIDDLE, eyeball_shifts
from facegen.assets.head.head_cut import PART_TONGUE
from facegen.assets.meshes.subdivision import subdivide
from facegen.render.geometry.camera_framing import solve_view
from facegen.render.geometry.pose import pose_heads
from facegen.render.labels.label_pass import Surface
from facegen.render.labels.raycast import Caster, RaycastMesh
from facegen.render.prior.default_prior import draw_spec
from facegen.render.spec import face_spec as s

pytestmark = pytest.mark.render
ROUND = np.linspace(0, 2 * np.pi, 25)[:-1]
RINGS = np.sqrt((np.arange(6) + 0.5) / 6)  # of equal area


def lids(model, head):
    """The skin round the eyes as it is rendered."""
    near = (np.abs(model.chart[:, 0]) < 62) & (np.abs(model.chart[:, 1]) < 45)
    faces = model.faces[near[model.faces].all(1) & (model.face_part != PART_TONGUE)]
    used, faces = np.unique(faces, return_inverse=True)
    vertices, faces = subdivide(head.vertices[used].astype(float), faces.reshape(-1, 4))
    corners = head_model.triangles(faces)
    return Caster(
        [RaycastMesh("lids", vertices.astype(np.float32), corners, np.full(len(corners), Surface.SKIN))]
    )


def seen(caster, head, eye, radius, camera):
    """Fraction of a disk about the pupil's middle, on the left (0) or the right eyeball, that lids leave."""
    ball = head.eye_radius * eyes.EYEBALL_SCALE
    x, z = (radius * np.outer(RINGS, way(ROUND)).ravel() for way in (np.cos, np.sin))
    points = np.stack([x, -np.sqrt(ball**2 - x**2 - z**2), z], 1) @ head.eye_frames[eye].T
    points += head.eye_centres[eye]
    away = points - camera
    far = np.linalg.norm(away, axis=1)
    distance, _, _ = caster.cast(camera.astype(np.float32), (away / far[:, None]).astype(np.float32))
    return (distance > far - 1e-5).mean()


def test_pupils_are_seen_in_open_eyes():
    model = head_model.head_model()
    drawn = [draw_spec(5, i) for i in range(60)]
    open_eyed = [
        x for x in drawn if max(x.expression.get(f"eyeBlink{i}", 0) for i in ("Left", "Right")) < 0.5
    ]
    pupils, irises = [], []
    for spec, head in zip(open_eyed, pose_heads(model, open_eyed), strict=True):
        caster, camera = lids(model, head), solve_view(head.landmarks, spec.camera).position
        iris = spec.eyes.iris_mm / 1000
        pupils.append([seen(caster, head, eye, iris * spec.eyes.pupil, camera) for eye in (0, 1)])
        irises.append([seen(caster, head, eye, iris, camera) for eye in (0, 1)])
    assert len(open_eyed) > 50
    assert (np.array(pupils).min(1) < 0.5).mean() < 0.04
    # Lids cover a part of nearly every iris.
    assert 0.6 < np.mean(irises) < 0.85


def opening(model, **pose):
    """Heights (mm) of upper lid, lower lid and pupil over the eyeball's middle: left eye, no expression."""
    (head,) = pose_heads(model, [s.FaceSpec(pose=s.Pose(turn=0.0, **pose))])
    points = (head.landmarks - head.eye_centres[0]) @ head.head_rotation[:, 2] * 1000
    return points[[43, 44]].mean(), points[[46, 47]].mean(), points[68]


@pytest.mark.parametrize("pitch", [-15, -8, 8, 15])
def test_lids_follow_the_pupil_and_stay_as_far_apart(pitch):
    model = head_model.head_model()
    rest, now = (np.array(opening(model, gaze_pitch=g)) for g in (0.0, pitch))
    upper, lower, pupil = now - rest
    assert np.sign(pupil) == np.sign(pitch)
    for lid in (upper, lower):
        assert 0.6 < lid / pupil < 1.2
    assert abs(upper - lower) < 0.25 * abs(pupil)


def test_eyeballs_sit_alike_between_the_lids_of_women_and_men():
    model = head_model.head_model()
    people = [replace(s.FaceSpec().identity, gender=gender) for gender in (0.0, 1.0)]
    heads = pose_heads(model, [s.FaceSpec(identity=one) for one in people])
    woman, man = (((h.landmarks - h.eye_centres[0]) @ h.head_rotation[:, 2] * 1000)[43:48] for h in heads)
    above = [points[[0, 1, 3, 4]].mean() for points in (woman, man)]
    assert above == pytest.approx([1000 * LIDS_OVER_MIDDLE] * 2, abs=0.4)


def test_an_eyeball_moves_to_the_middle_of_its_own_lids():
    edges = np.zeros((68, 3))
    edges[[43, 44], 2], edges[[46, 47], 2] = 0.004, -0.002
    edges[[37, 38], 2], edges[[40, 41], 2] = 0.002, -0.006
    centres = np.array([(0.03, 0, 0.0), (-0.03, 0, 0.001)])
    expected = (1 - KEPT) * (np.array([0.001, -0.003]) - LIDS_OVER_MIDDLE)
    np.testing.assert_allclose(eyeball_shifts(edges, centres), expected, atol=1e-8)
