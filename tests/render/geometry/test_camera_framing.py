"""The solved camera makes the crop that the rule asks for."""

import numpy as np
import pytest

from facegen.assets.head.rotations import angles_of, rotation_of
from facegen.render.geometry import camera_framing
from facegen.render.spec import face_spec as s


def face(yaw=0.0, pitch=0.0, roll=0.0):
    """70 made-up landmarks: eyes 62 mm apart, mouth 74 mm below and 48 mm wide."""
    points = np.random.default_rng(0).normal(size=(70, 3)) * 0.02
    for eye, x in ((camera_framing.RIGHT_EYE, -0.031), (camera_framing.LEFT_EYE, 0.031)):
        points[eye] = np.array([x, -0.1, 0.0]) + 0.005 * np.array(
            [[0.5, 0, 1], [-0.5, 0, 1], [-0.5, 0, -1], [0.5, 0, -1]]
        )
    points[camera_framing.MOUTH_RIGHT], points[camera_framing.MOUTH_LEFT] = (
        (-0.024, -0.105, -0.074),
        (0.024, -0.105, -0.074),
    )
    return points @ rotation_of(yaw, pitch, roll).T


def measured(points, camera, size=512):
    """Centre, side and tilt of the Karras crop, measured on the projected points as a user would."""
    pixel, depth = camera_framing.solve_view(points, camera).project(points, size)
    assert (depth > 0).all()
    right, left = pixel[camera_framing.RIGHT_EYE].mean(0), pixel[camera_framing.LEFT_EYE].mean(0)
    mouth = (pixel[camera_framing.MOUTH_RIGHT] + pixel[camera_framing.MOUTH_LEFT]) / 2
    x, y = left - right, (right + left) / 2 - mouth
    centre = (right + left) / 2 - 0.1 * y
    axis = x - np.array([y[1], -y[0]])
    return (
        centre / size,
        max(4 * np.linalg.norm(x), 3.6 * np.linalg.norm(y)) / size,
        np.degrees(np.arctan2(axis[1], axis[0])),
    )


@pytest.mark.parametrize("pose", [(0, 0, 0), (35, 0, 0), (-20, 15, 12), (0, -20, -25), (70, 10, 5)])
def test_celebahq_rule_fills_the_picture(pose):
    centre, side, tilt = measured(face(*pose), s.Camera())
    np.testing.assert_allclose(centre, 0.5, atol=2e-3)
    assert side == pytest.approx(1.0, abs=0.01)
    assert tilt == pytest.approx(0.0, abs=0.3)


def test_residual_jitter_is_what_the_spec_says():
    camera = s.Camera(scale=1.1, shift_x=0.02, shift_y=-0.03, tilt=4.0)
    centre, side, tilt = measured(face(), camera)
    assert side == pytest.approx(1 / 1.1, rel=2e-3)
    # The crop moves right and up, so the face lies left of and below the middle (turned by the tilt).
    assert centre[0] < 0.49 and centre[1] > 0.52
    assert tilt == pytest.approx(-4.0, abs=0.1)


def test_the_subjects_left_is_on_the_pictures_right():
    pixel, _ = camera_framing.solve_view(face(), s.Camera()).project(face(), 256)
    assert pixel[camera_framing.LEFT_EYE, 0].mean() > pixel[camera_framing.RIGHT_EYE, 0].mean()


def test_intrinsics_and_extrinsics_project_like_project():
    view = camera_framing.solve_view(face(20, 10, 5), s.Camera(distance=0.8, tilt=3.0))
    points = face(20, 10, 5)
    k, e = view.intrinsics(256), view.extrinsics()
    homogeneous = (k @ (e[:3, :3] @ points.T + e[:3, 3:])).T
    np.testing.assert_allclose(homogeneous[:, :2] / homogeneous[:, 2:], view.project(points, 256)[0])
    np.testing.assert_allclose(e[:3, :3] @ e[:3, :3].T, np.eye(3), atol=1e-12)


def test_nearness_widens_the_perspective():
    near, far = (camera_framing.solve_view(face(), s.Camera(distance=d)) for d in (0.5, 3.0))
    assert near.side > 4 * far.side


def test_angles_are_read_back_from_a_rotation():
    rng = np.random.default_rng(0)
    for angles in rng.uniform((-170, -80, -170), (170, 80, 170), (20, 3)):
        np.testing.assert_allclose(angles_of(rotation_of(*angles)), angles, atol=1e-9)


def test_unknown_crop_rule():
    with pytest.raises(ValueError, match="polaroid"):
        camera_framing.solve_view(face(), s.Camera(crop="polaroid"))
