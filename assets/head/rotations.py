"""How a head is turned: rotations from angles, and the turns of the bones below it.

Rotations are (3, 3) float64 that act on column vectors, in world axes: x to the subject's left, y backwards,
z up. Angles are degrees.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.spatial.transform import Rotation

Matrix = npt.NDArray[np.float64]
Angles = Sequence[float] | npt.NDArray[np.floating]

# Degrees that the collar bones are raised. The model stands at attention, its shoulders 160 mm under the
# eyes; people who pose lean and lift them by 10 to 20 mm.
SHOULDER_RAISE = 3.0
ARM_HANGS = 38.0  # degrees from the model's spread arms to hanging ones, by eye
# Degrees by which an eye's optical axis points outwards and down of its line of sight: Guestrin and Eizenman,
# General Theory of Remote Gaze Estimation, 2006. Without them everyone squints inwards.
AXIS_OUT, AXIS_DOWN = 5.0, 1.5
# Metres from an eye's centre of rotation to its pupil: 13.5 mm to the front of the cornea (Fry and Hill, The
# center of rotation of the eye, 1962), 3 mm from there to the pupil as it is seen.
PUPIL_LEVER = 0.0105
# Fraction of the neck's turn that each joint makes: more the higher it is, by eye; they sum to 1.
NECK_FRACTIONS = {"neck01": 0.15, "neck02": 0.2, "neck03": 0.25, "head": 0.4}


def bone_turns(neck_turn: Angles, gaze: Angles) -> dict[str, Matrix]:
    """Turns of bones by name: the neck's divided among four joints, arms hanging, eyes on their gaze.

    Parameters
    ----------
    neck_turn : (3,) float, degrees
        Yaw, pitch and roll of the skull against the shoulders, as of `HeadModel.pose`.
    gaze : (2,) float, degrees
        Yaw and pitch of the eyes against the skull.

    Returns
    -------
    dict of bone name to (4, 4) float64
    """
    yaw, pitch, roll = neck_turn
    # Fractions of one turn about one axis: together the four joints make exactly this turn.
    turn = Rotation.from_matrix(rotation_of(yaw, pitch, roll)).as_rotvec()
    turns = {name: Rotation.from_rotvec(turn * w).as_matrix() for name, w in NECK_FRACTIONS.items()}
    for side, sign in (("L", 1.0), ("R", -1.0)):
        turns[f"clavicle.{side}"] = _axis_rotation(1, -sign * SHOULDER_RAISE)
        turns[f"upperarm01.{side}"] = _axis_rotation(1, sign * ARM_HANGS)
        turns[f"eye.{side}"] = gaze_rotation(*gaze)
    return {name: _homogeneous(turn) for name, turn in turns.items()}


def rotation_of(yaw: float, pitch: float, roll: float) -> Matrix:
    """World rotation of a head.

    Parameters
    ----------
    yaw, pitch, roll : float, degrees
        To the subject's left, up, to the left shoulder.

    Returns
    -------
    (3, 3) float64, R = yaw @ pitch @ roll
    """
    # The subject faces -y: turning left is a positive turn about z, looking up a negative turn about x,
    # leaning to the left shoulder a positive turn about y.
    return _axis_rotation(2, yaw) @ _axis_rotation(0, -pitch) @ _axis_rotation(1, roll)


def angles_of(rotation: npt.NDArray[np.floating]) -> tuple[float, float, float]:
    """Yaw, pitch and roll in degrees of a rotation (3, 3): the inverse of `rotation_of`."""
    yaw, down, roll = Rotation.from_matrix(rotation).as_euler("ZXY", degrees=True)
    return (float(yaw), float(-down), float(roll))


def gaze_rotation(yaw: float, pitch: float) -> Matrix:
    """Rotation (3, 3) of an eye's line of sight against the skull; degrees to the left, up."""
    return rotation_of(yaw, pitch, 0.0)


def eyeball_rotations(yaw: float, pitch: float, radius: float) -> Matrix:
    """Rotations of the eyeballs that show a gaze.

    What shows where an eye looks is how far its pupil stands aside between the lids. A ball larger than an
    eye carries its pupil further with the same turn, so it turns less: by the angle at which the pupil
    stands aside as far as a real one.

    Parameters
    ----------
    yaw, pitch : float, degrees, of the lines of sight
    radius : float, metres, of the ball on which the pupils lie, at least PUPIL_LEVER

    Returns
    -------
    (2, 3, 3) float64, left then right
    """
    turns = []
    for out in (AXIS_OUT, -AXIS_OUT):
        axis = rotation_of(yaw + out, pitch - AXIS_DOWN, 0.0) @ np.array([0.0, -1.0, 0.0])
        x, z = axis[[0, 2]] * PUPIL_LEVER / radius
        turns.append(
            rotation_of(np.degrees(np.arctan2(x, np.sqrt(1 - x * x - z * z))), np.degrees(np.arcsin(z)), 0.0)
        )
    return np.stack(turns)


def _axis_rotation(axis: int, degrees: float) -> Matrix:
    """Rotation about one axis.

    scipy's Rotation goes through quaternions: 73 % of its matrices differ from this one in the last digit,
    and every face would change with them.
    """
    a = np.radians(degrees)
    c, s = np.cos(a), np.sin(a)
    i, j = [(1, 2), (2, 0), (0, 1)][axis]
    m = np.eye(3)
    m[i, i] = m[j, j] = c
    m[i, j], m[j, i] = -s, s
    return m


def _homogeneous(turn: Matrix) -> Matrix:
    """Anny's `local-ref` deltas are turns in world axes, as 4x4 matrices."""
    m = np.eye(4)
    m[:3, :3] = turn
    return m
