"""Dense points on a face, and where its eyes look: what `facegen export --dense` adds to a set.

Camera coordinates are metres: x right, y down, z forward, as in OpenCV. Picture coordinates are pixels, with
the middle of the first pixel at (0.5, 0.5).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

SLACK = 0.004  # metres that a point may lie behind the surface drawn at its pixel, as for the 70 landmarks
FOLDER, POINTS_FILE = "dense", "points.json"  # of an export; the file says what the points are


@dataclass(frozen=True)
class FaceGeometry:
    """Points on one head and its two eyes.

    Attributes
    ----------
    points : (N, 2) float32, pixels
        Where each point lies in the picture; it may lie outside.
    places : (N, 3) float32, camera metres
    facing : (N,) bool
        Whether the surface faces the camera there.
    visible : (N,) bool
        Whether the point can be seen. Until `seen_in` is called, whether it faces the camera.
    eyes : (2, 3) float32, camera metres
        Middles of the eyeballs, the subject's left one first.
    gaze : (2, 3) float32
        Lines of sight: unit vectors in camera coordinates.
    pupil_axes : (2, 3) float32
        Unit vectors from the middles of the eyeballs through the pupils, as they are drawn. They differ from
        the lines of sight by the angle between both axes of an eye, and turn less where a ball is larger than
        an eye.
    landmarks : int
        How many of the last points are the landmarks of the set, whose visibility it knows.
    """

    points: npt.NDArray[np.float32]
    places: npt.NDArray[np.float32]
    facing: npt.NDArray[np.bool_]
    visible: npt.NDArray[np.bool_]
    eyes: npt.NDArray[np.float32]
    gaze: npt.NDArray[np.float32]
    pupil_axes: npt.NDArray[np.float32]
    landmarks: int = 0

    def seen_in(
        self, depth: npt.NDArray[np.float32], landmarks: npt.NDArray[np.bool_] | None = None
    ) -> FaceGeometry:
        """The same with `visible` by the depth of the picture.

        Parameters
        ----------
        depth : (H, W) float32, metres along the view axis, 0 = nothing there
        landmarks : (`landmarks`,) bool, optional
            Which of the landmarks can be seen, by the rules of the renderer.

        Returns
        -------
        FaceGeometry
            A point is visible that lies in the picture, faces the camera, and has nothing nearer than SLACK
            in front of it. Clear lenses count as being in front.
        """
        height, width = depth.shape
        x, y = np.floor(self.points).astype(int).T
        inside = (x >= 0) & (y >= 0) & (x < width) & (y < height)
        front = depth[np.clip(y, 0, height - 1), np.clip(x, 0, width - 1)]
        near = (front > 0) & (self.places[:, 2] < front + SLACK)
        visible = inside & near & self.facing
        if self.landmarks and landmarks is not None:
            visible[-self.landmarks :] = landmarks
        return replace(self, visible=visible)

    def arrays(self) -> Mapping[str, npt.NDArray[Any]]:
        """Name and array of everything that is stored of a face."""
        return {
            "points_2d": self.points,
            "points_3d": self.places,
            "visible": self.visible,
            "eyes": self.eyes,
            "gaze": self.gaze,
            "pupil_axes": self.pupil_axes,
        }
