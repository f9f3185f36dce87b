"""Where the 70 landmarks lie on the rendered surface, and which of them can be seen.

Order: 68 points of iBUG (Sagonas et al., 300 Faces in-the-Wild, 2013), then the left and the right pupil.
The model's points are mesh vertices; the renderer draws the smooth limit surface of that mesh and paints
brows, nose and lips on it, so points of brows and outer lips and the foot of the septum are taken from those
painted shapes.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from facegen.assets.head.head_cut import PART_SKIN, PART_TONGUE
from facegen.assets.head.head_landmarks import meet_lids
from facegen.assets.head.head_model import HeadModel, PosedHead, triangles
from facegen.assets.meshes.mesh import Floats, Ints, Mask
from facegen.assets.meshes.subdivision import limit_positions
from facegen.assets.skin import painted_borders
from facegen.assets.skin.painted_borders import BrowShape
from facegen.datasets.conventions.native_labels import Native
from facegen.render.geometry.camera_framing import CameraView

Labels = npt.NDArray[np.uint8]

BROW_R, BROW_L = slice(17, 22), slice(22, 27)
NOSE, EYE_R, EYE_L, MOUTH = slice(27, 36), slice(36, 42), slice(42, 48), slice(48, 68)
LIDS = ([36, 37, 38, 40, 41], [43, 44, 45, 46, 47])  # of the eyes without their inner corners
NOSE_FOOT = 33
PUPIL_L, PUPIL_R = 68, 69
SLACK = 0.004  # metres that a landmark may lie behind the surface drawn at its pixel
# The same for lids, whose edges lie behind lashes, and for inner lips and corners of the mouth, which lie in
# the fold between the lips.
FOLD_SLACK = 0.008
FOLDS = [*range(36, 48), 48, 54, *range(60, 68)]
INTO_EYE = 0.1  # fraction of the way to the eye's middle, from the lids' front edge to the opening seen
# Chart place, mm, of cheilion, where the line between the lips ends (`anthropometry.LANDMARKS`); the red of
# the lips is painted 1.5 mm further, in the fold.
MOUTH_CORNER = (20.5, -72.6)
FACING = -0.1  # cosine of surface normal and ray from where a point counts as turned away
FRONT = (70.0, -110.0, 60.0)  # chart mm: |s| below, t between, where brows and lips can lie

EYES = (Native.SCLERA_L, Native.IRIS_L, Native.SCLERA_R, Native.IRIS_R)
_LIPS = (Native.UPPER_LIP, Native.LOWER_LIP, Native.INNER_MOUTH, Native.TEETH, Native.TONGUE)
# Classes among which a landmark of a part lies. Lashes stand on the lid's edge, where the points are.
CLASSES: dict[str, tuple[slice | int, tuple[Native, ...]]] = {
    "brow_r": (BROW_R, (Native.BROW_R,)),
    "brow_l": (BROW_L, (Native.BROW_L,)),
    "nose": (NOSE, (Native.NOSE,)),
    "eye_r": (EYE_R, (Native.SCLERA_R, Native.IRIS_R, Native.LASHES)),
    "eye_l": (EYE_L, (Native.SCLERA_L, Native.IRIS_L, Native.LASHES)),
    "mouth": (MOUTH, _LIPS),
    "pupil_l": (PUPIL_L, (Native.IRIS_L, Native.SCLERA_L)),
    "pupil_r": (PUPIL_R, (Native.IRIS_R, Native.SCLERA_R)),
}
# What hides skin even where it lies on it closer than SLACK.
COVERS = (
    Native.SCALP_HAIR,
    Native.BEARD,
    Native.MOUSTACHE,
    Native.GLASSES_FRAME,
    Native.GLASSES_LENS,
    Native.HAT,
    Native.FACEWEAR,
    Native.HAND,
    Native.OTHER_OCCLUDER,
    Native.HAIR_ORNAMENT,
)


def surface_landmarks(
    model: HeadModel, head: PosedHead, brow: BrowShape
) -> tuple[npt.NDArray[np.float32], Floats]:
    """Landmarks (70, 3) float32 on the rendered surface, world metres, and unit normals (70, 3) there."""
    skin = model.faces[model.face_part != PART_TONGUE]
    points, normals = head.landmarks.copy(), np.zeros_like(head.landmarks)
    points[:68] = limit_positions(head.vertices, skin, model.landmark_vertices)
    normals[:68] = head.normals[model.landmark_vertices]
    meet_lids(points, head.head_rotation[:, 2])
    points[17:27], normals[17:27] = on_chart(model, head, brow_chart(brow))
    points[NOSE_FOOT], normals[NOSE_FOOT] = (
        found[0] for found in on_chart(model, head, painted_borders.NOSE[-1:])
    )
    points[48:60], normals[48:60] = on_chart(model, head, lip_chart())
    for lids in LIDS:
        points[lids] += INTO_EYE * (points[lids].mean(0) - points[lids])
    # Lids, inner lips and corners of the mouth are folds: their own normals say nothing about where the eye
    # or the mouth faces.
    normals[FOLDS] = -head.head_rotation[:, 1]
    normals[68:] = -head.eye_frames[:, :, 1]  # the gaze
    return points.astype(np.float32), normals


def brow_chart(brow: BrowShape) -> Floats:
    """Five points along each brow's centre line (10, 2), chart mm: subject's right from its outer end."""
    (left, _), (right, _) = brow.centre_line(1), brow.centre_line(-1)
    along = np.linspace(0.04, 0.94, 5) * (len(left) - 1)
    left, right = (
        np.stack([np.interp(along, np.arange(len(line)), line[:, i]) for i in (0, 1)], 1)
        for line in (left, right)
    )
    return np.concatenate([(right * (-1, 1))[::-1], left])


def lip_chart() -> Floats:
    """The twelve outer points of the lips (12, 2), chart mm, in iBUG's order: the corners of the mouth, and
    ten points on the painted border."""
    outline, right = painted_borders.LIPS.astype(float), np.array([-1, 1])
    corner = int(outline[:, 0].argmax())
    peak = int(outline[:corner, 1].argmax())
    (upper,) = _along(outline[peak : corner + 1], [0.4])
    lower, low = _along(outline[corner:], [0.5, 0.77])
    top, peak, bottom = outline[0], outline[peak], outline[-1]
    end = np.array(MOUTH_CORNER)
    upper_row = [end * right, upper * right, peak * right, top, peak, upper, end]
    return np.array([*upper_row, lower, low, bottom, low * right, lower * right])


def _along(line: Floats, fractions: Sequence[float]) -> Floats:
    """Points (N, 2) at fractions of the length of a line (K, 2)."""
    length = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
    return np.stack([np.interp(np.array(fractions) * length[-1], length, line[:, i]) for i in (0, 1)], 1)


def on_chart(model: HeadModel, head: PosedHead, chart: Floats) -> tuple[Floats, Floats]:
    """Places (N, 3), metres, and unit normals (N, 3) of chart points (N, 2), mm, on the front of the face."""
    corner = triangles(model.faces[model.face_part == PART_SKIN])
    reach, low, high = FRONT
    inside = (np.abs(model.chart[:, 0]) < reach) & (model.chart[:, 1] > low) & (model.chart[:, 1] < high)
    corner = corner[inside[corner].all(1)]
    facing = np.cross(*(model.template[corner[:, i]] - model.template[corner[:, 0]] for i in (1, 2)))
    corner = corner[facing[:, 1] < 0]  # outer skin: what folds into mouth and eyes looks backwards
    found, weight = locate(model.chart[corner].astype(float), chart)
    spots = corner[found]
    normal = (weight[..., None] * head.normals[spots]).sum(1)
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    limit = limit_positions(head.vertices, model.faces[model.face_part != PART_TONGUE], spots.ravel())
    return (weight[..., None] * limit.reshape(-1, 3, 3)).sum(1), normal


def locate(corners: Floats, points: Floats) -> tuple[Ints, Floats]:
    """In which triangle of a flat mesh each point lies.

    Parameters
    ----------
    corners : (T, 3, 2) float
    points : (N, 2) float
        A point outside all triangles goes to the one whose smallest barycentric weight is least negative,
        with weights clipped to [0, 1].

    Returns
    -------
    triangle (N,) int, barycentric weights (N, 3) float that sum to 1
    """
    a, ab, ac = corners[:, 0], corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    area = ab[:, 0] * ac[:, 1] - ab[:, 1] * ac[:, 0]
    p = points[:, None] - a
    with np.errstate(divide="ignore", invalid="ignore"):
        v = (p[..., 0] * ac[:, 1] - p[..., 1] * ac[:, 0]) / area
        w = (ab[:, 0] * p[..., 1] - ab[:, 1] * p[..., 0]) / area
    weights = np.stack([1 - v - w, v, w], -1)
    found = np.where(np.isfinite(weights).all(-1), weights.min(-1), -np.inf).argmax(1)
    best = np.clip(weights[np.arange(len(points)), found], 0, 1)
    return found, best / best.sum(1, keepdims=True)


def project_visible(
    view: CameraView,
    points: Floats,
    normals: Floats,
    size: int,
    depth: Floats,
    native: Labels,
    bare: Labels,
) -> tuple[npt.NDArray[np.float32], Mask]:
    """Where landmarks appear, and whether nothing but clear glass lies in front of them.

    Parameters
    ----------
    view : CameraView
    points, normals : (70, 3) float, of `surface_landmarks`
    size : int, pixels of the picture's side
    depth : (size, size) float32, metres, 0 where nothing is hit
    native, bare : (size, size) uint8, native labels with and without see-through eyewear

    Returns
    -------
    pixels (70, 2) float32, visible (70,) bool
    """
    pixel, distance = view.project(points, size)
    x, y = np.floor(pixel).astype(int).T
    inside = (x >= 0) & (y >= 0) & (x < size) & (y < size)
    xc, yc = np.clip(x, 0, size - 1), np.clip(y, 0, size - 1)
    front, label = depth[yc, xc], native[yc, xc]
    glass = (label == Native.GLASSES_LENS) & (bare[yc, xc] != Native.GLASSES_LENS)
    behind = np.where(glass, bare[yc, xc], label)
    slack = np.full(70, SLACK)
    slack[FOLDS] = FOLD_SLACK
    covered = np.isin(behind, COVERS) & (distance > front - SLACK) & (front > 0)
    ray = points - view.position
    ray /= np.linalg.norm(ray, axis=1, keepdims=True)
    turned_away = (normals * ray).sum(1) > -FACING
    near = (front == 0) | (distance < front + slack) | glass
    visible = inside & near & ~covered
    visible[17:] &= ~turned_away[17:]  # the outline of the jaw lies on the turning edge itself
    visible[68:] &= np.isin(behind[68:], EYES)  # a pupil behind its lid is nearer to it than any slack
    return pixel.astype(np.float32), visible


def outside_their_class(pixel: Floats, visible: Mask, labels: Labels, reach: float) -> list[int]:
    """Interior landmarks that are flagged visible, with no pixel of their class near them.

    Parameters
    ----------
    pixel : (70, 2) float
    visible : (70,) bool
    labels : (H, W) uint8, native ids without eyewear
    reach : float, pixels

    Returns
    -------
    list of int, indices of the landmarks
    """
    size = labels.shape[0]
    v, u = np.mgrid[:size, :size] + 0.5
    wrong = []
    for part, classes in CLASSES.values():
        rows = np.atleast_1d(np.arange(70)[part])
        mine = np.isin(labels, classes)
        for i in rows[visible[rows]]:
            close = np.hypot(u - pixel[i, 0], v - pixel[i, 1]) <= reach
            if not (mine & close).any():
                wrong.append(int(i))
    return wrong
