"""A hand at the head and its sleeve as parts."""

from __future__ import annotations

import numpy as np

from facegen.assets.head.head_model import vertex_normals
from facegen.assets.meshes.mesh import Floats
from facegen.assets.skin.skin_pigments import WARMTH, skin_colour
from facegen.assets.wear.cloth_patterns import cloth_picture
from facegen.assets.wear.hands import PlacedHand
from facegen.datasets.conventions.native_labels import Native
from facegen.render.geometry import part_materials as materials
from facegen.render.geometry.fitting import Fitting, RenderDetail
from facegen.render.geometry.part import MeshGeometry, Part
from facegen.render.spec.face_spec import FaceSpec

# By eye on rendered hands.
PALM_MELANIN = (0.5, 0.09)  # of the back of the hand's melanin, and the most: palms stay pale in dark people
PALM_BLOOD, KNUCKLE_BLOOD, KNUCKLE_MELANIN = 1.25, 1.5, 1.15  # times those of the back of the hand
NAIL_PINK = np.array([0.62, 0.40, 0.34])  # linear RGB of a bare nail over light skin
NAIL_OF_SKIN = 0.6  # of its colour that a bare nail takes from the skin under it
LEAST_SLEEVE = 0.05  # of `sleeve`, up to which the arm is bare
CUFF = 0.06  # of the forearm that the longest sleeve leaves bare
SLEEVE_MM, SLEEVE_WIDENS_MM = (
    5.0,
    7.0,
)  # of cloth off the arm at the cuff, and what the elbow adds
SLEEVE_FOLDS_MM, FOLD_WAVES = 3.0, 9.0  # height of the folds round a sleeve, and their number up to the elbow
FOLDS_MOVED = 5.0  # metres at most by which the pattern of folds is moved


def hand(face: Fitting) -> list[Part]:
    """The hand with its arm, and the sleeve; none in a preview."""
    placed, detail = face.hand, face.detail
    if placed is None or not isinstance(detail, RenderDetail):
        return []
    model = placed.model
    skin = Part(
        "hand",
        MeshGeometry(placed.vertices, placed.faces, subdivision=1),
        (Native.HAND,),
        (_skin(face.spec),),
        {"nail": model.nail, "palmar": model.palmar, "knuckle": model.knuckle},
        occludes=True,
    )
    return [skin, *_sleeve(face, placed)]


def _skin(spec: FaceSpec) -> materials.HandSkin:
    """The face's skin as it is on hands."""
    skin, worn = spec.skin, spec.hand
    tone = 1 + WARMTH * skin.warmth

    def colour(melanin: float, blood: float) -> tuple[float, ...]:
        out = np.clip(skin_colour(melanin, skin.haemoglobin * blood) * tone, 0.002, 0.95)
        return tuple(out.tolist())

    back = colour(skin.melanin, 1.0)
    bare = NAIL_OF_SKIN * np.array(back) + (1 - NAIL_OF_SKIN) * NAIL_PINK
    nail = (1 - worn.polish) * bare + worn.polish * np.array(worn.polish_colour)
    share, most = PALM_MELANIN
    return materials.HandSkin(
        name="hand",
        colour=back,
        palm=colour(min(share * skin.melanin, most), PALM_BLOOD),
        knuckle=colour(KNUCKLE_MELANIN * skin.melanin, KNUCKLE_BLOOD),
        nail=tuple(nail.tolist()),
        roughness=skin.roughness,
        age=spec.identity.age,
        nail_gloss=worn.polish,
        subsurface=skin.subsurface,
    )


def _sleeve(face: Fitting, placed: PlacedHand) -> list[Part]:
    """Cloth around the arm from the cuff up: the arm's own mesh, standing off it."""
    worn, cloth = face.spec.hand, face.spec.garment
    if worn.sleeve < LEAST_SLEEVE:
        return []
    along = placed.model.along
    cuff = CUFF + (1 - CUFF) * (1 - worn.sleeve)
    faces = placed.faces[(along[placed.faces] > cuff).all(1)]
    rng = face.generator("sleeve")
    vertices, uv = _around(placed, rng.uniform(0, 2 * np.pi))
    picture = cloth_picture(cloth.pattern, cloth.colour, cloth.second, rng)
    shift = tuple(rng.uniform(0, FOLDS_MOVED, 3).tolist())
    fabric = materials.Fabric("sleeve", picture, cloth.fabric, cloth.roughness, cloth.folds, shift)
    return [Part("sleeve", MeshGeometry(vertices, faces, uv, subdivision=1), (Native.CLOTHING,), (fabric,))]


def _around(placed: PlacedHand, phase: float) -> tuple[Floats, Floats]:
    """Vertices (N, 3) that stand off the arm like cloth, and texture coordinates (N, 2)."""
    along = placed.model.along
    outwards = vertex_normals(placed.vertices, placed.faces.astype(np.int32)).astype(float)
    folds = SLEEVE_FOLDS_MM * (0.5 + 0.5 * np.sin(2 * np.pi * FOLD_WAVES * along + phase))
    off = SLEEVE_MM + SLEEVE_WIDENS_MM * np.clip(along, 0, 1) + folds
    around = np.arctan2(outwards @ placed.axes[:, 1], outwards @ placed.axes[:, 2])
    return placed.vertices + off[:, None] / 1000 * outwards, np.stack([0.5 * around, 2.6 * along], 1)
