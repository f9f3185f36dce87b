"""From a FaceSpec to a posed head: no Blender, arrays only."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from facegen.assets.head.head_model import HeadModel, PosedHead
from facegen.assets.head.rotations import angles_of, rotation_of
from facegen.assets.head.shape_distribution import END, both_sides, shipped_distribution
from facegen.assets.meshes.mesh import Floats
from facegen.render.spec.face_spec import FaceSpec, Identity, Pose

Arguments = tuple[
    dict[str, float], dict[str, float], dict[str, float], tuple[float, float, float], tuple[float, float]
]

# Anny's age axis has anchors at baby -1/3, child 1/3, young adult 2/3 and old 1. Linear between these years,
# so that 16, the youngest that a FaceSpec takes, is just past the middle of the way from child to adult.
AGE_ANCHORS = ((8.0, 1 / 3), (25.0, 2 / 3), (90.0, 1.0))
GAZE_REACH = 30.0  # degrees of gaze that Anny's eyeLook actions stand for
# Degrees that necks turn without the shoulders; the body makes the rest (active rotation of the cervical
# spine is 60-80: Swinkels and Swinkels-Meewisse, Normal values for cervical range of motion, Spine 39, 2014).
NECK_REACH = 55.0


def pose_head(model: HeadModel, spec: FaceSpec) -> PosedHead:
    """The spec's head in world coordinates: the body turns and leans, the neck makes the rest.

    Parameters
    ----------
    model : HeadModel
    spec : FaceSpec

    Returns
    -------
    PosedHead, metres
    """
    head = model.pose(*_arguments(spec))
    return _turned_to(head, spec)


def pose_heads(model: HeadModel, specs: Sequence[FaceSpec]) -> list[PosedHead]:
    """`pose_head` for several specs at once: the same up to the rounding of single precision, much faster."""
    heads = model.pose_many([_arguments(spec) for spec in specs])
    return [_turned_to(head, spec) for head, spec in zip(heads, specs, strict=True)]


def _arguments(spec: FaceSpec) -> Arguments:
    """What `HeadModel.pose` takes for a spec: the neck's turn against the body, which is turned later."""
    pose = spec.pose
    neck = _body(pose).T @ rotation_of(pose.yaw, pose.pitch, pose.roll)
    return (
        phenotype(spec.identity),
        shape(spec.identity),
        with_lids(spec.expression, pose),
        angles_of(neck),
        (pose.gaze_yaw, pose.gaze_pitch),
    )


def _body(pose: Pose) -> Floats:
    """World rotation (3, 3) of the trunk."""
    neck_yaw = float(np.clip(pose.yaw * pose.turn - pose.body_yaw, -NECK_REACH, NECK_REACH))
    return rotation_of(pose.yaw - neck_yaw, -pose.lean, 0)


def _turned_to(head: PosedHead, spec: FaceSpec) -> PosedHead:
    return turned(head, _body(spec.pose).astype(np.float32))


def shape(identity: Identity) -> dict[str, float]:
    """Total sliders of an identity by name.

    They are the mean of its sex, ancestry and age, what its factors add, and what it has beyond both, cut to
    [-END, END] (see `assets.head.shape_distribution`).
    """
    shapes = shipped_distribution()
    out = both_sides(shapes.mean(identity) + shapes.deviation(identity.shape_factors))
    for name, value in identity.sliders.items():
        out[name] = out.get(name, 0.0) + value
    return {name: min(max(value, -END), END) for name, value in out.items()}


def age_axis(years: float) -> float:
    """The place of an age on Anny's age axis, in [1/3, 1] (AGE_ANCHORS)."""
    ages, places = zip(*AGE_ANCHORS, strict=True)
    return float(np.interp(years, ages, places))


def phenotype(identity: Identity) -> dict[str, float]:
    """Anny's phenotype of an identity, values in [0, 1]. Anny's gender axis runs from male 0 to female 1."""
    return {
        "gender": 1.0 - identity.gender,
        "age": age_axis(identity.age),
        "weight": identity.weight,
        "muscle": identity.muscle,
        "height": 0.5,
        "proportions": 0.5,
        "african": identity.african,
        "asian": identity.asian,
        "caucasian": identity.caucasian,
    }


def with_lids(expression: Mapping[str, float], pose: Pose) -> dict[str, float]:
    """An expression with lids that follow the gaze; eyeLook actions are full at GAZE_REACH degrees.

    What opens, narrows or lowers a lid is scaled down as the eye blinks: a full blink always shuts the eye.

    Parameters
    ----------
    expression : mapping of ARKit action to weight in [0, 1]
    pose : Pose

    Returns
    -------
    dict of action to weight
    """
    up = np.clip(pose.gaze_pitch / GAZE_REACH, -1, 1)
    left = np.clip(pose.gaze_yaw / GAZE_REACH, -1, 1)
    follow = {
        "eyeLookUpLeft": max(up, 0),
        "eyeLookUpRight": max(up, 0),
        "eyeLookDownLeft": max(-up, 0),
        "eyeLookDownRight": max(-up, 0),
        "eyeLookOutLeft": max(left, 0),
        "eyeLookInRight": max(left, 0),
        "eyeLookInLeft": max(-left, 0),
        "eyeLookOutRight": max(-left, 0),
    }
    out = {**expression, **{k: float(v) for k, v in follow.items() if v > 0}}
    for side in ("Left", "Right"):
        shut = out.get(f"eyeBlink{side}", 0.0)
        for name in ("eyeWide", "eyeSquint", "eyeLookUp", "eyeLookDown"):
            if name + side in out:
                out[name + side] *= 1 - shut
    return out


def turned(head: PosedHead, turn: Floats) -> PosedHead:
    """A posed head turned as a whole about the origin by a rotation (3, 3)."""

    def t(x: Floats) -> npt.NDArray[np.float32]:
        return (x @ turn.T).astype(np.float32)

    return dataclasses.replace(
        head,
        vertices=t(head.vertices),
        normals=t(head.normals),
        teeth={k: t(v) for k, v in head.teeth.items()},
        lash_roots={k: t(v) for k, v in head.lash_roots.items()},
        eye_centres=t(head.eye_centres),
        eye_frames=(turn @ head.eye_frames).astype(np.float32),
        head_rotation=(turn @ head.head_rotation).astype(np.float32),
        landmarks=t(head.landmarks),
    )
