"""What a sample's meta file says: spec, camera, true pose, what is visible, versions and timings."""

from __future__ import annotations

import numpy as np

import facegen
from facegen.assets.head.rotations import angles_of
from facegen.datasets.conventions.native_labels import Native


def head_pose(view, rotation):
    """True yaw, pitch and roll in degrees of a skull's world rotation (3, 3) against the picture."""
    # The skull in the axes of a level camera at the picture's own roll.
    level = np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]])
    yaw, pitch, roll = angles_of(level.T @ view.extrinsics()[:3, :3] @ rotation)
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
        "head_pose": head_pose(built.view, built.head.head_rotation),
        "attributes": visible_attributes(spec, native),
        "versions": {"facegen": facegen.__version__},
        "timing": timing,
    }
