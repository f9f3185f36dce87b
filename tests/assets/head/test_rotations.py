"""Rotations against scipy's, whose matrices differ in the last digits only, and back."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from facegen.assets.head.rotations import NECK_FRACTIONS, angles_of, bone_turns, rotation_of

ANGLES = np.random.default_rng(0).uniform((-170, -80, -170), (170, 80, 170), (20, 3))


@pytest.mark.parametrize("yaw,pitch,roll", ANGLES[:5])
def test_a_rotation_is_yaw_then_pitch_then_roll(yaw, pitch, roll):
    theirs = Rotation.from_euler("ZXY", (yaw, -pitch, roll), degrees=True).as_matrix()
    np.testing.assert_allclose(rotation_of(yaw, pitch, roll), theirs, atol=1e-12)


def test_angles_are_the_inverse():
    for angles in ANGLES:
        np.testing.assert_allclose(angles_of(rotation_of(*angles)), angles, atol=1e-9)


def test_the_joints_of_the_neck_make_the_whole_turn():
    turns = bone_turns((30, -10, 15), (5, 0))
    whole = np.linalg.multi_dot([turns[name][:3, :3] for name in NECK_FRACTIONS])
    np.testing.assert_allclose(whole, rotation_of(30, -10, 15), atol=1e-12)
    np.testing.assert_allclose(turns["eye.L"][:3, :3], rotation_of(5, 0, 0))
