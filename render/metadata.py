"""What a sample's meta file says: spec, camera, true pose, what is visible, versions and timings."""

from __future__ import annotations

import numpy as np

import facegen
from facegen.datasets.labels import Native


def pose_angles(rotation):
    """Yaw, pitch and roll in degrees of a head rotation (3, 3): inverse of assets.head_turns.rotation_of."""
    # R = Rz(yaw) Rx(-pitch) Ry(roll): the middle column holds yaw and pitch, the last row pitch and roll.
    pitch = -np.arcsin(np.clip(rotation[2, 1], -1, 1))
    yaw = np.arctan2(-rotation[0, 1], rotation[1, 1])
    roll = np.arctan2(-rotation[2, 0], rotation[2, 2])
    return tuple(float(np.degrees(a)) for a in (yaw, pitch, roll))


def head_pose(view, rotation):
    """True yaw, pitch and roll in degrees of a skull's world rotation (3, 3) against the picture."""
    # The skull in the axes of a level camera at the picture's own roll.
    level = np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]])
    yaw, pitch, roll = pose_angles(level.T @ view.extrinsics()[:3, :3] @ rotation)
    return {"yaw": yaw, "pitch": pitch, "roll": roll}


def visible_attributes(spec, native):
    """What can be seen: class areas as shares of the picture, and the names that describe the face."""
    area = np.bincount(native.ravel(), minlength=len(Native)) / native.size
    shares = {f"area.{label.name.lower()}": float(area[label]) for label in Native}
    return {
        **shares,
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


def describe(spec, built, size, native, timing):
    """The meta dictionary of one sample, JSON types only."""
    return {
        "spec": spec.to_dict(),
        "size": size,
        "intrinsics": built.view.intrinsics(size).tolist(),
        "extrinsics": built.view.extrinsics().tolist(),
        "head_pose": head_pose(built.view, built.rotation),
        "attributes": visible_attributes(spec, native),
        "versions": {"facegen": facegen.__version__},
        "timing": timing,
    }
