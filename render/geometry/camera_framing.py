"""Camera solved from the projected face, so that the picture is the crop that a data set's own rule makes.

World: metres, z up, camera in front of the face on -y looking along +y. Picture: x right, y down, the first
pixel's centre at (0.5, 0.5). The camera keeps its place and direction; crop centre and size become lens
shift and focal length, as when a crop is cut from a larger photograph.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from facegen.assets.meshes.mesh import Floats
from facegen.datasets.layouts.celebahq_crop import CENTRE_SHIFT, EYES_TO_SIDE, MOUTH_TO_SIDE
from facegen.render.spec.face_spec import Camera

Crop = tuple[Floats, Floats, float]  # centre (2,), unit x axis (2,) and side of a crop, over focal length

# Points of the lids whose mean is an eye's middle for the crop; the corners lie at unequal distances from it.
RIGHT_EYE, LEFT_EYE = [37, 38, 40, 41], [43, 44, 46, 47]
MOUTH_RIGHT, MOUTH_LEFT = 48, 54

LOOSE_BOX_SCALE = 1.9  # side of the loose square over the larger extent of the 68 points


@dataclass(frozen=True)
class CameraView:
    """A solved pinhole camera.

    Attributes
    ----------
    position : (3,) float, metres
    roll : float, radians the picture's x axis is turned from the horizon, clockwise seen by the camera
    side : float, picture side over focal length
    centre : (2,) float, crop centre over focal length, in the rolled picture axes
    """

    position: Floats
    roll: float
    side: float
    centre: Floats

    def intrinsics(self, size: float) -> npt.NDArray[np.float64]:
        """Camera matrix K (3, 3) for a picture of size x size pixels."""
        f = size / self.side
        return np.array(
            [[f, 0, size / 2 - f * self.centre[0]], [0, f, size / 2 - f * self.centre[1]], [0, 0, 1]]
        )

    def extrinsics(self) -> npt.NDArray[np.float64]:
        """World to camera (4, 4): camera x right, y down, z forward, as in OpenCV."""
        c, s = np.cos(self.roll), np.sin(self.roll)
        level = np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]])
        turn = np.array([[c, s, 0], [-s, c, 0], [0, 0, 1]])
        out = np.eye(4)
        out[:3, :3] = turn @ level
        out[:3, 3] = -out[:3, :3] @ self.position
        return out

    def project(self, points: Floats, size: float) -> tuple[Floats, Floats]:
        """Where points appear in a picture.

        Parameters
        ----------
        points : (N, 3) float, world metres
        size : float, side of the picture in pixels

        Returns
        -------
        pixels (N, 2) float, depth (N,) float in metres along the optical axis
        """
        e = self.extrinsics()
        camera = points @ e[:3, :3].T + e[:3, 3]
        pixel = camera @ self.intrinsics(size).T
        return pixel[:, :2] / pixel[:, 2:], camera[:, 2]


def celebahq_crop(eye_right: Floats, eye_left: Floats, mouth_right: Floats, mouth_left: Floats) -> Crop:
    """The crop of CelebA-HQ (Karras et al., Progressive Growing of GANs, 2018, appendix C).

    Parameters
    ----------
    eye_right, eye_left, mouth_right, mouth_left : (2,) float, x right, y down
        Middles of the eyes and corners of the mouth. `eye_right` is the subject's right eye, the first eye
        of the paper.

    Returns
    -------
    centre (2,), unit x axis (2,), side
    """
    x = eye_left - eye_right
    y = (eye_right + eye_left) / 2 - (mouth_right + mouth_left) / 2
    axis = x - _rot90(y)
    centre = (eye_right + eye_left) / 2 - CENTRE_SHIFT * y
    side = max(EYES_TO_SIDE * float(np.linalg.norm(x)), MOUTH_TO_SIDE * float(np.linalg.norm(y)))
    return centre, axis / np.linalg.norm(axis), side


def _rot90(v: Floats) -> Floats:
    """Quarter turn that carries "from mouth to eyes" (up, so y negative) to the picture's -x."""
    return np.array([v[1], -v[0]])


def loose_crop(points: Floats) -> Crop:
    """An upright square around all landmarks (N, 2), with room: centre (2,), x axis (2,), side."""
    low, high = points.min(0), points.max(0)
    return (low + high) / 2, np.array([1.0, 0.0]), LOOSE_BOX_SCALE * (high - low).max()


def solve_view(landmarks: Floats, camera: Camera) -> CameraView:
    """Place the camera for one face.

    Parameters
    ----------
    landmarks : (70, 3) float, world metres
        68 iBUG points and two pupils.
    camera : Camera

    Returns
    -------
    CameraView

    Raises
    ------
    ValueError : the camera's crop rule is unknown.
    """
    eyes = landmarks[36:48].mean(0)
    position = eyes - np.array([0, camera.distance, 0])
    relative = landmarks - position
    flat = np.stack([relative[:, 0], -relative[:, 2]], 1) / relative[:, 1:2]
    four = flat[RIGHT_EYE].mean(0), flat[LEFT_EYE].mean(0), flat[MOUTH_RIGHT], flat[MOUTH_LEFT]
    if camera.crop == "celebahq":
        centre, axis, side = celebahq_crop(*four)
    elif camera.crop == "loose":
        centre, axis, side = loose_crop(flat[:68])
    else:
        raise ValueError(f"unknown crop rule {camera.crop!r}")
    roll = np.arctan2(axis[1], axis[0]) + np.radians(camera.tilt)
    c, s = np.cos(roll), np.sin(roll)
    side = side * camera.scale
    centre = np.array([[c, s], [-s, c]]) @ centre + side * np.array([camera.shift_x, camera.shift_y])
    return CameraView(position=position, roll=float(roll), side=float(side), centre=centre)
