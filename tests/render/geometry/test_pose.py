"""How a pose is divided between head and body. Needs the render extra."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

pytest.importorskip("anny")

from facegen.assets.head import head_model as h
from facegen.assets.head.rotations import angles_of, rotation_of
from facegen.render.geometry.pose import NECK_REACH, pose_head
from facegen.render.spec import face_spec as s

pytestmark = pytest.mark.render

STANDING = s.Pose(yaw=10.0, pitch=5.0, roll=-8.0, turn=0.5)


def chest(head, model):
    """Points (N, 3) that move with the trunk alone."""
    return head.vertices[(model.chart[:, 1] < -230) & (np.abs(model.chart[:, 0]) < 60)].astype(np.float64)


def turn_between(one, other):
    """Rotation (3, 3) that carries the points of one on those of other, middles apart."""
    return Rotation.align_vectors(other - other.mean(0), one - one.mean(0))[0].as_matrix()


def test_a_body_turns_and_leans_under_a_head_that_does_not():
    model = h.head_model()
    plain = pose_head(model, s.FaceSpec(pose=STANDING))
    posed = pose_head(model, s.FaceSpec(pose=replace(STANDING, body_yaw=30.0, lean=15.0)))
    skull = rotation_of(10, 5, -8)
    for head in (plain, posed):
        np.testing.assert_allclose(head.head_rotation, skull, atol=1e-4)
    faces = [one.landmarks[17:48] @ one.head_rotation for one in (plain, posed)]
    np.testing.assert_allclose(*(face - face.mean(0) for face in faces), atol=0.0007)
    trunk = turn_between(chest(plain, model), chest(posed, model)) @ rotation_of(5, 0, 0)
    assert angles_of(trunk) == pytest.approx((35, -15, 0), abs=1.5)


def test_no_neck_turns_further_than_necks_do():
    model = h.head_model()
    ahead = pose_head(model, s.FaceSpec(pose=s.Pose(turn=0.0)))
    far = pose_head(model, s.FaceSpec(pose=s.Pose(yaw=80.0, turn=0.7, body_yaw=-45.0)))
    yaw, _, _ = angles_of(turn_between(chest(ahead, model), chest(far, model)))
    assert yaw == pytest.approx(80 - NECK_REACH, abs=1.5)
