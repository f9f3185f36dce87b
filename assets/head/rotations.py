"""How a head is turned: rotations from angles, and the turns of the bones below it."""

from __future__ import annotations

import numpy as np
from scipy.spatial.transform import Rotation

# Degrees that the collar bones are raised. The model stands at attention, its shoulders 160 mm under the
# eyes; people who pose lean and lift them by 10 to 20 mm.
SHOULDER_RAISE = 3.0
# Degrees by which an eye's optical axis points outwards and down of its line of sight: Guestrin and Eizenman,
# General Theory of Remote Gaze Estimation, 2006. Without them everyone squints inwards.
AXIS_OUT, AXIS_DOWN = 5.0, 1.5
NECK_SHARES = {"neck01": 0.15, "neck02": 0.2, "neck03": 0.25, "head": 0.4}


def bone_turns(neck_turn, gaze):
    """Turns (4, 4) of bones by name: the neck's shared over four joints, arms hanging, eyes on their gaze.

    neck_turn, gaze : as of `HeadModel.pose`
    """
    yaw, pitch, roll = neck_turn
    # Shares of one turn about one axis: together the four joints make exactly what is asked.
    turn = Rotation.from_matrix(rotation_of(yaw, pitch, roll)).as_rotvec()
    turns = {name: Rotation.from_rotvec(turn * w).as_matrix() for name, w in NECK_SHARES.items()}
    for side, sign in (("L", 1.0), ("R", -1.0)):
        turns[f"clavicle.{side}"] = _axis_rotation(1, -sign * SHOULDER_RAISE)
        turns[f"upperarm01.{side}"] = _axis_rotation(1, sign * 38.0)
        turns[f"eye.{side}"] = gaze_rotation(*gaze)
    return {name: _homogeneous(turn) for name, turn in turns.items()}


def rotation_of(yaw, pitch, roll):
    """World rotation of a head: degrees, yaw to the subject's left, pitch up, roll to the left shoulder.

    Returns
    -------
    (3, 3) float64, R = yaw @ pitch @ roll, columns act on column vectors.
    """
    # The subject faces -y: turning left is a positive turn about z, looking up a negative turn about x,
    # leaning to the left shoulder a positive turn about y.
    return _axis_rotation(2, yaw) @ _axis_rotation(0, -pitch) @ _axis_rotation(1, roll)


def angles_of(rotation):
    """Yaw, pitch and roll in degrees of a rotation (3, 3): the inverse of `rotation_of`."""
    yaw, down, roll = Rotation.from_matrix(rotation).as_euler("ZXY", degrees=True)
    return (float(yaw), float(-down), float(roll))


def gaze_rotation(yaw, pitch):
    """Rotation (3, 3) of an eye's line of sight against the skull, degrees."""
    return rotation_of(yaw, pitch, 0.0)


def eyeball_rotations(yaw, pitch):
    """Rotations (2, 3, 3) of the left and the right eyeball, their lines of sight turned by these degrees."""
    return np.stack([rotation_of(yaw + out, pitch - AXIS_DOWN, 0.0) for out in (AXIS_OUT, -AXIS_OUT)])


def _axis_rotation(axis, degrees):
    a = np.radians(degrees)
    c, s = np.cos(a), np.sin(a)
    i, j = [(1, 2), (2, 0), (0, 1)][axis]
    m = np.eye(3)
    m[i, i] = m[j, j] = c
    m[i, j], m[j, i] = -s, s
    return m


def _homogeneous(turn):
    """Anny's `local-ref` deltas are turns in world axes, as 4x4 matrices."""
    m = np.eye(4)
    m[:3, :3] = turn
    return m
