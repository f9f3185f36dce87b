"""The head of a rendered sample, built again from its meta file.

A spec and a version of facegen decide a head exactly. Another version may build another head from the same
spec, so the camera that is solved from the new one must be the stored one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from facegen.assets.head.head_model import HeadModel, PosedHead, head_model
from facegen.assets.meshes.mesh import Floats
from facegen.datasets.errors import FacegenError
from facegen.render.geometry.camera_framing import solve_view
from facegen.render.geometry.pose import pose_head
from facegen.render.spec.face_spec import FaceSpec

# Of the picture's side, by which a landmark of the rebuilt head may lie elsewhere: single precision differs
# between machines by a thousandth of it, a change of the head's shape by more.
MAX_SHIFT = 1e-3


@dataclass(frozen=True)
class RebuiltHead:
    """A head as it stood before the camera.

    Attributes
    ----------
    spec : FaceSpec
    model : HeadModel
    head : PosedHead, world metres
    intrinsics : (3, 3) float64
    extrinsics : (4, 4) float64, world to camera: x right, y down, z forward
    """

    spec: FaceSpec
    model: HeadModel
    head: PosedHead
    intrinsics: npt.NDArray[np.float64]
    extrinsics: npt.NDArray[np.float64]

    def in_camera(self, points: Floats) -> npt.NDArray[np.float64]:
        """World points (N, 3) in camera coordinates (N, 3), metres."""
        out: npt.NDArray[np.float64] = points @ self.extrinsics[:3, :3].T + self.extrinsics[:3, 3]
        return out

    def turned_to_camera(self, directions: Floats) -> npt.NDArray[np.float64]:
        """World directions (N, 3) in camera coordinates (N, 3)."""
        out: npt.NDArray[np.float64] = directions @ self.extrinsics[:3, :3].T
        return out

    def in_picture(self, camera_points: Floats) -> npt.NDArray[np.float64]:
        """Camera points (N, 3) in pixels (N, 2), the middle of the first pixel at (0.5, 0.5)."""
        pixels = camera_points @ self.intrinsics.T
        out: npt.NDArray[np.float64] = pixels[:, :2] / pixels[:, 2:]
        return out


def rebuilt(meta: Mapping[str, Any]) -> RebuiltHead:
    """The head of a sample.

    Parameters
    ----------
    meta : mapping
        Content of its meta.json.

    Raises
    ------
    FacegenError : the meta lacks the spec or the camera, or another version of facegen rendered the sample.
    """
    try:
        if not isinstance(meta["spec"], Mapping):
            raise TypeError(f"spec is {meta['spec']!r}")
        spec = FaceSpec.from_dict(meta["spec"])
        size = float(meta["size"])
        intrinsics = np.array(meta["intrinsics"], np.float64).reshape(3, 3)
        extrinsics = np.array(meta["extrinsics"], np.float64).reshape(4, 4)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise FacegenError(
            f"the meta file of a sample lacks its spec or camera ({error!r}): render the set again"
        ) from None
    model = head_model()
    found = RebuiltHead(spec, model, pose_head(model, spec), intrinsics, extrinsics)
    landmarks = found.head.landmarks
    expected, _ = solve_view(landmarks, spec.camera).project(landmarks, size)
    shift = np.abs(found.in_picture(found.in_camera(landmarks)) - expected).max() / size
    if not shift <= MAX_SHIFT:
        raise FacegenError(
            f"sample {spec.index}: this facegen builds another head from its spec than the one that was "
            "rendered: export with the version that rendered the set, or render it again"
        )
    return found
