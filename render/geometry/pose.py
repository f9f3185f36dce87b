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
GAZE_REACH = 30.0  # degrees of gaze aside that Anny's eyeLookIn and eyeLookOut stand for
# Weights of actions a degree of gaze upwards, by which lids follow the pupil, which makes 0.18 mm (a degree
# at head.rotations.PUPIL_LEVER). On the template eyeLookUp raises the upper lid by 1.0 mm and the lower by
# 2.1, eyeWide the upper by 3.4, and eyeBlink lowers it by 11.8, all in proportion, so each lid makes about
# all of the pupil's way (the upper one follows nearly all of it: Becker and Fuchs, Lid-eye coordination
# during vertical gaze changes, J. Neurophysiol. 60, 1988; the lower one by eye). eyeLookDown raises the lower
# lid, so a lowered gaze is a negative eyeLookUp.
LOOK_UP, OPENS, SHUTS = 0.085, 0.029, 0.0083
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
    """An expression with lids that follow the gaze.

    What opens, narrows or lowers a lid is scaled down as the eye blinks: a full blink always shuts the eye.

    Parameters
    ----------
    expression : mapping of ARKit action to weight in [0, 1]
    pose : Pose

    Returns
    -------
    dict of action to weight; of a gaze up or down some lie outside [0, 1]
    """
    up, left = pose.gaze_pitch, float(np.clip(pose.gaze_yaw / GAZE_REACH, -1, 1))
    out = dict(expression)
    for side, outwards in (("Left", left), ("Right", -left)):
        shut = out.get(f"eyeBlink{side}", 0.0)
        follow = {"eyeLookUp": LOOK_UP * up, "eyeWide": OPENS * max(up, 0.0)}
        follow |= {"eyeLookOut": max(outwards, 0.0), "eyeLookIn": max(-outwards, 0.0)}
        for action, weight in follow.items():
            if weight:
                out[action + side] = out.get(action + side, 0.0) + weight
        for action in ("eyeWide", "eyeSquint", "eyeLookUp", "eyeLookDown"):
            if action + side in out:
                out[action + side] *= 1 - shut
        if up < 0:
            out[f"eyeBlink{side}"] = shut + (1 - shut) * min(-SHUTS * up, 1.0)
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
