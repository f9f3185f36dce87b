"""What a sample's meta file says: spec, camera, true pose, what is visible, versions and timings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

import facegen
from facegen.assets.head.head_model import PosedHead
from facegen.assets.head.rotations import angles_of
from facegen.assets.meshes.mesh import Floats
from facegen.datasets.conventions.native_labels import Native
from facegen.render.geometry.camera_framing import CameraView
from facegen.render.spec.face_spec import FaceSpec


def head_pose(view: CameraView, rotation: Floats) -> dict[str, float]:
    """True pose of a head against the picture.

    Parameters
    ----------
    view : CameraView
    rotation : (3, 3) float, world rotation of the skull

    Returns
    -------
    dict : "yaw", "pitch" and "roll" in degrees
    """
    # The skull in the axes of a level camera at the picture's own roll.
    level = np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]])
    yaw, pitch, roll = angles_of(level.T @ view.extrinsics()[:3, :3] @ rotation)
    return {"yaw": yaw, "pitch": pitch, "roll": roll}


def visible_attributes(spec: FaceSpec, native: npt.NDArray[np.uint8]) -> dict[str, Any]:
    """What can be seen: class areas as fractions of the picture, and the names that describe the face.

    Parameters
    ----------
    spec : FaceSpec
    native : (H, W) uint8, native labels
    """
    area = np.bincount(native.ravel(), minlength=len(Native)) / native.size
    areas = {f"area.{label.name.lower()}": float(area[label]) for label in Native}
    return {
        **areas,
        "gender": spec.identity.gender,
        "age": spec.identity.age,
        "hair_style": spec.hair.style,
        "facial_hair": spec.facial_hair.kind,
        "glasses": spec.glasses.kind,
        "headwear": spec.headwear.kind,
        "earrings": spec.jewellery.earrings,
        "necklace": spec.jewellery.necklace,
        "garment": spec.garment.cut,
        "melanin": spec.skin.melanin,
        "hdri": spec.light.hdri,
        "background": "photograph" if spec.background.photograph else spec.background.kind,
    }


def describe(
    spec: FaceSpec,
    view: CameraView,
    head: PosedHead,
    size: int,
    native: npt.NDArray[np.uint8],
    timing: Mapping[str, float],
) -> dict[str, Any]:
    """The meta dictionary of one sample, JSON types only.

    Parameters
    ----------
    spec : FaceSpec
    view, head : CameraView and PosedHead of the built face
    size : int, pixels of the picture's side
    native : (H, W) uint8, native labels
    timing : seconds of each stage
    """
    return {
        "spec": spec.to_dict(),
        "size": size,
        "intrinsics": view.intrinsics(size).tolist(),
        "extrinsics": view.extrinsics().tolist(),
        "head_pose": head_pose(view, head.head_rotation),
        "attributes": visible_attributes(spec, native),
        "versions": {"facegen": facegen.__version__},
        "timing": timing,
    }
